//! What is lost where the kernel lacks a means, by how far a command reaches, and the words for it.

use super::kernel::Held;
use crate::terms::Reach;

/// The version of Landlock from which emptying a file by an open descriptor is held …
const TRUNCATE: u8 = 3;
/// … from which TCP ports are …
const PORTS: u8 = 4;
/// … from which control calls to devices are …
const DEVICES: u8 = 5;
/// … and from which signals to other processes are.
const SIGNALS: u8 = 6;

/// One thing that is not held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Nothing of what Landlock holds, and why.
    Files(String),
    /// Nothing of what seccomp holds, and why.
    Calls(String),
    /// Emptying a file through a descriptor that was opened for reading.
    Truncate,
    /// Listening.
    Ports,
    /// Control calls to devices.
    Devices,
    /// Signals to other processes.
    Signals,
    /// Processes or memory of all together, or both: without a control group the guard counts.
    Counted(&'static str),
}

impl Loss {
    /// Everything that is lost of what a command of this reach is to be held to.
    pub(super) fn all(held: &Held, reach: Reach) -> Vec<Self> {
        let mut lost = Vec::new();
        if reach != Reach::Free {
            let version = match &held.files {
                Ok(version) => *version,
                Err(why) => {
                    lost.push(Self::Files(why.clone()));
                    0
                }
            };
            lost.extend(held.calls.as_ref().err().map(|why| Self::Calls(why.clone())));
            let has_some = held.files.is_ok();
            let looks = reach.only_looks();
            let younger = [
                (has_some && looks && version < TRUNCATE, Self::Truncate),
                (has_some && reach == Reach::World && version < PORTS, Self::Ports),
                (has_some && version < DEVICES, Self::Devices),
                (looks && version < SIGNALS, Self::Signals),
            ];
            lost.extend(younger.into_iter().filter_map(|(is_lost, loss)| is_lost.then_some(loss)));
        }
        lost.extend(match (held.processes, held.memory) {
            (true, true) => None,
            (false, true) => Some(Self::Counted("processes")),
            (true, false) => Some(Self::Counted("memory")),
            (false, false) => Some(Self::Counted("processes and memory")),
        });
        lost
    }

    /// What it means on this system, and what it would need.
    pub(super) fn in_general(&self) -> String {
        match self {
            Self::Files(why) => format!(
                "files: a command that only looks may write wherever this server may, and commands of the same user may \
                 read its data, environment and memory (needs Linux 5.13 with Landlock: {why})"
            ),
            Self::Calls(why) => format!(
                "the network, and the kernel's settings (needs seccomp on x86-64, arm64 or riscv64: {why})"
            ),
            Self::Truncate => {
                "emptying a file through a descriptor that was opened for reading (needs Linux 6.2)"
                    .to_owned()
            }
            Self::Ports => {
                "TCP ports: a look that reaches the network may listen (needs Linux 6.7)".to_owned()
            }
            Self::Devices => {
                "control of devices that may be opened for reading (needs Linux 6.10)".to_owned()
            }
            Self::Signals => {
                "signals to other processes of the same user, and their abstract sockets (needs Linux 6.12)"
                    .to_owned()
            }
            Self::Counted(what) => format!(
                "{what} of a run: no control group can be made, so the guard counts ten times a second"
            ),
        }
    }

    /// What it meant for a run of this reach.
    pub(super) fn of_a_run(&self, reach: Reach) -> String {
        match self {
            Self::Files(why) if reach.only_looks() => {
                format!("no Landlock: writes were not held, nor reads of the server's own data ({why})")
            }
            Self::Files(why) => {
                format!("no Landlock: writes to devices and to the kernel's settings were not held ({why})")
            }
            Self::Calls(why) => {
                let what = match reach {
                    Reach::Here | Reach::Services => {
                        "the network, rights and times of files, mounts and clocks were"
                    }
                    Reach::World => "rights and times of files, mounts and clocks were",
                    Reach::Changes | Reach::Free => "mounts, clocks and looking into other processes were",
                };
                format!("no seccomp: {what} not held ({why})")
            }
            Self::Truncate => {
                "emptying a file that was opened for reading was not held (needs Linux 6.2)".to_owned()
            }
            Self::Ports => "listening on TCP ports was not held (needs Linux 6.7)".to_owned(),
            Self::Devices => "control calls to devices were not held (needs Linux 6.10)".to_owned(),
            Self::Signals => "signals to other processes were not held (needs Linux 6.12)".to_owned(),
            Self::Counted(what) => {
                format!("no control group for {what}: the guard counted ten times a second")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(landlock: u8) -> Held {
        Held { files: Ok(landlock), calls: Ok(()), processes: true, memory: true }
    }

    fn bare() -> Held {
        let none = || "not here".to_owned();
        Held { files: Err(none()), calls: Err(none()), processes: false, memory: false }
    }

    #[test]
    fn each_older_kernel_loses_more_and_says_so() {
        assert_eq!(held(6).lost(), Vec::<String>::new());
        let counts: Vec<usize> = (1..=6).map(|version| held(version).lost().len()).collect();
        assert_eq!(counts, [4, 4, 3, 2, 1, 0]);
        assert!(held(1).holds_looks().is_ok());
        assert_eq!(bare().lost().len(), 4);
        assert_eq!(bare().holds_looks(), Err("not here".to_owned()));
        let no_calls = Held { calls: Err("no seccomp".to_owned()), ..held(6) };
        assert_eq!(no_calls.holds_looks(), Err("no seccomp".to_owned()));
        assert_eq!(no_calls.lost().len(), 1);
    }

    #[test]
    fn a_run_is_told_what_was_lost_of_its_own_reach() {
        let first = |held: &Held, reach| held.not_held(reach).first().cloned().unwrap_or_default();
        assert!(first(&bare(), Reach::Here).starts_with("no Landlock: writes were not held"));
        assert!(first(&bare(), Reach::Changes).starts_with("no Landlock: writes to devices"));
        // What is held by nothing anyway has lost nothing but what counts it.
        assert_eq!(
            bare().not_held(Reach::Free),
            ["no control group for processes and memory: the guard counted ten times a second"]
        );
        let lost = |version, reach| held(version).not_held(reach).len();
        assert_eq!([Reach::Here, Reach::World, Reach::Changes].map(|reach| lost(3, reach)), [2, 3, 1]);
        assert_eq!([Reach::Here, Reach::World, Reach::Changes].map(|reach| lost(6, reach)), [0, 0, 0]);
        let half = Held { memory: false, ..held(6) };
        assert_eq!(
            half.not_held(Reach::World),
            ["no control group for memory: the guard counted ten times a second"]
        );
    }
}
