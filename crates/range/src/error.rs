//! Everything that can go wrong in the range, as one type. No behaviour here.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::log::ServiceName;

/// Why the range, or a stand-in tool in front of it, could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum RangeError {
    /// A file of the range's directory could not be read or written.
    #[error("file {}: {source}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the range's directory holds something else than expected.
    #[error("file {}: not readable as the range's own state: {reason}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        reason: String,
    },
    /// A listener could not be opened on loopback.
    #[error("listener {name} on port {port}: {source}")]
    Listen {
        /// Which of the three listeners.
        name: &'static str,
        /// The port asked for; 0 means any.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// A service could not be started.
    #[error("service {service}: {reason}")]
    Service {
        /// Which one.
        service: ServiceName,
        /// What it said, or what was waited for in vain.
        reason: String,
    },
    /// The throw-away certificate authority could not be made.
    #[error("throw-away certificate authority: {0}")]
    Certificate(String),
    /// Another range runs in the same directory.
    #[error("a range already runs in {} (admin address {admin})", dir.display())]
    AlreadyRunning {
        /// The directory both want.
        dir: PathBuf,
        /// Where the other one answers.
        admin: SocketAddr,
    },
    /// No range runs where one was looked for.
    #[error("no practice range runs in {}; start one with `evenkeel range up`", dir.display())]
    NotRunning {
        /// The directory that was looked in.
        dir: PathBuf,
    },
    /// Nobody said which directory the range lives in.
    #[error("EVENKEEL_RANGE_DIR is not set: this practice tool acts on a practice range only")]
    NoDirectory,
    /// The running range could not be asked.
    #[error("practice range at {at}: {source}")]
    Unreachable {
        /// The admin address that was asked.
        at: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The running range answered something that its own client cannot read.
    #[error("practice range: unreadable answer to {path}: {reason}")]
    Answer {
        /// The admin path that was asked.
        path: String,
        /// What was wrong with the answer.
        reason: String,
    },
    /// The range refused, in words for a person.
    #[error("{0}")]
    Refused(String),
    /// The tool's own output could not be written.
    #[error("output: {0}")]
    Output(#[from] io::Error),
}

impl RangeError {
    /// True when the reader of our output has gone, which ends a tool quietly.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(source) if source.kind() == io::ErrorKind::BrokenPipe)
    }
}
