//! The playbook as a page: the document, what was understood of it, and what the compiler found, each at its line.

use super::questions::{Question, questions};
use super::understood::{Understood, understood};
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::{PageProblem, Problem};
use crate::view::{Chrome, Frame, Nav, Rendered, Tag, html};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use playbook::{Diagnostic, DiagnosticSeverity, Document, Playbook, Standing};
use serde::Deserialize;
use std::path::Path;

/// The playbook.
#[derive(Template)]
#[template(path = "playbook/page.html")]
pub(crate) struct PlaybookPage {
    pub(crate) chrome: Chrome,
    pub(crate) title: String,
    pub(crate) path: String,
    pub(crate) digest: String,
    /// All documents, where there are several.
    pub(crate) documents: Vec<DocumentRow>,
    pub(crate) counts: Vec<(usize, &'static str)>,
    pub(crate) findings: Vec<Finding>,
    /// What was understood, part by part, and by which rule.
    pub(crate) understood: Vec<Understood>,
    /// What the compiler is not sure about, and what was answered.
    pub(crate) questions: Vec<Question>,
    pub(crate) open: usize,
    pub(crate) contents: Vec<(String, String)>,
    pub(crate) document: Rendered,
}

/// One document of several.
pub(crate) struct DocumentRow {
    pub(crate) number: u32,
    pub(crate) path: String,
    pub(crate) is_here: bool,
    /// Why its runbooks are not offered.
    pub(crate) standing: Option<Tag>,
    pub(crate) findings: usize,
}

/// One finding.
pub(crate) struct Finding {
    pub(crate) code: String,
    pub(crate) severity: Tag,
    pub(crate) line: u32,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// Which document is asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    document: u32,
}

pub(crate) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageProblem> {
    let settings = app.engine().settings();
    let frame = Frame::new(&app, &who);
    let shown = Shown {
        playbook: &settings.plan.playbook,
        number: asked.document,
        text: usize::try_from(asked.document)
            .ok()
            .and_then(|number| app.parts.playbook_texts.get(number))
            .ok_or_else(|| PageProblem(Problem::not_found(format!("no document {}", asked.document))))?,
        root: &app.parts.playbook_path,
    };
    html(&page(&frame, &shown))
}

/// A document and the playbook that it is part of.
pub(crate) struct Shown<'a> {
    pub(crate) playbook: &'a Playbook,
    /// Its number among the playbook's documents.
    pub(crate) number: u32,
    pub(crate) text: &'a str,
    /// The file, or the folder of all documents.
    pub(crate) root: &'a str,
}

pub(crate) fn page(frame: &Frame, shown: &Shown<'_>) -> PlaybookPage {
    let playbook = shown.playbook;
    let one = playbook.document(shown.number).filter(|_| playbook.documents.len() > 1);
    let title = match one {
        Some(document) if !document.title.is_empty() => &document.title,
        _ => &playbook.title,
    };
    let title = if title.is_empty() { "Playbook".to_owned() } else { title.clone() };
    let here = |document: u32| document == shown.number;
    let headings = playbook.sections.iter().filter(|section| section.level <= 2 && here(section.document));
    let findings = playbook.diagnostics.iter().filter(|found| here(found.document));
    let place = one.map_or_else(|| shown.root.into(), |document| Path::new(shown.root).join(&document.path));
    let questions = questions(playbook, shown.number, &place);
    PlaybookPage {
        chrome: frame.chrome(title.clone(), Nav::Playbook, "/playbook"),
        title,
        path: one.map_or_else(|| shown.root.to_owned(), |document| document.path.clone()),
        digest: one.map_or(&playbook.digest, |document| &document.digest).chars().take(12).collect(),
        documents: documents(shown),
        counts: counts(playbook),
        findings: findings.map(finding).collect(),
        understood: understood(playbook, shown.number),
        open: questions.iter().filter(|question| question.answered.is_none()).count(),
        questions,
        contents: headings.map(|section| (section.anchor.clone(), section.heading.clone())).collect(),
        document: Rendered::markdown(shown.text),
    }
}

/// Nothing where there is only one.
fn documents(shown: &Shown<'_>) -> Vec<DocumentRow> {
    let playbook = shown.playbook;
    if playbook.documents.len() < 2 {
        return Vec::new();
    }
    let row = |(number, document): (u32, &Document)| DocumentRow {
        number,
        path: document.path.clone(),
        is_here: number == shown.number,
        standing: match document.standing {
            Standing::Current => None,
            Standing::Stub => Some(Tag::info("still to be written")),
            Standing::Moved => Some(Tag::info("has moved")),
            Standing::Deprecated => Some(Tag::warn("deprecated")),
        },
        findings: playbook.diagnostics.iter().filter(|found| found.document == number).count(),
    };
    (0..).zip(&playbook.documents).map(row).collect()
}

fn finding(found: &Diagnostic) -> Finding {
    Finding {
        code: found.code.clone(),
        severity: match found.severity {
            DiagnosticSeverity::Info => Tag::info("worth knowing"),
            DiagnosticSeverity::Warning => Tag::warn("misleads"),
            DiagnosticSeverity::Error => Tag::bad("fails"),
        },
        line: found.line,
        message: found.message.clone(),
        hint: found.hint.clone(),
    }
}

fn counts(playbook: &Playbook) -> Vec<(usize, &'static str)> {
    let phases = playbook.checklist.iter().flat_map(|checklist| &checklist.phases);
    let steps = || playbook.runbooks.iter().flat_map(|runbook| &runbook.steps);
    vec![
        (phases.map(|phase| phase.items.len()).sum(), "things for the first minutes"),
        (playbook.severities.len(), "severities"),
        (playbook.decision_tree.iter().map(|tree| tree.questions.len()).sum(), "questions that decide one"),
        (playbook.hops().count(), "levels of escalation"),
        (playbook.contacts.len(), "contacts"),
        (playbook.runbooks.len(), "runbooks"),
        (steps().count(), "steps"),
        (steps().map(|step| step.commands.len()).sum(), "commands in them"),
        (playbook.quick_diagnostics.len(), "quick diagnostics"),
        (playbook.services.len(), "services"),
        (playbook.templates.len(), "message templates"),
        (
            playbook.postmortem.iter().map(|postmortem| postmortem.timeline.len()).sum(),
            "stages of a postmortem",
        ),
        (playbook.quick_reference.iter().map(|group| group.entries.len()).sum(), "quick references"),
    ]
}
