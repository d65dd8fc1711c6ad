//! What the reader of an output should know about how the run was held and how it ended.

use crate::process::Leftover;
use crate::terms::{Limits, Reach};
use crate::wire::Over;
use std::process::ExitStatus;

/// One sentence of the runner's own at the end of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// Processes that the command had left were killed.
    Killed,
    /// Some could not be killed.
    Stuck,
    /// Its guard was killed.
    GuardLost,
    /// The system did not tell how the command ended.
    StatusUnknown,
    /// It wanted more processes at once than this.
    Processes(u32),
    /// It held more MiB of memory than this.
    Memory(u64),
    /// It kept more MiB in its scratch folder than this, or too many files.
    Scratch(u64),
    /// It would have told about other processes' files, and those are hidden from it.
    OthersHidden,
}

impl Note {
    /// All that there is to say.
    pub(crate) fn all(
        leftover: Leftover,
        over: Option<Over>,
        status: Option<ExitStatus>,
        limits: &Limits,
        (reach, source): (Reach, &str),
    ) -> Vec<Self> {
        let over = over.map(|over| match over {
            Over::Processes => Self::Processes(limits.processes_max),
            Over::Memory => Self::Memory(limits.memory_bytes_max >> 20),
            Over::Scratch => Self::Scratch(limits.scratch_bytes_max >> 20),
        });
        let left = match leftover {
            Leftover::Killed => Some(Self::Killed),
            Leftover::Stuck => Some(Self::Stuck),
            Leftover::GuardLost => Some(Self::GuardLost),
            Leftover::Nothing if status.is_none() => Some(Self::StatusUnknown),
            Leftover::Nothing => None,
        };
        let hidden = reach.only_looks() && playbook::asks_about_others(source);
        hidden.then_some(Self::OthersHidden).into_iter().chain(over).chain(left).collect()
    }

    /// As a sentence for the end of the output.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Killed => "the command left processes in the background; they were ended with it".to_owned(),
            Self::Stuck => "processes of the command do not end even when killed; they wait for a device or a network disk"
                .to_owned(),
            Self::GuardLost => "the guard of the command was killed, and the command with it".to_owned(),
            Self::StatusUnknown => "the system did not tell how the command ended".to_owned(),
            Self::Processes(max) => {
                format!("it wanted more than {max} processes at once (runner.processes_max) and was not given them")
            }
            Self::Memory(mib) => {
                format!("it held more than {mib} MiB of memory (runner.memory_mib_max), and was ended")
            }
            Self::Scratch(mib) => format!(
                "it kept more than {mib} MiB or too many files in its folder (runner.scratch_mib_max), and was ended"
            ),
            Self::OthersHidden => "a command that runs by itself is not shown the open files of other processes; run it \
                 by hand for these"
                .to_owned(),
        }
    }
}
