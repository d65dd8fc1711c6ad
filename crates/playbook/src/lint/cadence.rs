//! W045: templates that promise a next update in a document that never says how often.

use super::document::{Document, Finding};
use crate::{Diagnostic, DiagnosticSeverity};

pub(super) fn missing(document: &Document<'_>) -> Vec<Diagnostic> {
    let template = document
        .playbook
        .templates
        .iter()
        .find(|template| template.body.to_lowercase().contains("next update"));
    let Some(template) = template.filter(|_| !document.text.lines().any(states_cadence)) else {
        return Vec::new();
    };
    let promise = document
        .lines()
        .find(|(line, text)| *line >= template.line && text.to_lowercase().contains("next update"))
        .map_or(template.line, |(line, _)| line);
    let finding = Finding {
        code: "W045",
        severity: DiagnosticSeverity::Warning,
        message: "the templates promise a next update, and nothing says how often updates are due".to_owned(),
        hint: "state it once for each severity, such as “P0: an update every 30 minutes”",
    };
    vec![document.place(finding, promise, "Next Update")]
}

/// `every 30 minutes` or `hourly` on a line that speaks of updates.
fn states_cadence(line: &str) -> bool {
    let line = line.to_lowercase();
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
