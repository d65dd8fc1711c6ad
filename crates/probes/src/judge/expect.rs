//! What is expected of one look, and what of it was not met, each in words that name both.

use core::net::IpAddr;
use core::time::Duration;
use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use std::collections::BTreeMap;

/// How much of a text is repeated in a reason.
const SHOWN_CHARS_MAX: usize = 120;

/// What one look saw of its target; a kind of probe fills in what it can see.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// How long it took in all.
    pub took: Duration,
    /// The HTTP status.
    pub status: Option<u16>,
    /// Where a redirect points.
    pub location: Option<String>,
    /// The HTTP headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body or the output, up to a limit.
    pub body: String,
    /// Whether there was more of it.
    pub body_cut: bool,
    /// The addresses that the name stands for.
    pub addresses: Vec<IpAddr>,
    /// When the first certificate of the chain ends.
    pub expires_at: Option<Timestamp>,
    /// The command's exit code.
    pub exit: Option<i32>,
    /// The numbers that a query answered with, each with what it is about.
    pub values: Vec<(String, f64)>,
}

/// HTTP statuses, as single ones and as classes such as `2xx`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusSet(Vec<(u16, u16)>);

impl StatusSet {
    /// Of words such as `200`, `2xx` and `200-204`. `None` when one is none of these.
    #[must_use]
    pub fn read<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let ranges: Option<Vec<_>> = words.into_iter().map(range).collect();
        ranges.filter(|ranges| !ranges.is_empty()).map(Self)
    }

    fn holds(&self, status: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&status))
    }
}

fn range(word: &str) -> Option<(u16, u16)> {
    let code = |text: &str| text.trim().parse().ok().filter(|code| (100..=599).contains(code));
    if let Some(class) = word.trim().to_ascii_lowercase().strip_suffix("xx") {
        let class: u16 = class.parse().ok().filter(|class| (1..=5).contains(class))?;
        return Some((class * 100, class * 100 + 99));
    }
    match word.split_once('-') {
        Some((first, last)) => {
            let (first, last) = (code(first)?, code(last)?);
            (first <= last).then_some((first, last))
        }
        None => code(word).map(|code| (code, code)),
    }
}

impl core::fmt::Display for StatusSet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let between = if at == 0 { "" } else { " or " };
            match (first, last) {
                (first, last) if first == last => write!(f, "{between}{first}")?,
                (first, last) if first % 100 == 0 && *last == first + 99 => {
                    write!(f, "{between}{}xx", first / 100)?;
                }
                (first, last) => write!(f, "{between}{first} to {last}")?,
            }
        }
        Ok(())
    }
}

/// What a number is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    how: How,
    with: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
    Unequal,
}

const SIGNS: [(&str, How); 8] = [
    // The longer ones first: `<` begins `<=`.
    ("<=", How::AtMost),
    ("≤", How::AtMost),
    (">=", How::AtLeast),
    ("≥", How::AtLeast),
    ("==", How::Equal),
    ("!=", How::Unequal),
    ("<", How::Below),
    (">", How::Above),
];

impl Bound {
    /// Of words such as `> 95 %`, `<= 0.01`, `== 3`.
    #[must_use]
    pub fn read(words: &str) -> Option<Self> {
        let words = words.trim();
        let (sign, how) = SIGNS.iter().find(|(sign, _)| words.starts_with(sign))?;
        let number = words.get(sign.len()..)?.trim().trim_end_matches('%').trim();
        let with: f64 = number.parse().ok()?;
        with.is_finite().then_some(Self { how: *how, with })
    }

    fn holds(self, value: f64) -> bool {
        match self.how {
            How::Below => value < self.with,
            How::AtMost => value <= self.with,
            How::Above => value > self.with,
            How::AtLeast => value >= self.with,
            How::Equal => (value - self.with).abs() <= f64::EPSILON * self.with.abs().max(1.0),
            How::Unequal => !Self { how: How::Equal, ..self }.holds(value),
        }
    }
}

impl core::fmt::Display for Bound {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let sign = SIGNS.iter().find(|(_, how)| *how == self.how).map_or("", |(sign, _)| sign);
        write!(f, "{sign} {}", self.with)
    }
}

/// What is expected of each single look. What is left out is not looked at.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// One of these statuses.
    pub status: Option<StatusSet>,
    /// Each of these headers with this text in its value.
    pub headers: BTreeMap<String, String>,
    /// Each of these texts in the body or the output.
    pub contains: Vec<String>,
    /// None of these.
    pub lacks: Vec<String>,
    /// Something that this fits.
    pub matches: Option<Regex>,
    /// An end within this time.
    pub latency_max: Option<Duration>,
    /// Certificates that are good for at least so long.
    pub valid_for: Option<SignedDuration>,
    /// Each of these addresses.
    pub addresses: Vec<IpAddr>,
    /// This exit code.
    pub exit: Option<i32>,
    /// Numbers that each keep within this.
    pub value: Option<Bound>,
}

impl Expect {
    /// What was not met; empty when all was.
    #[must_use]
    pub fn faults(&self, seen: &Seen, now: Timestamp) -> Vec<String> {
        let mut faults = Vec::new();
        faults.extend(self.status_fault(seen));
        faults.extend(self.headers.iter().filter_map(|(name, text)| header_fault(seen, name, text)));
        self.text_faults(seen, &mut faults);
        faults.extend(self.latency_max.filter(|max| seen.took > *max).map(|max| {
            format!("it took {} ms; at most {} ms is expected", seen.took.as_millis(), max.as_millis())
        }));
        faults.extend(self.expiry_fault(seen, now));
        let missing = self.addresses.iter().filter(|address| !seen.addresses.contains(address));
        faults.extend(missing.map(|address| {
            let found: Vec<String> = seen.addresses.iter().map(ToString::to_string).collect();
            format!("the name does not stand for {address}, but for {}", found.join(", "))
        }));
        if let (Some(expected), Some(exit)) = (self.exit, seen.exit)
            && exit != expected
        {
            faults.push(format!("exit code {exit}; expected is {expected}{}", said(&seen.body)));
        }
        faults.extend(self.value_fault(seen));
        faults
    }

    fn status_fault(&self, seen: &Seen) -> Option<String> {
        let (set, status) = (self.status.as_ref()?, seen.status?);
        let to = seen.location.as_deref().map(|to| format!(" to {}", shown(to))).unwrap_or_default();
        (!set.holds(status)).then(|| format!("status {status}{to}; expected is {set}"))
    }

    fn text_faults(&self, seen: &Seen, faults: &mut Vec<String>) {
        let cut = if seen.body_cut { " in what was read of it" } else { "" };
        let missing = self.contains.iter().filter(|text| !seen.body.contains(text.as_str()));
        faults.extend(missing.map(|text| format!("{:?} is missing{cut}{}", shown(text), said(&seen.body))));
        let found = self.lacks.iter().filter(|text| seen.body.contains(text.as_str()));
        faults.extend(found.map(|text| format!("{:?} is in it and should not be", shown(text))));
        let unmatched = self.matches.as_ref().filter(|matches| !matches.is_match(&seen.body));
        faults.extend(
            unmatched.map(|matches| {
                format!("nothing fits {:?}{cut}{}", shown(matches.as_str()), said(&seen.body))
            }),
        );
    }

    fn expiry_fault(&self, seen: &Seen, now: Timestamp) -> Option<String> {
        let (valid_for, ends) = (self.valid_for?, seen.expires_at?);
        let left = ends.duration_since(now);
        (left < valid_for).then(|| {
            let days = left.as_hours() / 24;
            let left = if days == 0 { format!("{} h", left.as_hours()) } else { format!("{days} days") };
            format!(
                "a certificate ends on {ends:.0}, in {left}; at least {} days are expected",
                valid_for.as_hours() / 24
            )
        })
    }

    fn value_fault(&self, seen: &Seen) -> Option<String> {
        let bound = self.value?;
        if seen.values.is_empty() {
            return Some(format!("there is no number; expected is {bound}{}", said(&seen.body)));
        }
        let (about, value) = seen.values.iter().find(|(_, value)| !bound.holds(*value))?;
        let about = if about.is_empty() { String::new() } else { format!(" of {}", shown(about)) };
        Some(format!("the value{about} is {value}; expected is {bound}"))
    }
}

fn header_fault(seen: &Seen, name: &str, text: &str) -> Option<String> {
    let mut of_name = seen.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name)).peekable();
    if of_name.peek().is_none() {
        return Some(format!("the header {name} is missing; expected is {text:?}"));
    }
    let first = of_name.peek().map(|(_, value)| shown(value)).unwrap_or_default();
    let holds = of_name.any(|(_, value)| value.to_lowercase().contains(&text.to_lowercase()));
    (!holds).then(|| format!("the header {name} is {first:?}; expected is {text:?}"))
}

/// What the target said instead, for the reader of a reason.
fn said(body: &str) -> String {
    match body.trim() {
        "" => String::new(),
        body => format!("; it says {:?}", shown(body)),
    }
}

/// The beginning of a text, on one line.
fn shown(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(SHOWN_CHARS_MAX).collect();
    if short.len() < text.trim().len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
