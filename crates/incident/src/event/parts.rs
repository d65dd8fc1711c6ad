//! What events are made of.

use super::EventKind;
use crate::people::{Actor, Channel, PersonId};
use crate::place::Place;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use jiff::Timestamp;
use playbook::{Answer, Effect};
use serde::{Deserialize, Serialize};

/// One thing that happened to an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When it was decided.
    pub at: Timestamp,
    /// Who caused it.
    pub by: Actor,
    /// What happened.
    pub kind: EventKind,
}

/// How an alert ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lapse {
    /// The source said so.
    Told,
    /// The source fell silent past the time it had named.
    Silence,
}

/// How an incident came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenedBy {
    /// An alert fired.
    Alert,
    /// A person reported it.
    Report,
}

/// Why a severity is what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeverityBasis {
    /// The alert's own word.
    Alert {
        /// The word.
        word: String,
    },
    /// The alert named none, or one that nobody knows: it pages all the same.
    Unknown {
        /// The word, or empty.
        word: String,
    },
    /// A person's word at the report.
    Report,
    /// The playbook's decision tree.
    Tree {
        /// The questions with their answers.
        answers: Vec<(String, Answer)>,
    },
    /// By hand.
    Hand {
        /// Why.
        reason: String,
    },
}

/// What a page is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PagePurpose {
    /// Somebody must take the incident.
    #[default]
    Escalation,
    /// Whoever has it is asked whether they still do, before it lapses.
    Reminder,
    /// A person asks them to help; somebody else has it.
    Help,
    /// Whoever has it wants to hand it to them.
    HandOver,
    /// An update is promised, or did not come: they are asked to write it.
    Update,
}

impl PagePurpose {
    /// Whether a person asks for it: it is their word that it cannot wait.
    pub(crate) const fn is_asked_for(self) -> bool {
        match self {
            Self::Help | Self::HandOver => true,
            Self::Escalation | Self::Reminder | Self::Update => false,
        }
    }
}

/// A page that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageDecision {
    /// Its number, from 1.
    pub page: u32,
    /// Whom it wakes.
    pub responder: PersonId,
    /// Over what.
    pub channel: Channel,
    /// Where.
    pub address: String,
    /// For which level.
    pub level: u32,
    /// Why this person, in words.
    pub rule: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: PagePurpose,
    /// When it goes out, unless nobody needs it by then; `None` for at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// What it waits for until then, in words, when that is the responder's quiet hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
}

/// Why an escalation stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// Somebody has it.
    Acknowledged,
    /// It is over.
    Resolved,
    /// The severity wakes nobody.
    SeverityWakesNobody,
    /// Begins again with another severity.
    SeverityChanged,
    /// Whoever it was for cannot.
    Declined,
    /// Whoever had it has it no more, and the escalation begins again.
    Lapsed,
    /// Whoever has it wants to hand it over to somebody else.
    OfferedToAnother,
    /// Somebody else is on call by the time at which it was to go out.
    NotOnCall,
    /// The update that it asked for was posted.
    Told,
    /// Its responder has answered, over this way or another.
    Answered,
    /// It asked for words that can wait by now.
    CanWait,
}

impl StopReason {
    /// In words.
    #[must_use]
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Acknowledged => "somebody has it",
            Self::Resolved => "it is over",
            Self::SeverityWakesNobody => "the severity wakes nobody",
            Self::SeverityChanged => "it begins again with another severity",
            Self::Declined => "its responder cannot",
            Self::Lapsed => "whoever had it has it no more",
            Self::OfferedToAnother => "it is offered to somebody else",
            Self::CanWait => "what it asked for can wait",
            Self::Answered => "its responder has answered",
            Self::Told => "the update was posted",
            Self::NotOnCall => "somebody else is on call by now",
        }
    }
}

/// How one attempt to deliver a page went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageOutcome {
    /// The provider took it.
    Delivered {
        /// The provider's own reference, if it gave one.
        reference: String,
    },
    /// Try again.
    TryAgain {
        /// What went wrong.
        error: String,
        /// When the provider wants it tried again, in seconds.
        after_s: Option<u32>,
    },
    /// Nobody knows whether it went out; try again, and say so.
    Unknown {
        /// What went wrong.
        error: String,
    },
    /// Will never work.
    Never {
        /// What went wrong.
        error: String,
    },
}

/// Whether a page that failed may have arrived all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    /// It did not.
    #[default]
    No,
    /// It may have: another attempt is a possible repeat.
    Possible,
}

/// Where an incident stands, in a status page's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Looking into it.
    Investigating,
    /// The cause is known.
    Identified,
    /// Fixed, and watched.
    Monitoring,
    /// Over.
    Resolved,
}

impl Phase {
    /// All of them in order.
    pub const ALL: [Self; 4] = [Self::Investigating, Self::Identified, Self::Monitoring, Self::Resolved];

    /// As a status page writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Investigating => "Investigating",
            Self::Identified => "Identified",
            Self::Monitoring => "Monitoring",
            Self::Resolved => "Resolved",
        }
    }
}

/// Who reads an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The team.
    Internal,
    /// Everyone, on the status page.
    Public,
}

/// A command about to be run: exactly these bytes, nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRequest {
    /// The step's number in the runbook; `None` for the quick diagnostics.
    pub step: Option<u32>,
    /// Index of the command in its step or in the quick diagnostics.
    pub command: u32,
    /// The command's title in the playbook, or the step's.
    pub title: String,
    /// The exact text, with its blanks filled.
    pub source: String,
    /// What it can do.
    pub effect: Effect,
    /// Why that is thought.
    pub effect_reason: String,
    /// What it is run for.
    #[serde(default, skip_serializing_if = "Purpose::is_step")]
    pub purpose: Purpose,
    /// Where it is run.
    #[serde(default, skip_serializing_if = "Place::is_server")]
    pub place: Place,
}

impl RunRequest {
    /// Whether it is the same text at the same place.
    #[must_use]
    pub fn is_same_command(&self, other: &Self) -> bool {
        self.source == other.source && self.place == other.place
    }
}

/// What a command is run for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// What the playbook has it for.
    #[default]
    Step,
    /// To see what another run would do, without doing it.
    DryRun {
        /// Which.
        of: u32,
    },
    /// To keep how things were just before a change.
    Before {
        /// The run that changes them.
        run: u32,
    },
}

impl Purpose {
    /// Whether it is run for its own sake.
    #[must_use]
    pub fn is_step(&self) -> bool {
        *self == Self::Step
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// By itself.
    Exited {
        /// The exit code.
        code: i32,
    },
    /// A signal from outside ended it.
    Killed {
        /// The signal's number.
        signal: i32,
    },
    /// It took too long and was ended.
    TimedOut,
    /// It follows a log and was ended at its limit, as it should be.
    Followed,
    /// It wrote too much and was ended.
    TooMuchOutput,
    /// A person had it ended.
    Stopped,
    /// It never began.
    NotStarted {
        /// Why.
        error: String,
    },
}

/// What came of a run. The output has been through the masking of secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// How it ended.
    pub ending: Ending,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What it printed, standard output and error in order of arrival, cut to the limit.
    pub output: Arc<str>,
    /// How many bytes it printed in all.
    pub output_bytes: u64,
    /// How many secrets were masked.
    pub masked: u32,
    /// What the system that ran it could not hold of what a command of its kind is held to, in words; older reports say
    /// nothing of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_held: Vec<String>,
}

impl RunReport {
    /// Of what printed nothing and took no time.
    #[must_use]
    pub fn without_output(ending: Ending) -> Self {
        Self { ending, duration_ms: 0, output: "".into(), output_bytes: 0, masked: 0, not_held: Vec::new() }
    }
}

/// What a person or the machine found out, kept for the postmortem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// It agrees with what the playbook expects.
    AsExpected,
    /// It does not.
    NotAsExpected,
}
