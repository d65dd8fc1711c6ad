//! What can be asked of an incident.

use crate::alert::Alert;
use crate::event::{Audience, PageOutcome, Phase, RunReport};
use crate::follow::TimerKey;
use crate::people::{Actor, PersonId};
use crate::sight::Sight;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;
use jiff::civil::Date;
use playbook::{Answer, RunbookMatch};
use serde::{Deserialize, Serialize};

/// What a responder means by acknowledging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AckIntent {
    /// On it now.
    OnIt,
    /// On it in so many minutes; lapses then unless they say more.
    InMinutes(u32),
    /// Cannot: the next level at once.
    Cannot,
}

/// What a person says of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Done, and it is fine.
    Done,
    /// Done, and this is where the trouble is.
    FoundIt,
    /// Does not apply.
    NotApplicable,
    /// Tried, and did not work.
    Failed,
}

/// A status update as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateDraft {
    /// Which template it was written in, by index in the playbook; `None` for free words.
    pub template: Option<u32>,
    /// What it says of the incident.
    pub phase: Phase,
    /// Who reads it.
    pub audience: Audience,
    /// What strangers see as the incident's name; needed with the first public update.
    #[serde(default)]
    pub public_title: Option<String>,
    /// The text, with every placeholder filled.
    pub body: String,
    /// When the next one is promised; `None` for the playbook's own rhythm.
    #[serde(default)]
    pub next_at: Option<Timestamp>,
}

/// What can be asked of an incident. Every command comes with the [`Actor`] who asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A delivery about an alert.
    Alert {
        /// The alert.
        alert: Alert,
        /// The runbooks that fit it, best first; used when it opens the incident.
        matches: Vec<RunbookMatch>,
    },
    /// What held the alert back may be over.
    JudgeHeld,
    /// A person says that something is wrong.
    Report {
        /// One line.
        title: String,
        /// More.
        description: String,
        /// How bad, by name; `None` when they do not know.
        severity: Option<String>,
        /// The runbooks that fit it, best first.
        matches: Vec<RunbookMatch>,
    },
    /// Someone has it, will have it, or cannot.
    Acknowledge {
        /// What they mean.
        intent: AckIntent,
        /// The page that they answer, when they came from one.
        page: Option<u32>,
    },
    /// Whoever had it gives it back: the escalation begins again.
    Unacknowledge {
        /// Why.
        reason: String,
    },
    /// A person takes it from whoever has it.
    TakeOver,
    /// Whoever has it asks somebody to take it, and has it until they do.
    HandOver {
        /// Who should take it.
        to: PersonId,
        /// What they should know.
        words: String,
    },
    /// Pages people to help, whoever has it.
    AskHelp {
        /// Whom: a role or a person.
        target: String,
        /// What for.
        words: String,
    },
    /// Whoever has it needs no reminder for so long.
    Snooze {
        /// How long, in minutes.
        minutes: u32,
    },
    /// Changes the severity by hand. Raising needs no reason; lowering does.
    SetSeverity {
        /// By name.
        severity: String,
        /// Why.
        reason: String,
    },
    /// Changes the severity by answering the playbook's questions.
    AnswerTree {
        /// The answers from the root on.
        answers: Vec<Answer>,
    },
    /// Ticks an item of the checklist.
    Tick {
        /// Phase, from 0.
        phase: u32,
        /// Item in the phase, from 0.
        item: u32,
    },
    /// Takes a tick back.
    Untick {
        /// Phase, from 0.
        phase: u32,
        /// Item in the phase, from 0.
        item: u32,
    },
    /// Writes a note on the timeline.
    Note {
        /// The text.
        text: String,
    },
    /// Takes another runbook.
    ChooseRunbook {
        /// Its id.
        runbook: String,
    },
    /// Asks for a command to be run.
    RequestRun {
        /// Which command.
        request: RunAsk,
    },
    /// Gives the word for exactly this command.
    ApproveRun {
        /// Which run.
        run: u32,
        /// What the approver saw.
        sight: Sight,
        /// In whose hand the approver's account may be, where that is not their own: whoever saw the link by which its
        /// password was set.
        sponsor: Option<PersonId>,
    },
    /// Refuses the word.
    RejectRun {
        /// Which run.
        run: u32,
        /// Why.
        reason: String,
    },
    /// Tries what waits for a word without doing it.
    DryRun {
        /// Which run.
        run: u32,
    },
    /// Ends a run that is under way, or keeps one from beginning.
    StopRun {
        /// Which run.
        run: u32,
    },
    /// Says how a step went.
    MarkStep {
        /// Its number in the runbook.
        step: u32,
        /// How it went.
        outcome: StepOutcome,
    },
    /// Tells people.
    PostUpdate {
        /// What is said.
        update: UpdateDraft,
    },
    /// Takes a role, such as `lead`.
    TakeRole {
        /// The role.
        role: String,
        /// What whoever had it before said of how things stand; may be empty.
        words: String,
    },
    /// It is over.
    Resolve {
        /// What fixed it.
        summary: String,
    },
    /// It is not over after all.
    Reopen {
        /// Why.
        reason: String,
    },
    /// Something to do after the incident.
    AddActionItem {
        /// What.
        title: String,
        /// Who.
        owner: Option<PersonId>,
        /// By when.
        due: Option<Date>,
    },
    /// An action item is done.
    CompleteActionItem {
        /// Which, from 0.
        item: u32,
    },
    /// Keeps an edited postmortem.
    SavePostmortem {
        /// The Markdown.
        text: String,
        /// The revision that was edited, so that two editors do not overwrite each other.
        revision: u32,
    },
    /// A timer fell due.
    TimerFired {
        /// Which.
        key: TimerKey,
        /// When it was due.
        due: Timestamp,
    },
    /// How an attempt to deliver a page went.
    PageOutcome {
        /// Which page.
        page: u32,
        /// Which attempt.
        attempt: u32,
        /// How it went.
        outcome: PageOutcome,
    },
    /// Other settings were read. If nobody could be woken so far, it is tried again; what waits for quiet hours or working hours
    /// is judged by those of now.
    TryAgain,
    /// These looks have waited, and more urgent ones crowd them out.
    RunsCrowdedOut {
        /// Which.
        runs: Vec<u32>,
    },
    /// The server stopped between handing a page over and hearing the outcome.
    PageUncertain {
        /// Which page.
        page: u32,
    },
    /// A run has begun.
    RunStarted {
        /// Which run.
        run: u32,
    },
    /// A run has ended.
    RunEnded {
        /// Which run.
        run: u32,
        /// How.
        report: RunReport,
    },
    /// The server, or the agent that had it, stopped while a command ran.
    RunLost {
        /// Which run.
        run: u32,
    },
}

/// Which command of the playbook to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunAsk {
    /// The step's number in the runbook; `None` for the quick diagnostics.
    pub step: Option<u32>,
    /// Index of the command in its step or in the quick diagnostics.
    pub command: u32,
    /// Values for its blanks.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// A command and who asks it.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Who.
    pub by: Actor,
    /// What.
    pub command: Command,
}
