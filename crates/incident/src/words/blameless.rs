//! Words of a postmortem that look for somebody at fault rather than for what made it possible. Nothing is refused for them:
//! whoever writes is shown the line, and how it could be asked instead.

use crate::people::Roster;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// No more than so many are shown: whoever mends the first ones sees the others then.
const SHOWN_MAX: usize = 30;

/// A name and what it did stand at most so many words apart.
const NEAR: usize = 6;

/// The shortest name that is looked for, in characters: shorter ones are ordinary words, too.
const NAME_CHARS_MIN: usize = 3;

/// What speaks of a fault by itself, whoever is meant, and how else to ask.
const PHRASES: [(&str, &str); 12] = [
    ("human error", "What made that mistake easy to make, and what would have caught it?"),
    ("operator error", "What made that mistake easy to make, and what would have caught it?"),
    ("user error", "What made that mistake easy to make, and what would have caught it?"),
    ("should have", "What was known at that moment, and what would have shown the rest?"),
    ("could have been avoided", "What would have caught it before?"),
    ("careless", "What made it easy to overlook?"),
    ("negligen", "What made it easy to overlook?"),
    ("incompeten", "What did the system ask for that nobody could know?"),
    ("lack of discipline", "Which step is easily left out, and what would notice that?"),
    ("to blame", "Which conditions had to come together?"),
    ("whose fault", "Which conditions had to come together?"),
    ("common sense", "Where is it written down, or checked by a machine?"),
];

/// What makes a fault of a sentence with a name in it.
const FAULTS: [&str; 17] = [
    "broke",
    "caused",
    "forgot",
    "missed",
    "failed",
    "ignored",
    "deleted",
    "neglected",
    "overlooked",
    "mistake",
    "mistakenly",
    "accidentally",
    "wrongly",
    "didn't",
    "didn’t",
    "fault",
    "blame",
];

/// How to say it without a name.
const WITHOUT_NAME: &str =
    "Name the role or the step, and what let it through: which check, alert or default.";

/// One place of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    /// The line, from 1.
    pub line: u32,
    /// The words.
    pub quote: String,
    /// How it could be asked instead.
    pub instead: &'static str,
}

/// The places of a text that look for somebody at fault. Code, quotations, tables and the lines that say who wrote it are left
/// alone.
#[must_use]
pub fn blames(text: &str, roster: &Roster) -> Vec<Blame> {
    let names = names(roster);
    let mut found = Vec::new();
    let mut in_code = false;
    for (number, line) in (1_u32..).zip(text.lines()) {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            in_code = !in_code;
        } else if !in_code && !is_left_alone(line) {
            let line = without_code(line).to_lowercase();
            let of_line = phrases(&line).into_iter().chain(named(&line, &names));
            found.extend(of_line.map(|(quote, instead)| Blame { line: number, quote, instead }));
        }
        if found.len() >= SHOWN_MAX {
            break;
        }
    }
    found.truncate(SHOWN_MAX);
    found
}

/// Quotations, rows of tables, and who wrote, read or owns it.
fn is_left_alone(line: &str) -> bool {
    let line = line.trim_start();
    let lower = line.to_lowercase();
    let who = ["author", "reviewer", "owner", "lead", "participants", "responders"];
    let label = lower.trim_start_matches(['*', '_', '-', ' ']);
    line.starts_with(['>', '|']) || who.iter().any(|word| label.starts_with(word) && label.contains(':'))
}

/// The line with its code taken out: a command may name whatever it likes.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

fn phrases(line: &str) -> Vec<(String, &'static str)> {
    let found = PHRASES.iter().filter(|(phrase, _)| line.contains(phrase));
    found.map(|(phrase, instead)| ((*phrase).to_owned(), *instead)).collect()
}

/// A name with a fault near it.
fn named(line: &str, names: &[String]) -> Option<(String, &'static str)> {
    let words: Vec<&str> = line
        .split_whitespace()
        .map(|word| word.trim_matches(|sign: char| !sign.is_alphanumeric() && sign != '@'))
        .collect();
    let is_name = |word: &str| {
        let bare = word.trim_end_matches("'s").trim_end_matches("’s");
        (bare.starts_with('@') && bare.len() > 1) || names.iter().any(|name| name == bare)
    };
    let name = words.iter().position(|word| is_name(word))?;
    let is_fault = |word: &str| FAULTS.contains(&word);
    let from = name.saturating_sub(NEAR);
    let near = words.iter().skip(from).take(name - from + NEAR + 1);
    let fault = near.copied().find(|word| is_fault(word))?;
    Some((format!("{} … {fault}", words.get(name)?), WITHOUT_NAME))
}

/// Every short name, name and part of a name, in lower case.
fn names(roster: &Roster) -> Vec<String> {
    let people = roster.people();
    let of = people.flat_map(|person| {
        let parts = person.name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
        core::iter::once(person.id.to_string().to_lowercase()).chain(parts)
    });
    of.filter(|name| name.chars().count() >= NAME_CHARS_MIN).collect()
}
