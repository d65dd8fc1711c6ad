//! `evenkeel playbook …`: which verb does what, and what Evenkeel understands of a document.

use super::{playbook_check, playbook_questions};
use crate::cli::{PlaybookVerb, Reach};
use crate::exit::Failure;
use crate::{print, wiring};
use playbook::Playbook;
use std::path::Path;

pub(super) fn run(reach: &Reach, verb: &PlaybookVerb) -> Result<(), Failure> {
    match verb {
        PlaybookVerb::Check(asked) => playbook_check::run(reach, asked),
        PlaybookVerb::Show { file } => show(reach, file),
        PlaybookVerb::Questions { all, asked } => playbook_questions::list(reach, asked, *all),
        PlaybookVerb::Answer(given) => playbook_questions::answer(reach, given),
        PlaybookVerb::Ask { by, asked } => playbook_questions::ask(asked, by.as_deref()),
    }
}

fn show(reach: &Reach, file: &Path) -> Result<(), Failure> {
    let playbook = wiring::read_playbook(file)?.playbook;
    if reach.json { print::json(&playbook) } else { outline(&playbook) }
}

/// What was understood, in numbers and names.
fn outline(playbook: &Playbook) -> Result<(), Failure> {
    print::line(&playbook.title)?;
    print::table(&counts(playbook))?;
    for runbook in &playbook.runbooks {
        print::line(format!("\n{} (line {})", runbook.title, runbook.line))?;
        for step in &runbook.steps {
            let condition = if step.condition.is_some() { " [conditional]" } else { "" };
            print::line(format!("  {}. {}{condition}", step.number, step.title))?;
            for command in &step.commands {
                print::line(format!("       {:<18} {}", effect(command), first_line(&command.source)))?;
            }
        }
    }
    Ok(())
}

fn effect(command: &playbook::Command) -> String {
    serde_json::to_value(command.effect)
        .ok()
        .and_then(|name| name.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn first_line(source: &str) -> &str {
    source.lines().next().unwrap_or_default()
}

fn counts(playbook: &Playbook) -> Vec<Vec<String>> {
    let phases = playbook.checklist.as_ref().map(|checklist| checklist.phases.as_slice()).unwrap_or_default();
    let steps = || playbook.runbooks.iter().flat_map(|runbook| &runbook.steps);
    let rows = [
        ("checklist phases", phases.len()),
        ("checklist items", phases.iter().map(|phase| phase.items.len()).sum()),
        ("quick diagnostics", playbook.quick_diagnostics.len()),
        ("severities", playbook.severities.len()),
        ("questions of the tree", playbook.decision_tree.as_ref().map_or(0, |tree| tree.questions.len())),
        (
            "escalation paths",
            playbook.escalation.len() + usize::from(!playbook.escalation_otherwise.is_empty()),
        ),
        ("contacts", playbook.contacts.len()),
        ("runbooks", playbook.runbooks.len()),
        ("symptoms", playbook.runbooks.iter().map(|runbook| runbook.symptoms.len()).sum()),
        ("steps", steps().count()),
        ("commands", steps().map(|step| step.commands.len()).sum()),
        ("services", playbook.services.len()),
        ("templates", playbook.templates.len()),
        ("placeholders", playbook.templates.iter().map(|template| template.placeholders.len()).sum()),
        ("postmortem rules", playbook.postmortem.as_ref().map_or(0, |postmortem| postmortem.policy.len())),
        ("findings", playbook.diagnostics.len()),
        ("open questions", playbook.questions.iter().filter(|doubt| doubt.is_open()).count()),
    ];
    rows.map(|(name, count)| vec![name.to_owned(), count.to_string()]).to_vec()
}
