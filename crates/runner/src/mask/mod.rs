//! Finds secrets in text and writes the text without them. Knows values and shapes; not where the text comes from.

mod exact;
mod patterns;

use aho_corasick::{AhoCorasick, MatchKind};
use patterns::Patterns;
use std::collections::BTreeMap;
use std::ops::Range;

/// What stands in a secret's place.
const MARK: &str = "[masked]";
/// How far a shape may reach: an 8192-bit private key with its frame.
const SHAPE_REACH: usize = 8 * 1024;

/// Knows what to mask.
pub struct Masker {
    exact: Option<AhoCorasick>,
    patterns: Patterns,
    reach: usize,
}

/// A text with its secrets found.
pub(crate) struct Masked<'t> {
    text: &'t str,
    /// In order, without overlap.
    spans: Vec<Range<usize>>,
}

impl Masker {
    /// Masks these values, as they are, in base64 and percent-encoded, and whatever has a secret's shape.
    #[must_use]
    pub fn new(secrets: &[String]) -> Self {
        let forms: Vec<String> = secrets.iter().flat_map(|secret| exact::forms(secret)).collect();
        let longest = forms.iter().map(String::len).max().unwrap_or(0);
        let exact = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&forms);
        let exact = match exact {
            Ok(exact) => (!forms.is_empty()).then_some(exact),
            Err(error) => {
                tracing::error!(%error, "the configured secrets are too large to be searched for");
                None
            }
        };
        Self { exact, patterns: Patterns::new(), reach: longest.max(SHAPE_REACH) }
    }

    /// The values of those variables whose names say that they are secret.
    #[must_use]
    pub fn secret_values(env: &BTreeMap<String, String>) -> Vec<String> {
        env.iter()
            .filter(|(name, _)| playbook::name_says_secret(name))
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// The text without its secrets, and how many there were.
    #[must_use]
    pub fn mask(&self, text: &str) -> (String, u32) {
        let mut shown = String::new();
        let masked = self.find(text).write(0..text.len(), &mut shown);
        (shown, masked)
    }

    /// How many bytes a secret may span.
    pub(crate) fn reach(&self) -> usize {
        self.reach
    }

    /// Finds the secrets of a text that has its beginning.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Masked<'t> {
        let mut spans = Vec::new();
        if let Some(exact) = &self.exact {
            spans.extend(exact.find_iter(text).map(|found| found.range()));
        }
        self.patterns.find(text, &mut spans);
        Masked { text, spans: merged(spans) }
    }

    /// Finds the secrets of a text whose beginning is missing.
    pub(crate) fn find_in_tail<'t>(&self, text: &'t str) -> Masked<'t> {
        let mut found = self.find(text);
        if let Some(end) = self.patterns.end_of_torn_key(text) {
            found.spans.push(0..end);
            found.spans = merged(found.spans);
        }
        found
    }
}

impl Masked<'_> {
    /// The text's length in bytes, before masking.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// Writes a part of the text; a secret that is partly in it is masked whole. How many there were.
    pub(crate) fn write(&self, part: Range<usize>, out: &mut String) -> u32 {
        let (mut at, mut count) = (part.start, 0);
        for span in self.spans.iter().filter(|span| span.start < part.end && span.end > part.start) {
            out.push_str(&self.text[at..span.start.max(at)]);
            out.push_str(MARK);
            at = span.end.min(part.end);
            count += 1;
        }
        out.push_str(&self.text[at..part.end]);
        count
    }
}

fn merged(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.sort_by_key(|span| (span.start, span.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            Some(_) | None => out.push(span),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    fn masked(secrets: &[&str], text: &str) -> String {
        let secrets: Vec<String> = secrets.iter().map(|&secret| secret.to_owned()).collect();
        Masker::new(&secrets).mask(text).0
    }

    #[test]
    fn known_values_are_masked_in_every_form() {
        let secret = "p@ss w/rd+1?é";
        assert_eq!(masked(&[secret], &format!("<{secret}>")), "<[masked]>");
        assert_eq!(masked(&[secret], "<p%40ss%20w%2Frd%2B1%3F%C3%A9>"), "<[masked]>");
        assert_eq!(masked(&[secret], "<p%40ss+w%2frd%2b1%3f%c3%a9>"), "<[masked]>");
        for encoded in [BASE64_STANDARD.encode(secret), BASE64_URL_SAFE_NO_PAD.encode(secret)] {
            assert_eq!(masked(&[secret], &format!("<{encoded}>")), "<[masked]>", "{encoded}");
        }
        assert_eq!(masked(&["a\"b\\c\nd"], r#"{"x": "a\"b\\c\nd"}"#), r#"{"x": "[masked]"}"#);
    }

    #[test]
    fn a_value_inside_a_longer_base64_text_is_masked_at_every_offset() {
        let secret = "correct-horse-battery";
        for lead in ["", "u:", "us:", "use:", "user:"] {
            let encoded = BASE64_STANDARD.encode(format!("{lead}{secret}@host"));
            let shown = masked(&[secret], &encoded);
            let left: usize = shown.split(MARK).map(str::len).sum();
            assert!(shown.contains(MARK), "{lead}: {shown}");
            assert!(left <= encoded.len() - 26, "{lead}: {encoded} -> {shown}");
        }
    }

    #[test]
    fn the_longest_value_wins_and_short_ones_are_ignored() {
        assert_eq!(masked(&["abcd", "abcdefgh"], "abcdefgh abcd"), "[masked] [masked]");
        assert_eq!(masked(&["a", "ab", ""], "a cab"), "a cab");
    }

    #[test]
    fn secrets_that_overlap_count_once() {
        let masker = Masker::new(&["hunter2-hunter2".to_owned()]);
        assert_eq!(masker.mask("password=hunter2-hunter2 x"), ("password=[masked] x".to_owned(), 1));
    }

    #[test]
    fn variables_with_telling_names_are_secrets() {
        let env = [("HOME", "/home/x"), ("CF_API_TOKEN", "t0ken"), ("DB_PASSWORD", "pw"), ("KEYBOARD", "us")];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(Masker::secret_values(&env), ["t0ken", "pw"]);
    }

    #[test]
    fn a_key_torn_in_two_is_masked_on_both_sides() {
        let masker = Masker::new(&[]);
        let head = "x\n-----BEGIN PRIVATE KEY-----\nMIIabc\nMIIdef";
        assert_eq!(masker.mask(head).0, "x\n[masked]");
        let tail = "MIIabc\nMII/+ef=\n-----END RSA PRIVATE KEY-----\ny";
        let found = masker.find_in_tail(tail);
        let mut shown = String::new();
        assert_eq!(found.write(3..tail.len(), &mut shown), 1);
        assert_eq!(shown, "[masked]\ny");
    }
}
