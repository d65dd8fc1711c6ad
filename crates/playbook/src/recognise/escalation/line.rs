//! One path on one line: `role → (5 min) → role`, or the same told in sentences.
//!
//! A time that nobody can be found to wait for it makes the whole line a question: no part of it is guessed to be a person.

use super::super::rules;
use super::super::words::calling;
use super::entry::{self, Timing};
use crate::model::{DelayBasis, EscalationHop};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The targets of a path and the delays between them.
pub(super) fn hops(path: &str, line: u32) -> Vec<EscalationHop> {
    let path = calling::with_numbers(path);
    let mut found = Found { hops: Vec::new(), waiting: None, is_clear: true, line };
    path.split('→').map(str::trim).filter(|part| !part.is_empty()).for_each(|part| found.part(part));
    let mut from_start = found.hops.iter().filter(|hop| hop.counted == DelayBasis::Start);
    let is_sorted = from_start.by_ref().is_sorted_by_key(|hop| hop.delay_min);
    // A time at the end holds nobody up that is named.
    if !found.is_clear || !is_sorted || found.waiting.is_some() {
        found.hops.iter_mut().for_each(|hop| hop.origin = rules::ESCALATION_UNTIMED.at(hop.line));
    }
    found.hops
}

struct Found {
    hops: Vec<EscalationHop>,
    /// The delay of the next target.
    waiting: Option<Timing>,
    /// Whether every time that was told holds up somebody.
    is_clear: bool,
    line: u32,
}

impl Found {
    /// What stands between two arrows.
    fn part(&mut self, part: &str) {
        if !calling::tells_time(part) {
            return self.hop(part.to_string(), None);
        }
        if let Some((target, timing)) = with_own_delay(part) {
            return self.hop(target, Some(timing));
        }
        let before = self.hops.len();
        let clauses = entry::clauses(part);
        clauses.iter().copied().filter(|clause| !clause.is_empty()).for_each(|clause| self.clause(clause));
        // A time was told, so that only the first of the line is woken at once.
        let late = self.hops.get(before.max(1)..).unwrap_or_default();
        self.is_clear &= late.iter().all(|hop| hop.delay_min > 0);
    }

    fn clause(&mut self, clause: &str) {
        let bare = calling::without_verbs(clause);
        if calling::is_at_once(clause) && bare != clause && !calling::is_at_once(bare) {
            return self.hop(bare.to_string(), None);
        }
        let said = entry::read(clause, self.line);
        let mut timings = said.timings.iter();
        let timing = timings.next().copied();
        self.is_clear &= !said.unclear && timings.next().is_none();
        match (said.target, timing) {
            (Some(target), _) if calling::tells_time(&target) => self.is_clear = false,
            (Some(target), timing) => self.hop(target, timing),
            (None, Some(timing)) => self.wait(timing),
            (None, None) => self.is_clear &= !calling::tells_time(clause) && calling::is_condition(clause),
        }
    }

    fn wait(&mut self, timing: Timing) {
        self.is_clear &= self.waiting.is_none();
        self.waiting = Some(timing);
    }

    fn hop(&mut self, target: String, own: Option<Timing>) {
        let waited = self.waiting.take();
        self.is_clear &= own.is_none() || waited.is_none();
        let timing = own.or(waited);
        self.hops.push(EscalationHop {
            target,
            delay_min: timing.map_or(0, |timing| timing.minutes),
            counted: timing.map_or(DelayBasis::Unsaid, |timing| timing.basis),
            line: self.line,
            origin: rules::ESCALATION_LINE.at(self.line),
        });
    }
}

/// A target with its own delay behind it, such as `Eng Lead (15 min)`.
fn with_own_delay(part: &str) -> Option<(String, Timing)> {
    let (target, inside) = part.strip_suffix(')')?.rsplit_once('(')?;
    let target = target.trim();
    let said = entry::read(inside, 0);
    let [timing] = said.timings.as_slice() else { return None };
    let is_person = !target.is_empty() && !calling::tells_time(target);
    (is_person && !said.unclear && said.target.is_none()).then(|| (target.to_string(), *timing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use DelayBasis::{Previous, Start, Unsaid};

    fn shape(path: &str) -> Option<Vec<(String, u32, DelayBasis)>> {
        let hops = hops(path, 1);
        let sure = hops.iter().all(|hop| hop.origin.rule == "escalation-line");
        sure.then(|| hops.into_iter().map(|hop| (hop.target, hop.delay_min, hop.counted)).collect())
    }

    #[test]
    fn a_delay_is_never_a_person() {
        for (path, wanted) in [
            ("A → (5 min) → B", vec![("A", 0, Unsaid), ("B", 5, Unsaid)]),
            (
                "on-call → (5 min) → lead → (30 min from the start) → director",
                vec![("on-call", 0, Unsaid), ("lead", 5, Unsaid), ("director", 30, Start)],
            ),
            ("A → 30 min later → B", vec![("A", 0, Unsaid), ("B", 30, Previous)]),
            ("A → half an hour → B", vec![("A", 0, Unsaid), ("B", 30, Unsaid)]),
            ("A → (media hora) → B", vec![("A", 0, Unsaid), ("B", 30, Unsaid)]),
            ("A → (Half an hour) → B", vec![("A", 0, Unsaid), ("B", 30, Unsaid)]),
            ("A → an hour later → B", vec![("A", 0, Unsaid), ("B", 60, Unsaid)]),
            ("A → fifteen minutes → B", vec![("A", 0, Unsaid), ("B", 15, Unsaid)]),
            ("A → (30分) → B", vec![("A", 0, Unsaid), ("B", 30, Unsaid)]),
            (
                "A → after 15 minutes lead → C (1 hour)",
                vec![("A", 0, Unsaid), ("lead", 15, Unsaid), ("C", 60, Unsaid)],
            ),
            ("A → B (if no answer in 10 min)", vec![("A", 0, Unsaid), ("B", 10, Previous)]),
            (
                "Alice, Bob → Carol & Dan (1 hour)",
                vec![("Alice, Bob", 0, Unsaid), ("Carol & Dan", 60, Unsaid)],
            ),
            (
                "Page the on-call engineer immediately. If not acknowledged within 15 minutes, page the lead.",
                vec![("on-call engineer", 0, Unsaid), ("lead", 15, Previous)],
            ),
            (
                "Page on-call, after 15 minutes page the lead",
                vec![("on-call", 0, Unsaid), ("lead", 15, Unsaid)],
            ),
        ] {
            let wanted: Vec<_> =
                wanted.into_iter().map(|(who, after, from)| (who.to_string(), after, from)).collect();
            assert_eq!(shape(path), Some(wanted), "{path}");
        }
    }

    #[test]
    fn hours_of_work_are_part_of_a_name() {
        for name in ["Lead (business hours)", "After-hours desk", "Minute taker", "24/7 desk"] {
            let path = alloc::format!("A → (5 min) → {name}");
            assert_eq!(shape(&path), Some(vec![("A".into(), 0, Unsaid), (name.into(), 5, Unsaid)]));
        }
    }

    #[test]
    fn a_time_that_holds_nobody_up_is_asked_about() {
        for path in [
            "A → (a few minutes later) → B",
            "A → B, if it goes on for an hour → C",
            "A → Team lead, if there is no answer within 15 minutes → C",
            "A → some hours → B",
            "A → (5 min) → (10 min) → B",
            "A → (5 min) → B (15 min)",
            "A → B → (5 min)",
            "A → B (15 min, business hours only)",
            "A → (60 min from the start) → B → (30 min from the start) → C",
            "A, answers within 15 minutes → B",
            "Page A, if nobody answers within 15 minutes, write a note",
            "after 15 minutes: A, B",
        ] {
            assert_eq!(shape(path), None, "{path}");
        }
    }
}
