//! W036: two runbooks with one symptom. W037: a runbook that nothing leads to. W038: a symptom below every severity.

use super::document::{Document, Finding};
use super::thresholds;
use crate::{CheckKind, Comparison, Diagnostic, DiagnosticSeverity, Symptom};
use std::collections::BTreeMap;

pub(super) fn shared(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<String, (&str, u32)> = BTreeMap::new();
    let mut found = Vec::new();
    for runbook in &document.playbook.runbooks {
        for symptom in &runbook.symptoms {
            let key = letters(&symptom.text);
            if key.is_empty() {
                continue;
            }
            let (title, line) = *first.entry(key).or_insert((&runbook.title, runbook.line));
            if line == runbook.line {
                continue;
            }
            let finding = Finding {
                code: "W036",
                severity: DiagnosticSeverity::Warning,
                message: format!(
                    "the runbook “{title}” (line {line}) has the same symptom: nothing tells them apart"
                ),
                hint: "say in each what is different, or make them one runbook",
            };
            found.push(document.place(finding, symptom.line, &symptom.text));
        }
    }
    found
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

pub(super) fn none(document: &Document<'_>) -> Vec<Diagnostic> {
    let bare = document.playbook.runbooks.iter().filter(|runbook| runbook.symptoms.is_empty());
    bare.map(|runbook| {
        let finding = Finding {
            code: "W037",
            severity: DiagnosticSeverity::Info,
            message: format!("the runbook “{}” names no symptom: only its title leads to it", runbook.title),
            hint: "add “Symptoms”: what users say, what the alert is called, what the graph shows",
        };
        document.place(finding, runbook.line, &runbook.title)
    })
    .collect()
}

/// Only rates are compared: the matrix speaks of nothing else in numbers.
pub(super) fn below_all(document: &Document<'_>) -> Vec<Diagnostic> {
    let Some(lowest) = thresholds::lowest(document) else { return Vec::new() };
    let symptoms = document.playbook.runbooks.iter().flat_map(|runbook| &runbook.symptoms);
    symptoms
        .filter_map(|symptom| Some((symptom, rate(symptom).filter(|rate| *rate < lowest)?)))
        .map(|(symptom, rate)| {
            let finding = Finding {
                code: "W038",
                severity: DiagnosticSeverity::Warning,
                message: format!("from {rate} to {lowest} % this is a symptom, and no severity covers it"),
                hint: "let the lowest row of the matrix begin where the symptom does",
            };
            document.place(finding, symptom.line, &symptom.text)
        })
        .collect()
}

/// The rate of failures above which it shows.
fn rate(symptom: &Symptom) -> Option<f64> {
    match &symptom.check.as_ref()?.kind {
        CheckKind::Threshold { metric, comparison: Comparison::Above, value, unit, .. } if unit == "%" => {
            let metric = metric.to_lowercase();
            (metric.contains("error") || metric.contains("fail")).then_some(*value)
        }
        CheckKind::Threshold { .. }
        | CheckKind::Range { .. }
        | CheckKind::HttpStatus { .. }
        | CheckKind::Watch { .. }
        | CheckKind::Words => None,
    }
}
