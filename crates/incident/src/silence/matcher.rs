//! Which alerts are meant: by source, title, key and labels, in Alertmanager's four ways.

use crate::alert::Alert;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// More conditions nobody keeps apart.
pub const MATCHERS_MAX: usize = 20;
/// A condition's value is not longer.
const VALUE_CHARS_MAX: usize = 1_000;
/// A label's name is not longer.
const NAME_CHARS_MAX: usize = 200;
/// What a pattern may take when it is compiled: it is asked of every alert.
const PATTERN_BYTES_MAX: usize = 256 * 1024;

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MatchOp {
    /// It is this.
    #[serde(rename = "=")]
    Is,
    /// It is anything else.
    #[serde(rename = "!=")]
    IsNot,
    /// The whole of it fits this regular expression.
    #[serde(rename = "=~")]
    Fits,
    /// It does not.
    #[serde(rename = "!~")]
    FitsNot,
}

/// One condition. What an alert does not have counts as empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matcher {
    /// `source`, `title`, `key`, or a label's name; a label of such a name is `label.source`.
    pub name: String,
    /// How.
    pub op: MatchOp,
    /// With what.
    pub value: String,
}

/// Conditions that all hold, ready to be asked.
#[derive(Clone, Debug)]
pub struct Matchers(Vec<(Matcher, Option<Regex>)>);

impl MatchOp {
    /// Its sign.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Is => "=",
            Self::IsNot => "!=",
            Self::Fits => "=~",
            Self::FitsNot => "!~",
        }
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:?}", self.name, self.op.sign(), self.value)
    }
}

impl FromStr for Matcher {
    type Err = String;

    /// `alertname=~"Disk.*"`; the quotes may be left out.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is no condition; some are alertname=\"DiskFull\" and host=~\"db-.*\"");
        let at = text.find(['=', '!']).ok_or_else(wrong)?;
        let (name, rest) = text.split_at(at);
        let signs = [MatchOp::Fits, MatchOp::FitsNot, MatchOp::IsNot, MatchOp::Is];
        let (op, value) =
            signs.into_iter().find_map(|op| Some((op, rest.strip_prefix(op.sign())?))).ok_or_else(wrong)?;
        let value = value.trim();
        let quoted = value.strip_prefix('"').map(|rest| rest.strip_suffix('"').ok_or_else(wrong));
        let value = match quoted {
            Some(inner) => unescape(inner?),
            None => value.to_string(),
        };
        Ok(Self { name: name.trim().to_string(), op, value })
    }
}

/// `\"` and `\\` within quotes; every other backslash is the pattern's own.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match (sign, signs.peek()) {
            ('\\', Some(&next @ ('"' | '\\'))) => {
                signs.next();
                out.push(next);
            }
            _ => out.push(sign),
        }
    }
    out
}

impl Matchers {
    /// Of conditions, of which at least one must ask for something that is there: else they would mean every alert.
    ///
    /// # Errors
    /// What cannot be meant, in words.
    pub fn new(matchers: Vec<Matcher>) -> Result<Self, String> {
        if matchers.is_empty() {
            return Err("no condition says which alerts are meant".to_string());
        }
        if matchers.len() > MATCHERS_MAX {
            return Err(format!("{} conditions; at most {MATCHERS_MAX} are taken", matchers.len()));
        }
        let compiled: Vec<_> = matchers.into_iter().map(compile).collect::<Result<_, _>>()?;
        if compiled.iter().all(|(matcher, pattern)| holds(matcher, pattern.as_ref(), "")) {
            return Err(
                "every condition also holds for an alert that has none of this; one must ask for something \
                 that is there"
                    .to_string(),
            );
        }
        Ok(Self(compiled))
    }

    /// The conditions.
    pub fn each(&self) -> impl Iterator<Item = &Matcher> {
        self.0.iter().map(|(matcher, _)| matcher)
    }

    /// Whether all of them hold.
    #[must_use]
    pub fn hold_for(&self, alert: &Alert) -> bool {
        self.0.iter().all(|(matcher, pattern)| holds(matcher, pattern.as_ref(), value(alert, &matcher.name)))
    }
}

impl PartialEq for Matchers {
    fn eq(&self, other: &Self) -> bool {
        self.each().eq(other.each())
    }
}

fn value<'a>(alert: &'a Alert, name: &str) -> &'a str {
    let label = |name: &str| alert.labels.get(name).map_or("", String::as_str);
    match name {
        "source" => &alert.key.source,
        "title" => &alert.title,
        "key" => &alert.key.key,
        _ => label(name.strip_prefix("label.").unwrap_or(name)),
    }
}

fn holds(matcher: &Matcher, pattern: Option<&Regex>, value: &str) -> bool {
    let fits = || pattern.is_some_and(|pattern| pattern.is_match(value));
    match matcher.op {
        MatchOp::Is => matcher.value == value,
        MatchOp::IsNot => matcher.value != value,
        MatchOp::Fits => fits(),
        MatchOp::FitsNot => !fits(),
    }
}

fn compile(matcher: Matcher) -> Result<(Matcher, Option<Regex>), String> {
    if matcher.name.is_empty() || matcher.name.chars().count() > NAME_CHARS_MAX {
        return Err(format!("a condition's name has 1 to {NAME_CHARS_MAX} characters"));
    }
    if matcher.value.chars().count() > VALUE_CHARS_MAX {
        return Err(format!("the value of {} is longer than {VALUE_CHARS_MAX} characters", matcher.name));
    }
    let pattern = match matcher.op {
        MatchOp::Is | MatchOp::IsNot => None,
        MatchOp::Fits | MatchOp::FitsNot => Some(pattern(&matcher)?),
    };
    Ok((matcher, pattern))
}

/// The whole value must fit.
fn pattern(matcher: &Matcher) -> Result<Regex, String> {
    let of = |text: &str| RegexBuilder::new(text).size_limit(PATTERN_BYTES_MAX).build();
    // Checked by itself first, so that no bracket of its own ends ours.
    let read = of(&matcher.value).and_then(|_| of(&format!("^(?:{})$", matcher.value)));
    read.map_err(|error| {
        let why = error.to_string();
        let last = why.lines().next_back().unwrap_or_default().trim();
        format!("{matcher} is no regular expression that can be taken: {last}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::{AlertKey, AlertStatus};
    use alloc::vec;

    fn alert() -> Alert {
        Alert {
            key: AlertKey { source: "prometheus".into(), key: "abc".into() },
            status: AlertStatus::Firing,
            title: "Disk of db-1 is full".into(),
            description: String::new(),
            severity: None,
            labels: [("host".into(), "db-1".into()), ("source".into(), "rack 7".into())].into(),
            link: None,
            started_at: None,
            expires_at: None,
        }
    }

    fn holds(texts: &[&str]) -> bool {
        let matchers = texts.iter().map(|text| text.parse().unwrap()).collect();
        Matchers::new(matchers).unwrap().hold_for(&alert())
    }

    #[test]
    fn conditions_are_compared_as_alertmanager_does() {
        for text in [
            "host=db-1",
            "host=\"db-1\"",
            " host = \"db-1\" ",
            "host=~\"db-.*\"",
            "host=~db-[0-9]",
            "source=prometheus",
            "label.source=\"rack 7\"",
            "title=~\"Disk .*\"",
            "key=abc",
        ] {
            assert!(holds(&[text]), "{text}");
        }
        for text in
            ["host=db", "host=~\"db-\"", "host=~\"b-1\"", "source=\"rack 7\"", "HOST=db-1", "title=~Disk"]
        {
            assert!(!holds(&[text]), "{text}");
        }
        assert!(holds(&["host=db-1", "team!=web"]), "what is not there is not web");
        assert!(holds(&["host=db-1", "team=\"\""]), "what is not there is empty");
        assert!(holds(&["host=db-1", "team!~\"w.*\""]));
        assert!(!holds(&["host=db-1", "team=~\".+\""]));
        assert!(!holds(&["host=db-1", "host!=db-1"]), "all of them must hold");
    }

    #[test]
    fn what_cannot_be_meant_is_told_in_words() {
        let said = |texts: &[&str]| {
            let read: Result<Vec<Matcher>, String> = texts.iter().map(|text| text.parse()).collect();
            read.and_then(Matchers::new).unwrap_err()
        };
        for (texts, words) in [
            (vec![], "no condition"),
            (vec!["host"], "is no condition"),
            (vec!["host=\"db"], "is no condition"),
            (vec!["=x"], "name has 1 to"),
            (vec!["host=~\"(\""], "no regular expression"),
            (vec!["host=~\")(\""], "no regular expression"),
            (vec!["host=~\"(\\\\w{1000}){1000}\""], "no regular expression"),
            (vec!["host!=db-2"], "something that is there"),
            (vec!["host=~\".*\"", "team=\"\""], "something that is there"),
            (vec!["host=x"; 21], "21 conditions"),
        ] {
            let said = said(&texts);
            assert!(said.contains(words), "{texts:?}: {said}");
        }
        let long = format!("host={}", "x".repeat(1_001));
        assert!(said(&[&long]).contains("longer than"));
    }

    #[test]
    fn text_and_back() {
        for text in ["host=\"db-1\"", "a=~\"x|y\"", "a!=\"\"", "a!~\"\\\\d+\\\"\""] {
            let matcher: Matcher = text.parse().unwrap();
            assert_eq!(matcher.to_string().parse::<Matcher>().unwrap(), matcher, "{text}");
        }
    }
}
