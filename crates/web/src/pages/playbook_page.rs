//! The playbook as a page: the document, what was understood of it, and what the compiler found, each at its line.

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::PageProblem;
use crate::view::{Chrome, Frame, Nav, Tag, html};
use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::State;
use axum::response::Response;
use core::fmt;
use playbook::{Diagnostic, DiagnosticSeverity, Playbook};

/// The playbook.
#[derive(Template)]
#[template(path = "playbook/page.html")]
pub(crate) struct PlaybookPage {
    pub(crate) chrome: Chrome,
    pub(crate) title: String,
    pub(crate) path: String,
    pub(crate) digest: String,
    pub(crate) counts: Vec<(usize, &'static str)>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) contents: Vec<(String, String)>,
    pub(crate) document: Rendered,
}

/// The document as the playbook room rendered it: raw HTML in it stands as text there.
pub(crate) struct Rendered(String);

/// One finding.
pub(crate) struct Finding {
    pub(crate) code: String,
    pub(crate) severity: Tag,
    pub(crate) line: u32,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl HtmlSafe for Rendered {}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) async fn show(State(app): State<App>, who: SignedIn) -> Result<Response, PageProblem> {
    let settings = app.engine().settings();
    let frame = Frame::new(&app, &who);
    let path = app.parts.playbook_path.clone();
    html(&page(&frame, &settings.plan.playbook, &app.parts.playbook_text, path))
}

pub(crate) fn page(frame: &Frame, playbook: &Playbook, text: &str, path: String) -> PlaybookPage {
    let title = if playbook.title.is_empty() { "Playbook".to_owned() } else { playbook.title.clone() };
    let headings = playbook.sections.iter().filter(|section| section.level <= 2);
    PlaybookPage {
        chrome: frame.chrome(title.clone(), Nav::Playbook, "/playbook"),
        title,
        path,
        digest: playbook.digest.chars().take(12).collect(),
        counts: counts(playbook),
        findings: playbook.diagnostics.iter().map(finding).collect(),
        contents: headings.map(|section| (section.anchor.clone(), section.heading.clone())).collect(),
        document: Rendered(playbook::html::to_html(text)),
    }
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
        (playbook.escalation.values().map(Vec::len).sum(), "levels of escalation"),
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
