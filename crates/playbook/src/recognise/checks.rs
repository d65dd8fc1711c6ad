//! Expectations in prose and comments: a status, a threshold, an equation, a time to watch, or words.

use super::measure::{Quantity, minutes, product, quantities};
use crate::model::{Check, CheckKind, Comparison};
use alloc::string::{String, ToString};

/// The expectation that a text states, if it states one. `context` lends a metric where the text names none.
pub(crate) fn of_text(text: &str, line: u32, context: &str) -> Option<Check> {
    let kind = watch(text)
        .or_else(|| status(text))
        .or_else(|| threshold(text, context))
        .or_else(|| equation(text, context))
        .or_else(|| expects(text).then_some(CheckKind::Words))?;
    Some(Check { text: text.to_string(), kind, command: None, line })
}

/// Only thresholds: what a symptom can state.
pub(crate) fn of_symptom(text: &str, line: u32) -> Option<Check> {
    let kind = threshold(text, "")?;
    Some(Check { text: text.to_string(), kind, command: None, line })
}

/// Words that a person judges, in a step which verifies.
pub(crate) fn of_verification(text: &str, line: u32) -> Option<Check> {
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    let asks =
        matches!(first.as_str(), "confirm" | "verify" | "ensure" | "check" | "make" | "test" | "validate");
    asks.then(|| Check { text: text.to_string(), kind: CheckKind::Words, command: None, line })
}

fn expects(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["should ", "expect", "must ", "target:", "goal:"].iter().any(|word| lower.starts_with(word))
}

fn mentions_expectation(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["should", "expect", "must", "returns", "target"].iter().any(|word| lower.contains(word))
}

fn watch(text: &str) -> Option<CheckKind> {
    let lower = text.to_lowercase();
    let watches =
        ["monitor", "watch", "observe", "wait", "keep an eye"].iter().any(|word| lower.contains(word));
    let at = lower.find(" for ")?;
    let minutes = minutes(lower.get(at..)?)?;
    watches.then_some(CheckKind::Watch { minutes })
}

fn status(text: &str) -> Option<CheckKind> {
    if !mentions_expectation(text) {
        return None;
    }
    let found = quantities(text).into_iter().find(|q| {
        let word = text.get(..q.start).unwrap_or_default().split_whitespace().next_back().unwrap_or_default();
        let word = word.to_lowercase();
        let verb = matches!(
            word.as_str(),
            "get"
                | "return"
                | "returns"
                | "status"
                | "see"
                | "code"
                | "http"
                | "with"
                | "expect"
                | "be"
                | "answer"
        );
        verb && q.unit.is_empty() && (100.0..600.0).contains(&q.value)
    })?;
    // Within 100 and 600 by the filter above.
    Some(CheckKind::HttpStatus { status: found.value as u16 })
}

const WORDS: &[(&str, Comparison)] = &[
    ("more than", Comparison::Above),
    ("greater than", Comparison::Above),
    ("at least", Comparison::Above),
    ("above", Comparison::Above),
    ("over", Comparison::Above),
    ("exceeds", Comparison::Above),
    ("less than", Comparison::Below),
    ("lower than", Comparison::Below),
    ("at most", Comparison::Below),
    ("below", Comparison::Below),
    ("under", Comparison::Below),
    (">=", Comparison::Above),
    ("≥", Comparison::Above),
    (">", Comparison::Above),
    ("<=", Comparison::Below),
    ("≤", Comparison::Below),
    ("<", Comparison::Below),
];

fn threshold(text: &str, context: &str) -> Option<CheckKind> {
    quantities(text).into_iter().find_map(|quantity| {
        let before = text.get(..quantity.start)?.trim_end();
        let (words, comparison) = WORDS.iter().find(|(words, _)| ends_with(before, words))?;
        let head = before.get(..before.len() - words.len())?;
        if head.ends_with(['-', '=']) {
            return None;
        }
        let (value, unit) = settled(&quantity);
        Some(CheckKind::Threshold { metric: metric(head, context), comparison: *comparison, value, unit })
    })
}

fn ends_with(text: &str, words: &str) -> bool {
    let Some(at) = text.len().checked_sub(words.len()) else { return false };
    let same = text.get(at..).is_some_and(|tail| tail.eq_ignore_ascii_case(words));
    let glued = text.get(..at).is_some_and(|head| head.ends_with(char::is_alphanumeric));
    same && !(glued && words.starts_with(char::is_alphabetic))
}

fn equation(text: &str, context: &str) -> Option<CheckKind> {
    let computed = product(text);
    let after = text.find('=').and_then(|at| {
        let found = quantities(text);
        found.into_iter().find(|q| q.start > at)
    });
    if computed.is_none() && !(after.is_some() && mentions_expectation(text)) {
        return None;
    }
    let (value, unit) = match (after, computed) {
        (Some(quantity), _) => settled(&quantity),
        (None, Some(value)) => (value, String::new()),
        (None, None) => return None,
    };
    Some(CheckKind::Threshold { metric: metric("", context), comparison: Comparison::Equal, value, unit })
}

/// Units as the model spells them; bytes in whole bytes.
fn settled(quantity: &Quantity) -> (f64, String) {
    let (factor, unit) = match quantity.unit.to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => (1.0, "s"),
        "m" | "min" | "mins" | "minute" | "minutes" => (1.0, "min"),
        "h" | "hr" | "hrs" | "hour" | "hours" => (60.0, "min"),
        "b" | "byte" | "bytes" => (1.0, "bytes"),
        "kb" => (1e3, "bytes"),
        "mb" => (1e6, "bytes"),
        "gb" => (1e9, "bytes"),
        "kib" => (1024.0, "bytes"),
        "mib" => (1_048_576.0, "bytes"),
        "gib" => (1_073_741_824.0, "bytes"),
        _ => (1.0, quantity.unit.as_str()),
    };
    (quantity.value * factor, unit.to_string())
}

/// The words before a comparison; words such as `Target` borrow the nearest metric instead.
fn metric(head: &str, context: &str) -> String {
    let own = head.trim().trim_end_matches([':', '(', ',']).trim();
    let bare = own.to_lowercase();
    let generic = ["", "target", "goal", "expected", "should be", "should stay", "is", "must be"];
    if generic.contains(&bare.as_str()) { nearest(context) } else { own.to_string() }
}

/// The last part of a path such as `Dashboard → Success Rate`, or a name in backticks.
fn nearest(context: &str) -> String {
    if let Some(code) = context.split('`').nth(1) {
        return code.to_string();
    }
    let arrows = super::words::arrows(context);
    match arrows.rsplit_once('→') {
        Some((_, last)) => last.trim().to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str, context: &str) -> Option<CheckKind> {
        of_text(text, 1, context).map(|check| check.kind)
    }

    fn limit(metric: &str, comparison: Comparison, value: f64, unit: &str) -> Option<CheckKind> {
        Some(CheckKind::Threshold { metric: metric.into(), comparison, value, unit: unit.into() })
    }

    #[test]
    fn each_kind_is_read() {
        assert_eq!(
            kind("Should get 426 (Upgrade Required)", ""),
            Some(CheckKind::HttpStatus { status: 426 })
        );
        assert_eq!(
            kind("Target: > 95%", "Dashboard: Life → Success Rate"),
            limit("Success Rate", Comparison::Above, 95.0, "%")
        );
        assert_eq!(
            kind("Should be 9 _ 60 _ 1000 = 540000ms", "Check `PAUSE_MS` in a.ts"),
            limit("PAUSE_MS", Comparison::Equal, 540_000.0, "ms")
        );
        assert_eq!(kind("It is 9 * 60 * 1000", ""), limit("", Comparison::Equal, 540_000.0, ""));
        assert_eq!(kind("P95 latency > 2s", ""), limit("P95 latency", Comparison::Above, 2.0, "s"));
        assert_eq!(kind("Error rate below 1 %", ""), limit("Error rate", Comparison::Below, 1.0, "%"));
        assert_eq!(kind("Monitor the rate for 5 minutes", ""), Some(CheckKind::Watch { minutes: 5 }));
        assert_eq!(kind("Should show a connection", ""), Some(CheckKind::Words));
    }

    #[test]
    fn plain_words_are_not_checks() {
        for text in
            ["Go to A -> 5 things", "Look for a 10-minute limit", "Check the <prev> id", "moreover 5 items"]
        {
            assert_eq!(kind(text, ""), None, "{text}");
        }
    }
}
