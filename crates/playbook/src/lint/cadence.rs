//! W045: templates that promise a next update in a document that never says how often.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity};

pub(super) fn missing(document: &Document<'_>) -> Vec<Diagnostic> {
    let promises = |text: &str| text.to_ascii_lowercase().contains("next update");
    let template = document.playbook.templates.iter().find(|template| promises(&template.body));
    let Some(template) = template.filter(|_| !states_cadence(&document.text.to_ascii_lowercase())) else {
        return Vec::new();
    };
    let promise = document
        .lines()
        .find(|(line, text)| *line >= template.line && promises(text))
        .map_or(template.line, |(line, _)| line);
    let finding = Finding {
        code: "W045",
        severity: DiagnosticSeverity::Warning,
        message: "the templates promise a next update, and nothing says how often updates are due".to_owned(),
        hint: "state it once for each severity, such as “P0: an update every 30 minutes”",
    };
    vec![document.place(finding, promise, "Next Update")]
}

/// Whether any line of a text in lower case states it.
fn states_cadence(text: &str) -> bool {
    ["every ", "hourly"].iter().any(|word| lines_with(text, word).any(is_stated))
}

/// The lines of a text that hold a word.
fn lines_with<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = &'t str> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let at = rest.find(word)?;
        let start = rest.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
        let line = rest.get(start..)?.split('\n').next()?;
        rest = rest.get(start + line.len()..)?;
        Some(line)
    })
}

/// `every 30 minutes` or `hourly` on a line that speaks of updates.
fn is_stated(line: &str) -> bool {
    let every = line.split("every ").skip(1).any(|rest| {
        let rest = rest.trim_start_matches('~');
        rest.starts_with(|first: char| first.is_ascii_digit())
            || rest.starts_with("hour")
            || rest.starts_with("half")
    });
    (line.contains("update") || line.contains("status")) && (every || line.contains("hourly"))
        || line.trim_start().starts_with(['-', '|', '*'])
            && every
            && line.contains("min")
            && line.contains("p0")
}
