//! The timers in memory: what falls due next. The table is the truth; this is rebuilt from it at start.
//!
//! A heap with lazy deletion: an entry counts only while the map still holds it with the same due time. There is no
//! index on due time in the table, since that costs more than all else at intake.

use crate::ports::Schedule;
use incident::{IncidentId, TimerKey};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// How long all timers rest when one could not be kept: a storage that fails is not asked again at once.
const REST: SignedDuration = SignedDuration::from_secs(1);

/// The timers of all live incidents.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: BTreeMap<(IncidentId, TimerKey), Timestamp>,
    heap: BinaryHeap<Reverse<(Timestamp, IncidentId, TimerKey)>>,
    rest_until: Timestamp,
}

impl Timers {
    pub(crate) fn load(schedules: Vec<Schedule>) -> Self {
        let mut timers = Self::default();
        for schedule in schedules {
            timers.set(schedule.incident, schedule.key, schedule.due);
        }
        timers
    }

    pub(crate) fn set(&mut self, incident: IncidentId, key: TimerKey, due: Timestamp) {
        // Set again to the same time it must not fire twice: the second would take off what the first has set anew.
        if self.due.insert((incident, key.clone()), due) != Some(due) {
            self.heap.push(Reverse((due, incident, key)));
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.due.len()
    }

    pub(crate) fn clear(&mut self, incident: IncidentId, key: TimerKey) {
        self.due.remove(&(incident, key));
    }

    /// One that was taken is done with; what has been set anew since then stays.
    pub(crate) fn done(&mut self, incident: IncidentId, key: TimerKey, due: Timestamp) {
        let key = (incident, key);
        if self.due.get(&key) == Some(&due) {
            self.due.remove(&key);
        }
    }

    /// When it is worth looking again.
    pub(crate) fn next(&mut self) -> Option<Timestamp> {
        let due = self.next_due()?;
        Some(due.max(self.rest_until))
    }

    /// When the next one is due, whether or not they rest.
    pub(crate) fn next_due(&mut self) -> Option<Timestamp> {
        while let Some(Reverse((due, incident, key))) = self.heap.peek() {
            if self.due.get(&(*incident, key.clone())) == Some(due) {
                return Some(*due);
            }
            self.heap.pop();
        }
        None
    }

    /// Takes up to `limit` timers that have fallen due. They stay set until the journal says otherwise: `retry` puts
    /// back what could not be handled.
    pub(crate) fn take_due(&mut self, now: Timestamp, limit: usize) -> Vec<Schedule> {
        let mut taken = Vec::new();
        let left = self.rest_until.duration_since(now);
        // A longer rest than there is means that the clock was set back.
        if left.is_positive() && left <= REST {
            return taken;
        }
        while taken.len() < limit && self.next_due().is_some_and(|due| due <= now) {
            if let Some(Reverse((due, incident, key))) = self.heap.pop() {
                // Set, cleared and set again to the same time it stands here twice, side by side.
                while matches!(self.heap.peek(), Some(Reverse(next)) if *next == (due, incident, key.clone()))
                {
                    self.heap.pop();
                }
                taken.push(Schedule { incident, key, due });
            }
        }
        taken
    }

    /// Puts a taken timer back, without changing when it was meant to be due; all of them rest a little.
    pub(crate) fn retry(&mut self, schedule: Schedule, now: Timestamp) {
        self.rest_until = now.checked_add(REST).unwrap_or(now);
        self.heap.push(Reverse((schedule.due, schedule.incident, schedule.key)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn id(number: u64) -> IncidentId {
        IncidentId::from_parts(number, 0)
    }

    #[test]
    fn a_moved_timer_fires_once_at_its_new_time() {
        let mut timers = Timers::default();
        timers.set(id(1), TimerKey::Update, at(5));
        timers.set(id(1), TimerKey::Update, at(9));
        assert!(timers.take_due(at(6), 10).is_empty());
        assert_eq!(timers.take_due(at(9), 10).len(), 1);
        assert!(timers.take_due(at(99), 10).is_empty());
    }

    #[test]
    fn a_timer_that_is_set_again_to_the_same_time_fires_once() {
        let mut timers = Timers::default();
        timers.set(id(1), TimerKey::Escalation, at(5));
        timers.set(id(1), TimerKey::Escalation, at(5));
        assert_eq!(timers.take_due(at(6), 10).len(), 1);
    }

    #[test]
    fn a_timer_that_was_cleared_and_set_again_to_the_same_time_fires_once_and_takes_nothing_newer_off() {
        let mut timers = Timers::default();
        timers.set(id(1), TimerKey::Escalation, at(5));
        timers.clear(id(1), TimerKey::Escalation);
        timers.set(id(1), TimerKey::Escalation, at(5));
        timers.set(id(2), TimerKey::Escalation, at(5));
        assert_eq!(timers.take_due(at(6), 10).len(), 2);
        timers.set(id(1), TimerKey::Escalation, at(20));
        timers.done(id(1), TimerKey::Escalation, at(5));
        timers.done(id(2), TimerKey::Escalation, at(5));
        assert_eq!(timers.next(), Some(at(20)));
        assert_eq!(timers.len(), 1);
    }

    #[test]
    fn after_a_failure_all_rest_and_none_is_lost() {
        let mut timers = Timers::default();
        timers.set(id(1), TimerKey::Update, at(5));
        timers.set(id(2), TimerKey::Update, at(5));
        let failed = timers.take_due(at(6), 1).pop().unwrap();
        timers.retry(failed, at(6));
        assert_eq!(timers.next(), Some(at(7)));
        assert!(timers.take_due(at(6), 10).is_empty());
        assert_eq!(timers.take_due(at(7), 10).len(), 2);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_prolong_the_rest() {
        let mut timers = Timers::default();
        timers.set(id(1), TimerKey::Update, at(5));
        let failed = timers.take_due(at(9_000), 1).pop().unwrap();
        timers.retry(failed, at(9_000));
        assert_eq!(timers.take_due(at(10), 10).len(), 1);
    }

    #[test]
    fn a_cleared_timer_never_fires() {
        let mut timers = Timers::default();
        timers.set(id(1), TimerKey::Escalation, at(5));
        timers.set(id(2), TimerKey::Escalation, at(6));
        timers.clear(id(1), TimerKey::Escalation);
        assert_eq!(timers.next(), Some(at(6)));
        let taken = timers.take_due(at(10), 10);
        assert_eq!(taken.iter().map(|schedule| schedule.incident).collect::<Vec<_>>(), [id(2)]);
    }
}
