//! Runs `tests/suite/*.md`. Each document states in HTML comments what it compiles to:
//! `<!-- expect: severities=4 runbooks=0 W013@1 !E001 -->`: counts, diagnostics with their line, and codes that must
//! not appear.

use playbook::{Playbook, compile};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_document_meets_its_expectations() {
    let mut checked = 0;
    let mut failures = Vec::new();
    for file in documents() {
        let bytes = fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let playbook = compile(&bytes);
        let text = playbook::repaired(&bytes);
        let wanted = expectations(&text);
        assert!(!wanted.is_empty(), "{} states no expectation", file.display());
        for want in wanted {
            if let Err(found) = meets(&playbook, &want) {
                failures.push(format!("{}: wanted {want}, found {found}", file.display()));
            }
            checked += 1;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(checked > 40, "only {checked} expectations");
}

fn documents() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("the suite folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "md"))
        .collect();
    files.sort();
    files
}

fn expectations(text: &str) -> Vec<String> {
    let comments = text.split("<!-- expect:").skip(1).filter_map(|rest| rest.split("-->").next());
    comments.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

pub(crate) fn meets(playbook: &Playbook, want: &str) -> Result<(), String> {
    let codes: Vec<String> = playbook.diagnostics.iter().map(|d| format!("{}@{}", d.code, d.line)).collect();
    if let Some(code) = want.strip_prefix('!') {
        let absent = !codes.iter().any(|found| found.starts_with(code));
        return absent.then_some(()).ok_or_else(|| codes.join(" "));
    }
    if let Some((what, number)) = want.split_once('=') {
        let found = count(playbook, what);
        return (found == number).then_some(()).ok_or(found);
    }
    codes.iter().any(|found| found == want).then_some(()).ok_or_else(|| codes.join(" "))
}

/// A number of the model by its name in expectations.
pub(crate) fn count(playbook: &Playbook, what: &str) -> String {
    let steps = || playbook.runbooks.iter().flat_map(|runbook| &runbook.steps);
    let phases = || playbook.checklist.iter().flat_map(|checklist| &checklist.phases);
    let postmortem = playbook.postmortem.as_ref();
    let number = match what {
        "contents" => playbook.contents.len(),
        "phases" => phases().count(),
        "windows" => phases().filter(|phase| phase.window.is_some()).count(),
        "items" => phases().map(|phase| phase.items.len()).sum(),
        "conditional_items" => {
            phases().flat_map(|p| &p.items).filter(|item| item.condition.is_some()).count()
        }
        "quick" => playbook.quick_diagnostics.len(),
        "severities" => playbook.severities.len(),
        "questions" => playbook.decision_tree.as_ref().map_or(0, |tree| tree.questions.len()),
        "escalations" => playbook.escalation.len(),
        "hops" => playbook.escalation.values().map(Vec::len).sum(),
        "tickets" => playbook.escalation_tickets.len(),
        "runbooks" => playbook.runbooks.len(),
        "symptoms" => playbook.runbooks.iter().map(|runbook| runbook.symptoms.len()).sum(),
        "steps" => steps().count(),
        "conditional_steps" => steps().filter(|step| step.condition.is_some()).count(),
        "commands" => steps().map(|step| step.commands.len()).sum(),
        "checks" => steps().map(|step| step.checks.len()).sum(),
        "causes" => steps().map(|step| step.causes.len()).sum(),
        "services" => playbook.services.len(),
        "log_commands" => playbook.services.iter().map(|service| service.log_commands.len()).sum(),
        "issues" => playbook.services.iter().map(|service| service.common_issues.len()).sum(),
        "templates" => playbook.templates.len(),
        "placeholders" => playbook.templates.iter().map(|template| template.placeholders.len()).sum(),
        "policies" => postmortem.map_or(0, |p| p.policy.len()),
        "stages" => postmortem.map_or(0, |p| p.timeline.len()),
        "postmortem_sections" => postmortem.map_or(0, |p| p.sections.len()),
        "guidelines" => postmortem.map_or(0, |p| p.guidelines.len()),
        "groups" => playbook.quick_reference.len(),
        "entries" => playbook.quick_reference.iter().map(|group| group.entries.len()).sum(),
        "sections" => playbook.sections.len(),
        "title" => return playbook.title.replace(' ', "_"),
        other => return format!("no such count: {other}"),
    };
    number.to_string()
}
