//! What the core knows at the start, and what it reads again when memory does not hold it.

use super::backlog::Backlog;
use super::following::Doubts;
use super::{After, Core, Hand, Held, LEASE, RESOLVED_KEPT_MAX, World};
use crate::ports::{Claim, ClaimedWork, Company, JournalError};
use crate::request::{EngineError, Question};
use crate::timers::Timers;
use incident::{
    Actor, Asked, Command, EventKind, Holding, Incident, IncidentId, Opening, Plan, RunState, Status, Work,
    evolve,
};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many incidents that stand unpaged or rest are tried in one transaction.
const STALLED_BATCH_MAX: usize = 256;

impl Core {
    /// Opens the journal and takes up what an earlier process left: timers, alerts that are open, work that was begun.
    pub(crate) fn open(world: World) -> Result<(Self, After), JournalError> {
        let company = world.journal.company();
        let mut core = Self {
            world,
            written: false,
            company,
            live: BTreeMap::new(),
            resolved: BTreeSet::new(),
            keys: BTreeMap::new(),
            plans: BTreeMap::new(),
            timers: Timers::default(),
            leases: BTreeMap::new(),
            backlog: Backlog::default(),
            stalled: BTreeSet::new(),
            untried: BTreeSet::new(),
            tried_with: None,
            left_over: Vec::new(),
            doubts: Doubts::None,
            silences: super::silencing::Known::default(),
            overrides: super::overriding::Known::default(),
            confirmed: false,
        };
        let plan = Arc::clone(&core.world.settings.load().plan);
        core.keep_plan(&plan)?;
        let which = match company {
            Company::Alone => {
                core.timers = Timers::load(core.world.journal.timers()?);
                Claim::Everything
            }
            // What others have in hand stays theirs, and so do their timers unless they leave them to fall due.
            Company::Shared => {
                core.world.journal.catch_up()?;
                Claim::Expired
            }
        };
        core.open_overrides()?;
        core.open_silences()?;
        core.learn_rows()?;
        let after = core.take_over(which)?;
        Ok((core, after))
    }

    /// Who stands unpaged or rests, and who has which key, as the journal knows it. Where it is shared, keys are asked of it one by
    /// one: these rows do not go back far enough, and do not say who of several was the last to take a key.
    pub(super) fn learn_rows(&mut self) -> Result<(), JournalError> {
        let plan = Arc::clone(&self.world.settings.load().plan);
        let window = SignedDuration::from_mins(i64::from(plan.policy.reopen_within_min));
        let mut rows = self.world.journal.live(self.world.clock.now() - window)?;
        // What is open holds its alerts, whatever came before it: where a clock was set back, ids are in another order.
        rows.sort_by_key(|summary| summary.resolved_at.is_none());
        for summary in rows {
            if summary.unpaged || summary.rests {
                self.stalled.insert(summary.id);
            }
            if self.company == Company::Alone {
                self.keys.extend(summary.keys.into_iter().map(|key| (key, summary.id)));
            }
        }
        Ok(())
    }

    pub(super) fn keep_plan(&mut self, plan: &Arc<Plan>) -> Result<(), JournalError> {
        if !self.plans.contains_key(&plan.digest) {
            self.world.journal.keep_plan(plan)?;
            self.plans.insert(plan.digest.clone(), Arc::clone(plan));
        }
        Ok(())
    }

    /// Takes over work that nobody holds. A page whose outcome nobody heard goes out again and says so; a command
    /// that was running is lost and says so; a command that had not begun begins. What our own workers still have in
    /// hand, or what waits for its turn, is only renewed; what no worker has had goes out as if for the first time.
    pub(crate) fn take_over(&mut self, which: Claim) -> Result<After, JournalError> {
        let now = self.world.clock.now();
        let claimed = self.world.journal.claim(which, &self.world.node, now, now + LEASE)?;
        self.take_all_again(claimed);
        Ok(self.ask_left_over())
    }

    /// What became of it waits among what is left over.
    pub(super) fn take_all_again(&mut self, claimed: Vec<ClaimedWork>) {
        let mut questions = Vec::new();
        for found in claimed {
            // One incident that cannot be read does not stop the work of the others.
            if let Err(error) = self.take_again(&found, &mut questions) {
                tracing::error!(incident = %found.incident, %error, "work that was left behind cannot be taken up");
            }
        }
        self.left_over.extend(questions);
    }

    /// What became of taken over work is kept, or asked again with the next sweep: it must not wait for a lease to end.
    pub(crate) fn ask_left_over(&mut self) -> After {
        let questions = std::mem::take(&mut self.left_over);
        let (answers, after) = self.handle(&questions);
        for (question, answer) in questions.into_iter().zip(answers) {
            if let Err(EngineError::Busy | EngineError::Unavailable(_)) = answer {
                self.left_over.push(question);
            }
        }
        after
    }

    fn take_again(&mut self, found: &ClaimedWork, questions: &mut Vec<Question>) -> Result<(), JournalError> {
        let Some(held) = self.leases.get_mut(&(found.incident, found.work)) else {
            return self.take_up(found, questions);
        };
        let nobody_between = held.lease.epoch + 1 == found.lease.epoch;
        match &held.hand {
            Hand::Waits => held.lease = found.lease.clone(),
            Hand::Worker { job, .. } if job.strong_count() > 0 => held.lease = found.lease.clone(),
            Hand::Untouched if nobody_between => {
                held.lease = found.lease.clone();
                self.await_turn(found.incident, found.work)?;
            }
            Hand::Untouched | Hand::Worker { .. } => self.take_up(found, questions)?,
        }
        Ok(())
    }

    /// Takes up what somebody else held, or what a worker let go without an outcome.
    fn take_up(&mut self, found: &ClaimedWork, questions: &mut Vec<Question>) -> Result<(), JournalError> {
        let (id, work) = (found.incident, found.work);
        let command = match work {
            Work::Page(page) => Command::PageUncertain { page },
            Work::Run(run) => {
                if self.incident(id)?.run(run).is_some_and(|run| run.state == RunState::Ready) {
                    self.leases.insert((id, work), Held::new(found.lease.clone()));
                    return self.await_turn(id, work);
                }
                Command::RunLost { run }
            }
        };
        // Somebody may have had it: until the core has said so, it counts as let go by a worker.
        self.leases.insert((id, work), Held::let_go(found.lease.clone()));
        let asked = Asked { by: Actor::System, command };
        questions.push(Question::Ask { incident: id, asked, lease: None });
        Ok(())
    }

    /// When other settings are read, and at the start, somebody may be reachable for what stands unpaged, or hours for which
    /// something waits may be others. What could not be asked waits for the next turn of the core, a batch at a time.
    pub(crate) fn try_stalled(&mut self) -> After {
        let settings = self.world.settings.load_full();
        if !self.tried_with.as_ref().is_some_and(|tried| Arc::ptr_eq(tried, &settings)) {
            self.tried_with = Some(settings);
            self.untried.clone_from(&self.stalled);
        }
        if self.untried.is_empty() || self.world.faults.current().is_some() {
            return After::default();
        }
        let batch: Vec<IncidentId> = self.untried.iter().take(STALLED_BATCH_MAX).copied().collect();
        let (again, after) = self.ask_each(&batch, &Command::TryAgain);
        for id in batch.iter().filter(|id| !again.contains(id)) {
            self.untried.remove(id);
        }
        after
    }

    /// Asks the same of several incidents; those of them that must be asked again.
    pub(super) fn ask_each(
        &mut self,
        ids: &[IncidentId],
        command: &Command,
    ) -> (BTreeSet<IncidentId>, After) {
        let question = |id: &IncidentId| {
            let asked = Asked { by: Actor::System, command: command.clone() };
            Question::Ask { incident: *id, asked, lease: None }
        };
        let (answers, after) = self.handle(&ids.iter().map(question).collect::<Vec<_>>());
        // Storage that refuses is well one day; a single incident that cannot be read must not be asked for ever.
        let refused = self.world.faults.current().is_some();
        let again = ids.iter().zip(answers).filter(|(_, answer)| match answer {
            Err(EngineError::Busy) => true,
            Err(EngineError::Unavailable(_)) => refused,
            Ok(_) | Err(_) => false,
        });
        (again.map(|(id, _)| *id).collect(), after)
    }

    /// The incident as it stands, from memory or from the journal.
    pub(crate) fn incident(&mut self, id: IncidentId) -> Result<Arc<Incident>, JournalError> {
        if let Some(incident) = self.live.get(&id) {
            return Ok(Arc::clone(incident));
        }
        let events = self.world.journal.events(id)?;
        // What was held back first pinned a plan then, and another when it opened.
        let digest = events.iter().rev().find_map(|event| match &event.kind {
            EventKind::Opened(Opening { plan, .. }) | EventKind::Held(Holding { plan, .. }) => {
                Some(plan.clone())
            }
            _ => None,
        });
        let plan = match digest {
            Some(digest) => self.plan(&digest)?,
            None => Arc::clone(&self.world.settings.load().plan),
        };
        let incident = Arc::new(events.iter().fold(Incident::new(id, plan), evolve));
        if incident.status != Status::New {
            self.remember(&incident);
        }
        Ok(incident)
    }

    fn plan(&mut self, digest: &str) -> Result<Arc<Plan>, JournalError> {
        if let Some(plan) = self.plans.get(digest) {
            return Ok(Arc::clone(plan));
        }
        let missing = || JournalError::Corrupt {
            table: "plans",
            row: digest.to_owned(),
            why: "an incident pins this plan, and it is not there".to_owned(),
        };
        let plan = Arc::new(self.world.journal.plan(digest)?.ok_or_else(missing)?);
        self.plans.insert(digest.to_owned(), Arc::clone(&plan));
        Ok(plan)
    }

    pub(super) fn remember(&mut self, incident: &Arc<Incident>) {
        self.live.insert(incident.id, Arc::clone(incident));
        if incident.is_unpaged() || incident.rests() {
            self.stalled.insert(incident.id);
        } else {
            self.stalled.remove(&incident.id);
        }
        if matches!(incident.status, Status::Resolved | Status::Passed) {
            self.resolved.insert(incident.id);
        } else {
            self.resolved.remove(&incident.id);
        }
        while self.resolved.len() > RESOLVED_KEPT_MAX {
            if let Some(oldest) = self.resolved.pop_first() {
                self.live.remove(&oldest);
            }
        }
    }
}
