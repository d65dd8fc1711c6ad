//! What an incident's state is made of.

use crate::alert::{Alert, AlertStatus};
use crate::command::{AckIntent, UpdateDraft};
use crate::event::{Ending, Fact, PagePurpose, RestsFor, RunReport, RunRequest, StopReason};
use crate::people::{Actor, Channel, Contact, PersonId};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;
use jiff::civil::Date;
use playbook::{Approval, Obligation};

/// Who has it, since when, and until when without news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Who.
    pub by: Actor,
    /// What they meant.
    pub intent: AckIntent,
    /// Since when.
    pub at: Timestamp,
    /// Until when without news.
    pub lapses_at: Timestamp,
    /// When they are asked whether they still have it; `None` when they have been, or are not.
    pub remind_at: Option<Timestamp>,
    /// When they last did anything here.
    pub news_at: Timestamp,
    /// To whom they want to hand it.
    pub handing_to: Option<PersonId>,
    /// Until when they said that they need no reminder.
    pub snoozed_until: Option<Timestamp>,
}

impl Acknowledgement {
    /// When they are next asked whether they still have it, or have it no more.
    pub(crate) fn asked_at(&self) -> Timestamp {
        self.remind_at.unwrap_or(self.lapses_at)
    }
}

/// An alert within its incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertState {
    /// As it first came.
    pub alert: Alert,
    /// Firing or over.
    pub status: AlertStatus,
    /// How often it came.
    pub count: u32,
    /// When it last came.
    pub last_at: Timestamp,
    /// When its source has fallen silent unless it is repeated before.
    pub expires_at: Option<Timestamp>,
    /// Whether it fires no more only because its source fell silent.
    pub silent: bool,
}

/// Where an escalation stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Escalation {
    /// Has not begun.
    #[default]
    Idle,
    /// Waiting for an answer.
    Waiting {
        /// Which round, from 0.
        round: u32,
        /// The round that it began with, when it last began anew.
        first: u32,
        /// The round from which on rounds are counted: `first`, or the one in which somebody could be told who had slept.
        counted_from: u32,
        /// The level that was paged last, from 0.
        level: u32,
        /// The escalation of the settings that is climbed; `None`: the playbook's own.
        policy: Option<String>,
        /// When this round began.
        since: Timestamp,
        /// When the next level is due.
        next_due: Option<Timestamp>,
    },
    /// Of low urgency, it wakes nobody before the team's working hours, or before somebody's quiet hours end.
    Resting {
        /// The round that goes on then.
        round: u32,
        /// The round that it began with, when it last began anew.
        first: u32,
        /// The round from which on rounds are counted.
        counted_from: u32,
        /// The level that is reached then, from 0.
        level: u32,
        /// The escalation of the settings that is climbed; `None`: the playbook's own.
        policy: Option<String>,
        /// Until when.
        until: Timestamp,
        /// Why, in words.
        why: String,
        /// What it waits for.
        rests_for: RestsFor,
        /// Who has said that they cannot, and is passed over then.
        without: Option<PersonId>,
    },
    /// The whole path was paged and nobody answered.
    Exhausted {
        /// The last round.
        round: u32,
    },
    /// Nobody at all could be woken.
    Unpaged {
        /// Why.
        why: String,
        /// When it is tried again; `None` in what an older server left.
        next_due: Option<Timestamp>,
    },
    /// Somebody has it, or it is over, or it wakes nobody.
    Stopped,
}

impl Escalation {
    /// The round that it began with and the one from which on its rounds are counted, while it goes on.
    pub(crate) const fn began(&self) -> Option<(u32, u32)> {
        match self {
            Self::Waiting { first, counted_from, .. } | Self::Resting { first, counted_from, .. } => {
                Some((*first, *counted_from))
            }
            Self::Idle | Self::Exhausted { .. } | Self::Unpaged { .. } | Self::Stopped => None,
        }
    }
}

/// Where a page stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageState {
    /// Goes out at this time, unless nobody needs it by then.
    Planned {
        /// When.
        at: Timestamp,
    },
    /// On its way.
    Pending,
    /// Failed so far, tried again at this time.
    Retrying {
        /// When.
        at: Timestamp,
    },
    /// The provider took it.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// Given up on this channel.
    Failed {
        /// What went wrong.
        error: String,
    },
    /// Not needed any more before it went out.
    Withdrawn,
}

/// Waking one responder over one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its number, from 1.
    pub number: u32,
    /// Whom it wakes.
    pub responder: PersonId,
    /// Over what.
    pub channel: Channel,
    /// Where.
    pub address: String,
    /// For which round of the escalation.
    pub round: u32,
    /// For which level.
    pub level: u32,
    /// Why this person, in words.
    pub rule: String,
    /// What it is for.
    pub purpose: PagePurpose,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// When its attempt was to go out.
    pub due_at: Timestamp,
    /// Which attempt it is at, from 1.
    pub attempt: u32,
    /// Whether an earlier attempt may have arrived.
    pub possible_repeat: u32,
    /// Where it stands.
    pub state: PageState,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// What it waits for before it goes out, in words, when that is its responder's quiet hours.
    pub waits: Option<String>,
    /// Why it was taken back before it went out.
    pub withdrawn_because: Option<StopReason>,
    /// How its responder answered it.
    pub answer: Option<AckIntent>,
}

impl Page {
    /// Whether it waits for the end of hours in which its responder is not told.
    pub(crate) fn is_kept(&self) -> bool {
        self.waits.is_some() && matches!(self.state, PageState::Planned { .. })
    }

    /// Whether it goes over this way.
    pub(crate) fn is_over(&self, way: &Contact) -> bool {
        (self.channel, &self.address) == (way.channel, &way.address)
    }

    /// Where it went, if that is no secret: the address of a webhook opens it, and a mail address is its person's own.
    #[must_use]
    pub fn open_address(&self) -> Option<&str> {
        match self.channel {
            Channel::Handset => Some(&self.address),
            Channel::Email | Channel::Webhook | Channel::Slack => None,
        }
    }
}

/// A tick of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What ticked it, when it was not a person.
    pub because: Option<String>,
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Waits for a person's word.
    Proposed,
    /// A person refused, or, if it only looks, the server did not come to it.
    Rejected {
        /// Who.
        by: Actor,
        /// Why.
        reason: String,
    },
    /// May run, and has not begun.
    Ready,
    /// Runs.
    Running {
        /// Since when.
        since: Timestamp,
    },
    /// Ended.
    Ended(RunReport),
    /// The server stopped while it ran; nobody knows how it went.
    Lost,
}

/// The first of two words for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstWord {
    /// Whose.
    pub by: Actor,
    /// When it was given.
    pub at: Timestamp,
    /// Until when another person's word can be the second.
    pub until: Timestamp,
    /// In whose hand their account may be, where that is not their own.
    pub sponsor: Option<PersonId>,
}

/// One execution of a step's command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number, from 1.
    pub number: u32,
    /// What.
    pub request: RunRequest,
    /// Who asked.
    pub asked_by: Actor,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// How often it has been laid out for a word: whatever changes what a word would mean counts as another time.
    pub offer: u32,
    /// The first of two words, while it counts, and for the record afterwards.
    pub first_word: Option<FirstWord>,
    /// Who gave the word, if one was needed.
    pub approved_by: Option<Actor>,
    /// When the word was given.
    pub approved_at: Option<Timestamp>,
    /// Whether it waits until it has been looked at how things are before it.
    pub waits_for_looks: bool,
    /// Who wanted it to end, if anybody did.
    pub stopped_by: Option<Actor>,
    /// Where it stands.
    pub state: RunState,
    /// What the playbook's expectations say of it.
    pub checks: Vec<(String, Fact)>,
    /// The runbook that was in use when it was asked for.
    pub runbook: Option<String>,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Run {
    /// Whether it may begin, or has begun, and is not over.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        match self.state {
            RunState::Ready | RunState::Running { .. } => true,
            RunState::Proposed | RunState::Rejected { .. } | RunState::Ended(_) | RunState::Lost => false,
        }
    }

    /// Whether it is a change itself: no look, and no try of one.
    pub(crate) fn is_change(&self) -> bool {
        self.request.effect.approval() == Approval::Needed && self.request.purpose.is_step()
    }

    /// Whether nobody knows how much of a change was made: it began, and did not come to its own end.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        let cut_off = match &self.state {
            RunState::Lost => true,
            RunState::Ended(report) => match &report.ending {
                Ending::Stopped | Ending::TimedOut | Ending::TooMuchOutput | Ending::Killed { .. } => true,
                Ending::Exited { .. } | Ending::Followed | Ending::NotStarted { .. } => false,
            },
            RunState::Proposed | RunState::Rejected { .. } | RunState::Ready | RunState::Running { .. } => {
                false
            }
        };
        cut_off && self.request.effect.approval() == Approval::Needed
    }
}

/// A status update that was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUpdate {
    /// Its number, from 1.
    pub number: u32,
    /// What was said.
    pub draft: UpdateDraft,
    /// Who posted it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// The watch over recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Something to do after the incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionItem {
    /// What.
    pub title: String,
    /// Who.
    pub owner: Option<PersonId>,
    /// By when.
    pub due: Option<Date>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

/// Where the postmortem stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostmortemState {
    /// How strongly the playbook asks for one; `None` when it does not.
    pub obligation: Option<Obligation>,
    /// The stages with their deadlines.
    pub stages: Vec<(String, Timestamp)>,
    /// Stages whose deadline has passed.
    pub stages_due: BTreeSet<u32>,
    /// How often it was saved; 0 while it is only a draft from the events.
    pub revision: u32,
    /// The text as last saved.
    pub text: Option<String>,
}
