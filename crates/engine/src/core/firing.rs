//! Timers that fall due, and how the core goes.

use super::{After, Core};
use crate::ports::Schedule;
use crate::request::{Answer, EngineError, Question};
use crate::vitals::Vitals;
use incident::{Actor, Asked, Command};
use jiff::Timestamp;

impl Core {
    pub(crate) fn vitals(&mut self) -> Vitals {
        Vitals {
            next_due: self.timers.next_due(),
            timers: self.timers.len(),
            waiting: self.waiting(),
            held: self.leases.len(),
            incidents: self.live.len(),
        }
    }

    /// When the next timer falls due.
    pub(crate) fn next_due(&mut self) -> Option<Timestamp> {
        self.timers.next()
    }

    /// Fires up to `limit` timers that have fallen due.
    pub(crate) fn fire_due(&mut self, limit: usize) -> After {
        let due = self.timers.take_due(self.world.clock.now(), limit);
        let questions = due.iter().map(|schedule| {
            let command = Command::TimerFired { key: schedule.key.clone(), due: schedule.due };
            let asked = Asked { by: Actor::System, command };
            Question::Ask { incident: schedule.incident, asked, lease: None }
        });
        let (answers, after) = self.handle(&questions.collect::<Vec<_>>());
        for (schedule, answer) in due.into_iter().zip(answers) {
            self.settle_timer(schedule, &answer);
        }
        after
    }

    /// What could not be kept is tried again after a rest; what no longer counts is forgotten.
    fn settle_timer(&mut self, schedule: Schedule, answer: &Result<Answer, EngineError>) {
        match answer {
            // One that no longer counted was not late.
            Ok(answer) if answer.events == 0 => {}
            Ok(_) => self.world.tally.timer(self.world.clock.now().duration_since(schedule.due)),
            Err(EngineError::Refused(_) | EngineError::NoIncident(_)) => {
                self.timers.done(schedule.incident, schedule.key, schedule.due);
            }
            Err(EngineError::Busy | EngineError::Unavailable(_) | EngineError::Stopping) => {
                self.timers.retry(schedule, self.world.clock.now());
            }
        }
    }
}
