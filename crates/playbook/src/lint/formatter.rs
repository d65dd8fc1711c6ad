//! W030 and W031: text that a formatter damaged.

use super::document::{Document, Finding};
use crate::needles::needles;
use crate::{Diagnostic, DiagnosticSeverity};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

static LOST_STARS: LazyLock<AhoCorasick> = LazyLock::new(|| needles(&[" _ "]));
static ESCAPED: LazyLock<AhoCorasick> = LazyLock::new(|| needles(&[r"\_\_"]));

/// `9 _ 60 _ 1000`: stars taken for emphasis and rewritten.
pub(super) fn stars_lost(document: &Document<'_>) -> Vec<Diagnostic> {
    document
        .lines_with(&LOST_STARS)
        .filter(|(line, _)| document.fence_at(*line).is_none_or(|fence| fence.language.starts_with("m")))
        .filter_map(|(line, text)| {
            let damaged = product(text)?;
            let finding = Finding {
                code: "W030",
                severity: DiagnosticSeverity::Warning,
                message: format!(
                    "`{damaged}` was a multiplication before a formatter took its stars for emphasis"
                ),
                hint: "write it as code: `9 * 60 * 1000`",
            };
            let mut found = document.place(finding, line, &damaged);
            let (start, end) = (found.span.start as usize, found.span.end as usize);
            found.fixes.push(document.change(start, end, &damaged.replace('_', "*")));
            Some(found)
        })
        .collect()
}

/// The part of a line that reads `number _ number`.
fn product(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let is_number = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let from =
        words.windows(3).position(|three| is_number(&three[0]) && three[1] == "_" && is_number(&three[2]))?;
    let rest = words[from..].iter().take_while(|word| is_number(word) || **word == "_");
    Some(rest.copied().collect::<Vec<_>>().join(" "))
}

/// `\_\_\_`: a line to write on, escaped.
pub(super) fn escaped_blanks(document: &Document<'_>) -> Vec<Diagnostic> {
    document
        .lines_with(&ESCAPED)
        .map(|(line, text)| {
            let finding = Finding {
                code: "W031",
                severity: DiagnosticSeverity::Info,
                message:
                    "a blank to write on was escaped by a formatter and shows as backslashes in a code block"
                        .to_owned(),
                hint: "write [name of the blank] instead",
            };
            let from = text.find(r"\_\_").unwrap_or_default();
            let length = text[from..].len() - text[from..].trim_start_matches(['\\', '_']).len();
            let escaped = &text[from..from + length];
            let mut found = document.place(finding, line, escaped);
            // Alone on its line it would become a rule across the page.
            if text.trim() != escaped {
                let (start, end) = (found.span.start as usize, found.span.end as usize);
                found.fixes.push(document.change(start, end, &escaped.replace('\\', "")));
            }
            found
        })
        .collect()
}
