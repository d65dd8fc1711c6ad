//! Counts of nothing and denials: `0 errors`, `no errors`, `errors: 0`, `"exceptions":[]`.

use super::Word;

/// Words that deny what follows.
const DENIALS: &[&str] = &["never", "no", "non", "none", "nor", "not", "nothing", "without", "zero"];
/// Before `not`, these tell of a failure: `could not restart`.
const UNABLE: &[&str] = &["can", "could", "must", "will", "would"];
/// To give up trying again is no good news: `no more retries`.
const TRYING: &[&str] = &["retr"];
/// What may stand between a denial or a count and what is denied: `without any errors`, `0 requests failed`.
const BETWEEN: &[&str] = &[
    "a",
    "active",
    "an",
    "any",
    "been",
    "checks",
    "clients",
    "connections",
    "current",
    "errors",
    "further",
    "have",
    "jobs",
    "known",
    "longer",
    "messages",
    "more",
    "new",
    "open",
    "other",
    "pending",
    "pods",
    "recent",
    "requests",
    "sessions",
    "such",
    "tasks",
    "tests",
    "the",
    "users",
    "yet",
];
/// Words after which a number is a count, and not the name of what failed, as in `worker 0 failed`.
const COUNTING: &[&str] = &[
    "and",
    "are",
    "currently",
    "found",
    "got",
    "had",
    "has",
    "have",
    "in",
    "is",
    "now",
    "of",
    "only",
    "reported",
    "saw",
    "still",
    "then",
    "total",
    "was",
    "were",
    "with",
];
/// What is measured of a thing: `error rate: 0`, `queue depth 0`.
const MEASURES: &[&str] =
    &["count", "counts", "depth", "length", "percent", "rate", "seconds", "size", "sum", "total"];
/// Values that stand for nothing.
const EMPTY: &[&str] = &["[]", "{}", "\"\"", "''", "null", "none", "nil", "false", "undefined"];

/// Whether the words of trouble from `at` on are said to have not happened.
pub(super) fn is_none(line: &str, words: &[Word], at: usize, length: usize) -> bool {
    before(line, words, at) || after(line, words, at + length - 1)
}

fn gap<'a>(line: &'a str, words: &[Word], at: usize) -> &'a str {
    let from = at.checked_sub(1).and_then(|before| words.get(before)).map_or(0, |word| word.end);
    words.get(at).and_then(|word| line.get(from..word.start)).unwrap_or_default()
}

/// `no errors`, `0 errors`, `0 requests failed`, `0 of 12 failed`.
fn before(line: &str, words: &[Word], of: usize) -> bool {
    let lower = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    let mut at = of;
    // `non-fatal` is one word to its reader.
    if at > 0 && lower(at - 1) == "non" && gap(line, words, at) == "-" {
        return true;
    }
    if at > 1 && gap(line, words, at) == " " && BETWEEN.contains(&lower(at - 1)) {
        at -= 1;
    }
    let Some(said) = at.checked_sub(1) else { return false };
    let joined = gap(line, words, at);
    if joined == " " && DENIALS.contains(&lower(said)) {
        let unable = lower(said) == "not" && said > 0 && UNABLE.contains(&lower(said - 1));
        return !unable && !TRYING.iter().any(|trying| lower(of).starts_with(trying));
    }
    (joined == " " || joined == "% " || joined == " % ") && is_zero_until(line, words, said)
}

/// Whether the number that ends with this word is a count of nothing.
fn is_zero_until(line: &str, words: &[Word], last: usize) -> bool {
    let is_number = |at: usize| words.get(at).is_some_and(Word::is_number);
    let mut at = last;
    if !is_number(at) {
        return false;
    }
    // `0 of 12`, `0/12`
    if at > 1 && words.get(at - 1).is_some_and(|word| word.lower == "of") && is_number(at - 2) {
        at -= 2;
    } else if at > 0 && gap(line, words, at) == "/" && is_number(at - 1) {
        at -= 1;
    }
    let end = at;
    while at > 0 && gap(line, words, at) == "." && is_number(at - 1) {
        at -= 1;
    }
    let number = words.get(at..=end).unwrap_or_default();
    if !number.iter().all(|word| word.lower.bytes().all(|digit| digit == b'0')) {
        return false;
    }
    let Some(start) = number.first().map(|word| word.start) else { return false };
    let before = line.get(..start).unwrap_or_default();
    match before.chars().next_back() {
        None | Some('(' | '[' | '{' | ',' | ';' | '=' | '"' | '\'' | '|') => true,
        Some(c) if c.is_whitespace() => {
            let named = before.trim_end().ends_with(char::is_alphanumeric);
            let counts = |word: &Word| word.is_number() || COUNTING.contains(&word.lower.as_str());
            !named || at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(counts)
        }
        Some(_) => false,
    }
}

/// `errors: 0`, `failed=0`, `"error":null`, `error_count 0`.
fn after(line: &str, words: &[Word], last: usize) -> bool {
    let mut at = last;
    while let Some(next) = words.get(at + 1) {
        let measures = MEASURES.contains(&next.lower.as_str()) || next.lower == "s";
        if !(measures && matches!(gap(line, words, at + 1), "" | "_" | "-" | "." | " ")) {
            break;
        }
        at += 1;
    }
    let Some(word) = words.get(at) else { return false };
    let rest = line.get(word.end..).unwrap_or_default();
    let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest).trim_start_matches([' ', '\t']);
    let (separated, value) = match rest.strip_prefix([':', '=']) {
        Some(value) => (true, value.trim_start_matches([' ', '\t'])),
        None => (false, rest),
    };
    let lower = value.get(..12).unwrap_or(value).to_lowercase();
    if separated && EMPTY.iter().any(|empty| lower.strip_prefix(empty).is_some_and(is_over)) {
        return true;
    }
    let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
    let end = value.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(value.len());
    let (number, rest) = value.split_at(end);
    let is_zero = number.parse::<f64>().is_ok_and(|number| number == 0.0);
    // `Error: 0 nodes are available` is no count of errors.
    let more = separated && word.lower != "error" && rest.starts_with([' ', '\t']);
    is_zero && (is_over(rest) || more)
}

/// Whether a value ends here.
fn is_over(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['"', '\'', '%']);
    rest.trim().is_empty() || rest.starts_with([',', ';', ')', ']', '}', '|', '.'])
}
