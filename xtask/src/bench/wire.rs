//! HTTP/1.1 as far as a bench needs it: requests with a counter to patch, answers with a length, one-off questions.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::bodies::{DIGITS, MARK};

/// How long a one-off question may take.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A request that is the same but for a counter.
#[derive(Clone)]
pub(super) struct Request {
    bytes: Vec<u8>,
    counters: Vec<usize>,
}

impl Request {
    /// A POST of JSON; each ten digits after the mark are the counter.
    pub(super) fn post(address: SocketAddr, path: &str, body: &str) -> Request {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let bytes = [head.as_bytes(), body.as_bytes()].concat();
        let starts = bytes.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK.as_bytes());
        let counters = starts.map(|(at, _)| at + MARK.len()).collect();
        Request { bytes, counters }
    }

    /// The bytes with this number in them.
    pub(super) fn numbered(&mut self, number: u64) -> &[u8] {
        let digits = format!("{number:0DIGITS$}");
        for at in &self.counters {
            self.bytes[*at..*at + DIGITS].copy_from_slice(digits.as_bytes());
        }
        &self.bytes
    }
}

/// An answer at the start of what was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Bytes of head and body together.
    pub(super) length: usize,
    /// Bytes of the head.
    pub(super) head: usize,
}

/// The first whole answer in what was read, if it is all there. Bodies in chunks are not understood.
pub(super) fn answer(read: &[u8]) -> Option<Answer> {
    let head = read.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&read[..head]).ok()?;
    let status = text.split(' ').nth(1)?.parse().ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let length = head + length.unwrap_or(0);
    (read.len() >= length).then_some(Answer { status, length, head })
}

/// Asks once on a connection of its own and returns status and body.
pub(super) fn get(address: SocketAddr, path: &str, key: Option<&str>) -> io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_TIME_MAX)?;
    stream.set_read_timeout(Some(ANSWER_TIME_MAX))?;
    let key = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
    // An HTTP/1.0 client gets no chunks, and the connection's end is the body's.
    let head = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n{key}\r\n");
    stream.write_all(head.as_bytes())?;
    let mut read = Vec::new();
    stream.take(ANSWER_BYTES_MAX as u64).read_to_end(&mut read)?;
    let head = read.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(read.len());
    let status = read.get(9..12).and_then(|status| std::str::from_utf8(status).ok()?.parse().ok());
    Ok((status.unwrap_or(0), read.split_off((head + 4).min(read.len()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_is_patched() {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let body = format!("{MARK}0000000000 and {MARK}0000000000");
        let mut request = Request::post(address, "/x", &body);
        let text = String::from_utf8(request.numbered(42).to_vec()).unwrap();
        assert!(text.ends_with(&format!("{MARK}0000000042 and {MARK}0000000042")), "{text}");
        assert!(text.contains(&format!("Content-Length: {}\r\n", body.len())));
    }

    #[test]
    fn an_answer_is_whole_or_not_there() {
        let whole = b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nokHTTP";
        assert_eq!(answer(whole), Some(Answer { status: 202, length: 46, head: 44 }));
        assert_eq!(answer(&whole[..45]), None);
        assert_eq!(answer(b"HTTP/1.1 200 OK\r\n"), None);
    }
}
