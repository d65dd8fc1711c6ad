//! Company: what other nodes write to the same journal, and what they may have taken over from this one.
//!
//! Memory is only a copy. Before anything is decided or shown, whatever others committed until then is read, so that a
//! refusal or "nothing to do" rests on what stands; and each write is checked by the journal against version and lease
//! again, so that nothing hangs on this reading having been the last word.

use super::{After, Core};
use crate::ports::{Claim, Company, Foreign, JournalError, Lease, NodeStanding};
use crate::request::{Change, EngineError, Question};
use incident::{Command, IncidentId, PageState, RunState, Work};
use jiff::SignedDuration;

/// From when on a timer that still stands counts as left behind by the node that set it.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_secs(2);

/// How many timers that others left behind are taken at once.
const LEFT_BEHIND_AT_ONCE: usize = 256;

/// What this node must find out before it goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doubts {
    /// Nothing.
    #[default]
    None,
    /// Which work is its own.
    Leases,
    /// That, and who stands unpaged.
    Everything,
}

impl Core {
    /// Whether others write to the same journal.
    pub(crate) const fn company(&self) -> Company {
        self.company
    }

    /// Brings memory up to date with what others have committed.
    pub(crate) fn catch_up(&mut self, after: &mut After) -> Result<(), JournalError> {
        if self.company == Company::Alone {
            return Ok(());
        }
        let news = match self.world.journal.catch_up() {
            Ok(news) => news,
            Err(error) => {
                self.note(Err(&error));
                return Err(error);
            }
        };
        match news.standing {
            NodeStanding::Held => {}
            NodeStanding::Recovered => self.doubts = self.doubts.max(Doubts::Leases),
            NodeStanding::Lapsed => {
                tracing::warn!("this node was not heard of for too long; it reads everything anew");
                self.live.clear();
                self.resolved.clear();
                self.keys.clear();
                self.doubts = Doubts::Everything;
            }
        }
        self.hear_of_silences(news.silences);
        self.hear_of_overrides(news.silences);
        for change in news.changes {
            self.follow(&change);
            // What is told late is not told in order: who has these keys is asked when somebody wants to know.
            if news.standing != NodeStanding::Held {
                for key in &change.keys {
                    self.keys.remove(key);
                }
            }
            after.changes.push(Change { incident: change.incident, version: change.version });
        }
        self.settle_doubts()
    }

    /// Until this has succeeded, nothing is decided.
    fn settle_doubts(&mut self) -> Result<(), JournalError> {
        if self.doubts == Doubts::Everything {
            self.learn_rows()?;
        }
        if self.doubts > Doubts::None {
            self.confirm_leases()?;
        }
        self.doubts = Doubts::None;
        Ok(())
    }

    /// Looks for what others left to fall due.
    pub(crate) fn take_left_behind(&mut self) {
        let before = self.world.clock.now() - LEFT_BEHIND;
        match self.world.journal.overdue(before, LEFT_BEHIND_AT_ONCE) {
            Ok(overdue) => {
                for schedule in overdue {
                    self.timers.set(schedule.incident, schedule.key, schedule.due);
                }
            }
            Err(error) => tracing::error!(%error, "cannot look for timers that nobody takes"),
        }
    }

    /// Whether the journal still has this work under the lease by which this node holds it, and the worker that was given
    /// this lease still has it in hand.
    pub(crate) fn holds(&mut self, id: IncidentId, work: Work, given: &Lease) -> Result<bool, EngineError> {
        let Some(held) = self.leases.get(&(id, work)).filter(|held| held.is_with(given)) else {
            return Ok(false);
        };
        let lease = held.lease.clone();
        let holds = self.world.journal.holds(id, work, &lease)?;
        if !holds {
            self.leases.remove(&(id, work));
        }
        Ok(holds)
    }

    /// The others need not wait for the end of any lease.
    pub(crate) fn leave(&mut self) {
        self.world.journal.leave();
    }

    /// Whether an outcome comes from a worker whose work somebody else has taken over meanwhile.
    pub(super) fn is_lost(&self, id: IncidentId, outcome: &Command, given: &Lease) -> bool {
        let work = work_of(outcome).filter(|_| self.company == Company::Shared);
        work.is_some_and(|work| !self.leases.get(&(id, work)).is_some_and(|held| held.is_with(given)))
    }

    /// After a conflict on the outcome of work it is found out whether the work is still this node's.
    pub(super) fn doubt(&mut self, question: &Question) -> Result<(), EngineError> {
        let Question::Ask { incident, asked, lease: Some(given) } = question else { return Ok(()) };
        let work = work_of(&asked.command).filter(|_| self.company == Company::Shared);
        work.map_or(Ok(()), |work| self.holds(*incident, work, given).map(drop))
    }

    fn follow(&mut self, change: &Foreign) {
        let id = change.incident;
        let known = self.live.get(&id).is_some_and(|incident| incident.version >= change.version);
        if !known {
            self.live.remove(&id);
            self.resolved.remove(&id);
        }
        self.keys.extend(change.keys.iter().map(|key| (key.clone(), id)));
        if change.unpaged {
            self.stalled.insert(id);
        } else {
            self.stalled.remove(&id);
            self.untried.remove(&id);
        }
        self.forget_unwanted(id);
    }

    /// Work of this node that others have made needless is not held any more.
    fn forget_unwanted(&mut self, id: IncidentId) {
        let all = (id, Work::Page(0))..=(id, Work::Run(u32::MAX));
        let held: Vec<Work> = self.leases.range(all).map(|((_, work), _)| *work).collect();
        if held.is_empty() {
            return;
        }
        let Ok(incident) = self.incident(id) else { return };
        for work in held {
            let wanted = match work {
                Work::Page(page) => incident.page(page).is_some_and(|page| page.state == PageState::Pending),
                Work::Run(run) => incident
                    .run(run)
                    .is_some_and(|run| matches!(run.state, RunState::Ready | RunState::Running { .. })),
            };
            if !wanted {
                self.leases.remove(&(id, work));
            }
        }
    }

    /// Reads which work the journal still has in this node's name; what is not there belongs to somebody else now.
    fn confirm_leases(&mut self) -> Result<(), JournalError> {
        let now = self.world.clock.now();
        let claimed = self.world.journal.claim(Claim::Own, &self.world.node, now, now + super::LEASE)?;
        let own: std::collections::BTreeSet<_> =
            claimed.iter().map(|claimed| (claimed.incident, claimed.work)).collect();
        self.leases.retain(|key, _| own.contains(key));
        self.take_all_again(claimed);
        self.confirmed = true;
        Ok(())
    }

    /// What came of reading its own work anew does not wait for a sweep.
    pub(crate) fn ask_confirmed(&mut self) -> After {
        if std::mem::take(&mut self.confirmed) { self.ask_left_over() } else { After::default() }
    }
}

/// The work whose beginning or outcome a command is.
pub(super) const fn work_of(command: &Command) -> Option<Work> {
    match command {
        Command::PageOutcome { page, .. } => Some(Work::Page(*page)),
        Command::RunStarted { run } | Command::RunEnded { run, .. } => Some(Work::Run(*run)),
        _ => None,
    }
}
