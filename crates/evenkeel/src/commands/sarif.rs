//! Findings as SARIF 2.1.0, the form in which code hosts show them beside the lines they are about.

use super::place::Places;
use crate::wiring::ReadPlaybook;
use playbook::{Diagnostic, DiagnosticSeverity};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The log of one run over some playbooks.
pub(super) fn log(reads: &[ReadPlaybook]) -> Value {
    let codes: BTreeSet<&str> =
        reads.iter().flat_map(|read| &read.playbook.diagnostics).map(|one| one.code.as_str()).collect();
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
            "results": reads.iter().flat_map(results).collect::<Vec<_>>(),
        }],
    })
}

fn results(read: &ReadPlaybook) -> Vec<Value> {
    let places = Places::of(read);
    read.playbook.diagnostics.iter().map(|found| result(read, &places, found)).collect()
}

fn result(read: &ReadPlaybook, places: &Places<'_>, found: &Diagnostic) -> Value {
    let (start, end) = places.place(found).columns();
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
                "startColumn": start,
                "endColumn": end,
            },
        }}],
        // A finding that moves with its text stays the same finding.
        "partialFingerprints": { "words/v1": format!("{}:{path}:{}", found.code, found.message) },
    })
}
