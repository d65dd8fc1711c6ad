//! Shapes that secrets have. A shape masks too much rather than too little; each says what it is for.

use regex::{Regex, RegexSet};
use std::ops::Range;

/// Shapes; the groups `a`, `b` and `c` are the secret, or the whole match if there is none of them.
const SHAPES: &[&str] = &[
    // Header lines that carry credentials, as curl and HTTP logs print them.
    r#"(?i)\b(?:proxy-)?authorization\\*["']?[ \t]*[:=][ \t]*\\*["']?(?<a>[^\r\n"'\\]+)"#,
    r#"(?i)\b(?:set-cookie|cookie|x-api-key|x-auth-token)\\*["']?[ \t]*:[ \t]*\\*["']?(?<a>[^\r\n"'\\]+)"#,
    // Assignments in any of the usual notations: shell, JSON, JSON inside JSON, YAML, URL queries.
    concat!(
        r"(?i)(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key",
        r"|secret[_-]?key(?:[_-]?base)?|account[_-]?key|;[ \t]*pwd)",
        r#"\\*["']?[ \t]*(?::|=>?)[ \t]*(?:"(?<a>(?:[^"\\\r\n]|\\.)+)"|'(?<b>[^'\r\n]+)'|\\*["']?(?<c>[^\s"'&\\]+))"#
    ),
    // Options of a command line that take their value as the next word.
    r#"(?i)--[a-z-]*(?:password|passwd|secret|token|api-?key)[ \t]+["']?(?<a>[^\s"'-][^\s"']*)"#,
    // The user's part of a URL.
    r#"(?i)\b[a-z][a-z0-9+.-]*://[^\s/?#:"'@]*:(?<a>[^\s/?#"']+)@"#,
    // Bearer tokens in prose; words are told apart in `is_secret`.
    r"(?i)\bbearer[ \t]+(?<c>[A-Za-z0-9._~+/=-]{8,})",
    // Amazon, GitHub, GitLab, Slack, Google, npm, Stripe and other `sk-` keys, Standard Webhooks.
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b",
    r"\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}",
    r"\bglpat-[A-Za-z0-9_-]{20,}",
    r"\bxox[a-z]-[A-Za-z0-9-]{8,}|\bxapp-[A-Za-z0-9-]{8,}|(?i)hooks\.slack\.com/(?:services|workflows)/(?<a>[^\s]+)",
    r"\bAIza[0-9A-Za-z_-]{35}",
    r"\bnpm_[A-Za-z0-9]{36}",
    r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|\bsk-[A-Za-z0-9_-]{20,}|\bwhsec_[A-Za-z0-9+/=]{20,}",
    // JSON Web Tokens, signed or not.
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*",
    // Private keys; one without an end is masked to the end of the text.
    r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)",
];

/// The end of a private key whose beginning is missing.
const TORN_KEY: &str = r"\A[A-Za-z0-9+/=\s\\]*-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----";

/// Values that stand where a secret could and are none.
const NOT_SECRET: [&str; 8] = ["true", "false", "null", "none", "nil", "undefined", "[masked]", "***"];

/// The compiled shapes.
pub(super) struct Patterns {
    /// Which shapes are worth a search: most outputs hold none.
    any: RegexSet,
    shapes: Vec<Regex>,
    torn_key: Regex,
}

impl Patterns {
    /// Compiles the shapes.
    pub(super) fn new() -> Self {
        let compile = |shape: &str| Regex::new(shape).expect("a test compiles every shape");
        Self {
            any: RegexSet::new(SHAPES).expect("a test compiles every shape"),
            shapes: SHAPES.iter().map(|shape| compile(shape)).collect(),
            torn_key: compile(TORN_KEY),
        }
    }

    /// Adds where secrets are.
    pub(super) fn find(&self, text: &str, spans: &mut Vec<Range<usize>>) {
        for shape in self.any.matches(text).iter().map(|index| &self.shapes[index]) {
            for found in shape.captures_iter(text) {
                let group = ["a", "b", "c"].iter().find_map(|name| found.name(name)).or_else(|| found.get(0));
                spans.extend(group.filter(|secret| is_secret(&found[0], secret.as_str())).map(|s| s.range()));
            }
        }
    }

    /// Where a private key ends whose beginning is missing.
    pub(super) fn end_of_torn_key(&self, text: &str) -> Option<usize> {
        self.torn_key.find(text).map(|found| found.end())
    }
}

fn is_secret(whole: &str, value: &str) -> bool {
    let bare = value.trim_matches([',', ';', ')', '}', ']', '.']);
    let is_word = bare.chars().all(|c| c.is_ascii_alphabetic());
    // "Bearer authentication" is prose; "Bearer abcdefgh1" is not.
    let is_prose =
        is_word && value.len() < 20 && whole.get(..6).is_some_and(|s| s.eq_ignore_ascii_case("bearer"));
    !is_prose && !NOT_SECRET.iter().any(|word| bare.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use crate::mask::Masker;

    /// A secret in each line, put together here so that no scanner takes this file for a leak.
    fn cases() -> Vec<(String, String)> {
        let same = |text: &str, secret: &str| {
            (text.replace('@', secret).replace('¤', "@"), text.replace('@', "[masked]").replace('¤', "@"))
        };
        let jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r"]
            .join(".");
        vec![
            same("Authorization: @", "Bearer abc.def-123"),
            same("> authorization: @\r\n< next: 1", "Basic dXNlcjpwYXNz"),
            same(r#"{"Authorization":"@","x":1}"#, "token abc"),
            same("with bearer @ in it", "abcdefgh12345678"),
            same("password=@", "hunter2"),
            same("DB_PASSWORD='@' x", "hunter 2"),
            same(r#""api_key": "@", "n": 1"#, r#"ab\"cd"#),
            same(r#"{\"token\":\"@\"}"#, "abcd"),
            same("secret: @\nnext: 1", "abcd"),
            same("https://x.test/?access_token=@&y=2", "abcd"),
            same("Server=db.test;Uid=app;Pwd=@", "hunter2"),
            same("AWS_SECRET_ACCESS_KEY=@", "wJalrXUtnFEMI/K7MDENG"),
            same("SECRET_KEY_BASE=@", "0123456789"),
            same("tool --password @ --verbose", "hunter2"),
            same("postgres://app:@¤db.test/x", "s3:cr@et"),
            same("redis://:@¤cache.test", "s3cret"),
            same("id @ end", &format!("AKIA{}", "IOSFODNN7EXAMPLE")),
            same("id @ end", &format!("ghp_{}", "a".repeat(36))),
            same("id @ end", &format!("gho_{}", "b".repeat(36))),
            same("id @ end", &format!("ghs_{}", "c".repeat(36))),
            same("id @ end", &format!("github_pat_{}", "d".repeat(40))),
            same("id @ end", &format!("xoxb-{}", "123456789012-abcdef")),
            same("https://hooks.slack.com/services/@", "T000/B000/XXXX"),
            same("id @ end", &format!("sk-{}", "e".repeat(40))),
            same("jwt @ end", &jwt),
            same(
                "a\n@\nb",
                &["-----BEGIN RSA ", "PRIVATE KEY-----\nMIIabc\n-----END RSA ", "PRIVATE KEY-----"].concat(),
            ),
            same("Set-Cookie: @\nx", "sid=abc; HttpOnly"),
        ]
    }

    #[test]
    fn every_shape_is_masked_and_nothing_round_it() {
        let masker = Masker::new(&[]);
        for (text, expected) in cases() {
            assert_eq!(masker.mask(&text), (expected, 1), "{text}");
        }
    }

    #[test]
    fn what_a_responder_needs_is_left() {
        let masker = Masker::new(&[]);
        for text in [
            "max_tokens: 4096, tokens=17",
            "PWD=/srv/app",
            "Bearer authentication is required",
            "token: null, password=false",
            "GET /sessions/42?limit=10 200 12ms",
            "https://api.test/health?x=1",
            "see git@github.com:team/app and ssh://host:22/x",
            "the secret of success: tests",
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "-----BEGIN CERTIFICATE-----\nMIIabc\n-----END CERTIFICATE-----",
            "deploy-1234 Ready 2026-01-02T03:04:05Z author:someone@example.test",
        ] {
            assert_eq!(masker.mask(text), (text.to_owned(), 0));
        }
    }
}
