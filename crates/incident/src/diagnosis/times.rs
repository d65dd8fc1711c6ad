//! Times in what a program printed: when something was deployed.

use alloc::string::String;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The host that lists the deployments may be ahead of us by this.
const SKEW: SignedDuration = SignedDuration::from_secs(30);

/// Parts of commands that list what was deployed, and when.
const LISTS: &[&str] = &[
    "deployments list",
    "deployments status",
    "versions list",
    "rollout history",
    "helm history",
    "app history",
    "releases list",
    "release list",
    "list-deployments",
    "deploy list",
    "git log",
];

/// Whether a command lists deployments.
pub(super) fn lists_deployments(source: &str) -> bool {
    LISTS.iter().any(|part| source.contains(part))
}

/// The newest time in a text that is not after `at`.
pub(super) fn newest_before(text: &str, at: Timestamp) -> Option<Timestamp> {
    let limit = at.checked_add(SKEW).unwrap_or(at);
    let starts = text.match_indices("20").map(|(start, _)| start);
    let times =
        starts.filter(|start| begins_word(text, *start)).filter_map(|start| text.get(start..).and_then(read));
    times.filter(|time| *time <= limit).max()
}

fn begins_word(text: &str, start: usize) -> bool {
    text.get(..start).is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '-'))
}

/// `2026-05-04T03:02:01Z`, `2026-05-04 03:02:01.5+02:00`; without an offset it is UTC.
fn read(text: &str) -> Option<Timestamp> {
    let date = text.get(..10)?;
    let between = text.get(10..11)?;
    if between != "T" && between != " " {
        return None;
    }
    let rest = text.get(11..)?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || ":.+-Z".contains(c))).unwrap_or(rest.len());
    let whole: String = [date, "T", rest.get(..end)?.trim_end_matches(['.', ':', '-', '+'])].concat();
    let zoned = whole.parse::<Timestamp>().ok();
    zoned.or_else(|| TimeZone::UTC.to_timestamp(whole.parse::<DateTime>().ok()?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_newest_deployment_before_the_beginning_is_found() {
        let listed = "Created:     2026-05-04T03:02:01.000Z\nAuthor: x@example.test\n\nCreated: 2026-05-03 22:00:00\n\
            Created: 2026-05-04T09:00:00+02:00, version 20261231-04\n";
        assert_eq!(newest_before(listed, at("2026-05-04T03:30:00Z")), Some(at("2026-05-04T03:02:01Z")));
        assert_eq!(newest_before(listed, at("2026-05-04T08:00:00Z")), Some(at("2026-05-04T07:00:00Z")));
        assert_eq!(newest_before(listed, at("2026-05-04T02:00:00Z")), Some(at("2026-05-03T22:00:00Z")));
        assert_eq!(newest_before(listed, at("2026-05-03T00:00:00Z")), None);
        assert_eq!(
            newest_before("2099-99-99T99:99:99Z 20 2026-05- 2026-05-04T", at("2026-05-04T03:30:00Z")),
            None
        );
    }
}
