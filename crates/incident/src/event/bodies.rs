//! What the larger events say. Kept as they stand in the journal: each is the body of its kind.

use super::{Arrival, OpenedBy};
use crate::command::AckIntent;
use crate::people::{Actor, PersonId};
use crate::silence::Hold;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;
use playbook::RunbookMatch;
use serde::{Deserialize, Serialize};

/// A silence holds an alert back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holding {
    /// Which, and until when.
    pub hold: Hold,
    /// One line for people.
    pub title: String,
    /// The runbooks that fit, best first, for when it opens after all.
    pub matches: Vec<RunbookMatch>,
    /// The digest of the plan of then.
    pub plan: String,
}

/// Somebody has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acknowledging {
    /// What they mean.
    pub intent: AckIntent,
    /// The page that they answered.
    pub page: Option<u32>,
    /// When it lapses without news.
    pub lapses_at: Timestamp,
    /// When they are asked whether they still have it; `None` for not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Timestamp>,
    /// Who had it until now, when it was taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Actor>,
}

/// An attempt of a page failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageFailure {
    /// Which.
    pub page: u32,
    /// Which attempt.
    pub attempt: u32,
    /// What went wrong.
    pub error: String,
    /// When it is tried again; `None` for never.
    pub retry_at: Option<Timestamp>,
    /// Whether it may have arrived all the same.
    #[serde(default)]
    pub arrival: Arrival,
}

/// How an incident began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// One line for people.
    pub title: String,
    /// More.
    pub description: String,
    /// How.
    pub how: OpenedBy,
    /// The digest of the pinned plan.
    pub plan: String,
}

/// A level of the escalation was reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reaching {
    /// Which round, from 0.
    pub round: u32,
    /// Which level, from 0.
    pub level: u32,
    /// Whom the path names.
    pub target: String,
    /// The escalation of the settings that it belongs to; `None`: the playbook's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The rule that led here, in words.
    pub rule: String,
    /// When the next level is due.
    pub next_due: Option<Timestamp>,
}

/// What an escalation rests for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestsFor {
    /// The team's working hours: it goes on where it stopped.
    #[default]
    WorkingHours,
    /// The end of somebody's quiet hours, of whom it has told nothing yet: it begins again then, with all its rounds.
    QuietHours,
}

impl RestsFor {
    const fn is_working_hours(&self) -> bool {
        matches!(self, Self::WorkingHours)
    }
}

/// An escalation wakes nobody before a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resting {
    /// The round that goes on then, from 0.
    pub round: u32,
    /// The level that is reached then, from 0.
    pub level: u32,
    /// The escalation of the settings that it belongs to; `None`: the playbook's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Until when.
    pub until: Timestamp,
    /// Why, in words, with the time as people there say it.
    pub why: String,
    /// What it waits for.
    #[serde(default, skip_serializing_if = "RestsFor::is_working_hours")]
    pub rests_for: RestsFor,
    /// Who has said that they cannot, and is passed over then while there is anybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<PersonId>,
}

/// A role that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taking {
    /// The role.
    pub role: String,
    /// By whom.
    pub person: PersonId,
    /// Who had it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PersonId>,
    /// What they said of how things stand.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}
