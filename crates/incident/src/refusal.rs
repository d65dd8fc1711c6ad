//! Why a command was not carried out, in words for the responder.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A command that was not carried out. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The alert says that something is over which never began here.
    NothingOpen,
    /// Somebody has it already.
    AlreadyAcknowledged {
        /// Who.
        by: String,
    },
    /// The incident is over.
    AlreadyResolved,
    /// The incident is not over.
    NotResolved,
    /// There is no such thing in this incident or its playbook.
    Unknown {
        /// What kind of thing, such as `step` or `page`.
        what: &'static str,
        /// Its id or number.
        id: String,
    },
    /// A reason or a text is missing.
    Missing {
        /// What is missing, in words.
        what: String,
    },
    /// The message still has open placeholders.
    OpenPlaceholders {
        /// Their names.
        names: Vec<String>,
    },
    /// The command has blanks that must be filled before it can run.
    OpenHoles {
        /// Their names.
        names: Vec<String>,
    },
    /// A value cannot stand in a command as one argument.
    BadValue {
        /// The blank's name.
        name: String,
        /// What is wrong with the value, in words.
        why: &'static str,
    },
    /// The approval names another command than the one that waits.
    NotThatCommand {
        /// The command that waits.
        waiting: String,
    },
    /// What was shown when the word was given is not what waits now.
    NotAsShown {
        /// What has changed, in words.
        why: String,
    },
    /// Somebody else has done it, or is doing it.
    Taken {
        /// What it is about.
        what: &'static str,
        /// Who, and how it stands, in words.
        by: String,
    },
    /// It is not in a state where that can be done.
    NotNow {
        /// What it is about.
        what: &'static str,
        /// Why not, in words.
        why: String,
    },
    /// Only a named person may do this.
    PersonNeeded,
    /// A timer or an outcome that no longer counts.
    Stale,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingOpen => f.write_str("nothing is open for that alert"),
            Self::AlreadyAcknowledged { by } => write!(f, "{by} already has it"),
            Self::AlreadyResolved => f.write_str("the incident is already resolved"),
            Self::NotResolved => f.write_str("the incident is not resolved"),
            Self::Unknown { what, id } => write!(f, "no {what} {id:?} in this incident"),
            Self::Missing { what } => write!(f, "missing: {what}"),
            Self::OpenPlaceholders { names } => {
                write!(f, "not sent: still to fill in: {}", names.join(", "))
            }
            Self::OpenHoles { names } => write!(f, "not run: still to fill in: {}", names.join(", ")),
            Self::BadValue { name, why } => write!(f, "not run: the value of {name} {why}"),
            Self::NotThatCommand { waiting } => {
                write!(f, "not approved: the command that waits is {waiting:?}")
            }
            Self::NotAsShown { why } => write!(f, "not approved: {why}; look at it again, and decide anew"),
            Self::Taken { what, by } => write!(f, "{what}: {by}"),
            Self::NotNow { what, why } => write!(f, "{what}: {why}"),
            Self::PersonNeeded => f.write_str("this needs the word of a named person"),
            Self::Stale => f.write_str("no longer counts"),
        }
    }
}

impl core::error::Error for Refusal {}
