//! Severities as teams call them: `P1`, `SEV-2`, `Sev 2`, `S1`, `Priority 1`, `critical`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

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

/// What stands before the digit of a severity, as written; the longest first.
const PREFIXES: &[&str] = &[
    "Severity ",
    "severity ",
    "Priority ",
    "priority ",
    "Severidade ",
    "Prioridade ",
    "Severidad ",
    "Prioridad ",
    "SEV-",
    "SEV ",
    "SEV",
    "Sev-",
    "Sev ",
    "Sev",
    "sev-",
    "sev ",
    "sev",
    "重大度",
    "優先度",
    "P",
    "p",
];

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
        let prefix = PREFIXES.iter().copied().find(|prefix| before.ends_with(prefix))?;
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
    if matches!(word.as_bytes(), [b'S' | b's', b'0'..=b'5']) {
        return Some(word.to_string());
    }
    // `Critical (SEV1)` is called by what the team says aloud.
    let inside = text.split_once('(').filter(|(word, _)| is_word(word)).map(|(_, inside)| inside)?;
    let token = severity_tokens(inside).next().filter(|token| token.start == 0)?;
    Some(alloc::format!("{}{}", token.prefix, token.digit))
}

/// Severities that are words, worst first; those of one row are as bad as each other.
const RANKS: &[&[&str]] = &[
    &["critical", "blocker", "urgent", "emergency", "crítico", "crítica", "致命的", "緊急"],
    &["high", "major", "severe", "alto", "alta", "mayor", "grave", "重大", "高"],
    &["medium", "moderate", "warning", "medio", "media", "médio", "média", "moderado", "警告", "中"],
    &["minor", "low", "menor", "bajo", "baja", "baixo", "baixa", "leve", "軽微", "低"],
    &["info", "informational", "none", "情報"],
];

/// Whether the text is a severity that is a word.
pub(crate) fn is_word(text: &str) -> bool {
    rank_of_word(text).is_some()
}

fn rank_of_word(text: &str) -> Option<u8> {
    let lower = text.trim().to_lowercase();
    let at = RANKS.iter().position(|words| words.contains(&lower.as_str()))?;
    u8::try_from(at).ok()
}

/// How bad a severity is among those of its family, 0 being the worst: its number, or the rank of its word.
pub(crate) fn rank(name: &str) -> Option<(Family, u8)> {
    match name.bytes().next_back().filter(u8::is_ascii_digit) {
        Some(digit) => Some((Family::Numbered, digit - b'0')),
        None => rank_of_word(name).map(|rank| (Family::Words, rank)),
    }
}

/// How the severities of a team are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    Numbered,
    Words,
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn each_family_has_its_order() {
        assert_eq!(severity_key("Severity 1 (Critical)"), Some("Severity 1".into()));
        assert_eq!(severity_key("Critical (SEV1)"), Some("SEV1".into()));
        assert_eq!(severity_key("Prioridad 2"), Some("Prioridad 2".into()));
        assert_eq!(severity_key("重大度1"), Some("重大度1".into()));
        assert_eq!(severity_key("Save (P1)"), None);
        assert!(severity_names("files in S3").is_empty());
        assert!(rank("SEV-1") < rank("SEV-2") && rank("P0") < rank("P1"));
        let words = ["critical", "Major", "warning", "minor", "info"].map(rank);
        assert!(words.windows(2).all(|two| two[0] < two[1]), "{words:?}");
        assert_eq!(rank("someday"), None);
    }
}
