//! One level of an escalation as people write it: whom to wake, after how long, and from when that counts.

use super::super::measure::{Quantity, minute_range, minutes, quantities};
use super::super::words::{arrows, calling};
use crate::model::DelayBasis;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What one heading, item, row or line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// Whether it is numbered as a level.
    pub(super) leveled: bool,
    pub(super) target: Option<String>,
    pub(super) timings: Vec<Timing>,
    /// Whether it says something about time that is not understood.
    pub(super) unclear: bool,
    pub(super) line: u32,
}

/// A delay, and which page it holds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timing {
    pub(super) minutes: u32,
    pub(super) basis: DelayBasis,
    pub(super) holds: Holds,
}

/// Which page a delay holds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// That of its own level.
    This,
    /// That of the next level.
    Next,
    /// Either: the other levels tell.
    Open,
}

/// A target is no longer: what is, is a sentence.
const TARGET_WORDS_MAX: usize = 8;
const TARGET_CHARACTERS_MAX: usize = 60;
/// More clauses than a level has.
const CLAUSES_MAX: usize = 24;
/// A longer text is no level.
const TEXT_BYTES_MAX: usize = 600;

/// Reads one level.
pub(super) fn read(text: &str, line: u32) -> Entry {
    if text.len() > TEXT_BYTES_MAX {
        return Entry { line, unclear: true, ..Entry::default() };
    }
    let text = arrows(text);
    let (leveled, rest) = calling::level_key(&text);
    let mut entry = Entry { leveled, line, ..Entry::default() };
    clauses(rest).into_iter().take(CLAUSES_MAX).for_each(|clause| entry.clause(clause));
    entry
}

/// Reads what stands below a level: its own delay, whom it wakes, when the next is woken.
pub(super) fn read_below(entry: &mut Entry, text: &str) {
    if text.len() > TEXT_BYTES_MAX {
        return;
    }
    let text = arrows(text);
    let (key, value) = text.split_once(':').unwrap_or(("", &text));
    let value = value.trim();
    if calling::says_who(key) {
        if let Some(target) = target(value) {
            entry.target = Some(target);
        }
    } else if calling::says_when_next(key) {
        entry.timed(value, DelayBasis::Previous, Holds::Next);
    } else if calling::says_when(key) {
        entry.timed(value, DelayBasis::Unsaid, Holds::This);
    } else if calling::goes_on(&text) || calling::is_unanswered(&text) {
        let mut below = read(&text, entry.line);
        let holds = |timing: Timing| Timing { holds: Holds::Next, ..timing };
        entry.timings.extend(below.timings.drain(..).map(holds));
        entry.unclear |= below.unclear;
    }
}

impl Entry {
    /// Takes the length of time that a value is.
    pub(super) fn timed(&mut self, value: &str, basis: DelayBasis, holds: Holds) {
        let said = basis_of(value);
        let basis = if said == DelayBasis::Unsaid { basis } else { said };
        if calling::is_at_once(value) {
            self.timings.push(Timing { minutes: 0, basis, holds });
        } else if let Some((from, _)) = minute_range(value) {
            self.timings.push(Timing { minutes: from, basis: DelayBasis::Start, holds: Holds::This });
        } else if let Some(minutes) = minutes(value) {
            self.timings.push(Timing { minutes, basis, holds });
        } else {
            self.unclear |= !value.trim_matches(['-', '–', '—', ' ']).is_empty();
        }
    }

    fn clause(&mut self, clause: &str) {
        if clause.is_empty() {
            return;
        }
        if calling::is_at_once(clause) {
            let (basis, holds) = (DelayBasis::Unsaid, Holds::This);
            return self.timings.push(Timing { minutes: 0, basis, holds });
        }
        if minutes(clause).is_some() {
            return self.timed_clause(clause);
        }
        if calling::goes_on(clause) {
            let last = self.timings.last_mut();
            return last.into_iter().for_each(|timing| timing.holds = Holds::Next);
        }
        if calling::is_condition(clause) || self.target.is_some() {
            return;
        }
        if calling::is_action(clause) {
            self.unclear = true;
            return;
        }
        self.target = target(clause);
    }

    /// A clause with a length of time: the time, and perhaps whom to wake after it.
    fn timed_clause(&mut self, clause: &str) {
        if let Some((from, _)) = minute_range(clause) {
            let holds = Holds::This;
            self.timings.push(Timing { minutes: from, basis: DelayBasis::Start, holds });
            return self.rest_of(clause);
        }
        let Some(minutes) = minutes(clause) else { return };
        if calling::is_answer_time(clause) {
            self.unclear = true;
            return;
        }
        let basis = basis_of(clause);
        let unanswered = calling::is_unanswered(clause);
        let had_target = self.target.is_some();
        self.rest_of(clause);
        let holds = if calling::goes_on(clause) {
            Holds::Next
        } else if had_target && unanswered {
            Holds::Open
        } else {
            Holds::This
        };
        self.timings.push(Timing { minutes, basis, holds });
    }

    /// Whom a clause names beside its length of time.
    fn rest_of(&mut self, clause: &str) {
        if self.target.is_some() || calling::goes_on(clause) {
            return;
        }
        let found = quantities(clause);
        let (Some(first), Some(last)) = (found.first(), found.last()) else { return };
        let around = |quantity: &Quantity, end: usize| (quantity.start, end);
        let (start, end) = around(first, last.end);
        let left = calling::without_lead_in(clause.get(..start).unwrap_or_default());
        let right = calling::without_tail(clause.get(end..).unwrap_or_default());
        let left = (!calling::is_condition(left)).then(|| target(left)).flatten();
        self.target = left.or_else(|| target(right));
    }
}

/// From when a delay counts, if its words say so.
fn basis_of(text: &str) -> DelayBasis {
    if calling::counts_from_start(text) {
        DelayBasis::Start
    } else if calling::counts_from_previous(text) || calling::is_unanswered(text) {
        DelayBasis::Previous
    } else {
        DelayBasis::Unsaid
    }
}

/// A role or a person, without the words that tell to wake them.
pub(super) fn target(text: &str) -> Option<String> {
    let bare = calling::without_verbs(text.trim_matches([' ', '*', '`', '.', ':', '-', '–', '—']));
    let words = bare.split_whitespace().count();
    let plausible = (1..=TARGET_WORDS_MAX).contains(&words)
        && bare.chars().count() <= TARGET_CHARACTERS_MAX
        && bare.chars().any(char::is_alphabetic)
        && !calling::is_condition(bare)
        && !calling::is_action(bare);
    plausible.then(|| bare.to_string())
}

/// Cut at what parts one thing from the next, outside words and numbers.
pub(super) fn clauses(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        let after = at + c.len_utf8();
        let blank = |at: Option<&u8>| at.is_none_or(u8::is_ascii_whitespace);
        let before_blank = blank(bytes.get(after));
        let cuts = match c {
            '→' | ';' | '(' | ')' | '|' | '。' | '、' | '：' => true,
            ',' | '.' | ':' => before_blank,
            '-' | '–' | '—' => before_blank && blank(at.checked_sub(1).and_then(|at| bytes.get(at))),
            _ => false,
        };
        if cuts {
            found.push(text.get(from..at).unwrap_or_default().trim());
            from = after;
        }
    }
    found.push(text.get(from..).unwrap_or_default().trim());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> (Option<String>, Vec<(u32, DelayBasis, Holds)>) {
        let entry = read(text, 1);
        let timings = entry.timings.iter().map(|timing| (timing.minutes, timing.basis, timing.holds));
        (entry.target, timings.collect())
    }

    #[test]
    fn a_level_is_told_in_many_ways() {
        use DelayBasis::{Previous, Start, Unsaid};
        use Holds::{Next, Open, This};
        for (text, target, timing) in [
            ("Level 1: Primary on-call", "Primary on-call", None),
            ("Level 2 (after 15 minutes): Team lead", "Team lead", Some((15, Unsaid, This))),
            ("L2 - Team lead, after 15 minutes", "Team lead", Some((15, Unsaid, This))),
            (
                "If no response in 10 min, page the secondary on-call",
                "secondary on-call",
                Some((10, Previous, This)),
            ),
            ("After 30 minutes: escalate to the CTO", "CTO", Some((30, Unsaid, This))),
            ("Escalate to the CTO after 1 hour", "CTO", Some((60, Unsaid, This))),
            ("Team lead (30 minutes after the start)", "Team lead", Some((30, Start, This))),
            ("T+15 min: Team lead", "Team lead", Some((15, Start, This))),
            ("Team lead (15-30 min)", "Team lead", Some((15, Start, This))),
            ("Team lead after another 20 minutes", "Team lead", Some((20, Previous, This))),
            ("Primary on-call, escalate after 15 minutes", "Primary on-call", Some((15, Unsaid, Next))),
            (
                "Primary on-call. If not acknowledged within 5 minutes, escalate to level 2",
                "Primary on-call",
                Some((5, Previous, Next)),
            ),
            ("Team lead, if there is no answer within 15 minutes", "Team lead", Some((15, Previous, Open))),
            ("On-call engineer (immediately)", "On-call engineer", Some((0, Unsaid, This))),
            ("Nivel 2: jefe de turno, después de 15 minutos", "jefe de turno", Some((15, Unsaid, This))),
        ] {
            let (found, timings) = said(text);
            assert_eq!(found.as_deref(), Some(target), "{text}");
            assert_eq!(timings, timing.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn a_time_to_answer_is_no_delay() {
        assert!(read("Level 1: Support, responds within 15 minutes", 1).unclear);
    }
}
