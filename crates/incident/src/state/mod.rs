//! An incident as its events have made it. Only `evolve` changes it.

mod parts;
mod whence;

pub(crate) use whence::Standing;

pub use parts::{
    Acknowledgement, ActionItem, AlertState, Escalation, FirstWord, Page, PageState, PostmortemState,
    Recovery, Run, RunState, StatusUpdate, Tick,
};

use crate::alert::{AlertKey, AlertStatus};
use crate::command::StepOutcome;
use crate::event::{Audience, OpenedBy, PagePurpose, Purpose, SeverityBasis};
use crate::id::IncidentId;
use crate::path::{EscalationPath, service_key};
use crate::people::{Actor, PersonId};
use crate::plan::Plan;
use crate::severity::{Severity, Urgency};
use crate::silence::Hold;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use jiff::Timestamp;
use playbook::{Runbook, RunbookMatch};

/// Where an incident stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// No event yet.
    #[default]
    New,
    /// No incident yet: its alert fires and is held back.
    Held,
    /// Its alert was held back until it was over: it never became an incident.
    Passed,
    /// It goes on.
    Open,
    /// It is over.
    Resolved,
}

/// One incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Which.
    pub id: IncidentId,
    /// The plan that it pinned.
    pub plan: Arc<Plan>,
    /// How many events made it: the stream's version.
    pub version: u64,
    /// Where it stands.
    pub status: Status,
    /// One line for people.
    pub title: String,
    /// More.
    pub description: String,
    /// How it came to be.
    pub how: OpenedBy,
    /// How bad, and why that is thought. `None` only before the first event.
    pub severity: Option<(Severity, SeverityBasis)>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When anything last happened.
    pub updated_at: Timestamp,
    /// When it was first acknowledged, ever.
    pub first_acknowledged_at: Option<Timestamp>,
    /// When it was resolved, last.
    pub resolved_at: Option<Timestamp>,
    /// What fixed it.
    pub resolution: Option<String>,
    /// Who has it.
    pub acknowledged: Option<Acknowledgement>,
    /// What holds its alert back, or did last.
    pub hold: Option<Hold>,
    /// Its alerts.
    pub alerts: BTreeMap<AlertKey, AlertState>,
    /// When silence of the sources is next looked at.
    pub expiry_timer_at: Option<Timestamp>,
    /// Runbooks that fit, best first.
    pub matches: Vec<RunbookMatch>,
    /// The runbook in use, by id.
    pub runbook: Option<String>,
    /// Where the escalation stands.
    pub escalation: Escalation,
    /// Every page, the first has number 1.
    pub pages: Vec<Page>,
    /// Ticks of the checklist by phase and item.
    pub ticks: BTreeMap<(u32, u32), Tick>,
    /// Every run, the first has number 1.
    pub runs: Vec<Run>,
    /// How steps went, by number.
    pub steps: BTreeMap<u32, (StepOutcome, Actor)>,
    /// Every status update, the first has number 1.
    pub updates: Vec<StatusUpdate>,
    /// When the next status update is due.
    pub update_due_at: Option<Timestamp>,
    /// When somebody is next asked for it: before it is due, then, and as often as it does not come.
    pub update_asked_at: Option<Timestamp>,
    /// Whether somebody was asked before it is due.
    pub update_reminded: bool,
    /// How many in a row did not come.
    pub updates_missed: u32,
    /// The watch over recovery, while it lasts.
    pub recovery: Option<Recovery>,
    /// When it last turned out that it was not over after all.
    pub relapsed_at: Option<Timestamp>,
    /// Who holds which role of the incident.
    pub roles: BTreeMap<String, PersonId>,
    /// Who has acted on it, for "who else is here".
    pub people: BTreeSet<PersonId>,
    /// What is to be done after it.
    pub action_items: Vec<ActionItem>,
    /// Where the postmortem stands.
    pub postmortem: PostmortemState,
}

impl Incident {
    /// An incident with no event yet.
    #[must_use]
    pub fn new(id: IncidentId, plan: Arc<Plan>) -> Self {
        Self {
            id,
            plan,
            version: 0,
            status: Status::New,
            title: String::new(),
            description: String::new(),
            how: OpenedBy::Report,
            severity: None,
            opened_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            first_acknowledged_at: None,
            resolved_at: None,
            resolution: None,
            acknowledged: None,
            hold: None,
            alerts: BTreeMap::new(),
            expiry_timer_at: None,
            matches: Vec::new(),
            runbook: None,
            escalation: Escalation::Idle,
            pages: Vec::new(),
            ticks: BTreeMap::new(),
            runs: Vec::new(),
            steps: BTreeMap::new(),
            updates: Vec::new(),
            update_due_at: None,
            update_asked_at: None,
            update_reminded: false,
            updates_missed: 0,
            recovery: None,
            relapsed_at: None,
            roles: BTreeMap::new(),
            people: BTreeSet::new(),
            action_items: Vec::new(),
            postmortem: PostmortemState::default(),
        }
    }

    /// The severity; the worst there is before anything has set one.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match &self.severity {
            Some((severity, _)) => severity.clone(),
            None => self.plan.unknown_severity(),
        }
    }

    /// How urgent it is, by its severity.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        self.plan.urgency(&self.severity())
    }

    /// The path by which it wakes people: the one it climbs, else the one that it would begin now.
    #[must_use]
    pub fn path(&self) -> EscalationPath {
        let severity = self.severity();
        match &self.escalation {
            Escalation::Waiting { policy, .. } | Escalation::Resting { policy, .. } => {
                self.plan.path_named(policy.as_deref(), &severity)
            }
            Escalation::Idle
            | Escalation::Exhausted { .. }
            | Escalation::Unpaged { .. }
            | Escalation::Stopped => self.plan.path(&severity, &self.services()),
        }
    }

    /// The services that its alerts name, by the labels `service` and `component`.
    #[must_use]
    pub fn services(&self) -> BTreeSet<String> {
        let labels = self.alerts.values().flat_map(|state| &state.alert.labels);
        let named = labels.filter(|(name, _)| matches!(name.as_str(), "service" | "component"));
        named.map(|(_, service)| service_key(service)).collect()
    }

    /// The runbook in use.
    #[must_use]
    pub fn runbook(&self) -> Option<&Runbook> {
        self.plan.playbook.runbook(self.runbook.as_deref()?)
    }

    /// A page by its number.
    #[must_use]
    pub fn page(&self, number: u32) -> Option<&Page> {
        self.pages.get(index(number)?)
    }

    /// A run by its number.
    #[must_use]
    pub fn run(&self, number: u32) -> Option<&Run> {
        self.runs.get(index(number)?)
    }

    /// The looks at how things were just before a run.
    pub fn looks_before(&self, number: u32) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(move |run| run.request.purpose == Purpose::Before { run: number })
    }

    /// Whether it is an incident, and not an alert that is, or was, held back.
    #[must_use]
    pub const fn is_one(&self) -> bool {
        matches!(self.status, Status::Open | Status::Resolved)
    }

    /// Whether any alert still fires.
    #[must_use]
    pub fn is_firing(&self) -> bool {
        self.alerts.values().any(|alert| alert.status != AlertStatus::Resolved)
    }

    /// Whether no alert fires, and at least one of them ended by its source's silence alone: nobody says that it is over.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.status == Status::Open && !self.is_firing() && self.alerts.values().any(|alert| alert.silent)
    }

    /// Whether nobody has it although somebody should: stands in red until someone comes.
    #[must_use]
    pub fn is_unpaged(&self) -> bool {
        self.status == Status::Open
            && matches!(self.escalation, Escalation::Unpaged { .. } | Escalation::Exhausted { .. })
    }

    /// Whether it wakes nobody before a time, or a page of it waits for the end of somebody's quiet hours.
    #[must_use]
    pub fn rests(&self) -> bool {
        self.status == Status::Open
            && (matches!(self.escalation, Escalation::Resting { .. }) || self.pages.iter().any(Page::is_kept))
    }

    /// What strangers call it: the last name that was given for them.
    #[must_use]
    pub fn public_title(&self) -> Option<&str> {
        let public = self.updates.iter().filter(|update| update.draft.audience == Audience::Public);
        let mut names = public.filter_map(|update| update.draft.public_title.as_deref());
        names.rfind(|name| is_name(name))
    }

    /// Whether what a page is for still stands, by who has it: the escalation waits for anybody, whoever has it is reminded and
    /// hands over only while they do, and help is wanted whoever has it.
    #[must_use]
    pub fn still_wants(&self, page: &Page) -> bool {
        let holder = self.acknowledged.as_ref();
        match page.purpose {
            PagePurpose::Escalation => holder.is_none(),
            PagePurpose::Reminder => holder.is_some_and(|held| held.by.person() == Some(&page.responder)),
            PagePurpose::HandOver => {
                holder.is_some_and(|held| held.handing_to.as_ref() == Some(&page.responder))
            }
            PagePurpose::Help => true,
            PagePurpose::Update => self.updates.last().is_none_or(|last| last.at < page.decided_at),
        }
    }

    /// Whether its responder has answered what it is for, over whichever way.
    pub(crate) fn is_answered(&self, page: &Page) -> bool {
        let same = |other: &&Page| (other.purpose, &other.responder) == (page.purpose, &page.responder);
        self.pages
            .iter()
            .filter(same)
            .any(|other| other.answer.is_some() && other.decided_at >= page.decided_at)
    }

    /// Who tells people: whoever took the role.
    #[must_use]
    pub fn communications(&self) -> Option<&PersonId> {
        self.roles.get(COMMUNICATIONS)
    }

    /// Who leads it: whoever took the role.
    #[must_use]
    pub fn lead(&self) -> Option<&PersonId> {
        self.roles.get(LEAD)
    }

    /// When the first of its firing alerts falls silent, if it is not repeated.
    #[must_use]
    pub fn next_alert_expiry(&self) -> Option<Timestamp> {
        let firing = self.alerts.values().filter(|alert| alert.status != AlertStatus::Resolved);
        firing.filter_map(|alert| alert.expires_at).min()
    }
}

/// Whether a text names anything: blanks, and signs that nobody sees, do not.
pub(crate) fn is_name(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// The role of whoever leads the response.
pub(crate) const LEAD: &str = "lead";

/// The role of whoever tells people, as incidents keep it.
pub(crate) const COMMUNICATIONS: &str = "communications";

/// Numbers on screens begin at 1, indexes at 0.
pub(crate) fn index(number: u32) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}
