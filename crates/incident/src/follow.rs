//! What must happen in the world after an event: pages, runs, timers. Nothing else leaves the process.

use crate::event::{Event, EventKind, Holding, PageDecision, PageFailure, Reaching, Resting};
use crate::later::later;
use crate::state::{Acknowledgement, Incident, RunState};
use alloc::vec;
use alloc::vec::Vec;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A change does not wait longer than this for the looks before it: whoever approved it wants it now.
const LOOKS_BEFORE_MAX: SignedDuration = SignedDuration::from_secs(20);

/// A place for one timer in an incident: setting it again moves it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKey {
    /// The next level of the escalation, or its next round.
    Escalation,
    /// The acknowledgement lapses.
    Acknowledgement,
    /// A status update is due.
    Update,
    /// Recovery has been watched for long enough.
    Recovery,
    /// A page is tried again, or goes out when it was decided for later.
    PageRetry(u32),
    /// An alert has not been repeated.
    AlertExpiry,
    /// What holds an alert back ends.
    Hold,
    /// A deadline of the postmortem.
    Postmortem(u32),
    /// The first of two words for a run lapses.
    FirstWord(u32),
    /// What is looked at before a change is not waited for any longer.
    Before(u32),
}

/// Work for the world, leased by one worker at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Deliver this page.
    Page(u32),
    /// Run this command.
    Run(u32),
}

/// What must happen in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Begin this work.
    Do(Work),
    /// This work is done or not wanted any more.
    Done(Work),
    /// Wake this incident at that time.
    SetTimer {
        /// Which timer.
        key: TimerKey,
        /// When.
        due: Timestamp,
    },
    /// Forget this timer.
    ClearTimer {
        /// Which timer.
        key: TimerKey,
    },
}

/// What must happen after `event`. `incident` is the state with the event in it.
#[must_use]
#[expect(clippy::too_many_lines, reason = "every kind of event is named, so that a new one is not forgotten")]
pub fn follow(incident: &Incident, event: &Event) -> Vec<Intent> {
    match &event.kind {
        EventKind::AlertsWatched { until } => vec![timer(TimerKey::AlertExpiry, Some(*until))],
        EventKind::Held(Holding { hold, .. }) => vec![timer(TimerKey::Hold, Some(hold.until))],
        EventKind::HeldPassed => vec![timer(TimerKey::Hold, None), timer(TimerKey::AlertExpiry, None)],
        EventKind::Opened(_) if incident.hold.is_some() => vec![timer(TimerKey::Hold, None)],
        EventKind::EscalationRests(Resting { until, .. }) => vec![timer(TimerKey::Escalation, Some(*until))],
        EventKind::LevelReached(Reaching { next_due, .. }) | EventKind::Unpaged { next_due, .. } => {
            vec![timer(TimerKey::Escalation, *next_due)]
        }
        EventKind::EscalationStopped { .. } | EventKind::EscalationExhausted { .. } => {
            vec![timer(TimerKey::Escalation, None)]
        }
        EventKind::PageDecided { .. }
        | EventKind::PageDue { .. }
        | EventKind::PageDelivered { .. }
        | EventKind::PageFailed(_)
        | EventKind::PageRetried { .. }
        | EventKind::PageUncertain { .. }
        | EventKind::PageWithdrawn { .. } => pages(event),
        EventKind::Acknowledged(_)
        | EventKind::AcknowledgementExtended { .. }
        | EventKind::AcknowledgementReminded { .. }
        | EventKind::Unacknowledged { .. } => vec![acknowledgement(incident)],
        EventKind::RunRequested { .. }
        | EventKind::RunProposed { .. }
        | EventKind::RunFirstApproved { .. }
        | EventKind::RunFirstLapsed { .. }
        | EventKind::RunApproved { .. }
        | EventKind::RunPrepared { .. }
        | EventKind::RunHeld { .. }
        | EventKind::RunSkipped { .. }
        | EventKind::RunRejected { .. }
        | EventKind::RunStopAsked { .. }
        | EventKind::RunStarted { .. }
        | EventKind::RunEnded { .. }
        | EventKind::RunLost { .. } => runs(incident, event),
        EventKind::UpdatePosted { .. }
        | EventKind::UpdateDue { .. }
        | EventKind::UpdateReminded { .. }
        | EventKind::UpdateMissed { .. } => vec![timer(TimerKey::Update, incident.update_asked_at)],
        EventKind::RecoveryStarted { until } => vec![timer(TimerKey::Recovery, Some(*until))],
        EventKind::RecoveryBroken { .. } | EventKind::RecoveryHeld => vec![timer(TimerKey::Recovery, None)],
        EventKind::Resolved { .. } => vec![
            timer(TimerKey::Recovery, None),
            timer(TimerKey::Acknowledgement, None),
            timer(TimerKey::Update, None),
            timer(TimerKey::AlertExpiry, None),
        ],
        EventKind::PostmortemOwed { stages, .. } => deadlines(stages),
        EventKind::Reopened { .. } => no_deadlines(incident),
        EventKind::Opened(_)
        | EventKind::AlertFired { .. }
        | EventKind::AlertRepeated { .. }
        | EventKind::AlertResolved { .. }
        | EventKind::SeveritySet { .. }
        | EventKind::RunbooksMatched { .. }
        | EventKind::RunbookChosen { .. }
        | EventKind::LevelUnreachable { .. }
        | EventKind::TicketFiled { .. }
        | EventKind::Declined { .. }
        | EventKind::HandOverAsked { .. }
        | EventKind::HelpAsked { .. }
        | EventKind::PageAnswered { .. }
        | EventKind::RoleTaken(_)
        | EventKind::Ticked { .. }
        | EventKind::Unticked { .. }
        | EventKind::Noted { .. }
        | EventKind::StepMarked { .. }
        | EventKind::PostmortemStageDue { .. }
        | EventKind::PostmortemSaved { .. }
        | EventKind::ActionItemAdded { .. }
        | EventKind::ActionItemCompleted { .. } => Vec::new(),
    }
}

/// When whoever has it is asked next.
fn acknowledgement(incident: &Incident) -> Intent {
    timer(TimerKey::Acknowledgement, incident.acknowledged.as_ref().map(Acknowledgement::asked_at))
}

/// What follows from what happens to pages.
fn pages(event: &Event) -> Vec<Intent> {
    match &event.kind {
        EventKind::PageDecided(PageDecision { page, not_before: Some(at), .. }) => {
            vec![timer(TimerKey::PageRetry(*page), Some(*at))]
        }
        EventKind::PageDecided(PageDecision { page, .. })
        | EventKind::PageRetried { page }
        | EventKind::PageUncertain { page } => vec![Intent::Do(Work::Page(*page))],
        EventKind::PageDue { page } => {
            vec![Intent::Do(Work::Page(*page)), timer(TimerKey::PageRetry(*page), None)]
        }
        EventKind::PageDelivered { page, .. } => vec![Intent::Done(Work::Page(*page))],
        EventKind::PageFailed(PageFailure { page, retry_at, .. }) => {
            vec![Intent::Done(Work::Page(*page)), timer(TimerKey::PageRetry(*page), *retry_at)]
        }
        EventKind::PageWithdrawn { page, .. } => {
            vec![Intent::Done(Work::Page(*page)), timer(TimerKey::PageRetry(*page), None)]
        }
        _other => Vec::new(),
    }
}

/// What follows from what happens to runs.
fn runs(incident: &Incident, event: &Event) -> Vec<Intent> {
    match &event.kind {
        EventKind::RunRequested { run, .. } => vec![Intent::Do(Work::Run(*run))],
        EventKind::RunFirstApproved { run, until, .. } => {
            vec![timer(TimerKey::FirstWord(*run), Some(*until))]
        }
        EventKind::RunFirstLapsed { run } => vec![timer(TimerKey::FirstWord(*run), None)],
        EventKind::RunApproved { run } => {
            let first = incident.run(*run).is_some_and(|run| run.first_word.is_some());
            let forget = first.then(|| timer(TimerKey::FirstWord(*run), None));
            let waits = incident.run(*run).is_some_and(|run| run.waits_for_looks);
            let go = match waits {
                true => timer(TimerKey::Before(*run), Some(later(event.at, LOOKS_BEFORE_MAX))),
                false => Intent::Do(Work::Run(*run)),
            };
            [go].into_iter().chain(forget).collect()
        }
        EventKind::RunPrepared { run, .. } => {
            vec![Intent::Do(Work::Run(*run)), timer(TimerKey::Before(*run), None)]
        }
        EventKind::RunEnded { run, .. }
        | EventKind::RunLost { run }
        | EventKind::RunHeld { run, .. }
        | EventKind::RunSkipped { run, .. } => vec![Intent::Done(Work::Run(*run))],
        EventKind::RunStopAsked { run } => {
            let begins = incident.run(*run).is_some_and(|run| matches!(run.state, RunState::Running { .. }));
            if begins { Vec::new() } else { vec![Intent::Done(Work::Run(*run))] }
        }
        _other => Vec::new(),
    }
}

fn timer(key: TimerKey, due: Option<Timestamp>) -> Intent {
    match due {
        Some(due) => Intent::SetTimer { key, due },
        None => Intent::ClearTimer { key },
    }
}

fn deadlines(stages: &[(alloc::string::String, Timestamp)]) -> Vec<Intent> {
    stages
        .iter()
        .enumerate()
        .map(|(stage, (_, due))| timer(TimerKey::Postmortem(number(stage)), Some(*due)))
        .collect()
}

fn no_deadlines(incident: &Incident) -> Vec<Intent> {
    let stages = 0..incident.postmortem.stages.len();
    stages.map(|stage| timer(TimerKey::Postmortem(number(stage)), None)).collect()
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// How long to wait before attempt `attempt + 1` of a page: 2 s doubling to 60 s, or as the provider asks, up to 5 min.
#[must_use]
pub(crate) fn retry_delay(attempt: u32, asked_s: Option<u32>) -> SignedDuration {
    let doubled = 2_i64.saturating_pow(attempt.min(10)).min(60);
    let seconds = asked_s.map_or(doubled, |asked| i64::from(asked).clamp(1, 300));
    SignedDuration::from_secs(seconds)
}
