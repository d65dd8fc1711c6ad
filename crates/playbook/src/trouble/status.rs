//! HTTP statuses from 400 on, told from other numbers: `GET /sessions 502` is one, `cloned in 438 ms` has none.

use super::Word;

const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
/// A number after one of these is a status.
const NAMES: &[&str] = &["code", "http", "status", "statuscode"];
/// A number after one of these is a status unless it counts something.
const VERBS: &[&str] = &[
    "answer",
    "answered",
    "answers",
    "error",
    "got",
    "response",
    "responded",
    "returned",
    "returns",
    "with",
];
/// A number before one of these may be a status after a verb: `answered 503 after 4 s`.
const ENDINGS: &[&str] = &["after", "and", "at", "by", "for", "from", "in", "on", "to"];
/// A number before one of these is no status.
const UNITS: &[&str] = &[
    "b", "bytes", "d", "days", "gb", "gib", "h", "hours", "kb", "kib", "m", "mb", "mib", "min", "minutes",
    "ms", "ns", "s", "sec", "seconds", "us", "µs",
];

/// Whether a line has a status from 400 on.
pub(super) fn is_bad(line: &str, words: &[Word]) -> bool {
    (0..words.len())
        .any(|at| is_bad_number(words, at) && stands_alone(line, words, at) && is_status(line, words, at))
}

fn is_bad_number(words: &[Word], at: usize) -> bool {
    let bytes = words.get(at).map(|word| word.lower.as_bytes());
    matches!(bytes, Some([b'4' | b'5', b'0'..=b'3', b'0'..=b'9']))
}

/// Neither part of a longer number or name, nor an amount of something.
fn stands_alone(line: &str, words: &[Word], at: usize) -> bool {
    let Some(word) = words.get(at) else { return false };
    let before = line.get(..word.start).and_then(|text| text.chars().next_back());
    let mut after = line.get(word.end..).unwrap_or_default().chars();
    let (next, then) = (after.next(), after.next());
    let opens = before.is_none_or(|c| c.is_whitespace() || "\"':=([{>→|,".contains(c));
    let closes = match next {
        None => true,
        Some('.') => !then.is_some_and(|c| c.is_ascii_digit()),
        Some(c) => c.is_whitespace() || "\"',;)]}|:".contains(c),
    };
    let unit = words.get(at + 1).filter(|_| next == Some(' '));
    opens && closes && !unit.is_some_and(|unit| UNITS.contains(&unit.lower.as_str()))
}

/// Whether it stands where a status does.
fn is_status(line: &str, words: &[Word], at: usize) -> bool {
    let Some(word) = words.get(at) else { return false };
    let (before, after) =
        (line.get(..word.start).unwrap_or_default(), line.get(word.end..).unwrap_or_default());
    // `wrangler tail` prints `GET https://… 500 - Ok`.
    if after.starts_with(" - ") {
        return true;
    }
    let Some(last) = at.checked_sub(1).and_then(|at| words.get(at)) else {
        return begins_line(after);
    };
    // `uniq -c` prints how often, and then the status.
    if words.len() == 2 && last.is_number() && before.trim() == last.lower {
        return true;
    }
    let token = before.split_whitespace().next_back().unwrap_or_default();
    let apart = before.ends_with(char::is_whitespace);
    let token = token.trim_start_matches(['"', '\'']);
    let place = token.starts_with('/') || token.contains("://") || METHODS.contains(&token);
    if apart && (place || token.to_ascii_lowercase().starts_with("http/")) {
        return true;
    }
    let lower = last.lower.as_str();
    NAMES.contains(&lower) || (VERBS.contains(&lower) && is_no_amount(words, at))
}

/// `502`, `502 0.031s` and `502: bad`, not `438 sessions` or `412 200`.
fn begins_line(after: &str) -> bool {
    let next = after.trim_start();
    match next.chars().next() {
        None => true,
        Some(c) if c.is_ascii_digit() => {
            next.split_whitespace().next().is_some_and(|word| word.bytes().any(|byte| !byte.is_ascii_digit()))
        }
        Some(c) => !c.is_alphabetic() || c.is_uppercase(),
    }
}

fn is_no_amount(words: &[Word], at: usize) -> bool {
    let next = words.get(at + 1).map(|word| word.lower.as_str());
    next.is_none_or(|next| ENDINGS.contains(&next) || !next.chars().all(char::is_alphabetic))
        || words.get(at + 2).is_some_and(|word| super::tells(&word.lower))
}
