//! Words of people and programs as Markdown: they stay where they are put.

use crate::event::Ending;
use crate::id::IncidentId;
use crate::words::{clock, one_line};
use alloc::format;
use alloc::string::{String, ToString};
use jiff::Timestamp;

/// The way to an event from wherever the console is: the place of the event in its incident, counted from 0.
pub(super) fn link(incident: IncidentId, at: usize, when: Timestamp) -> String {
    format!("[{}]({}{})", clock(when), timeline(incident), at + 1)
}

/// Where an incident's timeline stands, up to the number of an event. The room shows only the newest lines unless it is asked
/// for all.
fn timeline(incident: IncidentId) -> String {
    format!("/incidents/{incident}?all=1#e")
}

/// A postmortem's text with its links to the incident's events leading to a console at this address, for whoever reads it
/// elsewhere.
#[must_use]
pub fn absolute_links(text: &str, incident: IncidentId, console_url: &str) -> String {
    let near = format!("]({}", timeline(incident));
    text.replace(&near, &format!("]({console_url}{}", timeline(incident)))
}

/// Text that cannot leave its cell.
pub(super) fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

/// A command on one line, in as many backticks as it needs.
pub(super) fn code(source: &str) -> String {
    let source = one_line(source);
    if source.contains('`') { format!("`` {source} ``") } else { format!("`{source}`") }
}

/// How a command ended, after its name.
pub(super) fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Exited { code: 0 } => "succeeded".to_string(),
        Ending::Exited { code } => format!("ended with exit code {code}"),
        Ending::Killed { signal } => format!("was ended by signal {signal}"),
        Ending::TimedOut => "took too long and was ended".to_string(),
        Ending::Followed => "was followed to its limit".to_string(),
        Ending::TooMuchOutput => "wrote too much and was ended".to_string(),
        Ending::Stopped => "was stopped".to_string(),
        Ending::NotStarted { error } => format!("could not be started: {error}"),
    }
}
