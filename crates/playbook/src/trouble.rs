//! Whether a line that some program printed tells that something went wrong. A count of nothing, such as `0 errors`, tells of
//! none, and neither does a word that merely holds another one, such as `successfully`.
//!
//! Must never be here: whom a line speaks of.

mod count;
mod status;
#[cfg(test)]
mod tests;

/// Beginnings of words by which a line tells of trouble.
const STARTS: &[&str] = &[
    "abort",
    "cannot",
    "crash",
    "critical",
    "deadlock",
    "denied",
    "deny",
    "disconnect",
    "dropped",
    "duplicat",
    "eacces",
    "econn",
    "ehostunreach",
    "emfile",
    "enetunreach",
    "enoent",
    "enospc",
    "enotfound",
    "eperm",
    "epipe",
    "error",
    "etimedout",
    "evict",
    "exceed",
    "exception",
    "expired",
    "fail",
    "fatal",
    "filtered",
    "forbidden",
    "hibernat",
    "invalid",
    "kill",
    "limit",
    "mismatch",
    "missing",
    "notfound",
    "oomkill",
    "panic",
    "queue",
    "ratelimit",
    "redeliver",
    "refus",
    "reject",
    "repeat",
    "restart",
    "retried",
    "retries",
    "retry",
    "slow",
    "stall",
    "stuck",
    "terminat",
    "throttl",
    "timeout",
    "unauthor",
    "unavailable",
    "uncaught",
    "unhealthy",
    "unreachable",
    "warn",
];

/// Ends of words that do, for names that are written as one, such as `ioexception`.
const ENDS: &[&str] = &["error", "errors", "exception", "exceptions"];

/// Whole words that do. Longer words have them, too, and mean something else: `fullness`, `latest`, `deadline`.
const WHOLES: &[&str] = &["bad", "closed", "dead", "full", "late", "lost", "oom", "reset", "resets", "twice"];

/// Words that do together.
const PHRASES: &[[&str; 2]] = &[
    ["cut", "off"],
    IS_NOT,
    ["no", "answer"],
    ["not", "found"],
    ["time", "out"],
    ["timed", "out"],
    ["too", "many"],
];

/// `the agent is not healthy`; before a word of trouble it says the contrary.
const IS_NOT: [&str; 2] = ["is", "not"];

/// Whether a line tells that something went wrong.
#[must_use]
pub fn is_trouble(line: &str) -> bool {
    if is_heading(line) {
        return false;
    }
    let words = words(line);
    let told = (0..words.len()).any(|at| {
        let length = words_of_trouble(&words, at);
        length > 0 && !count::is_none(line, &words, at, length)
    });
    told || status::is_bad(line, &words)
}

/// A heading over columns, such as `NAME  READY  STATUS  RESTARTS`, tells nothing.
fn is_heading(line: &str) -> bool {
    let is_loud = |c: char| !(c.is_lowercase() || c.is_ascii_digit());
    line.trim().contains("  ") && line.chars().all(is_loud)
}

/// A word of a line: where it stands, and how it reads in small letters.
struct Word {
    start: usize,
    end: usize,
    lower: String,
}

impl Word {
    fn is_number(&self) -> bool {
        self.lower.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// The words of a line. Names such as `TooManyWrites` and `bad_refresh_token` are several.
fn words(line: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    let mut letters = line.char_indices().peekable();
    let mut before: Option<char> = None;
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        let ends_a_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || (before.is_uppercase() && next.is_some_and(char::is_lowercase))
            });
        if !letter.is_alphanumeric() || ends_a_word {
            words.extend(start.take().and_then(|start| word(line, start, at)));
        }
        if letter.is_alphanumeric() {
            start.get_or_insert(at);
        }
        before = letter.is_alphanumeric().then_some(letter);
    }
    words.extend(start.and_then(|start| word(line, start, line.len())));
    words
}

fn word(line: &str, start: usize, end: usize) -> Option<Word> {
    Some(Word { start, end, lower: line.get(start..end)?.to_lowercase() })
}

/// How many words from here on tell of trouble together: none, one, or the two of a phrase.
fn words_of_trouble(words: &[Word], at: usize) -> usize {
    let Some(word) = words.get(at).map(|word| word.lower.as_str()) else { return 0 };
    if tells(word) {
        return 1;
    }
    let next = words.get(at + 1).map(|next| next.lower.as_str());
    let Some(phrase) = PHRASES.iter().find(|phrase| phrase[0] == word && Some(phrase[1]) == next) else {
        return 0;
    };
    let after = words.iter().skip(at + 2).find(|after| !is_article(&after.lower));
    let contrary = *phrase == IS_NOT && after.is_none_or(|after| tells(&after.lower));
    if contrary { 0 } else { 2 }
}

fn tells(word: &str) -> bool {
    WHOLES.contains(&word)
        || STARTS.iter().any(|start| word.starts_with(start))
        || ENDS.iter().any(|end| word.ends_with(end))
}

fn is_article(word: &str) -> bool {
    matches!(word, "a" | "an" | "the" | "any" | "yet")
}
