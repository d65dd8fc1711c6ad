//! The synonym table: which words of a heading or a label mean which part of a playbook, and how severities are named.

use aho_corasick::AhoCorasick;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
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
    Runbooks,
    Symptoms,
    Procedure,
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

/// Words for each topic. A label means the topic whose words it contains; the longest words win.
const TABLE: &[(Topic, &[&str])] = &[
    (Topic::Contents, &["table of contents", "contents", "toc", "index"]),
    (
        Topic::Checklist,
        &["checklist", "first 15 minutes", "first minutes", "first response", "first steps", "when paged"],
    ),
    (
        Topic::QuickDiagnostics,
        &[
            "quick diagnostic",
            "diagnostic commands",
            "quick checks",
            "health checks",
            "first look",
            "triage commands",
            "useful commands",
        ],
    ),
    (Topic::Severities, &["severity matrix", "severity levels", "severities", "severity", "priorities"]),
    (Topic::DecisionTree, &["decision tree", "decision", "flowchart"]),
    (Topic::Escalation, &["escalation path", "escalation policy", "escalation", "who to call", "call chain"]),
    (Topic::Runbooks, &["runbooks", "common issues & runbooks", "playbooks", "procedures"]),
    (
        Topic::Symptoms,
        &["symptoms", "symptom", "signs", "how it looks", "what you see", "meaning", "alert fires when"],
    ),
    (
        Topic::Procedure,
        &[
            "runbook",
            "steps",
            "procedure",
            "resolution",
            "mitigation",
            "diagnosis",
            "troubleshooting",
            "what to do",
            "remediation",
            "how to fix",
            "actions",
        ],
    ),
    (Topic::Causes, &["common causes", "possible causes", "likely causes", "causes"]),
    (Topic::Dashboard, &["dashboard", "dashboards", "console"]),
    (Topic::Tools, &["tools", "tooling"]),
    (Topic::Metrics, &["key metrics", "metrics", "key checks", "checks", "what to watch", "golden signals"]),
    (Topic::Logs, &["logs", "log commands", "logging", "how to read the logs"]),
    (
        Topic::KnownIssues,
        &["common issues", "known issues", "common problems", "known problems", "gotchas", "what goes wrong"],
    ),
    (
        Topic::Templates,
        &[
            "communication templates",
            "message templates",
            "templates",
            "communication",
            "status update",
            "status page",
            "messages",
        ],
    ),
    (
        Topic::Postmortem,
        &[
            "postmortem",
            "post-mortem",
            "post mortem",
            "incident review",
            "retrospective",
            "after the incident",
        ],
    ),
    (Topic::Guidelines, &["blameless", "guidelines", "guideline", "culture", "principles", "ground rules"]),
    (
        Topic::QuickReference,
        &["quick reference", "reference card", "cheat sheet", "cheatsheet", "at a glance"],
    ),
];

/// Every synonym at once: a heading meets all of them in one pass.
struct Synonyms {
    automaton: AhoCorasick,
    /// The topic of each synonym, by its number in the automaton.
    topics: Vec<Topic>,
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| {
    let words = || TABLE.iter().flat_map(|(_, synonyms)| synonyms.iter());
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(words());
    Synonyms {
        automaton: automaton.expect("the table is far smaller than what an automaton may hold"),
        topics: TABLE.iter().flat_map(|(topic, synonyms)| synonyms.iter().map(|_| *topic)).collect(),
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
        if before.is_some_and(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric) {
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
    hits(&normal(words)).any(|hit| hit.place == Place::Alone)
}

/// Without a colon at the end; lower case, as far as the automaton does not see to that.
fn normal(words: &str) -> Cow<'_, str> {
    let words = words.trim().trim_end_matches(':');
    if words.is_ascii() { Cow::Borrowed(words) } else { Cow::Owned(words.to_lowercase()) }
}

/// Severities that a text names: `P1`, `SEV-2`, `Sev 2`, each once, in order of appearance; `P0-P2` names three.
pub(crate) fn severity_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |prefix: &str, digit: u8| {
        let same =
            |name: &String| name.strip_prefix(prefix).is_some_and(|rest| rest.as_bytes() == [b'0' + digit]);
        if !names.iter().any(same) {
            names.push(alloc::format!("{prefix}{digit}"));
        }
    };
    let mut previous: Option<SeverityToken> = None;
    for token in severity_tokens(text) {
        if let Some(last) = previous.filter(|last| last.prefix == token.prefix) {
            let between = text.get(last.end..token.start).unwrap_or_default();
            if between.len() <= RANGE_BYTES_MAX
                && matches!(between.trim(), "-" | "–" | "—" | "to" | "through")
            {
                (last.digit + 1..token.digit).for_each(|digit| add(token.prefix, digit));
            }
        }
        add(token.prefix, token.digit);
        previous = Some(token);
    }
    names
}

/// Whether a text names any severity.
pub(crate) fn names_severity(text: &str) -> bool {
    severity_tokens(text).next().is_some()
}

/// What joins the ends of a range of severities is no longer, blanks included.
const RANGE_BYTES_MAX: usize = 16;

/// A severity as it stands in a text.
#[derive(Clone, Copy)]
struct SeverityToken {
    start: usize,
    end: usize,
    /// What stands before its digit.
    prefix: &'static str,
    digit: u8,
}

fn severity_tokens(text: &str) -> impl Iterator<Item = SeverityToken> {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()).filter_map(move |(at, byte)| {
        if bytes.get(at + 1).is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'%') {
            return None;
        }
        let before = text.get(..at)?;
        let prefix = ["P", "p", "SEV-", "SEV ", "SEV", "Sev-", "Sev ", "Sev", "sev-", "sev", "Severity "]
            .into_iter()
            .find(|prefix| before.ends_with(prefix))?;
        let start = at - prefix.len();
        let left = text.get(..start).and_then(|t| t.chars().next_back());
        let alone = !left.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let prefix = if prefix == "p" { "P" } else { prefix };
        alone.then_some(SeverityToken { start, end: at + 1, prefix, digit: byte - b'0' })
    })
}

/// The severity that a cell or a line key names at its beginning, such as `P0` of `P0 (critical)`.
pub(crate) fn severity_key(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['*', '`', '[', ']']).trim();
    if let Some(SeverityToken { start: 0, prefix, digit, .. }) = severity_tokens(text).next() {
        return Some(alloc::format!("{prefix}{digit}"));
    }
    let word = text.split([' ', '(', ':', '-']).next().unwrap_or_default();
    let bytes = word.as_bytes();
    matches!(bytes, [b'S', digit] if digit.is_ascii_digit()).then(|| word.to_string())
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
        assert!(is_bare("Symptoms:") && is_bare("steps") && !is_bare("First steps here"));
    }

    #[test]
    fn severities_are_found_in_prose() {
        assert_eq!(severity_names("(if P0/P1)"), ["P0", "P1"]);
        assert_eq!(severity_names("P0-P2 only"), ["P0", "P1", "P2"]);
        assert_eq!(severity_names("SEV-1 and SEV-2"), ["SEV-1", "SEV-2"]);
        assert!(severity_names("P95 latency, HTTP2, 5").is_empty());
    }

    #[test]
    fn keys_begin_their_cell() {
        assert_eq!(severity_key("**P0** - critical"), Some("P0".into()));
        assert_eq!(severity_key("S1"), Some("S1".into()));
        assert_eq!(severity_key("All P0"), None);
    }
}
