//! `evenkeel playbook check`: what there is to say about each playbook that was named, and how bad the worst of it is.

use super::place::{Place, Places};
use super::progress::Progress;
use super::{playbook_fix, sarif, tools};
use crate::cli::{Check, Level, Reach};
use crate::exit::{self, Failure, Form, Kind};
use crate::{print, wiring};
use annotate_snippets::{AnnotationKind, Group, Level as Shown, Renderer, Snippet};
use engine::ports::Clock as _;
use jiff::tz::TimeZone;
use playbook::{Diagnostic, DiagnosticSeverity};
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::path::Path;
use wiring::ReadPlaybook;

/// Each path is a playbook of its own, as if it were checked alone; what cannot be read hinders none of the others.
pub(super) fn run(reach: &Reach, asked: &Check) -> Result<(), Failure> {
    let form = if reach.json { Form::Json } else { Form::Words };
    let mut failures = Failures { form, worst: None };
    if asked.fix {
        let patched = asked.files.iter().map(|file| playbook_fix::print_patch(file));
        patched.for_each(|done| failures.note(done));
        return failures.end();
    }
    let found = found(asked, &mut failures)?;
    let all = || found.iter().flat_map(|read| &read.playbook.diagnostics);
    let told = match (asked.sarif, reach.json) {
        (true, _) => print::json(&sarif::log(&found)),
        (false, true) => print::json(&found.iter().flat_map(listed).collect::<Vec<_>>()),
        (false, false) => tell(&found),
    };
    // A reader who has seen enough changes nothing about what was found.
    if all().any(|found| is_denied(found.severity, asked.deny)) {
        failures.note(Err(Failure::new(Kind::Findings, "")));
    }
    failures.note(told);
    failures.end()
}

/// What went wrong with one of several: the worst decides how the program ends, the others are told as they come.
struct Failures {
    form: Form,
    worst: Option<Failure>,
}

impl Failures {
    fn note(&mut self, done: Result<(), Failure>) {
        let Err(next) = done else { return };
        match self.worst.take() {
            Some(worst) if worst.kind() >= next.kind() => {
                exit::tell(&next, self.form);
                self.worst = Some(worst);
            }
            before => {
                if let Some(before) = before {
                    exit::tell(&before, self.form);
                }
                self.worst = Some(next);
            }
        }
    }

    fn end(self) -> Result<(), Failure> {
        self.worst.map_or(Ok(()), Err)
    }
}

/// The playbooks with all there is to say about them: what the compiler found, and what the disk, the calendar and the
/// installed tools tell.
fn found(asked: &Check, failures: &mut Failures) -> Result<Vec<ReadPlaybook>, Failure> {
    let mut progress = Progress::new();
    let mut found: Vec<ReadPlaybook> = Vec::new();
    for (file, number) in asked.files.iter().zip(1..) {
        progress.tell(|| format!("reading {} ({number} of {})", file.display(), asked.files.len()));
        match wiring::read_playbook(file) {
            Ok(read) => found.push(read),
            Err(failure) => failures.note(Err(failure)),
        }
    }
    tools::consult(&asked.tools, &mut found, &mut progress)?;
    let today = wiring::Steady::new(1.0).now().to_zoned_datetime(TimeZone::UTC).date();
    for read in &mut found {
        let root = read.root.clone();
        let dead = playbook::dead_files(&read.playbook, &read.texts, &|path| root.join(path).exists());
        let overdue = playbook::overdue_reviews(&read.playbook, today);
        let diagnostics = &mut read.playbook.diagnostics;
        diagnostics.extend(dead.into_iter().chain(overdue));
        diagnostics.sort_by_key(|found| (found.document, found.line));
    }
    Ok(found)
}

/// The findings of a playbook, each with the file that it is about.
fn listed(read: &ReadPlaybook) -> Vec<Value> {
    let one = |found: &Diagnostic| {
        let mut value = json!(found);
        value["file"] = json!(read.path(found.document));
        value
    };
    read.playbook.diagnostics.iter().map(one).collect()
}

/// More findings of one document are counted, not shown: nobody reads them, and a document may be made of them.
const SHOWN_MAX: usize = 500;

fn tell(found: &[ReadPlaybook]) -> Result<(), Failure> {
    for read in found {
        let places = Places::of(read);
        // They are in the order of the documents.
        for of_one in read.playbook.diagnostics.chunk_by(|one, next| one.document == next.document) {
            let (shown, rest) = of_one.split_at(of_one.len().min(SHOWN_MAX));
            for diagnostic in shown {
                print::line(rendered(
                    diagnostic,
                    &places.place(diagnostic),
                    &read.path(diagnostic.document),
                ))?;
            }
            if let Some(first) = rest.first() {
                let path = read.path(first.document);
                let more = format!("{}: {} more finding(s); --json lists all\n", path.display(), rest.len());
                print::line(more)?;
            }
        }
    }
    print::line(tally(found))?;
    let open = found.iter().flat_map(|read| &read.playbook.questions).filter(|doubt| doubt.is_open()).count();
    if open > 0 {
        print::line(format!("{open} open question(s); `evenkeel playbook questions` lists them"))?;
    }
    Ok(())
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
fn rendered(diagnostic: &Diagnostic, place: &Place<'_>, file: &Path) -> String {
    let level = match diagnostic.severity {
        DiagnosticSeverity::Info => Shown::INFO,
        DiagnosticSeverity::Warning => Shown::WARNING,
        DiagnosticSeverity::Error => Shown::ERROR,
    };
    let path = file.display().to_string();
    let excerpt = place.excerpt();
    let snippet = Snippet::source(excerpt.text)
        .line_start(place.number)
        .path(path)
        .annotation(AnnotationKind::Primary.span(excerpt.within));
    let mut group: Group<'_> = level.primary_title(&diagnostic.message).id(&diagnostic.code).element(snippet);
    let cut =
        (excerpt.column > 1).then(|| format!("the line is long; it is shown from column {}", excerpt.column));
    if let Some(cut) = &cut {
        group = group.element(Shown::NOTE.message(cut));
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Shown::HELP.message(hint));
    }
    let renderer = if std::io::stdout().is_terminal() { Renderer::styled() } else { Renderer::plain() };
    format!("{}\n", renderer.render(&[group]))
}

fn tally(found: &[ReadPlaybook]) -> String {
    let all = || found.iter().flat_map(|read| &read.playbook.diagnostics);
    let count = |severity| all().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings, infos) = (
        count(DiagnosticSeverity::Error),
        count(DiagnosticSeverity::Warning),
        count(DiagnosticSeverity::Info),
    );
    format!("{errors} error(s), {warnings} warning(s), {infos} note(s); docs/diagnostics/ explains each code")
}
