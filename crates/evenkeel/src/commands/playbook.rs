//! `evenkeel playbook …`: what Evenkeel understands of a document, and what it has to say about it.

use crate::cli::{Level, PlaybookVerb, Reach, Tools};
use crate::exit::{Failure, Kind};
use crate::{print, wiring};
use annotate_snippets::{AnnotationKind, Group, Level as Shown, Renderer, Snippet};
use engine::ports::Clock as _;
use jiff::tz::TimeZone;
use playbook::{Diagnostic, DiagnosticSeverity, Playbook};
use std::io::IsTerminal;
use std::path::Path;

pub(super) fn run(reach: &Reach, verb: &PlaybookVerb) -> Result<(), Failure> {
    match verb {
        PlaybookVerb::Check { file, fix: true, .. } => super::playbook_fix::print_patch(file),
        PlaybookVerb::Check { file, fix: false, sarif, deny, tools } => {
            let read = found(file, tools)?;
            let told = match (sarif, reach.json) {
                (true, _) => print::json(&super::sarif::log(&read)),
                (false, true) => print::json(&read.playbook.diagnostics),
                (false, false) => tell(&read),
            };
            let denied = read.playbook.diagnostics.iter().any(|found| is_denied(found.severity, *deny));
            // A reader who has seen enough changes nothing about what was found.
            if denied { Err(Failure::new(Kind::Findings, "")) } else { told }
        }
        PlaybookVerb::Show { file } => show(reach, file),
    }
}

/// A playbook with all there is to say about it: what the compiler found, and what the disk, the calendar and the
/// installed tools tell.
fn found(file: &Path, tools: &Tools) -> Result<wiring::ReadPlaybook, Failure> {
    let mut read = wiring::read_playbook(file)?;
    super::tools::consult(tools, &mut read)?;
    let root = read.root.clone();
    let dead = playbook::dead_files(&read.playbook, &|path| root.join(path).exists());
    let today = wiring::Steady::new(1.0).now().to_zoned_datetime(TimeZone::UTC).date();
    let overdue = playbook::overdue_reviews(&read.playbook, today);
    let found = &mut read.playbook.diagnostics;
    found.extend(dead.into_iter().chain(overdue));
    found.sort_by_key(|found| (found.document, found.line));
    Ok(read)
}

fn tell(read: &wiring::ReadPlaybook) -> Result<(), Failure> {
    for diagnostic in &read.playbook.diagnostics {
        print::line(rendered(diagnostic, read.text(diagnostic.document), &read.path(diagnostic.document)))?;
    }
    print::line(tally(&read.playbook.diagnostics))
}

fn is_denied(severity: DiagnosticSeverity, deny: Level) -> bool {
    match deny {
        Level::Never => false,
        Level::Info => true,
        Level::Warning => severity >= DiagnosticSeverity::Warning,
        Level::Error => severity >= DiagnosticSeverity::Error,
    }
}

/// One finding with its line, a caret and a hint, as a compiler shows it.
fn rendered(diagnostic: &Diagnostic, text: &str, file: &Path) -> String {
    let level = match diagnostic.severity {
        DiagnosticSeverity::Info => Shown::INFO,
        DiagnosticSeverity::Warning => Shown::WARNING,
        DiagnosticSeverity::Error => Shown::ERROR,
    };
    let span = on_its_line(diagnostic, text);
    let path = file.display().to_string();
    let snippet = Snippet::source(text).path(path).annotation(AnnotationKind::Primary.span(span));
    let mut group: Group<'_> = level.primary_title(&diagnostic.message).id(&diagnostic.code).element(snippet);
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Shown::HELP.message(hint));
    }
    let renderer = if std::io::stdout().is_terminal() { Renderer::styled() } else { Renderer::plain() };
    format!("{}\n", renderer.render(&[group]))
}

/// The finding's place, cut to its first line: a caret under half a document helps nobody.
pub(super) fn on_its_line(diagnostic: &Diagnostic, text: &str) -> std::ops::Range<usize> {
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX).min(text.len());
    let (mut start, mut end) = (at(diagnostic.span.start), at(diagnostic.span.end));
    if start >= end {
        let line = usize::try_from(diagnostic.line.max(1)).unwrap_or(1);
        let lines = text.split_inclusive('\n').take(line);
        let before: usize = lines.clone().take(line - 1).map(str::len).sum();
        let own = lines.last().map_or(0, |line| line.trim_end().len());
        (start, end) = (before.min(text.len()), (before + own).min(text.len()));
    }
    let first_line =
        text.get(start..end).and_then(|part| part.find('\n')).map_or(end, |length| start + length);
    start..first_line
}

fn tally(found: &[Diagnostic]) -> String {
    let count = |severity| found.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings, infos) = (
        count(DiagnosticSeverity::Error),
        count(DiagnosticSeverity::Warning),
        count(DiagnosticSeverity::Info),
    );
    format!("{errors} error(s), {warnings} warning(s), {infos} note(s); docs/diagnostics/ explains each code")
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
        ("escalation paths", playbook.escalation.len()),
        ("runbooks", playbook.runbooks.len()),
        ("symptoms", playbook.runbooks.iter().map(|runbook| runbook.symptoms.len()).sum()),
        ("steps", steps().count()),
        ("commands", steps().map(|step| step.commands.len()).sum()),
        ("services", playbook.services.len()),
        ("templates", playbook.templates.len()),
        ("placeholders", playbook.templates.iter().map(|template| template.placeholders.len()).sum()),
        ("postmortem rules", playbook.postmortem.as_ref().map_or(0, |postmortem| postmortem.policy.len())),
        ("findings", playbook.diagnostics.len()),
    ];
    rows.map(|(name, count)| vec![name.to_owned(), count.to_string()]).to_vec()
}
