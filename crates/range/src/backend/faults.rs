//! The faults that live in the backend's deployment: a variable that somebody set, or code that somebody shipped, in good
//! faith. Each is there while the wrong value is live, and gone when another one is.

use super::settings::{
    AUTH_CALLBACK_URL, AUTH_GITHUB_SECRET, CODE, MESSAGE_KEY, SESSION_TOKEN_TTL_MS, SYNC_WORKERS, Settings,
    WRITES_PER_MINUTE, evaluated,
};

/// Where a wrong value lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// `npx convex env`.
    Env,
    /// `npx convex deploy`.
    Code,
}

/// A value that breaks something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WrongValue {
    /// The fault's name.
    pub(crate) name: &'static str,
    /// What whoever brought it believed.
    pub(super) message: &'static str,
    place: Place,
    setting: &'static str,
    value: &'static str,
}

/// The fault that lives in the grants and not in a value: all of them were taken back.
pub(crate) const GRANTS_GONE: &str = "git-token-expired";

/// All of the wrong values.
pub(crate) const WRONG_VALUES: [WrongValue; 6] = [
    WrongValue {
        name: "token-expiry-wrong",
        message: "Shorten sessions to a day",
        place: Place::Code,
        setting: SESSION_TOKEN_TTL_MS,
        value: "24 * 60",
    },
    WrongValue {
        name: "duplicate-message-ids",
        message: "Group messages by minute",
        place: Place::Code,
        setting: MESSAGE_KEY,
        value: "\"minute\"",
    },
    WrongValue {
        name: "oauth-callback-wrong",
        message: "Try sign-in on the preview",
        place: Place::Env,
        setting: AUTH_CALLBACK_URL,
        value: "https://preview.tabbi.dev/api/auth/callback/github",
    },
    WrongValue {
        name: "oauth-secret-wrong",
        message: "Rotate the app's secret",
        place: Place::Env,
        setting: AUTH_GITHUB_SECRET,
        value: "practice-app-password-2",
    },
    WrongValue {
        name: "sync-stalled",
        message: "Hold the sync while messages are moved",
        place: Place::Env,
        setting: SYNC_WORKERS,
        value: "0",
    },
    WrongValue {
        name: "write-limit-low",
        message: "Save on writes",
        place: Place::Env,
        setting: WRITES_PER_MINUTE,
        value: "2",
    },
];

impl WrongValue {
    /// The fault of that name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        WRONG_VALUES.iter().find(|wrong| wrong.name == name)
    }

    /// Whether it is live.
    pub(super) fn is_in(&self, settings: &Settings) -> bool {
        let values = match self.place {
            Place::Env => &settings.env,
            Place::Code => &settings.code,
        };
        values.get(self.setting).is_some_and(|value| *value == evaluated(self.value))
    }

    /// Puts it in, or what a whole deployment has instead.
    pub(super) fn switch(&self, settings: &mut Settings, on: bool) {
        let whole = Settings::whole();
        let (values, whole) = match self.place {
            Place::Env => (&mut settings.env, whole.env),
            Place::Code => (&mut settings.code, whole.code),
        };
        match (on, whole.get(self.setting)) {
            (true, _) => drop(values.insert(self.setting.to_owned(), evaluated(self.value))),
            (false, Some(value)) => drop(values.insert(self.setting.to_owned(), value.clone())),
            (false, None) => drop(values.remove(self.setting)),
        }
    }

    /// What the log says of the change, as the platform's own audit log would.
    pub(super) fn told(&self) -> String {
        let Self { setting, message, .. } = self;
        match self.place {
            Place::Env => format!("environment variable {setting} changed: {message}"),
            Place::Code => {
                let file = CODE.iter().find(|(_, name, _)| name == setting).map_or("", |(file, _, _)| *file);
                format!("code pushed, {file} changed: {message}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_deployment_has_no_fault_and_a_wrong_one_has_its_own_alone() {
        for wrong in &WRONG_VALUES {
            let mut settings = Settings::whole();
            assert!(!wrong.is_in(&settings), "{}", wrong.name);
            wrong.switch(&mut settings, true);
            let found: Vec<_> = WRONG_VALUES.iter().filter(|one| one.is_in(&settings)).collect();
            assert_eq!(found.iter().map(|one| one.name).collect::<Vec<_>>(), [wrong.name]);
            wrong.switch(&mut settings, false);
            assert_eq!(settings, Settings::whole(), "{}", wrong.name);
        }
    }
}
