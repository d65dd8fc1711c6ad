//! What is promised, checked from outside after every step: the journal's own events, what providers and machines saw,
//! and what was answered, held against each other. The numbers are those of ARCHITECTURE.md.

mod tables;

use crate::faults::Fault;
use crate::outside::{Begun, Carried, Heard};
use crate::team::PLAN;
use crate::time::Time;
use engine::Answer;
use engine::memory::Memory;
use engine::ports::{Journal, Schedule};
use incident::{
    Alert, AlertKey, Event, EventKind, Incident, IncidentId, PageDecision, PagePurpose, PageState, RunState,
    Status, evolve,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tables::{has_word, held_by_nothing, missing, waits_for_nobody};

/// How long a page may still be carried after somebody has answered: the core's word to a worker holds for 5 s.
const ON_ITS_WAY_MS: i64 = 6_000;

/// How late a timer may be once nothing goes wrong any more.
const LATE_MAX_MS: i64 = 180_000;

/// How long a page or a command may be under way by then.
const UNDER_WAY_MAX_MS: i64 = 20 * 60_000;

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its number in ARCHITECTURE.md; 0: nothing waits for ever.
    pub promise: u8,
    /// How.
    pub how: String,
}

/// What is known from outside.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Each incident as its events make it.
    pub(crate) incidents: BTreeMap<IncidentId, Incident>,
    carried: BTreeMap<(IncidentId, u32), Vec<Carried>>,
    begun: BTreeMap<(IncidentId, u32), u32>,
    /// Since when a page is not wanted any more.
    unwanted: BTreeMap<(IncidentId, u32), i64>,
    /// Incidents that were told to somebody, so that they must have a fate.
    accepted: BTreeSet<IncidentId>,
    unpaged: BTreeSet<IncidentId>,
    tickets: BTreeSet<IncidentId>,
    /// What waited for working hours: it may be over before they begin.
    rested: BTreeSet<IncidentId>,
    /// What can make a node repeat what it did: crashes, pauses, clocks that jump, storage that fails.
    pub(crate) disturbances: usize,
    /// When a clock last jumped, in true time.
    pub(crate) jumped: Option<i64>,
    pub(crate) found: Option<Broken>,
}

impl Ledger {
    fn broken(&mut self, promise: u8, how: String) {
        self.found.get_or_insert(Broken { promise, how });
    }

    /// A node wrote of work that another held.
    pub(crate) fn of_others(&mut self, how: Option<String>) {
        if let Some(how) = how {
            self.broken(4, how);
        }
    }

    /// Events that were committed, in order.
    pub(crate) fn committed(&mut self, id: IncidentId, events: &[Event], now: i64) {
        for event in events {
            let before = self.incidents.remove(&id).unwrap_or_else(|| Incident::new(id, Arc::clone(&PLAN)));
            self.event(&before, event, now);
            let after = evolve(before, event);
            for page in &after.pages {
                let wanted = matches!(
                    page.state,
                    PageState::Pending | PageState::Retrying { .. } | PageState::Planned { .. }
                );
                if wanted {
                    self.unwanted.remove(&(id, page.number));
                } else {
                    self.unwanted.entry((id, page.number)).or_insert(now);
                }
            }
            self.incidents.insert(id, after);
        }
    }

    fn event(&mut self, before: &Incident, event: &Event, now: i64) {
        let id = before.id;
        match &event.kind {
            EventKind::Opened(_) if !matches!(before.status, Status::New | Status::Held) => {
                self.broken(9, format!("{id} was opened twice"));
            }
            EventKind::AlertFired { alert } if before.version == 1 => self.one_incident_holds(id, &alert.key),
            EventKind::Reopened { .. } => {
                before.alerts.keys().for_each(|key| self.one_incident_holds(id, key));
            }
            EventKind::PageDecided(PageDecision { page, purpose, .. }) => {
                self.page_goes(before, *page, *purpose, now);
            }
            EventKind::PageRetried { page }
            | EventKind::PageDue { page }
            | EventKind::PageUncertain { page } => {
                if let Some(purpose) = before.page(*page).map(|page| page.purpose) {
                    self.page_goes(before, *page, purpose, now);
                }
            }
            EventKind::RecoveryHeld if before.is_silent() => {
                self.broken(1, format!("{id} was taken for recovered, and nobody says that it is over"));
            }
            EventKind::Unpaged { .. } => drop(self.unpaged.insert(id)),
            EventKind::TicketFiled { .. } => drop(self.tickets.insert(id)),
            EventKind::EscalationRests(_) => drop(self.rested.insert(id)),
            EventKind::RunStarted { run } => self.run_may_start(before, *run),
            _ => {}
        }
    }

    /// A level is woken only while nobody has it; nobody is paged for anything after its end.
    fn page_goes(&mut self, before: &Incident, page: u32, purpose: PagePurpose, now: i64) {
        let id = before.id;
        let held = purpose == PagePurpose::Escalation && before.acknowledged.is_some();
        if !before.is_one() {
            self.broken(1, format!("page {page} of {id} was decided though a silence holds it back"));
        }
        if held || before.status == Status::Resolved {
            let how = format!("page {page} of {id} was decided though somebody has it, at {now} ms");
            self.broken(2, how);
        }
    }

    /// Or holds it back.
    fn one_incident_holds(&mut self, id: IncidentId, key: &AlertKey) {
        let other = self
            .incidents
            .values()
            .filter(|other| matches!(other.status, Status::Open | Status::Held))
            .find(|other| other.id != id && other.alerts.contains_key(key));
        if let Some(other) = other {
            let how = format!("{id} began, or came back, while {} has the alert {:?}", other.id, key.key);
            self.broken(4, how);
        }
    }

    fn run_may_start(&mut self, before: &Incident, number: u32) {
        let Some(run) = before.run(number) else {
            return self.broken(9, format!("run {number} of {} began and is not there", before.id));
        };
        if run.state != RunState::Ready {
            self.broken(5, format!("run {number} of {} began when it was {:?}", before.id, run.state));
        } else if !has_word(run) {
            self.broken(5, format!("run {number} of {} began without a person's word", before.id));
        }
    }

    /// A provider was handed a page.
    pub(crate) fn carried(&mut self, carried: Carried) {
        let (id, number) = (carried.message.incident, carried.message.page);
        let Some(page) = self.incidents.get(&id).and_then(|incident| incident.page(number)).cloned() else {
            return self.broken(3, format!("page {number} of {id} was carried before it was kept"));
        };
        if page.attempt < carried.message.attempt {
            self.broken(
                3,
                format!("attempt {} of page {number} of {id} is not kept", carried.message.attempt),
            );
        }
        if let Some(since) = self.unwanted.get(&(id, number)).copied()
            && carried.at - since > ON_ITS_WAY_MS
        {
            let late = (carried.at - since) / 1_000;
            self.broken(
                2,
                format!(
                    "page {number} of {id} was carried {late} s after it was not wanted: {:?}",
                    page.state
                ),
            );
        }
        let repeats = self.repeats(&carried);
        if repeats > self.disturbances {
            let how = format!(
                "page {number} of {id} was repeated {repeats} times after {} disturbances",
                self.disturbances
            );
            self.broken(3, how);
        }
        self.carried.entry((id, number)).or_default().push(carried);
    }

    /// How often this page was handed over again though nobody had refused it. Each must be marked.
    fn repeats(&mut self, carried: &Carried) -> usize {
        let (id, number) = (carried.message.incident, carried.message.page);
        let before = self.carried.get(&(id, number)).map(Vec::as_slice).unwrap_or_default();
        let silent = before.iter().filter(|one| !one.refused).count();
        let same = before.iter().filter(|one| one.message.attempt == carried.message.attempt).count();
        let (marked, attempt) = (carried.message.possible_repeat, carried.message.attempt);
        if silent > 0 && !marked {
            self.broken(
                3,
                format!("page {number} of {id} was repeated and does not say so, attempt {attempt}"),
            );
        }
        if same > 0 {
            self.broken(4, format!("attempt {attempt} of page {number} of {id} was carried twice"));
        }
        silent
    }

    /// A machine began a command.
    pub(crate) fn begun(&mut self, begun: &Begun) {
        let (id, number) = (begun.order.incident, begun.order.run);
        let Some(run) = self.incidents.get(&id).and_then(|incident| incident.run(number)).cloned() else {
            return self.broken(5, format!("run {number} of {id} began before it was kept"));
        };
        let times = self.begun.entry((id, number)).or_default();
        *times += 1;
        let times = *times;
        if times > 1 {
            self.broken(5, format!("run {number} of {id} began {times} times: {:?}", begun.order.source));
        }
        if run.request.source != begun.order.source {
            self.broken(
                5,
                format!("run {number} of {id} is not what was approved: {:?}", begun.order.source),
            );
        }
        if !has_word(&run) {
            self.broken(5, format!("run {number} of {id} runs without a person's word"));
        }
        match &begun.state {
            Some(RunState::Running { .. }) => {}
            // Whoever runs it could not know yet.
            Some(RunState::Lost) if self.jumped.is_some() => {}
            state => {
                self.broken(3, format!("run {number} of {id} runs and its beginning is not kept: {state:?}"));
            }
        }
    }

    /// Somebody heard something of a node. `version` is what was committed of the incident before they asked.
    pub(crate) fn heard(&mut self, heard: &Heard, version: impl Fn(IncidentId) -> u64) {
        match heard {
            Heard::Answer(Ok(answer)) => self.answered(*answer),
            Heard::Answer(Err(_)) => {}
            Heard::Sight(seen) => {
                let at_least = version(seen.id);
                match self.incidents.get(&seen.id) {
                    None => self.broken(1, format!("{} was shown and is not kept", seen.id)),
                    Some(kept) if kept.version == seen.version && *kept != **seen => {
                        self.broken(9, format!("{} was shown otherwise than its events make it", seen.id));
                    }
                    Some(kept) if kept.version < seen.version => {
                        let how = format!(
                            "{} was shown at {} and is kept at {}",
                            seen.id, seen.version, kept.version
                        );
                        self.broken(3, how);
                    }
                    Some(_) if seen.version < at_least => {
                        let how =
                            format!("{} was shown at {} when {at_least} was kept", seen.id, seen.version);
                        self.broken(4, how);
                    }
                    Some(_) => {}
                }
            }
        }
    }

    fn answered(&mut self, answer: Answer) {
        let kept = self.incidents.get(&answer.incident).map_or(0, |incident| incident.version);
        if kept < answer.version {
            let how = format!("{} was answered at {} and is kept at {kept}", answer.incident, answer.version);
            self.broken(1, how);
        }
        self.accepted.insert(answer.incident);
    }

    /// What the state of an incident asks for must stand in the tables, so that nothing waits for ever.
    pub(crate) fn tables(&mut self, memory: &Memory, id: IncidentId) {
        let Some(incident) = self.incidents.get(&id) else { return };
        let mut timers = memory.clone().timers().unwrap_or_default();
        timers.retain(|timer| timer.incident == id);
        if let Some(how) = missing(incident, &timers, &memory.work_of(id)) {
            self.broken(0, how);
        }
    }

    /// No node has taken what a source has to tell, though it has tried long enough.
    pub(crate) fn untold(&mut self, alert: &Alert) {
        self.broken(1, format!("{:?} is {:?}, and no node takes it", alert.key.key, alert.status));
    }

    /// After the faults have stopped and enough time has passed: everybody was answered, woken, or it stands in red.
    pub(crate) fn settled(&mut self, memory: &Memory, now: i64) {
        let fateless = self.accepted.iter().find(|id| {
            let paged = self.incidents.get(id).is_some_and(|incident| !incident.pages.is_empty());
            let passed = self.incidents.get(id).is_some_and(|incident| !incident.is_one());
            let told = [&self.tickets, &self.unpaged, &self.rested].iter().any(|told| told.contains(id));
            !paged && !passed && !told
        });
        if let Some(id) = fateless.copied() {
            self.broken(1, format!("{id} was accepted and has no page, no ticket and is not UNPAGED"));
        }
        let active = memory.clone().silences(Time::at(now)).map(|(_, made)| made).unwrap_or_default();
        if let Some(how) = self.incidents.values().find_map(|incident| held_by_nothing(incident, &active)) {
            self.broken(1, how);
        }
        let waiting = self.incidents.values().find_map(|incident| waits_for_nobody(incident, now));
        if let Some(how) = waiting {
            self.broken(0, how);
        }
        let late = memory.clone().timers().unwrap_or_default().into_iter().find(|timer| {
            self.incidents.contains_key(&timer.incident) && timer.due < Time::at(now - LATE_MAX_MS)
        });
        if let Some(Schedule { incident, key, due }) = late {
            self.broken(0, format!("the timer {key:?} of {incident} was due at {due} and never fired"));
        }
    }
}

/// What a fault excuses: whether it can make a node do something again that it had done.
pub(crate) fn disturbs(fault: Fault) -> bool {
    match fault {
        Fault::Crash
        | Fault::CrashBeforeCommit
        | Fault::CrashAfterCommit
        | Fault::CrashWhileCarrying
        | Fault::CrashWhileRunning
        | Fault::Pause
        | Fault::ClockForward
        | Fault::ClockBack
        | Fault::CommitFails
        | Fault::AnswerLost
        | Fault::DiskFull
        | Fault::SlowDatabase
        | Fault::CutOff
        | Fault::ProviderHangs => true,
        Fault::Met
        | Fault::ProviderRefuses
        | Fault::ProviderLies
        | Fault::ProviderDuplicates
        | Fault::DuplicateDelivery
        | Fault::LateDelivery
        | Fault::EmptyRoster
        | Fault::CommandHangs => false,
    }
}
