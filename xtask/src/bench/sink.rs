//! Where pages go: a web server that answers 200 to everything and remembers when each number came for the first time.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use super::{bodies, clock};
use crate::failure::Failure;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
/// More than any page.
const BYTES_MAX: usize = 1024 * 1024;

/// What has come.
#[derive(Debug, Default)]
struct Shelf {
    first: BTreeMap<u64, Instant>,
    again: u64,
}

/// A sink that listens until it is dropped.
pub(super) struct Sink {
    address: SocketAddr,
    shelf: Arc<Mutex<Shelf>>,
    closing: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Sink {
    /// Listens on any free port of loopback.
    pub(super) fn open() -> Result<Sink, Failure> {
        let failed = Failure::io("the sink for pages");
        let listener = TcpListener::bind(("127.0.0.1", 0));
        let bound = listener.and_then(|listener| listener.local_addr().map(|address| (listener, address)));
        let (listener, address) = bound.map_err(failed)?;
        let (shelf, closing) = (Arc::new(Mutex::new(Shelf::default())), Arc::new(AtomicBool::new(false)));
        let (their_shelf, told) = (Arc::clone(&shelf), Arc::clone(&closing));
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if told.load(Ordering::Acquire) {
                    return;
                }
                let shelf = Arc::clone(&their_shelf);
                // Ends with its connection, which ends with the server that holds it.
                std::thread::spawn(move || drop(serve(stream, &shelf)));
            }
        });
        Ok(Sink { address, shelf, closing, listening: Some(listening) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// When each number came first.
    pub(super) fn arrived(&self) -> BTreeMap<u64, Instant> {
        look(&self.shelf).first.clone()
    }

    /// How many came.
    pub(super) fn count(&self) -> usize {
        look(&self.shelf).first.len()
    }

    /// How many came more than once.
    pub(super) fn again(&self) -> u64 {
        look(&self.shelf).again
    }

    /// Forgets what came.
    pub(super) fn clear(&self) {
        *look(&self.shelf) = Shelf::default();
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Release);
        // Wakes the listener, which then ends.
        drop(TcpStream::connect(self.address));
        if let Some(listening) = self.listening.take() {
            drop(listening.join());
        }
    }
}

fn look(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut stream: TcpStream, shelf: &Mutex<Shelf>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut read = Vec::new();
    let mut buffer = [0; 16 * 1024];
    while read.len() < BYTES_MAX {
        let more = stream.read(&mut buffer)?;
        if more == 0 {
            return Ok(());
        }
        let at = clock::now();
        read.extend_from_slice(&buffer[..more]);
        while let Some(length) = request_length(&read) {
            if let Some(number) = bodies::number_in(&read[..length]) {
                let mut shelf = look(shelf);
                let Shelf { first, again } = &mut *shelf;
                first.entry(number).and_modify(|_| *again += 1).or_insert(at);
            }
            read.drain(..length);
            stream.write_all(OK)?;
        }
    }
    Ok(())
}

/// The length of the first whole request, if it is all there.
fn request_length(read: &[u8]) -> Option<usize> {
    let head = read.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&read[..head]).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let length = head + length.unwrap_or(0);
    (read.len() >= length).then_some(length)
}
