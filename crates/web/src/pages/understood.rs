//! Why the compiler took a part of the document for what it says it is: which rule, how sure, at which line.

use playbook::{Origin, Playbook, Runbook, SURE_MIN};

/// One part of the document.
pub(crate) struct Understood {
    pub(crate) line: u32,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) rule: String,
    /// How sure the rule is, 0 to 100.
    pub(crate) confidence: u8,
    pub(crate) doubtful: bool,
}

/// The parts of one document, by line.
pub(crate) fn understood(playbook: &Playbook, document: u32) -> Vec<Understood> {
    let runbooks = playbook.runbooks.iter().filter(|runbook| runbook.document == document);
    let mut parts: Vec<Understood> = runbooks.flat_map(of_runbook).collect();
    parts.extend(of_the_rest(playbook, document));
    parts.sort_by_key(|part| part.line);
    parts
}

/// What stands in a step was taken with the step; the JSON of `evenkeel playbook show` has every node.
fn of_runbook(runbook: &Runbook) -> Vec<Understood> {
    let steps = runbook.steps.iter().map(|step| part("step", &step.title, &step.origin, step.line));
    let own = part("runbook", &runbook.title, &runbook.origin, runbook.line);
    core::iter::once(own).chain(steps).collect()
}

/// What there is besides runbooks.
fn of_the_rest(playbook: &Playbook, document: u32) -> Vec<Understood> {
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

fn part(kind: &'static str, name: &str, origin: &Origin, line: u32) -> Understood {
    Understood {
        line,
        kind,
        name: name.lines().next().unwrap_or_default().to_owned(),
        rule: origin.rule.clone().into_owned(),
        confidence: origin.confidence,
        doubtful: origin.confidence < SURE_MIN,
    }
}
