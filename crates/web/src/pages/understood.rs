//! Why the compiler took a part of the document for what it says it is: which rule, how sure, at which line.

use playbook::{Origin, Playbook, Runbook, SURE_MIN};

/// The parts of a document that are of one kind by one rule.
pub(crate) struct Understood {
    pub(crate) kind: &'static str,
    pub(crate) rule: String,
    pub(crate) parts: Vec<Part>,
}

/// One of them.
pub(crate) struct Part {
    pub(crate) line: u32,
    pub(crate) name: String,
    /// How sure the rule is, 0 to 100.
    pub(crate) confidence: u8,
    pub(crate) doubtful: bool,
}

/// What was understood of one document, each by line.
pub(crate) fn understood(playbook: &Playbook, document: u32) -> Vec<Understood> {
    let runbooks = playbook.runbooks.iter().filter(|runbook| runbook.document == document);
    let mut found: Vec<Found> = runbooks.flat_map(of_runbook).collect();
    found.extend(of_the_rest(playbook, document));
    found.sort_by_key(|(_, _, part)| part.line);
    let mut together: Vec<Understood> = Vec::new();
    for (kind, rule, part) in found {
        match together.iter_mut().find(|one| one.kind == kind && one.rule == rule) {
            Some(one) => one.parts.push(part),
            None => together.push(Understood { kind, rule, parts: vec![part] }),
        }
    }
    together
}

/// A part with its kind and its rule.
type Found = (&'static str, String, Part);

/// What stands in a step was taken with the step; the JSON of `evenkeel playbook show` has every node.
fn of_runbook(runbook: &Runbook) -> Vec<Found> {
    let steps = runbook.steps.iter().map(|step| part("step", &step.title, &step.origin, step.line));
    let own = part("runbook", &runbook.title, &runbook.origin, runbook.line);
    core::iter::once(own).chain(steps).collect()
}

/// What there is besides runbooks.
fn of_the_rest(playbook: &Playbook, document: u32) -> Vec<Found> {
    let part = move |kind, name: &str, origin: &Origin, line| {
        (origin.document == document).then(|| part(kind, name, origin, line))
    };
    let checklist = playbook.checklist.iter().map(|one| part("checklist", &one.title, &one.origin, one.line));
    let tree = playbook.decision_tree.iter().map(|one| part("decision tree", "", &one.origin, one.line));
    let severities = playbook.severities.iter().map(|one| part("severity", &one.name, &one.origin, one.line));
    let hops = playbook.escalation.iter().flat_map(|(severity, hops)| {
        hops.iter()
            .map(move |hop| part("escalation", &format!("{severity}: {}", hop.target), &hop.origin, hop.line))
    });
    let otherwise = playbook.escalation_otherwise.iter();
    let otherwise =
        otherwise.map(|hop| part("escalation", &format!("otherwise: {}", hop.target), &hop.origin, hop.line));
    let contacts = playbook.contacts.iter().map(|one| part("contact", &one.role, &one.origin, one.line));
    let services = playbook.services.iter().map(|one| part("service", &one.name, &one.origin, one.line));
    let templates = playbook.templates.iter().map(|one| part("template", &one.name, &one.origin, one.line));
    let postmortem =
        playbook.postmortem.iter().map(|one| part("postmortem rules", "", &one.origin, one.line));
    checklist
        .chain(tree)
        .chain(severities)
        .chain(hops)
        .chain(otherwise)
        .chain(contacts)
        .chain(services)
        .chain(templates)
        .chain(postmortem)
        .flatten()
        .collect()
}

fn part(kind: &'static str, name: &str, origin: &Origin, line: u32) -> Found {
    let name = name.lines().next().unwrap_or_default();
    let part = Part {
        line,
        name: if name.is_empty() { format!("line {line}") } else { name.to_owned() },
        confidence: origin.confidence,
        doubtful: origin.confidence < SURE_MIN,
    };
    (kind, origin.rule.clone().into_owned(), part)
}
