//! Several documents, one playbook: many small runbooks, or one text for each part.
//!
//! Each document is compiled by itself; here they are laid together. What there can be many of (runbooks, services,
//! templates, …) is kept from all of them. Of what there can be only one of (severities, escalation, …) the first
//! document's stands, and another that says something else is told. Must never be here: files and folders.

use crate::answers::Answers;
use crate::compile;
use crate::limits::span_of_line;
use crate::lint::Across;
use crate::model::{
    Checklist, DecisionTree, Diagnostic, DiagnosticSeverity, Document, EscalationHop, Playbook, Postmortem,
    Runbook, SeverityRow, Span, Standing,
};
use crate::recognise;
use crate::scan::slug;
use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A document as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its path below the playbook's root, with `/`.
    pub path: &'a str,
    /// Its bytes as they stand.
    pub bytes: &'a [u8],
}

/// Compiles several documents to one playbook. Their order counts: of what there can be only one of, the first
/// document's stands. Documents of no bytes at all count, too.
#[must_use]
pub fn compile_documents(sources: &[Source<'_>]) -> Playbook {
    static NONE: Answers = Answers::NONE;
    let unanswered: Vec<_> = sources.iter().map(|source| (*source, &NONE)).collect();
    compile_documents_with(&unanswered)
}

/// Compiles several documents, each with what people answered to the questions about it.
#[must_use]
pub fn compile_documents_with(sources: &[(Source<'_>, &Answers)]) -> Playbook {
    if let [(one, answers)] = sources {
        let mut alone = compile::compile_with(one.bytes, answers);
        alone.documents.iter_mut().for_each(|document| document.path = one.path.to_owned());
        return alone;
    }
    let mut whole = Playbook::default();
    let mut across = Across::default();
    for ((source, answers), number) in sources.iter().zip(0_u32..) {
        across.begin(source.path);
        let mut part = compile::read(source.bytes, answers, Some(&mut across));
        number_nodes(&mut part, number);
        part.documents.iter_mut().for_each(|document| document.path = source.path.to_owned());
        name_runbooks(&mut part.runbooks, source.path);
        whole.take(part);
    }
    whole.digest = digest(&whole.documents);
    make_unique(&mut whole.runbooks);
    compile::finish(&mut whole);
    whole
}

/// A document that no longer counts keeps its text and offers no runbook; `None` when it counts.
pub(crate) fn stand_down(playbook: &mut Playbook, text: &str) -> Option<Diagnostic> {
    let document = playbook.documents.first()?;
    let standing = match document.standing {
        Standing::Current => return None,
        Standing::Stub => "is still to be written",
        Standing::Moved => "has moved",
        Standing::Deprecated => "is deprecated",
    };
    let line = document.standing_line.max(1);
    let runbooks = core::mem::take(&mut playbook.runbooks).len();
    Some(Diagnostic {
        code: "W070".into(),
        severity: DiagnosticSeverity::Info,
        document: 0,
        line,
        span: span_of_line(text, line),
        message: format!("this document {standing}; {runbooks} runbooks of it are not offered"),
        hint: Some("remove the words that say so if it still counts".into()),
        fixes: Vec::new(),
    })
}

/// Over the digests of all documents and of their answers, and their paths, which name the runbooks.
fn digest(documents: &[Document]) -> String {
    let line = |one: &Document| {
        let answers = one.answers.as_ref().map(|answers| format!(" {answers}")).unwrap_or_default();
        format!("{} {}{answers}\n", one.digest, one.path)
    };
    let lines: String = documents.iter().map(line).collect();
    compile::digest(lines.as_bytes())
}

fn number_nodes(part: &mut Playbook, number: u32) {
    part.runbooks.iter_mut().for_each(|runbook| runbook.document = number);
    part.sections.iter_mut().for_each(|section| section.document = number);
    part.diagnostics.iter_mut().for_each(|diagnostic| diagnostic.document = number);
    part.questions.iter_mut().for_each(|doubt| doubt.document = number);
    recognise::number_origins(part, number);
}

/// A runbook is called by its document, and by its heading too where the document has several.
fn name_runbooks(runbooks: &mut [Runbook], path: &str) {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let stem = slug(&stem.replace('/', "-"));
    if let [only] = runbooks {
        only.id = stem;
        return;
    }
    runbooks.iter_mut().for_each(|runbook| runbook.id = format!("{stem}-{}", runbook.id));
}

/// Two paths may differ in nothing but what an id cannot hold.
fn make_unique(runbooks: &mut [Runbook]) {
    let mut taken = BTreeSet::new();
    for runbook in runbooks {
        let free = (1_u32..)
            .map(|times| if times == 1 { runbook.id.clone() } else { format!("{}-{times}", runbook.id) })
            .find(|id| !taken.contains(id));
        if let Some(id) = free {
            taken.insert(id.clone());
            runbook.id = id;
        }
    }
}

impl Playbook {
    /// Lays the next document beside those before it.
    fn take(&mut self, part: Self) {
        let index = u32::try_from(self.documents.len()).unwrap_or(u32::MAX);
        let mut told = Told { diagnostics: Vec::new(), index };
        // A document that is one runbook is called after it; the whole is called after something wider.
        let is_one_runbook = matches!(part.runbooks.as_slice(), [only] if only.title == part.title);
        let counts = part.documents.iter().all(|document| document.standing == Standing::Current);
        if self.title.is_empty() && counts && !is_one_runbook {
            self.title = part.title;
            self.summary = part.summary;
            self.contents = part.contents;
        }
        told.keep(&mut self.checklist, part.checklist, &CHECKLIST);
        told.keep(&mut self.decision_tree, part.decision_tree, &TREE);
        told.keep(&mut self.severities, part.severities, &SEVERITIES);
        if part.escalation_tickets.is_empty() || !self.escalation.is_empty() {
            told.keep(&mut self.escalation, part.escalation, &ESCALATION);
        } else {
            self.escalation = part.escalation;
            self.escalation_tickets = part.escalation_tickets;
        }
        told.keep(&mut self.escalation_otherwise, part.escalation_otherwise, &OTHERWISE);
        self.contacts.extend(part.contacts);
        join_postmortems(&mut self.postmortem, part.postmortem);
        self.quick_diagnostics.extend(part.quick_diagnostics);
        self.runbooks.extend(part.runbooks);
        self.services.extend(part.services);
        self.templates.extend(part.templates);
        self.quick_reference.extend(part.quick_reference);
        self.sections.extend(part.sections);
        self.diagnostics.extend(part.diagnostics);
        self.questions.extend(part.questions);
        self.diagnostics.extend(told.diagnostics);
        self.documents.extend(part.documents);
    }
}

/// A part of a playbook of which there can be only one.
struct Single<T> {
    name: &'static str,
    /// What it says, apart from where: two documents that say the same do not disagree.
    facts: fn(&T) -> Vec<String>,
    line: fn(&T) -> Option<u32>,
}

const CHECKLIST: Single<Option<Checklist>> = Single {
    name: "checklist",
    facts: |part| {
        let phases = part.iter().flat_map(|one| &one.phases);
        phases.flat_map(|phase| &phase.items).map(|item| item.text.clone()).collect()
    },
    line: |part| Some(part.as_ref()?.line),
};

const TREE: Single<Option<DecisionTree>> = Single {
    name: "decision tree",
    facts: |part| {
        let questions = part.iter().flat_map(|tree| &tree.questions);
        questions.map(|one| format!("{} {:?} {:?}", one.text, one.yes, one.no)).collect()
    },
    line: |part| Some(part.as_ref()?.line),
};

const SEVERITIES: Single<Vec<SeverityRow>> = Single {
    name: "severity matrix",
    facts: |rows| {
        rows.iter().map(|row| format!("{} {} {}", row.name, row.impact, row.response.text)).collect()
    },
    line: |rows| Some(rows.first()?.line),
};

const ESCALATION: Single<BTreeMap<String, Vec<EscalationHop>>> = Single {
    name: "escalation",
    facts: |paths| {
        let hops = paths.iter().flat_map(|(severity, hops)| hops.iter().map(move |hop| (severity, hop)));
        hops.map(|(severity, hop)| format!("{severity} {} {}", hop.target, hop.delay_min)).collect()
    },
    line: |paths| paths.values().flatten().map(|hop| hop.line).min(),
};

const OTHERWISE: Single<Vec<EscalationHop>> = Single {
    name: "escalation for every severity",
    facts: |hops| hops.iter().map(|hop| format!("{} {}", hop.target, hop.delay_min)).collect(),
    line: |hops| Some(hops.first()?.line),
};

/// Rules, timeline, template and guidelines often stand in documents of their own.
fn join_postmortems(kept: &mut Option<Postmortem>, next: Option<Postmortem>) {
    let (Some(first), Some(next)) = (kept.as_mut(), next.as_ref()) else {
        *kept = kept.take().or(next);
        return;
    };
    if first.policy.is_empty() {
        first.policy.clone_from(&next.policy);
    }
    if first.timeline.is_empty() {
        first.timeline.clone_from(&next.timeline);
    }
    if first.template.is_empty() {
        first.template.clone_from(&next.template);
        first.sections.clone_from(&next.sections);
    }
    if first.guidelines.is_empty() {
        first.guidelines.clone_from(&next.guidelines);
    }
}

/// What a later document says again.
struct Told {
    diagnostics: Vec<Diagnostic>,
    index: u32,
}

impl Told {
    fn keep<T>(&mut self, slot: &mut T, next: T, single: &Single<T>) {
        let (first, again) = ((single.facts)(slot), (single.facts)(&next));
        if first.is_empty() {
            *slot = next;
        } else if !again.is_empty() && first != again {
            self.differs(single.name, (single.line)(&next).unwrap_or(1));
        }
    }

    fn differs(&mut self, what: &str, line: u32) {
        self.diagnostics.push(Diagnostic {
            code: "W071".into(),
            severity: DiagnosticSeverity::Warning,
            document: self.index,
            line,
            span: Span { start: 0, end: 0, line },
            message: format!("a document before this one has another {what}; that one counts"),
            hint: Some("keep one of them, or name the document that counts first".into()),
            fixes: Vec::new(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(sources: &[(&str, &str)]) -> Playbook {
        let sources: Vec<_> =
            sources.iter().map(|(path, text)| Source { path, bytes: text.as_bytes() }).collect();
        compile_documents(&sources)
    }

    fn codes(playbook: &Playbook) -> Vec<(&str, u32, u32)> {
        playbook.diagnostics.iter().map(|found| (found.code.as_str(), found.document, found.line)).collect()
    }

    const DISK: &str = "# DiskFull\n\n## Meaning\n\nA disk is full.\n\n## Diagnosis\n\n```sh\ndf -h\n```\n\n## Mitigation\n\n1. remove old logs\n";
    const LEVELS: &str = "# Severity levels\n\n| Severity | Impact | Response |\n|---|---|---|\n| P0 | all down | now |\n| P1 | slow | 1 hour |\n";

    #[test]
    fn runbooks_of_all_documents_are_kept_and_named_after_them() {
        let playbook = whole(&[("alerts/disk.md", DISK), ("alerts-disk.md", DISK), ("levels.md", LEVELS)]);
        let named: Vec<_> = playbook.runbooks.iter().map(|one| (one.id.as_str(), one.document)).collect();
        assert_eq!(named, [("alerts-disk", 0), ("alerts-disk-2", 1)]);
        assert_eq!((playbook.severities.len(), playbook.documents.len()), (2, 3));
        assert!(!codes(&playbook).iter().any(|(code, ..)| *code == "W011"), "{:?}", codes(&playbook));
        assert_eq!(codes(&playbook).iter().filter(|(code, ..)| *code == "W012").count(), 1);
    }

    #[test]
    fn of_what_there_can_be_only_one_the_first_counts_and_the_other_is_told() {
        let other = LEVELS.replace("slow", "wobbly");
        let moved = LEVELS.replace("# Severity levels\n", "# Levels\n\nThese hold.\n");
        let playbook = whole(&[("a.md", LEVELS), ("b.md", &moved), ("c.md", &other)]);
        assert_eq!(playbook.severities[1].impact, "slow");
        let told: Vec<_> = codes(&playbook).into_iter().filter(|(code, ..)| *code == "W071").collect();
        assert_eq!(told, [("W071", 2, 5)]);
    }

    #[test]
    fn what_no_longer_counts_is_kept_as_text_and_never_offered() {
        let old = DISK.replace("# DiskFull\n", "# DiskFull\n\nThis runbook is deprecated.\n");
        let playbook = whole(&[("old.md", &old), ("new.md", DISK)]);
        assert_eq!(playbook.runbooks.iter().map(|one| one.document).collect::<Vec<_>>(), [1]);
        assert_eq!(playbook.documents[0].standing, Standing::Deprecated);
        assert!(codes(&playbook).contains(&("W070", 0, 3)), "{:?}", codes(&playbook));
        assert!(playbook.sections.iter().any(|section| section.document == 0));
    }

    #[test]
    fn one_document_is_the_same_alone_and_in_a_list() {
        let mut listed = whole(&[("disk.md", DISK)]);
        listed.documents[0].path.clear();
        assert_eq!(listed, crate::compile(DISK.as_bytes()));
    }
}
