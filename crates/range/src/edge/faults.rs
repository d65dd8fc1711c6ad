//! The faults that live in the edge. Each is a version which somebody deployed in good faith: the live settings with one
//! change. It is there while such a version is live, and gone when a version without it is.

use super::settings::{
    ALARMS, ALLOWED_ORIGINS, AUTO_PAUSE_TIMEOUT_MS, HIBERNATE_AFTER_MS, MESSAGE_IDS, MESSAGE_KEYS,
    RATE_LIMIT_PER_MINUTE, RENDERING, SESSION_STORE, SOCKETS, STATE_SCHEMA,
};
use crate::faults::WrongVersion;

/// All of them.
pub(crate) const WRONG_VERSIONS: [WrongVersion; 10] = [
    WrongVersion {
        name: "bad-deployment",
        message: "Move session settings",
        changes: &[(SESSION_STORE, None)],
    },
    WrongVersion {
        name: "origin-missing",
        message: "Tighten allowed origins",
        changes: &[(ALLOWED_ORIGINS, Some("https://preview.tabbi.dev"))],
    },
    WrongVersion {
        name: "actor-crashed",
        message: "Read session state in its new shape",
        changes: &[(STATE_SCHEMA, Some("2"))],
    },
    WrongVersion {
        name: "actor-hibernated",
        message: "Let idle sessions leave memory sooner",
        changes: &[(HIBERNATE_AFTER_MS, Some("300")), (SOCKETS, Some("in-memory"))],
    },
    WrongVersion {
        name: "auto-pause-wrong",
        message: "Write the pause in seconds",
        changes: &[(AUTO_PAUSE_TIMEOUT_MS, Some("540"))],
    },
    WrongVersion {
        name: "alarms-twice",
        message: "Set the alarm wherever there is activity",
        changes: &[(ALARMS, Some("one-an-activity"))],
    },
    WrongVersion {
        name: "duplicate-filter",
        message: "Make message ids readable",
        changes: &[(MESSAGE_IDS, Some("by-minute"))],
    },
    WrongVersion {
        name: "rate-limiter-mad",
        message: "Protect the API from busy clients",
        changes: &[(RATE_LIMIT_PER_MINUTE, Some("3"))],
    },
    WrongVersion {
        name: "storage-limit",
        message: "Read the transcript in one go",
        changes: &[(MESSAGE_KEYS, Some("one-for-all"))],
    },
    WrongVersion {
        name: "cpu-limit",
        message: "Render answers on the server",
        changes: &[(RENDERING, Some("whole-transcript"))],
    },
];

/// The fault of that name.
pub(crate) fn named(name: &str) -> Option<&'static WrongVersion> {
    WRONG_VERSIONS.iter().find(|wrong| wrong.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::settings;

    #[test]
    fn a_whole_version_has_no_fault_and_a_wrong_one_has_its_own_alone() {
        for wrong in &WRONG_VERSIONS {
            assert!(!wrong.is_in(&settings::whole()), "{}", wrong.name);
            let broken = wrong.put_into(settings::whole());
            let found: Vec<_> = WRONG_VERSIONS.iter().filter(|one| one.is_in(&broken)).collect();
            assert_eq!(found.iter().map(|one| one.name).collect::<Vec<_>>(), [wrong.name]);
            assert_eq!(wrong.take_out_of(broken, &settings::whole()), settings::whole(), "{}", wrong.name);
        }
    }
}
