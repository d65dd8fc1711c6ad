//! Silences: an alert that one covers opens no incident and wakes nobody while it lasts. Maintenance is the same thing by
//! another name, made in advance or again and again.

mod matcher;
mod window;

pub use matcher::{MATCHERS_MAX, MatchOp, Matcher, Matchers};
pub use window::{Maintenance, MaintenanceDays};

use crate::alert::Alert;
use crate::id::SilenceId;
use crate::people::Actor;
use crate::refusal::Refusal;
use crate::words;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// No silence lasts longer: what is to be silent for good is changed where it comes from.
pub const SILENCE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);
/// None begins later than this.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);
/// A reason is not longer.
const REASON_CHARS_MAX: usize = 500;
/// So many that have not ended there are at most: each is asked of every alert.
pub const SILENCES_MAX: usize = 1_000;

/// Why alerts are held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SilenceKind {
    /// Somebody knows of it and does not want to hear of it.
    Silence,
    /// Somebody works on it.
    Maintenance,
}

/// A silence as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilenceDraft {
    /// Why alerts are held back.
    pub kind: SilenceKind,
    /// The same in words.
    pub reason: String,
    /// Which alerts.
    pub matchers: Vec<Matcher>,
    /// From when on; `None`: from now.
    pub starts_at: Option<Timestamp>,
    /// Until when.
    pub ends_at: Timestamp,
}

/// A silence that was made, with all that became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Which.
    pub id: SilenceId,
    /// How often it was changed, the making counted.
    pub version: u64,
    /// Why alerts are held back.
    pub kind: SilenceKind,
    /// The same in words.
    pub reason: String,
    /// Which alerts.
    pub matchers: Vec<Matcher>,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when, unless it is ended before.
    pub ends_at: Timestamp,
    /// Who made it.
    pub made_by: Actor,
    /// When.
    pub made_at: Timestamp,
    /// Who ended it early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndedEarly>,
}

/// The early end of a silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedEarly {
    /// Who ended it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

impl Silence {
    /// The silence of a draft.
    ///
    /// # Errors
    /// A [`Refusal`] when it cannot be meant.
    pub fn new(id: SilenceId, draft: SilenceDraft, by: Actor, now: Timestamp) -> Result<Self, Refusal> {
        let not_now = |why: String| Refusal::NotNow { what: "silence", why };
        if by.person().is_none() {
            return Err(Refusal::PersonNeeded);
        }
        let reason = words::line(&draft.reason, REASON_CHARS_MAX);
        if reason.is_empty() {
            return Err(Refusal::Missing {
                what: "a reason, for whoever finds out what was not told".to_string(),
            });
        }
        let starts_at = draft.starts_at.unwrap_or(now).max(now);
        if starts_at.duration_since(now) > AHEAD_MAX {
            return Err(not_now(format!("it begins at {starts_at}, more than a year from now")));
        }
        let lasts = draft.ends_at.duration_since(starts_at);
        if !lasts.is_positive() {
            return Err(not_now(format!("it would end at {}, before it begins", draft.ends_at)));
        }
        if lasts > SILENCE_MAX {
            let days = SILENCE_MAX.as_hours() / 24;
            return Err(not_now(format!("it would last longer than {days} days; make a new one then")));
        }
        let matchers = Matchers::new(draft.matchers).map_err(not_now)?;
        Ok(Self {
            id,
            version: 1,
            kind: draft.kind,
            reason,
            matchers: matchers.each().cloned().collect(),
            starts_at,
            ends_at: draft.ends_at,
            made_by: by,
            made_at: now,
            ended: None,
        })
    }

    /// The same, ended now.
    ///
    /// # Errors
    /// A [`Refusal`] when it is over.
    pub fn end(&self, by: Actor, now: Timestamp) -> Result<Self, Refusal> {
        if by.person().is_none() {
            return Err(Refusal::PersonNeeded);
        }
        if self.until() <= now {
            let why = format!("{} is over since {}", self.id, self.until());
            return Err(Refusal::NotNow { what: "silence", why });
        }
        let ended = Some(EndedEarly { by, at: now });
        Ok(Self { version: self.version + 1, ended, ..self.clone() })
    }

    /// When it ends, or ended.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.ended.as_ref().map_or(self.ends_at, |ended| ended.at.min(self.ends_at))
    }

    /// Whether it holds alerts back at a moment.
    #[must_use]
    pub fn is_active(&self, at: Timestamp) -> bool {
        self.starts_at <= at && at < self.until()
    }
}

/// What holds an alert back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The silence's id, or `window:` and the name of a window of the settings.
    pub silence: String,
    /// Why.
    pub kind: SilenceKind,
    /// The same in words.
    pub reason: String,
    /// Who made it; `evenkeel` for a window of the settings.
    pub by: Actor,
    /// Until when, unless it is ended before.
    pub until: Timestamp,
}

/// Everything that may hold alerts back.
#[derive(Clone, Debug, Default)]
pub struct Silences {
    made: Vec<(Silence, Matchers)>,
    windows: Arc<[Maintenance]>,
}

impl Silences {
    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Of silences that were made, and the windows of the settings. One whose conditions cannot be read any more holds
    /// nothing back: better woken than forgotten.
    #[must_use]
    pub fn new(made: Vec<Silence>, windows: Arc<[Maintenance]>) -> Self {
        let read = |silence: Silence| {
            let matchers = Matchers::new(silence.matchers.clone()).ok()?;
            Some((silence, matchers))
        };
        Self { made: made.into_iter().filter_map(read).collect(), windows }
    }

    /// Those that were made.
    pub fn made(&self) -> impl Iterator<Item = &Silence> {
        self.made.iter().map(|(silence, _)| silence)
    }

    /// The windows of the settings.
    #[must_use]
    pub fn windows(&self) -> &Arc<[Maintenance]> {
        &self.windows
    }

    /// What holds an alert back at a moment: of several, what ends last.
    #[must_use]
    pub fn hold(&self, alert: &Alert, at: Timestamp) -> Option<Hold> {
        let made =
            self.made.iter().filter(|(silence, matchers)| silence.is_active(at) && matchers.hold_for(alert));
        let made = made.map(|(silence, _)| Hold {
            silence: silence.id.to_string(),
            kind: silence.kind,
            reason: silence.reason.clone(),
            by: silence.made_by.clone(),
            until: silence.until(),
        });
        let windows = self.windows.iter().filter(|window| window.matchers.hold_for(alert));
        let windows = windows.filter_map(|window| window.hold(at));
        made.chain(windows).max_by_key(|hold| hold.until)
    }

    /// The names of everything that holds alerts back at a moment.
    #[must_use]
    pub fn active(&self, at: Timestamp) -> BTreeSet<String> {
        let made = self.made().filter(|silence| silence.is_active(at)).map(|silence| silence.id.to_string());
        let windows = self.windows.iter().filter(|window| window.occurrence(at).is_some());
        made.chain(windows.map(Maintenance::id)).collect()
    }
}
