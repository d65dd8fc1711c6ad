//! What happened. Published events are never edited: new ones are added, and old journals stay readable.

mod bodies;
mod parts;

pub use bodies::{Acknowledging, Holding, Opening, PageFailure, Reaching, Resting, RestsFor, Taking};
pub use parts::{
    Arrival, Audience, Ending, Event, Fact, Lapse, OpenedBy, PageDecision, PageOutcome, PagePurpose, Phase,
    Purpose, RunReport, RunRequest, SeverityBasis, StopReason,
};

use crate::alert::{Alert, AlertKey};
use crate::command::{AckIntent, StepOutcome, UpdateDraft};
use crate::people::PersonId;
use crate::severity::Severity;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;
use jiff::civil::Date;
use playbook::RunbookMatch;
use serde::{Deserialize, Serialize};

/// What happened. The order of the variants is the order of an incident's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The incident began.
    Opened(Opening),
    /// A silence holds the alert back: nobody is woken, and no incident opens.
    Held(Holding),
    /// The alert was over before what held it back.
    HeldPassed,
    /// An alert began, or began again.
    AlertFired {
        /// The alert.
        alert: Alert,
    },
    /// An alert was repeated; nothing else follows from that.
    AlertRepeated {
        /// Which.
        key: AlertKey,
        /// When its source has fallen silent unless it is repeated before.
        expires_at: Option<Timestamp>,
    },
    /// An alert is over.
    AlertResolved {
        /// Which.
        key: AlertKey,
        /// Whether the source said so or merely fell silent.
        lapsed: Lapse,
    },
    /// The source will have fallen silent at this time, unless it repeats the alert.
    AlertsWatched {
        /// When.
        until: Timestamp,
    },
    /// The severity is set.
    SeveritySet {
        /// To what.
        severity: Severity,
        /// Why.
        basis: SeverityBasis,
    },
    /// Runbooks were found for it.
    RunbooksMatched {
        /// Best first; may be empty.
        matches: Vec<RunbookMatch>,
    },
    /// A person took another runbook.
    RunbookChosen {
        /// Its id.
        runbook: String,
    },
    /// A level of the escalation was reached.
    LevelReached(Reaching),
    /// Nobody is woken before the team's working hours begin.
    EscalationRests(Resting),
    /// Nobody at that level can be woken.
    LevelUnreachable {
        /// Which level, from 0.
        level: u32,
        /// Whom the playbook names.
        target: String,
        /// Why.
        why: String,
    },
    /// A page is to be sent.
    PageDecided(PageDecision),
    /// A page that was decided for later goes out.
    PageDue {
        /// Which.
        page: u32,
    },
    /// The provider took the page.
    PageDelivered {
        /// Which.
        page: u32,
        /// At which attempt.
        attempt: u32,
        /// The provider's own reference.
        reference: String,
    },
    /// An attempt failed.
    PageFailed(PageFailure),
    /// A page is tried again.
    PageRetried {
        /// Which.
        page: u32,
    },
    /// The server stopped before it heard the outcome: the page goes out again, marked as a possible repeat.
    PageUncertain {
        /// Which.
        page: u32,
    },
    /// A page that had not gone out is not needed any more.
    PageWithdrawn {
        /// Which.
        page: u32,
        /// Why.
        reason: StopReason,
    },
    /// The whole path was paged as often as the limit allows and nobody answered: it stands in red.
    EscalationExhausted {
        /// The last round.
        round: u32,
    },
    /// Nobody at all could be woken.
    Unpaged {
        /// Why.
        why: String,
        /// When it is tried again, with the roster of then.
        #[serde(default)]
        next_due: Option<Timestamp>,
    },
    /// The escalation stopped.
    EscalationStopped {
        /// Why.
        reason: StopReason,
    },
    /// The severity wakes nobody; this was filed instead.
    TicketFiled {
        /// What.
        text: String,
    },
    /// Somebody has it.
    Acknowledged(Acknowledging),
    /// Somebody cannot.
    Declined {
        /// The page that they answered.
        page: Option<u32>,
    },
    /// Whoever has it gave news, or said for how long they need no reminder, so it lapses later.
    AcknowledgementExtended {
        /// When it lapses without further news.
        lapses_at: Timestamp,
        /// When they are asked whether they still have it; `None` for not at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remind_at: Option<Timestamp>,
    },
    /// Whoever has it is asked whether they still do.
    AcknowledgementReminded {
        /// When it lapses without an answer.
        lapses_at: Timestamp,
    },
    /// Whoever has it wants to hand it over; they have it until the other one takes it.
    HandOverAsked {
        /// To whom.
        to: PersonId,
        /// What they should know.
        words: String,
    },
    /// A person asks others to help.
    HelpAsked {
        /// Whom: a role or a person.
        target: String,
        /// What for.
        words: String,
    },
    /// A page that asked for less than taking the incident was answered.
    PageAnswered {
        /// Which.
        page: u32,
        /// How.
        intent: AckIntent,
    },
    /// Whoever had it gave it back or fell silent.
    Unacknowledged {
        /// Why.
        why: String,
    },
    /// A role was taken.
    RoleTaken(Taking),
    /// A checklist item was ticked.
    Ticked {
        /// Phase, from 0.
        phase: u32,
        /// Item in the phase, from 0.
        item: u32,
        /// What ticked it, when it was not a person.
        because: Option<String>,
    },
    /// A tick was taken back.
    Unticked {
        /// Phase, from 0.
        phase: u32,
        /// Item in the phase, from 0.
        item: u32,
    },
    /// A note was written.
    Noted {
        /// The text.
        text: String,
    },
    /// A read-only command was requested and goes ahead.
    RunRequested {
        /// Its number, from 1.
        run: u32,
        /// What.
        request: RunRequest,
    },
    /// A command that may change something was requested and waits for a person's word.
    RunProposed {
        /// Its number, from 1.
        run: u32,
        /// What.
        request: RunRequest,
    },
    /// A named person gave the first of two words.
    RunFirstApproved {
        /// Which.
        run: u32,
        /// Until when another person's word can be the second.
        until: Timestamp,
        /// In whose hand their account may be, where that is not their own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sponsor: Option<PersonId>,
    },
    /// Nobody gave the second word in time: the first no longer counts.
    RunFirstLapsed {
        /// Which.
        run: u32,
    },
    /// A named person gave the word, the second one where two are needed.
    RunApproved {
        /// Which.
        run: u32,
    },
    /// What was to be looked at before an approved change has been, or was not waited for any longer: it goes.
    RunPrepared {
        /// Which.
        run: u32,
        /// Whether everything had been looked at.
        whole: bool,
    },
    /// An approved run had not begun when its approval ended: it waits for a word again.
    RunHeld {
        /// Which.
        run: u32,
        /// Why the approval ended.
        why: String,
    },
    /// A command that only looks had its turn too late or not at all: it does not begin by itself any more.
    RunSkipped {
        /// Which.
        run: u32,
        /// Why.
        why: String,
    },
    /// A named person refused the word.
    RunRejected {
        /// Which.
        run: u32,
        /// Why.
        reason: String,
    },
    /// A person wants a run to end, or not to begin.
    RunStopAsked {
        /// Which.
        run: u32,
    },
    /// A run began.
    RunStarted {
        /// Which.
        run: u32,
    },
    /// A run ended.
    RunEnded {
        /// Which.
        run: u32,
        /// How.
        report: RunReport,
        /// What the playbook's expectations say of it: the text of each and whether it holds.
        checks: Vec<(String, Fact)>,
    },
    /// The server, or the agent that had it, stopped while a command ran; nobody knows how it went.
    RunLost {
        /// Which.
        run: u32,
    },
    /// A person said how a step went.
    StepMarked {
        /// Its number in the runbook.
        step: u32,
        /// How it went.
        outcome: StepOutcome,
    },
    /// People were told.
    UpdatePosted {
        /// Its number, from 1.
        update: u32,
        /// What was said.
        draft: UpdateDraft,
        /// When the next one is due.
        next_due: Option<Timestamp>,
    },
    /// The first status update is due.
    UpdateDue {
        /// When.
        due: Timestamp,
    },
    /// A promised update is soon due: whoever tells people is reminded.
    UpdateReminded {
        /// When it is due.
        due: Timestamp,
    },
    /// A promised update did not come.
    UpdateMissed {
        /// When it was due.
        due: Timestamp,
        /// When it is looked at again.
        next_due: Timestamp,
    },
    /// All alerts are over; recovery is watched.
    RecoveryStarted {
        /// Until when.
        until: Timestamp,
    },
    /// It came back while recovery was watched.
    RecoveryBroken {
        /// Why.
        why: String,
    },
    /// Recovery held.
    RecoveryHeld,
    /// It is over.
    Resolved {
        /// What fixed it.
        summary: String,
    },
    /// It is not over after all.
    Reopened {
        /// Why.
        why: String,
    },
    /// A postmortem is owed, or not, and by when.
    PostmortemOwed {
        /// How strongly the playbook asks for one.
        obligation: Option<playbook::Obligation>,
        /// The stages with their deadlines.
        stages: Vec<(String, Timestamp)>,
    },
    /// A deadline of the postmortem has passed.
    PostmortemStageDue {
        /// Which stage, from 0.
        stage: u32,
    },
    /// An edited postmortem was kept.
    PostmortemSaved {
        /// Its revision, from 1.
        revision: u32,
        /// The Markdown.
        text: String,
    },
    /// Something to do after the incident.
    ActionItemAdded {
        /// Its number, from 0.
        item: u32,
        /// What.
        title: String,
        /// Who.
        owner: Option<PersonId>,
        /// By when.
        due: Option<Date>,
    },
    /// An action item is done.
    ActionItemCompleted {
        /// Which, from 0.
        item: u32,
    },
}
