//! The synonym table: which words of a heading or a label mean which part of a playbook, and how severities are named.

pub(crate) mod calling;
mod en;
mod es;
mod ja;
mod pt;
mod severity;

pub(crate) use severity::{is_word, names_severity, rank, severity_key, severity_names};

use aho_corasick::AhoCorasick;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cmp::Reverse;
use std::sync::LazyLock;

/// What a heading or a label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Contents,
    Checklist,
    QuickDiagnostics,
    Severities,
    DecisionTree,
    Escalation,
    Contacts,
    Runbooks,
    Symptoms,
    Meaning,
    Summary,
    Impact,
    Alerts,
    Procedure,
    Diagnosis,
    Mitigation,
    Verification,
    Rollback,
    Prerequisites,
    Causes,
    Dashboard,
    Tools,
    Metrics,
    Logs,
    KnownIssues,
    Templates,
    Postmortem,
    Guidelines,
    QuickReference,
}

/// The words of one language. Lower case, so that a text is lowered once and compared with all of them.
pub(crate) struct Language {
    /// Words for each topic. A label means the topic whose words it contains; the longest words win.
    topics: &'static [(Topic, &'static [&'static str])],
    /// What begins a condition, the blank after it included.
    pub(crate) conditions: &'static [&'static str],
    pub(crate) yes: &'static [&'static str],
    pub(crate) no: &'static [&'static str],
    /// What begins an expectation.
    pub(crate) expects: &'static [&'static str],
    /// What begins a request to make sure of something.
    pub(crate) asks: &'static [&'static str],
    /// What says that it is over.
    pub(crate) over: &'static [&'static str],
    /// What stands before a number that must be exceeded.
    pub(crate) above: &'static [&'static str],
    /// What stands before a number that must not be.
    pub(crate) below: &'static [&'static str],
    /// The same words where they stand behind the number.
    pub(crate) above_behind: &'static [&'static str],
    pub(crate) below_behind: &'static [&'static str],
    /// How the columns of a severity table are headed.
    pub(crate) columns: Columns,
    /// What says that there is no delay.
    pub(crate) at_once: &'static [&'static str],
    /// Days on which people work.
    pub(crate) working_days: &'static [&'static str],
}

/// Words in the heads of a severity table.
pub(crate) struct Columns {
    pub(crate) response: &'static [&'static str],
    pub(crate) impact: &'static [&'static str],
    pub(crate) examples: &'static [&'static str],
}

/// Whether a text in lower case holds a word that some language has for something.
pub(crate) fn holds_any(lower: &str, words: impl Fn(&'static Language) -> &'static [&'static str]) -> bool {
    LANGUAGES.into_iter().flat_map(words).any(|word| lower.contains(word))
}

/// English first: where two languages share a word, it means what it means there.
pub(crate) const LANGUAGES: [&Language; 4] = [&en::WORDS, &es::WORDS, &pt::WORDS, &ja::WORDS];

/// Every synonym at once: a heading meets all of them in one pass.
struct Synonyms {
    automaton: AhoCorasick,
    /// The topic of each synonym, by its number in the automaton.
    topics: Vec<Topic>,
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| {
    let table = || LANGUAGES.into_iter().flat_map(|language| language.topics);
    let words = table().flat_map(|(_, synonyms)| synonyms.iter());
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(words);
    Synonyms {
        automaton: automaton.expect("the table is far smaller than what an automaton may hold"),
        topics: table().flat_map(|(topic, synonyms)| synonyms.iter().map(|_| *topic)).collect(),
    }
});

/// A synonym at word boundaries; a plural `s` may follow.
struct Hit {
    topic: Topic,
    length: usize,
    /// Its number in the table.
    number: usize,
    place: Place,
}

/// Whether there are other words beside a synonym.
#[derive(PartialEq, Eq)]
enum Place {
    Alone,
    Among,
}

fn hits(words: &str) -> impl Iterator<Item = Hit> {
    let found = SYNONYMS.automaton.find_overlapping_iter(words);
    found.filter_map(|hit| {
        let before = words.get(..hit.start())?.chars().next_back();
        let after = words.get(hit.end()..)?;
        let after = after.strip_prefix(['s', 'S']).unwrap_or(after);
        // Japanese puts no blanks between words.
        let bounded = words.get(hit.range())?.starts_with(|c: char| c < '\u{3000}');
        if bounded && (before.is_some_and(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric))
        {
            return None;
        }
        let number = hit.pattern().as_usize();
        let place = if before.is_none() && after.is_empty() { Place::Alone } else { Place::Among };
        Some(Hit { topic: *SYNONYMS.topics.get(number)?, length: hit.len(), number, place })
    })
}

/// All that some words announce, read once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Announced {
    /// What the longest synonym says.
    pub(crate) topic: Option<Topic>,
    /// One bit for each topic.
    all: u32,
}

impl Announced {
    pub(crate) fn of(words: &str) -> Self {
        let words = normal(words);
        let mut all = 0;
        let best = hits(&words).inspect(|hit| all |= hit.topic.bit()).max_by_key(Hit::rank);
        Self { topic: best.map(|hit| hit.topic), all }
    }

    /// Whether the topic is announced, whatever else is.
    pub(crate) fn announces(self, topic: Topic) -> bool {
        self.all & topic.bit() != 0
    }
}

impl Topic {
    fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

impl Hit {
    fn rank(&self) -> (usize, Reverse<usize>) {
        (self.length, Reverse(self.number))
    }
}

/// What the words announce, if anything; the longest synonym decides, the first in the table among equals.
pub(crate) fn topic(words: &str) -> Option<Topic> {
    hits(&normal(words)).max_by_key(Hit::rank).map(|hit| hit.topic)
}

/// Whether the words announce this topic, whatever else they announce.
pub(crate) fn announces(words: &str, topic: Topic) -> bool {
    hits(&normal(words)).any(|hit| hit.topic == topic)
}

/// Whether the words are a synonym and nothing else: a part of something, such as `Symptoms`.
pub(crate) fn is_bare(words: &str) -> bool {
    hits(&normal(words)).any(|hit| hit.place == Place::Alone && hit.topic != Topic::Rollback)
}

/// Without a colon at the end; lower case, as far as the automaton does not see to that.
fn normal(words: &str) -> Cow<'_, str> {
    let words = words.trim().trim_end_matches([':', '：']);
    if words.is_ascii() { Cow::Borrowed(words) } else { Cow::Owned(words.to_lowercase()) }
}

/// The text with its arrows made one kind.
pub(crate) fn arrows(text: &str) -> Cow<'_, str> {
    let mut same = Cow::Borrowed(text);
    for arrow in ["-->", "->", "=>", "⇒", "➜", "➡", "⟶", "›"] {
        // Only the first three are ASCII, and all of those end with `>`.
        let possible = if arrow.is_ascii() { same.contains('>') } else { !same.is_ascii() };
        if possible && same.contains(arrow) {
            same = Cow::Owned(same.replace(arrow, "→"));
        }
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_words_decide() {
        assert_eq!(topic("Common Issues"), Some(Topic::KnownIssues));
        assert_eq!(topic("3. Common Issues & Runbooks"), Some(Topic::Runbooks));
        assert_eq!(topic("Symptoms:"), Some(Topic::Symptoms));
        assert_eq!(topic("Severity Decision Tree"), Some(Topic::DecisionTree));
        assert_eq!(topic("Postmortem Template"), Some(Topic::Postmortem));
        assert_eq!(topic("Symptomatic"), None);
        assert_eq!(topic("KEY CHECKS"), Some(Topic::Metrics));
        assert_eq!(topic("Mitigación"), Some(Topic::Mitigation));
        assert_eq!(topic("O que fazer"), Some(Topic::Procedure));
        assert_eq!(topic("主な症状"), Some(Topic::Symptoms));
        assert_eq!(topic("対応手順："), Some(Topic::Procedure));
        assert!(is_bare("Symptoms:") && is_bare("steps") && !is_bare("First steps here"));
    }
}
