//! Words for people: messages filled from the playbook's templates, pages, durations. Pure text, no channel's format.

mod blameless;
mod cut;
mod fill;
mod page;

pub use blameless::{Blame, blames};
pub use cut::{DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX, block, line, turns};
pub use fill::{Filled, Occasion, fill, open_placeholders};
pub use page::{PageWords, page_words};

use crate::people::Actor;
use crate::place::Place;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::{SignedDuration, Timestamp};

/// A length of time as people say it: `45 s`, `12 min`, `1 h 5 min`, `3 d 2 h`.
#[must_use]
pub fn duration(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) if minutes % 60 == 0 => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        (_, _, _) if hours % 24 == 0 => format!("{days} d"),
        (_, _, _) => format!("{days} d {} h", hours % 24),
    }
}

/// A time of day such as `14:05 UTC`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M UTC").to_string()
}

/// What is known of a command that was lost where it ran, and whether somebody had it stopped before.
#[must_use]
pub fn lost(place: &Place, stopped_by: Option<&Actor>) -> String {
    match (place, stopped_by) {
        (Place::Agent(name), Some(by)) => format!(
            "{by} had it stopped, and the agent {name} did not say that it ended: it may run on there, and nobody knows how \
             it went"
        ),
        (place, _) => lost_alone(place),
    }
}

fn lost_alone(place: &Place) -> String {
    match place {
        Place::Server => String::from("the server stopped while it ran, and nobody knows how it went"),
        Place::Agent(name) => format!(
            "the agent {name} or the server stopped while it ran, or they lost each other; nobody knows how it went"
        ),
    }
}

/// The text on one line: whoever names an incident, or sends an alert, does not decide where a line ends.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A date such as `2026-11-23`.
#[must_use]
pub fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_speech() {
        let cases = [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3600, "1 h"), (3900, "1 h 5 min")];
        for (seconds, said) in cases {
            assert_eq!(duration(SignedDuration::from_secs(seconds)), said);
        }
        assert_eq!(duration(SignedDuration::from_hours(74)), "3 d 2 h");
        assert_eq!(duration(SignedDuration::from_secs(-5)), "0 s");
    }
}
