//! What a guard tells its server, one line each. Must never be here: what follows from it.

use crate::confine::Held;
use std::io::{self, Write as _};
use std::os::unix::net::UnixStream as Blocking;
use tokio::net::UnixStream;

/// No line is longer, in bytes; a reason that is longer was cut by the guard.
const LINE_BYTES_MAX: usize = 8 * 1024;

/// What a run had more of than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// Processes at once.
    Processes,
    /// Memory.
    Memory,
    /// Bytes or files in its scratch folder.
    Scratch,
}

/// One thing that a guard tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// The command runs, and this is held of it.
    Began { pid: i32, held: Held },
    /// It could not be confined as it must be.
    Refused { why: String },
    /// It did not start.
    Failed { kind: String, why: String },
    /// The command has ended, with this status of the system.
    Ended { status: i32 },
    /// It was at a limit.
    Over(Over),
    /// Nothing of it is left but `left`, and `killed` had to be ended.
    Gone { killed: usize, left: usize },
}

impl Word {
    /// From the words of what should have become the command.
    pub(crate) fn not_begun(words: &str) -> Self {
        let words = words.replace('\n', " ");
        let (what, rest) = words.split_once(' ').unwrap_or((&words, ""));
        match (what, rest.split_once(' ')) {
            ("refused", _) => Self::Refused { why: rest.to_owned() },
            ("failed", Some((kind, why))) => Self::Failed { kind: kind.to_owned(), why: why.to_owned() },
            // A panic, say: it writes to the command's output, and these are its last words.
            _ => Self::Failed { kind: "other".to_owned(), why: words },
        }
    }

    /// Writes it down the wire.
    pub(crate) fn say(&self, wire: &mut Blocking) {
        let line = match self {
            Self::Began { pid, held } => {
                // Values of these types always can be written down.
                format!("began {pid} {}\n", serde_json::to_string(held).unwrap_or_default())
            }
            Self::Refused { why } => format!("refused {why}\n"),
            Self::Failed { kind, why } => format!("failed {kind} {why}\n"),
            Self::Ended { status } => format!("ended {status}\n"),
            Self::Over(Over::Processes) => "over processes\n".to_owned(),
            Self::Over(Over::Memory) => "over memory\n".to_owned(),
            Self::Over(Over::Scratch) => "over scratch\n".to_owned(),
            Self::Gone { killed, left } => format!("gone {killed} {left}\n"),
        };
        // A server that does not listen is gone, and the next look at the wire says so.
        let _ = wire.write_all(line.as_bytes());
    }

    fn read(line: &str) -> Option<Self> {
        let (what, rest) = line.split_once(' ')?;
        match what {
            "began" => {
                let (pid, held) = rest.split_once(' ')?;
                Some(Self::Began { pid: pid.parse().ok()?, held: serde_json::from_str(held).ok()? })
            }
            "refused" | "failed" => Some(Self::not_begun(line)),
            "ended" => Some(Self::Ended { status: rest.parse().ok()? }),
            "over" => match rest {
                "processes" => Some(Self::Over(Over::Processes)),
                "memory" => Some(Self::Over(Over::Memory)),
                "scratch" => Some(Self::Over(Over::Scratch)),
                _ => None,
            },
            "gone" => {
                let (killed, left) = rest.split_once(' ')?;
                Some(Self::Gone { killed: killed.parse().ok()?, left: left.parse().ok()? })
            }
            _ => None,
        }
    }
}

/// The server's end.
pub(crate) struct Wire {
    stream: UnixStream,
    kept: Vec<u8>,
}

impl Wire {
    /// Both ends: the server's, and the one that becomes a guard's standard input.
    pub(crate) fn pair() -> io::Result<(Self, std::os::fd::OwnedFd)> {
        let (ours, theirs) = Blocking::pair()?;
        ours.set_nonblocking(true)?;
        Ok((Self { stream: UnixStream::from_std(ours)?, kept: Vec::new() }, theirs.into()))
    }

    /// The next word; `None` when the guard is gone. Nothing is lost if the wait is given up.
    pub(crate) async fn hear(&mut self) -> Option<Word> {
        loop {
            if let Some(end) = self.kept.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.kept.drain(..=end).collect();
                return Word::read(String::from_utf8_lossy(&line[..end]).as_ref());
            }
            if self.kept.len() > LINE_BYTES_MAX {
                return None;
            }
            let mut some = [0; 512];
            self.stream.readable().await.ok()?;
            match self.stream.try_read(&mut some) {
                Ok(0) => return None,
                Ok(count) => self.kept.extend_from_slice(&some[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return None,
            }
        }
    }

    /// Tells the guard something. A guard that does not take it is gone, which [`Wire::hear`] says.
    pub(crate) fn order(&self, order: u8) {
        let _ = self.stream.try_write(&[order]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_said_is_heard() {
        let why = "two\nlines".to_owned();
        let held = Held { files: Err(why), calls: Ok(()), processes: true, memory: false };
        let said = [
            Word::Began { pid: 7, held },
            Word::Refused { why: "no Landlock here".to_owned() },
            Word::Failed { kind: "not-found".to_owned(), why: "no such file".to_owned() },
            Word::Ended { status: 256 },
            Word::Over(Over::Processes),
            Word::Over(Over::Memory),
            Word::Over(Over::Scratch),
            Word::Gone { killed: 3, left: 0 },
        ];
        let (mut ours, theirs) = Wire::pair().unwrap();
        let mut theirs = Blocking::from(theirs);
        said.iter().for_each(|word| word.say(&mut theirs));
        drop(theirs);
        for word in said {
            assert_eq!(ours.hear().await, Some(word));
        }
        assert_eq!(ours.hear().await, None);
    }

    #[test]
    fn last_words_of_no_known_kind_are_kept() {
        let word = Word::not_begun("thread 'main' panicked\nat x");
        assert_eq!(word, Word::Failed { kind: "other".into(), why: "thread 'main' panicked at x".into() });
    }
}
