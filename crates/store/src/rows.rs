//! Between stored values and the words of the ports: checked on the way out, with the table and the row named.

use engine::ports::{JournalError, Scope, Verdict};
use incident::{Event, MadeOverride, Silence, Summary};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;

/// A stored row that cannot be read.
pub(crate) fn corrupt(table: &'static str, row: impl Display, why: impl Display) -> JournalError {
    JournalError::Corrupt { table, row: row.to_string(), why: why.to_string() }
}

/// Microseconds since 1970. A part of a microsecond counts as a whole one, so that nothing falls due too early; not in
/// the last second of time, of which no part could be read back.
pub(crate) fn micros(at: Timestamp) -> i64 {
    let whole = at.as_microsecond();
    let cut = Timestamp::from_microsecond(whole).is_ok_and(|floor| floor < at);
    let rounded = whole + i64::from(cut);
    rounded.min(Timestamp::MAX.as_second() * 1_000_000)
}

/// The time of a stored number of microseconds.
pub(crate) fn time(table: &'static str, row: &str, micros: i64) -> Result<Timestamp, JournalError> {
    Timestamp::from_microsecond(micros).map_err(|error| corrupt(table, row, error))
}

/// The count in a stored number.
pub(crate) fn count(table: &'static str, row: &str, number: i64) -> Result<u64, JournalError> {
    u64::try_from(number).map_err(|_| corrupt(table, row, format_args!("{number} is below 0")))
}

/// The number stored for a count. No count grows that far.
pub(crate) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The value of a stored JSON text.
pub(crate) fn json<T: DeserializeOwned>(
    table: &'static str,
    row: &str,
    text: &str,
) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(|error| corrupt(table, row, error))
}

/// The value of a text that names it, such as an id.
pub(crate) fn parsed<T>(table: &'static str, text: &str) -> Result<T, JournalError>
where
    T: std::str::FromStr<Err: Display>,
{
    text.parse().map_err(|error| corrupt(table, text, error))
}

/// Adds the events of one append to those before it.
pub(crate) fn append(
    events: &mut Vec<Event>,
    incident: &str,
    seq: i64,
    body: &str,
) -> Result<(), JournalError> {
    let row = || format!("{incident} {seq}");
    let due = number(u64::try_from(events.len()).unwrap_or(u64::MAX)).saturating_add(1);
    if seq != due {
        return Err(corrupt("events", row(), format_args!("event {due} should follow")));
    }
    let mut added: Vec<Event> =
        serde_json::from_str(body).map_err(|error| corrupt("events", row(), error))?;
    events.append(&mut added);
    Ok(())
}

/// What a search looks through, in lower case.
pub(crate) fn write_search(summary: &Summary, id: &str, text: &mut String) {
    text.clear();
    let text_of = |part: &Option<String>| part.as_deref().unwrap_or_default().to_owned();
    let (runbook, held_by) = (text_of(&summary.runbook), text_of(&summary.held_by));
    for part in [summary.title.as_str(), id, &runbook, &held_by] {
        if part.is_ascii() {
            let from = text.len();
            text.push_str(part);
            text[from..].make_ascii_lowercase();
        } else {
            text.push_str(&part.to_lowercase());
        }
        text.push('\n');
    }
}

/// Those silences or overrides that can be read. Decisions are made with all of them at once: one that cannot be read must not
/// stop every other. Without it the schedules have it as before, and alerts are not held back.
pub(crate) fn readable<T>(
    read: impl Iterator<Item = Result<T, JournalError>>,
) -> Result<Vec<T>, JournalError> {
    let told = |one: Result<T, JournalError>| match one {
        Err(error @ JournalError::Corrupt { .. }) => {
            tracing::error!(%error, "this row does not count: it cannot be read");
            None
        }
        one @ (Ok(_) | Err(_)) => Some(one),
    };
    read.filter_map(told).collect()
}

/// What is stored of a silence beside its id: its version, when it ends, and all of it.
pub(crate) fn silence_row(silence: &Silence) -> Result<(i64, i64, String), JournalError> {
    made_row(silence.version, silence.until(), silence)
}

/// The same of an override.
pub(crate) fn override_row(made: &MadeOverride) -> Result<(i64, i64, String), JournalError> {
    made_row(made.version, made.until(), made)
}

fn made_row(
    version: u64,
    until: Timestamp,
    made: &impl Serialize,
) -> Result<(i64, i64, String), JournalError> {
    let unwritable = |error| JournalError::Unavailable(format!("cannot be written as JSON: {error}"));
    let body = serde_json::to_string(made).map_err(unwritable)?;
    Ok((number(version), micros(until), body))
}

/// The word that is stored for a scope.
pub(crate) const fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Alerts => "alerts",
        Scope::Read => "read",
        Scope::Respond => "respond",
        Scope::Agent => "agent",
        Scope::Calendar => "calendar",
    }
}

/// The scope of a stored word.
pub(crate) fn scope_named(name: &str) -> Option<Scope> {
    let all = [Scope::Alerts, Scope::Read, Scope::Respond, Scope::Agent, Scope::Calendar];
    all.into_iter().find(|scope| scope_name(*scope) == name)
}

/// The word that is stored for a verdict.
pub(crate) const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Breach => "breach",
        Verdict::Blind => "blind",
    }
}

/// The verdict of a stored word.
pub(crate) fn verdict_named(word: &str) -> Option<Verdict> {
    let all = [Verdict::Pass, Verdict::Fail, Verdict::Breach, Verdict::Blind];
    all.into_iter().find(|verdict| verdict_word(*verdict) == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_microsecond_is_rounded_up() {
        for (nanos, stored) in
            [(0, 0), (1, 1), (999, 1), (1_000, 1), (-1, 0), (-999, 0), (-1_000, -1), (-1_001, -1)]
        {
            let at = Timestamp::from_nanosecond(nanos).unwrap();
            assert_eq!(micros(at), stored, "{nanos} ns");
        }
        for at in [Timestamp::MIN, Timestamp::MAX] {
            assert!(time("timers", "x", micros(at)).is_ok(), "{at}");
        }
    }

    #[test]
    fn a_gap_in_a_stream_is_seen() {
        let mut events = Vec::new();
        append(&mut events, "inc_x", 1, "[]").unwrap();
        let error = append(&mut events, "inc_x", 3, "[]").unwrap_err();
        assert_eq!(error.to_string(), "table events, row inc_x 3: event 1 should follow");
        let error = append(&mut events, "inc_x", 1, "[{}]").unwrap_err();
        assert!(error.to_string().starts_with("table events, row inc_x 1: missing field"), "{error}");
    }
}
