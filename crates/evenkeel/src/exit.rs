//! How the program ends: one place that knows every exit code, and errors with a hint.

use std::process::ExitCode;

/// What went wrong, for whom, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

/// How a failure is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Words,
    /// For programs.
    Json,
}

/// Whose fault it is decides the exit code. Ordered: of several failures the worst, which is the later, decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Whoever read what was printed went away: there is nobody left to fail for.
    SeenEnough,
    /// `playbook check` found something at or above the level that was asked for.
    Findings,
    /// The server refused, or there is no such thing.
    Refused,
    /// The command line is not understood (clap uses the same code).
    Usage,
    /// The settings or the playbook cannot be used.
    Config,
    /// The server, the network or the disk does not answer.
    World,
}

impl Kind {
    /// The exit code, as `docs/cli.md` lists them.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::SeenEnough => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::World => 4,
            Self::Findings => 5,
        }
    }
}

/// The codes and what they mean, for the help.
pub(crate) const CODES: &str = "\
Exit codes:
  0  done
  1  refused, or there is no such thing
  2  the command line is not understood
  3  the settings or the playbook cannot be used
  4  the server, the network or the disk does not answer
  5  `playbook check` found something at or above --deny";

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({ "error": self.message, "hint": self.hint, "code": self.kind.code() })
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// Prints what went wrong, to people or to a program that asked for JSON, and gives the code to end with.
pub(crate) fn report(failure: &Failure, form: Form) -> ExitCode {
    tell(failure, form);
    ExitCode::from(failure.kind.code())
}

/// Prints what went wrong.
#[expect(clippy::print_stderr, reason = "the one place where the program says what went wrong")]
pub(crate) fn tell(failure: &Failure, form: Form) {
    if !failure.message.is_empty() {
        match form {
            Form::Words => eprintln!("error: {failure}"),
            Form::Json => eprintln!("{}", failure.json()),
        }
    }
}
