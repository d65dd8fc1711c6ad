//! Findings as SARIF 2.1.0, the form in which code hosts show them beside the lines they are about.

use super::playbook_check::on_its_line;
use crate::wiring::ReadPlaybook;
use playbook::{Diagnostic, DiagnosticSeverity};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The log of one run over some playbooks.
pub(super) fn log(reads: &[ReadPlaybook]) -> Value {
    let found = || reads.iter().flat_map(|read| read.playbook.diagnostics.iter().map(move |one| (read, one)));
    let codes: BTreeSet<&str> = found().map(|(_, one)| one.code.as_str()).collect();
    let rules: Vec<Value> = codes
        .iter()
        .map(|code| json!({ "id": code, "helpUri": format!("docs/diagnostics/{code}.md") }))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "evenkeel", "version": env!("CARGO_PKG_VERSION"), "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": found().map(|(read, one)| result(read, one)).collect::<Vec<_>>(),
        }],
    })
}

fn result(read: &ReadPlaybook, found: &Diagnostic) -> Value {
    let text = read.text(found.document);
    let place = on_its_line(found, text);
    let line_start = text.get(..place.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let column = |at: usize| text.get(line_start..at).map_or(0, |part| part.chars().count()) + 1;
    let path = read.path(found.document).display().to_string();
    let message = match &found.hint {
        Some(hint) => format!("{}; {hint}", found.message),
        None => found.message.clone(),
    };
    json!({
        "ruleId": found.code,
        "level": match found.severity {
            DiagnosticSeverity::Info => "note",
            DiagnosticSeverity::Warning => "warning",
            DiagnosticSeverity::Error => "error",
        },
        "message": { "text": message },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": path },
            "region": {
                "startLine": found.line.max(1),
                "startColumn": column(place.start),
                "endColumn": column(place.end),
            },
        }}],
        // A finding that moves with its text stays the same finding.
        "partialFingerprints": { "words/v1": format!("{}:{path}:{}", found.code, found.message) },
    })
}
