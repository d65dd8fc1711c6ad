//! Whose trouble it is: the target's, which counts against it, or the probe's own, which never does.

use rustix::io::Errno;
use std::io;

/// Why a look came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The target refused, was silent, or does not exist.
    Target(String),
    /// This machine or this process could not look.
    Own(String),
}

/// Errors that say that this machine could not even try: no descriptors, no memory, no network, no local address, a
/// firewall of its own.
const OWN: [Errno; 10] = [
    Errno::MFILE,
    Errno::NFILE,
    Errno::NOMEM,
    Errno::NOBUFS,
    Errno::ADDRNOTAVAIL,
    Errno::NETUNREACH,
    Errno::NETDOWN,
    Errno::AFNOSUPPORT,
    Errno::PERM,
    Errno::ACCESS,
];

/// How glibc and musl say that no resolver answered; a name that does not exist is told otherwise.
const RESOLVER_SILENT: [&str; 2] = ["Temporary failure in name resolution", "Try again"];

impl Trouble {
    /// Of an error while doing something.
    pub(crate) fn of_io(doing: &str, error: &io::Error) -> Self {
        let words = format!("{doing}: {error}");
        if Errno::from_io_error(error).is_some_and(|errno| OWN.contains(&errno)) {
            Self::Own(words)
        } else {
            Self::Target(words)
        }
    }

    /// Of an error of the system's resolver.
    pub(crate) fn of_resolver(host: &str, error: &io::Error) -> Self {
        let text = error.to_string();
        if RESOLVER_SILENT.iter().any(|silent| text.contains(silent)) {
            return Self::Own(format!("the resolver has no answer for {host}: {text}"));
        }
        match Self::of_io(&format!("no address for {host}"), error) {
            // Also the text of an error that is no error number.
            own @ Self::Own(_) => own,
            Self::Target(_) => Self::Target(format!("no address for {host}: {}", text.trim())),
        }
    }

    /// The same, but whatever it is, it is the probe's own: what it looks through is no target.
    pub(crate) fn into_own(self) -> Self {
        match self {
            Self::Target(words) | Self::Own(words) => Self::Own(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(errno: Errno) -> Trouble {
        Trouble::of_io("connecting", &io::Error::from_raw_os_error(errno.raw_os_error()))
    }

    #[test]
    fn what_this_machine_cannot_do_is_never_the_targets_fault() {
        for errno in OWN {
            assert!(matches!(of(errno), Trouble::Own(_)), "{errno:?}");
        }
        for errno in [Errno::CONNREFUSED, Errno::CONNRESET, Errno::TIMEDOUT, Errno::HOSTUNREACH, Errno::PIPE]
        {
            assert!(matches!(of(errno), Trouble::Target(_)), "{errno:?}");
        }
    }

    #[test]
    fn a_silent_resolver_is_ours_and_a_name_that_does_not_exist_is_not() {
        let resolver = |text: &str| {
            let text = format!("failed to lookup address information: {text}");
            Trouble::of_resolver("api.example.test", &io::Error::other(text))
        };
        assert!(matches!(resolver("Temporary failure in name resolution"), Trouble::Own(_)));
        assert!(matches!(resolver("Name or service not known"), Trouble::Target(_)));
    }
}
