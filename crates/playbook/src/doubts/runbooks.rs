//! Is this section a runbook? Asked of those that a heading alone announces, and of those that only look like one.

use super::{Put, Questions, Sureness, named, offer};
use crate::model::{DoubtKind, Origin, Runbook, SURE_MIN};
use crate::recognise::{self, Claims};
use crate::scan::{Document, span};
use alloc::collections::BTreeMap;
use alloc::format;

const RUNBOOK: &str = "runbook";
const PROSE: &str = "prose";

/// What was answered about a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It is a runbook.
    Runbook,
    /// It is none.
    Prose,
}

impl Questions<'_> {
    /// What was answered about sections, by their index: the recogniser does as it says.
    pub(crate) fn said(&self, doc: &Document<'_>) -> BTreeMap<usize, Said> {
        if self.answers.is_silent() {
            return BTreeMap::new();
        }
        let sections = doc.each().filter(|(_, section)| section.level > 0);
        let said = sections.filter_map(|(index, _)| {
            let entry = self.answers.get(&super::id(DoubtKind::Runbook, text(doc, index)))?;
            match entry.answered.answer.as_str() {
                RUNBOOK => Some((index, Said::Runbook)),
                PROSE => Some((index, Said::Prose)),
                _ => None,
            }
        });
        said.collect()
    }

    /// Asks about the sections that are in doubt, now that every recogniser has taken what it understands.
    pub(crate) fn runbooks(&mut self, doc: &Document<'_>, claims: &Claims, runbooks: &[Runbook]) {
        let lines: BTreeMap<u32, &Runbook> = runbooks.iter().map(|runbook| (runbook.line, runbook)).collect();
        for (index, section) in doc.each().filter(|(_, section)| section.level > 0) {
            let runbook = lines.get(&section.line);
            let is_doubtful = runbook.is_some_and(|runbook| runbook.origin.confidence < SURE_MIN);
            let is_near = || claims.is_near(index) && claims.is_free_or_title(index);
            if !(is_doubtful || claims.said(index).is_some() || is_near()) {
                continue;
            }
            let place = span(&section.range, section.line);
            let put = || Put {
                question: format!("Is the section {} a runbook?", named(&section.title)),
                offers: alloc::vec![
                    offer(RUNBOOK, "it is offered for alerts and reports, with its steps"),
                    offer(PROSE, "it stays readable in the document and is never offered"),
                ],
                guess: if is_doubtful { RUNBOOK } else { PROSE },
                origin: runbook.map_or_else(
                    || recognise::nearly_a_runbook(place),
                    |runbook| Origin { span: place, ..runbook.origin.clone() },
                ),
            };
            self.ask(Sureness::Doubtful, (DoubtKind::Runbook, text(doc, index)), put);
        }
    }
}

/// A section with everything below its heading.
fn text<'t>(doc: &Document<'t>, index: usize) -> &'t str {
    let start = doc.sections.get(index).map_or(0, |section| section.range.start);
    let last = doc.subtree(index).last().and_then(|last| doc.sections.get(last));
    doc.text.get(start..last.map_or(start, |last| last.range.end)).unwrap_or_default()
}
