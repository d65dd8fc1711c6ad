//! What a page says: severity, what is broken, since when, who else was woken. The first line fits 160 characters.

use crate::event::PagePurpose;
use crate::state::{Incident, Page, PageState};
use crate::words::{clock, duration, one_line};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The longest short text, in characters: one SMS.
const SHORT_CHARS_MAX: usize = 160;

/// The longest wish of whoever asks, in characters; the whole stands in the long text.
const ASKED_CHARS_MAX: usize = 100;

/// The longest list of names in a short text; a longer one becomes a number, so that room is left for what is broken.
const NAMES_CHARS_MAX: usize = 50;

/// A page in words; the channel adds its link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageWords {
    /// One line of at most 160 characters.
    pub short: String,
    /// More, line by line.
    pub long: Vec<String>,
}

/// What `page` says to its responder.
#[must_use]
pub fn page_words(incident: &Incident, page: &Page) -> PageWords {
    let repeat = if page.possible_repeat > 0 { "[possible repeat] " } else { "" };
    let since = clock(incident.opened_at);
    if let Some(asked) = asked(incident, page) {
        let asked = cut(&asked, ASKED_CHARS_MAX);
        let frame = format!("{repeat}{}: . {asked}.", incident.severity());
        let title = cut(&one_line(&incident.title), SHORT_CHARS_MAX.saturating_sub(frame.chars().count()));
        let short = format!("{repeat}{}: {title}. {asked}.", incident.severity());
        return PageWords { short: cut(&short, SHORT_CHARS_MAX), long: long(incident, page, "") };
    }
    let others = others(incident, page);
    let names = others.join(", ");
    let tried = match others.len() {
        0 => String::new(),
        _ if names.chars().count() <= NAMES_CHARS_MAX => format!(" Also woken: {names}."),
        many => format!(" Also woken: {many} people."),
    };
    let frame = format!("{repeat}{}: . Since {since}.{tried}", incident.severity());
    let room = SHORT_CHARS_MAX.saturating_sub(frame.chars().count());
    let title = cut(&one_line(&incident.title), room);
    let short =
        cut(&format!("{repeat}{}: {title}. Since {since}.{tried}", incident.severity()), SHORT_CHARS_MAX);
    PageWords { short, long: long(incident, page, &names) }
}

/// What a page wants that does not ask to take the incident from nobody.
fn asked(incident: &Incident, page: &Page) -> Option<String> {
    match page.purpose {
        PagePurpose::Escalation => None,
        PagePurpose::Help | PagePurpose::HandOver => Some(one_line(&page.rule)),
        PagePurpose::Update => Some(format!("Please write it: {}", one_line(&page.rule))),
        PagePurpose::Reminder => {
            let lapses_at = incident.acknowledged.as_ref().map_or(page.decided_at, |held| held.lapses_at);
            Some(format!("Are you still on it? If not answered, others are woken at {}", clock(lapses_at)))
        }
    }
}

fn long(incident: &Incident, page: &Page, others: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if !incident.description.is_empty() {
        lines.push(cut(&incident.description, 1_000));
    }
    let waited = duration(page.decided_at.duration_since(incident.opened_at));
    lines.push(format!("Began at {}, {waited} before this page.", clock(incident.opened_at)));
    if let Some(runbook) = incident.runbook() {
        lines.push(format!("Runbook: {}.", runbook.title));
    }
    if !others.is_empty() {
        lines.push(format!("Also woken: {others}."));
    }
    lines.push(format!("Why you: {}.", page.rule));
    if page.possible_repeat > 0 {
        lines.push(
            "You may have had this page before: nobody knows whether an earlier try arrived.".to_string(),
        );
    }
    lines
}

fn others<'a>(incident: &'a Incident, page: &Page) -> Vec<&'a str> {
    let others: BTreeSet<&str> = incident
        .pages
        .iter()
        .filter(|other| other.number < page.number && other.responder != page.responder)
        .filter(|other| !sleeps_on(other))
        .map(|other| other.responder.0.as_str())
        .collect();
    others.into_iter().collect()
}

/// Whether a page waits for the end of its responder's quiet hours, or waited until it was not needed any more.
fn sleeps_on(page: &Page) -> bool {
    page.waits.is_some() && matches!(page.state, PageState::Planned { .. } | PageState::Withdrawn)
}

/// At most so many characters, with an ellipsis where something was cut.
fn cut(text: &str, chars_max: usize) -> String {
    let text = text.trim().trim_end_matches('.');
    if text.chars().count() <= chars_max {
        return text.to_string();
    }
    let mut kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    kept.push('…');
    kept
}
