//! Why a chore stopped. Every message says what to do next, or names the thing that failed.

use std::fmt;
use std::io;

/// A chore's end, when it is not a good one.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line was not understood.
    Usage(String),
    /// A step ran and did not succeed.
    Step { name: String, how: String },
    /// Rules were broken; they have been printed.
    Findings(usize),
    /// Something the tests need is not here; the text says how to get it.
    Missing(String),
    /// A file or program could not be used.
    Io { what: String, cause: io::Error },
    /// A program answered something this chore does not understand.
    Answer(String),
}

impl Failure {
    /// For `map_err` beside the thing that was tried.
    pub(crate) fn io(what: impl fmt::Display) -> impl FnOnce(io::Error) -> Failure {
        let what = what.to_string();
        move |cause| Failure::Io { what, cause }
    }

    /// The process' exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Step { .. }
            | Failure::Findings(_)
            | Failure::Missing(_)
            | Failure::Io { .. }
            | Failure::Answer(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(text) | Failure::Missing(text) | Failure::Answer(text) => f.write_str(text),
            Failure::Step { name, how } => write!(f, "{name}: {how}"),
            Failure::Findings(1) => f.write_str("1 finding"),
            Failure::Findings(count) => write!(f, "{count} findings"),
            Failure::Io { what, cause } => write!(f, "{what}: {cause}"),
        }
    }
}
