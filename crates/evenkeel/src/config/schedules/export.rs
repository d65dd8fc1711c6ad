//! Schedules as settings again: what the file says, and the overrides that people made, in words that are read to the same
//! shifts.

use super::{Edge, LayerSetting, ScheduleSetting, Turn, TurnsSetting};
use crate::config::ics::By;
use core::fmt::Write as _;
use incident::{Every, MadeOverride, PersonId, Weekdays, Window};
use jiff::Timestamp;
use jiff::civil::Weekday;
use std::collections::BTreeMap;

/// Days of the week in order.
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl ScheduleSetting {
    /// As it stands in settings, with the overrides that were made and are not over, as far as they name people who are there.
    pub(crate) fn exported(
        &self,
        made: &[MadeOverride],
        is_there: impl Fn(&PersonId) -> bool,
        now: Timestamp,
    ) -> String {
        let mut out = String::from("[[schedules]]\n");
        let zone = self.zone.iana_name().unwrap_or("UTC");
        line(&mut out, "id", &quoted(&self.id));
        line(&mut out, "zone", &quoted(zone));
        for layer in &self.layers {
            out.push_str("\n[[schedules.layers]]\n");
            self::layer(&mut out, layer);
        }
        for one in &self.overrides {
            out.push_str("\n[[schedules.overrides]]\n");
            line(&mut out, "people", &list(&one.people));
            line(&mut out, "from", &quoted(&edge(one.from)));
            line(&mut out, "until", &quoted(&edge(one.until)));
        }
        // In the order of their making: of several the latest in the list counts.
        for one in made.iter().filter(|one| one.until() > now) {
            for part in one.of(&self.id) {
                let people: Vec<String> =
                    part.people.iter().filter(|one| is_there(one)).map(ToString::to_string).collect();
                if people.is_empty() {
                    continue;
                }
                let _ = writeln!(out, "\n# {}, made by {}: {}", one.id, one.made_by, plain(&one.reason));
                out.push_str("[[schedules.overrides]]\n");
                line(&mut out, "people", &list(&people));
                line(&mut out, "from", &quoted(&part.from.to_string()));
                line(&mut out, "until", &quoted(&part.until.to_string()));
            }
        }
        out
    }
}

fn layer(out: &mut String, layer: &LayerSetting) {
    match &layer.turns {
        TurnsSetting::Rotation { people, every, from } => {
            let turn = |turn: &Turn| match turn {
                Turn::One(person) => quoted(person),
                Turn::Several(people) => list(people),
            };
            let turns: Vec<String> = people.iter().map(turn).collect();
            line(out, "people", &format!("[{}]", turns.join(", ")));
            let every = match every {
                Every::Hours(hours) => format!("{hours} hours"),
                Every::Days(days) => format!("{days} days"),
            };
            line(out, "every", &quoted(&every));
            line(out, "from", &quoted(&from.strftime("%Y-%m-%d %H:%M").to_string()));
        }
        TurnsSetting::File { path, named, .. } => {
            line(out, "ics", &quoted(&path.display().to_string()));
            let by = match named.by {
                By::Summary => "summary",
                By::Attendee => "attendee",
            };
            line(out, "person", &quoted(by));
            if !named.names.is_empty() {
                line(out, "names", &table(&named.names));
            }
        }
    }
    if !layer.hours.is_empty() {
        let hours: Vec<String> = layer.hours.iter().map(window).collect();
        line(out, "hours", &list(&hours));
    }
}

fn window(window: &Window) -> String {
    let time = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
    format!("{} {}-{}", days(window.days), time(window.from), time(window.to))
}

fn days(held: Weekdays) -> String {
    let names = DAYS.iter().filter(|(_, day)| held.holds(*day)).map(|(name, _)| *name);
    names.collect::<Vec<_>>().join(",")
}

fn edge(edge: Edge) -> String {
    match edge {
        Edge::Civil(civil) => civil.strftime("%Y-%m-%d %H:%M").to_string(),
        Edge::Instant(at) => at.to_string(),
    }
}

fn line(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "{key} = {value}");
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

fn table(pairs: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{} = {}", quoted(key), quoted(value))).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// A text as TOML writes it on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A comment ends where its line does.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
