//! From the levels of an escalation to its path: each delay to the page that it holds up.
//!
//! Taken only when every level after the first has its delay: a level without one would be woken with the one before.

use super::super::rules;
use super::entry::{Entry, Holds, Timing};
use crate::model::{DelayBasis, EscalationHop};
use alloc::vec::Vec;

/// The path of some levels, or nothing when they are none.
pub(super) fn path(entries: &[Entry]) -> Option<Vec<EscalationHop>> {
    let levels: Vec<Entry> = joined(entries);
    let said = levels.iter().filter(|level| !level.timings.is_empty()).count();
    let leveled = levels.iter().filter(|level| level.leveled).count();
    if levels.len() < 2 || (said == 0 && leveled < 2) {
        return None;
    }
    let open = Open::of(&levels);
    let mut hops = Vec::new();
    let mut is_timed = open != Open::Unclear && levels.iter().all(|level| !level.unclear);
    for (at, level) in levels.iter().enumerate() {
        let own = level.timings.iter().find(|timing| open.holds(timing) == Holds::This);
        let before = at.checked_sub(1).and_then(|at| levels.get(at));
        let handed =
            before.and_then(|before| before.timings.iter().find(|timing| open.holds(timing) == Holds::Next));
        let timing = own.or(handed);
        let agree = own.zip(handed).is_none_or(|(own, handed)| own.minutes == handed.minutes);
        is_timed &= agree && (at == 0 || timing.is_some());
        hops.push(EscalationHop {
            target: level.target.clone().unwrap_or_default(),
            delay_min: timing.map_or(0, |timing| timing.minutes),
            counted: timing.map_or(DelayBasis::Unsaid, |timing| timing.basis),
            line: level.line,
            origin: rules::ESCALATION_LEVELS.at(level.line),
        });
    }
    // From the start, a later level cannot be earlier.
    let mut from_start = hops.iter().filter(|hop| hop.counted == DelayBasis::Start).map(|hop| hop.delay_min);
    is_timed &= from_start.by_ref().is_sorted() && hops.iter().any(|hop| hop.delay_min > 0);
    if !is_timed {
        hops.iter_mut().for_each(|hop| hop.origin = rules::ESCALATION_UNTIMED.at(hop.line));
    }
    Some(hops)
}

/// Levels that name somebody; a line that names nobody tells more about the level before it.
fn joined(entries: &[Entry]) -> Vec<Entry> {
    let mut levels: Vec<Entry> = Vec::new();
    for entry in entries {
        match (&entry.target, levels.last_mut()) {
            (Some(_), _) => levels.push(entry.clone()),
            (None, Some(last)) => {
                let next = |timing: &Timing| Timing { holds: Holds::Next, ..*timing };
                last.timings.extend(entry.timings.iter().map(next));
                last.unclear |= entry.unclear || entry.leveled;
            }
            (None, None) => {}
        }
    }
    levels
}

/// How the delays are read that could hold up either page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// All of them their own level.
    This,
    /// All of them the next.
    Next,
    /// The levels do not tell.
    Unclear,
}

impl Open {
    fn of(levels: &[Entry]) -> Self {
        let open = |level: Option<&Entry>| {
            level.is_some_and(|level| level.timings.iter().any(|timing| timing.holds == Holds::Open))
        };
        match (open(levels.first()), open(levels.last())) {
            (false, _) => Self::This,
            (true, false) => Self::Next,
            (true, true) => Self::Unclear,
        }
    }

    fn holds(self, timing: &Timing) -> Holds {
        match (timing.holds, self) {
            (Holds::Open, Self::This | Self::Unclear) => Holds::This,
            (Holds::Open, Self::Next) => Holds::Next,
            (holds, _) => holds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::read;
    use super::*;
    use alloc::string::String;

    fn hops(lines: &[&str]) -> Option<Vec<(String, u32)>> {
        let entries: Vec<_> = lines.iter().map(|line| read(line, 1)).collect();
        let hops = path(&entries)?;
        let sure = hops.iter().all(|hop| hop.origin.rule == "escalation-levels");
        sure.then(|| hops.into_iter().map(|hop| (hop.target, hop.delay_min)).collect())
    }

    fn wanted(list: &[(&str, u32)]) -> Option<Vec<(String, u32)>> {
        Some(list.iter().map(|(target, delay)| (String::from(*target), *delay)).collect())
    }

    #[test]
    fn a_delay_belongs_to_its_own_level_or_to_the_next_as_the_others_tell() {
        let next = ["Level 1: A, if no answer in 5 min", "Level 2: B, if no answer in 10 min", "Level 3: C"];
        assert_eq!(hops(&next), wanted(&[("A", 0), ("B", 5), ("C", 10)]));
        let own = ["Level 1: A", "Level 2: B, if no answer in 5 min", "Level 3: C, if no answer in 10 min"];
        assert_eq!(hops(&own), wanted(&[("A", 0), ("B", 5), ("C", 10)]));
        let either = ["Level 1: A, if no answer in 5 min", "Level 2: B, if no answer in 10 min"];
        assert_eq!(hops(&either), None);
        let apart = ["Page A", "If nobody answers within 5 minutes", "Page B"];
        assert_eq!(hops(&apart), wanted(&[("A", 0), ("B", 5)]));
    }

    #[test]
    fn what_leaves_a_delay_open_is_not_a_path() {
        assert_eq!(hops(&["Level 1: A", "Level 2: B", "Level 3: C, after 10 minutes"]), None);
        assert_eq!(hops(&["Level 1: A", "Level 2: B, responds within 30 minutes"]), None);
        assert_eq!(hops(&["A (30-60 min)", "B (0-15 min)"]), None);
        assert_eq!(path(&[read("Be kind", 1), read("Write down what you did", 2)]), None);
    }
}
