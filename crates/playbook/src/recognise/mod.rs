//! From blocks to the model, one recogniser a part of the playbook.
//!
//! Recognisers work from structure and from the synonym table, never from one document's sentences. A recogniser
//! claims the sections that it understood; the first claim stands, and what nobody claims stays prose. Nothing here
//! judges whether the document is right: that is the lint's business.

mod alerts;
mod annotations;
mod boxes;
mod card;
mod checklist;
mod checks;
mod claims;
mod commands;
mod conditions;
mod contacts;
mod contents;
mod document;
mod escalation;
mod front_matter;
mod inline_commands;
mod inverse;
mod links;
mod measure;
mod missing;
mod origins;
mod parts;
mod postmortem;
mod quick;
mod rules;
mod runbooks;
mod services;
mod sessions;
mod severities;
mod severity_lists;
mod step_kinds;
mod steps;
mod tasks;
mod templates;
mod title;
mod tree;
mod words;

pub use sessions::changes_folder;

use crate::doubts::Questions;
use crate::model::{Origin, Playbook, Span};
use crate::scan::scan;
use crate::shell::Shell;
pub(crate) use claims::Claims;
pub(crate) use missing::find as missing_parts;
pub(crate) use origins::number as number_origins;

/// The playbook of one repaired text. Digests and paths are the caller's to fill, and so is what it lacks: another
/// document may have that.
pub(crate) fn recognise(text: &str, shell: &mut Shell, questions: &mut Questions<'_>) -> Playbook {
    let doc = scan(text);
    commands::read(&doc, shell);
    let mut claims = Claims::new(&doc).heeding(questions.said(&doc));
    let mut playbook = Playbook::default();
    (playbook.title, playbook.summary) = title::read(&doc, &mut claims);
    playbook.contents = contents::read(&doc, &mut claims);
    // Postmortems first: their template holds tables and lists that look like other parts.
    playbook.postmortem = postmortem::read(&doc, &mut claims);
    playbook.checklist = checklist::read(&doc, &mut claims);
    playbook.quick_diagnostics = quick::read(&doc, &mut claims);
    playbook.severities = severities::read(&doc, &mut claims);
    if playbook.severities.is_empty() {
        playbook.severities = severity_lists::read(&doc, &mut claims);
    }
    playbook.decision_tree = tree::read(&doc, &mut claims);
    let escalation = escalation::read(&doc, &mut claims);
    playbook.escalation = escalation.paths;
    playbook.escalation_otherwise = escalation.otherwise;
    playbook.escalation_tickets = escalation.tickets;
    playbook.quick_reference = card::read(&doc, &mut claims, shell);
    playbook.templates = templates::read(&doc, &mut claims);
    playbook.runbooks = runbooks::read(&doc, &mut claims, shell);
    playbook.services = services::read(&doc, &mut claims, shell);
    // Last: a table of contacts may stand in any of the others, and takes nothing from them.
    playbook.contacts = contacts::read(&doc, &mut claims);
    inverse::fill(&mut playbook);
    sessions::fill(&mut playbook);
    origins::place(&mut playbook, &doc.lines, text.len());
    questions.runbooks(&doc, &claims, &playbook.runbooks);
    questions.settle(&mut playbook);
    playbook.documents = alloc::vec![document::read(&doc, &playbook.title)];
    playbook.sections = claims.sections(doc);
    playbook
}

/// What a person answered that it is.
pub(crate) fn answered(span: Span) -> Origin {
    rules::ANSWERED.over(span)
}

/// What looks like a runbook and was left as prose.
pub(crate) fn nearly_a_runbook(span: Span) -> Origin {
    rules::RUNBOOK_NEARLY.over(span)
}
