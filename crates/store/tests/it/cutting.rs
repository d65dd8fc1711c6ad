//! A stand-in for a bad network: between a node and PostgreSQL, told what to do with the next commit.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

const SOCKET: &str = ".s.PGSQL.5432";
const COMMIT: &[u8] = b"evenkeel_commit_1";

/// What becomes of the next commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It goes through.
    None,
    /// It never arrives, and the connection is gone.
    Before,
    /// It arrives and is carried out; the answer is lost with the connection.
    After,
    /// The connection is gone; the commit arrives all the same, when the test lets it.
    Late,
}

/// The stand-in.
pub(crate) struct Network {
    folder: TempDir,
    next: Arc<Mutex<Cut>>,
    let_go: Sender<()>,
    /// Told when a late commit has been carried out or refused.
    arrived: Receiver<Vec<u8>>,
}

impl Network {
    /// Before the server whose socket is in `server`.
    pub(crate) fn before(server: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("ek-net").tempdir().expect("a folder");
        let next = Arc::new(Mutex::new(Cut::None));
        let listener = UnixListener::bind(folder.path().join(SOCKET)).expect("a socket");
        let server = server.join(SOCKET);
        let (let_go, gate) = channel();
        let (tell, arrived) = channel();
        let gate = Arc::new(Mutex::new(gate));
        let told = Arc::clone(&next);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                let (server, told) = (server.clone(), Arc::clone(&told));
                let (gate, tell) = (Arc::clone(&gate), tell.clone());
                std::thread::spawn(move || {
                    if let Ok(wire) = Wire::new(client, &server) {
                        wire.carry(&told, &gate, &tell);
                    }
                });
            }
        });
        Self { folder, next, let_go, arrived }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// This happens to the next commit, once.
    pub(crate) fn next(&self, cut: Cut) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = cut;
    }

    /// Whether what was ordered has happened.
    pub(crate) fn has_cut(&self) -> bool {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) == Cut::None
    }

    /// The late commit arrives now; what the server says to it.
    pub(crate) fn let_go(&self) -> Vec<u8> {
        self.let_go.send(()).expect("it waits");
        self.arrived.recv_timeout(PATIENCE).expect("the server answers")
    }
}

/// One connection.
struct Wire {
    client: UnixStream,
    server: UnixStream,
    /// Whether answers are kept from the client.
    swallows: Arc<AtomicBool>,
    swallowed: Receiver<Vec<u8>>,
    answering: JoinHandle<()>,
}

impl Wire {
    fn new(client: UnixStream, server: &Path) -> std::io::Result<Self> {
        let server = UnixStream::connect(server)?;
        let (mut back, mut answers) = (client.try_clone()?, server.try_clone()?);
        let swallows = Arc::new(AtomicBool::new(false));
        let (tell, swallowed) = channel();
        let quiet = Arc::clone(&swallows);
        let answering = std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(count @ 1..) = answers.read(&mut buffer) {
                if quiet.load(Ordering::SeqCst) {
                    let _ = tell.send(buffer[..count].to_vec());
                } else if back.write_all(&buffer[..count]).is_err() {
                    return;
                }
            }
            let _ = back.shutdown(Shutdown::Both);
        });
        Ok(Self { client, server, swallows, swallowed, answering })
    }

    /// Sends it, and keeps the answer.
    fn send_and_swallow(&mut self, sent: &[u8]) -> Vec<u8> {
        self.swallows.store(true, Ordering::SeqCst);
        self.server.write_all(sent).expect("is sent");
        self.swallowed.recv_timeout(PATIENCE).expect("the server answers")
    }

    /// Until either side ends, or the test wants it.
    fn carry(mut self, next: &Mutex<Cut>, gate: &Mutex<Receiver<()>>, tell: &Sender<Vec<u8>>) {
        let mut buffer = [0; 65_536];
        while let Ok(count @ 1..) = self.client.read(&mut buffer) {
            let sent = &buffer[..count];
            let is_commit = sent.windows(COMMIT.len()).any(|window| window == COMMIT);
            match if is_commit { take(next) } else { Cut::None } {
                Cut::None if self.server.write_all(sent).is_ok() => {}
                Cut::None | Cut::Before => break,
                Cut::After => {
                    self.send_and_swallow(sent);
                    break;
                }
                Cut::Late => {
                    let _ = self.client.shutdown(Shutdown::Both);
                    gate.lock().unwrap_or_else(PoisonError::into_inner).recv().expect("the test lets it go");
                    let said = self.send_and_swallow(sent);
                    let _ = tell.send(said);
                    break;
                }
            }
        }
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
        let _ = self.answering.join();
    }
}

fn take(next: &Mutex<Cut>) -> Cut {
    std::mem::replace(&mut *next.lock().unwrap_or_else(PoisonError::into_inner), Cut::None)
}
