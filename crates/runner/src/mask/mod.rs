//! Finds secrets in text and writes the text without them. Knows values and shapes; not where the text comes from.

mod exact;
mod patterns;
mod undone;

use aho_corasick::{AhoCorasick, MatchKind};
use patterns::Patterns;
use std::collections::BTreeMap;
use std::ops::Range;
use undone::Undone;

/// What stands in a secret's place.
const MARK: &str = "[masked]";
/// How far a shape may reach: an 8192-bit private key with its frame, in base64 that is wrapped and indented.
const SHAPE_REACH: usize = 12 * 1024;
/// How much longer a value may be in a text than by itself: each of its bytes as `\\u0026`, JSON within JSON.
const ESCAPED_MAX: usize = 7;

/// Knows what to mask.
pub struct Masker {
    /// Every form of the values.
    exact: Option<AhoCorasick>,
    /// Those in base64, which may be wrapped.
    base64: Option<AhoCorasick>,
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
    /// Masks these values and whatever has a secret's shape. Values are found as they are, each longer line of them by itself,
    /// in base64 (wrapped, too), percent-encoded, and escaped as in JSON or HTML.
    #[must_use]
    pub fn new(secrets: &[String]) -> Self {
        let parts: Vec<&str> = secrets.iter().flat_map(|secret| exact::parts(secret)).collect();
        let base64: Vec<String> = parts.iter().flat_map(|part| exact::base64_forms(part)).collect();
        let mut forms: Vec<String> = parts.iter().flat_map(|part| exact::forms(part)).collect();
        forms.extend(base64.iter().cloned());
        let longest =
            secrets.iter().map(|secret| secret.len().saturating_mul(ESCAPED_MAX)).max().unwrap_or(0);
        Self {
            exact: search_for(forms),
            base64: search_for(base64),
            patterns: Patterns::new(),
            reach: longest.max(SHAPE_REACH),
        }
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
        self.find_values(text, &mut spans);
        self.patterns.find(text, &mut spans);
        Masked { text, spans: merged(spans) }
    }

    /// Adds where the values are, in the text and in its copies with what hides them undone.
    fn find_values(&self, text: &str, spans: &mut Vec<Range<usize>>) {
        let (Some(exact), Some(base64)) = (&self.exact, &self.base64) else { return };
        let in_lines = |text: &str| -> Vec<Range<usize>> {
            let plain = exact.find_iter(text).map(|found| found.range());
            let joined = Undone::joined(text).into_iter().flat_map(|copy| {
                let found = base64.find_iter(&copy.text).map(|found| copy.range(&found.range()));
                found.collect::<Vec<_>>()
            });
            plain.chain(joined).collect()
        };
        spans.extend(in_lines(text));
        for copy in Undone::escapes(text) {
            spans.extend(in_lines(&copy.text).iter().map(|found| copy.range(found)));
        }
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

/// A search for all of these at once; nothing where there are none.
fn search_for(mut forms: Vec<String>) -> Option<AhoCorasick> {
    forms.sort();
    forms.dedup();
    if forms.is_empty() {
        return None;
    }
    match AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&forms) {
        Ok(search) => Some(search),
        Err(error) => {
            tracing::error!(%error, "the configured secrets are too large to be searched for");
            None
        }
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
    fn escapes_do_not_hide_a_value() {
        let secret = "a&b<c>'d\"/é";
        for shown in [
            "a&amp;b&lt;c&gt;&#39;d&quot;/é",
            "a&#38;b&#x3c;c&#x3E;&apos;d&#34;/é",
            "a&amp;b&lt;c&gt;'d\"/é",
            r#"a\u0026b\u003cc\u003e'd\"/é"#,
            r#"a&b<c>\u0027d\u0022\/\u00E9"#,
            r#"a\\u0026b<c>'d\\\"/é"#,
        ] {
            assert_eq!(masked(&[secret], &format!("<{shown}> x")), "<[masked]> x", "{shown}");
        }
        assert_eq!(masked(&["abcd"], "a&b, a\nb, a\\u0026b"), "a&b, a\nb, a\\u0026b");
    }

    #[test]
    fn a_value_in_wrapped_base64_is_masked_wherever_the_lines_end() {
        let secret = "correct-horse-battery";
        let masker = Masker::new(&[secret.to_owned()]);
        for (width, end) in [(4, "\n"), (60, "\r\n"), (64, "\\n"), (76, "\n"), (76, "\n    ")] {
            for before in 0..90 {
                let encoded =
                    BASE64_STANDARD.encode(format!("{}{secret}{}", "x".repeat(before), "y".repeat(80)));
                let lines: Vec<&str> =
                    encoded.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
                let (shown, _) = masker.mask(&lines.join(end));
                assert!(shown.contains(MARK), "{width} {before} {end:?}: {shown}");
                let left: usize = shown.split(MARK).map(|part| part.replace(end, "").len()).sum();
                assert!(left <= encoded.len() - 26, "{width} {before} {end:?}: {shown}");
            }
        }
    }

    #[test]
    fn the_lines_of_a_value_are_masked_by_themselves() {
        let secret = "first-line\n  second-line\r\nno\n-----END X-----\n";
        let text = "1: first-line\n2:   second-line\n3: no\n4: -----END X-----";
        assert_eq!(masked(&[secret], text), "1: [masked]\n2:   [masked]\n3: no\n4: -----END X-----");
        assert_eq!(masked(&[secret], &BASE64_STANDARD.encode("second-line")), MARK);
        assert_eq!(masked(&["one line\n"], "one line, one lin"), "[masked], one lin");
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
