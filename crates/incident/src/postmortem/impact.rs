//! What the server's own probes saw meanwhile, in the words of the section on impact.

use super::marks::cell;
use super::record::Record;
use crate::event::EventKind;
use crate::words::{clock, date};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::Timestamp;

/// What a probe saw while an incident went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// Which probe.
    pub probe: String,
    /// Looks that failed.
    pub failed: u32,
    /// Looks that passed or failed. Those that could not be made tell nothing of the target.
    pub looked: u32,
    /// From when these looks are.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// In the slowest part of that time, 95 % of the answers came within so many milliseconds.
    pub p95_ms: Option<u32>,
}

/// A sentence for each probe whose looks tell anything.
pub(super) fn sentences(record: &Record<'_>, impacts: &[Impact]) -> Vec<String> {
    let telling = impacts.iter().filter(|impact| impact.looked > 0);
    telling.map(|impact| sentence(record, impact)).collect()
}

fn sentence(record: &Record<'_>, impact: &Impact) -> String {
    let share = share(impact.failed.min(impact.looked), impact.looked);
    let looks = if impact.looked == 1 { "look" } else { "looks" };
    let mut said = format!(
        "{share} of {} {looks} failed, {} (probe {})",
        impact.looked,
        span(impact.from, impact.until),
        cell(&impact.probe)
    );
    if let Some(ms) = impact.p95_ms {
        said.push_str(&format!(", 95 % of the answers within {ms} ms at the slowest"));
    }
    let fired = record.first(
        |kind| matches!(kind, EventKind::AlertFired { alert } if alert.key.probe() == Some(&impact.probe)),
    );
    if let Some(at) = fired {
        said.push_str(&format!(" {}", record.link(at)));
    }
    said
}

/// A share in whole percents, which never says none or all of what was some.
fn share(part: u32, whole: u32) -> String {
    let (part, whole) = (u64::from(part), u64::from(whole.max(1)));
    let percent = (part * 200 + whole) / (whole * 2);
    match percent {
        0 if part > 0 => "less than 1 %".to_string(),
        100 if part < whole => "more than 99 %".to_string(),
        percent => format!("{percent} %"),
    }
}

/// From when until when, with the days only where there are two.
fn span(from: Timestamp, until: Timestamp) -> String {
    if date(from) == date(until) {
        return format!("{} to {}", from.strftime("%H:%M"), clock(until));
    }
    format!("{} {} to {} {}", date(from), from.strftime("%H:%M"), date(until), clock(until))
}

#[cfg(test)]
mod tests {
    use super::{share, span};

    #[test]
    fn a_share_never_says_none_or_all_of_what_was_some() {
        let cases = [
            ((0, 3), "0 %"),
            ((40, 118), "34 %"),
            ((1, 1_000), "less than 1 %"),
            ((999, 1_000), "more than 99 %"),
            ((3, 3), "100 %"),
            ((u32::MAX, u32::MAX), "100 %"),
        ];
        for ((part, whole), said) in cases {
            assert_eq!(share(part, whole), said);
        }
    }

    #[test]
    fn two_days_are_told_apart() {
        let at = |text: &str| text.parse().expect("a time");
        assert_eq!(span(at("2026-01-05T03:02:00Z"), at("2026-01-05T03:21:00Z")), "03:02 to 03:21 UTC");
        let night = span(at("2026-01-05T23:50:00Z"), at("2026-01-06T00:10:00Z"));
        assert_eq!(night, "2026-01-05 23:50 to 2026-01-06 00:10 UTC");
    }
}
