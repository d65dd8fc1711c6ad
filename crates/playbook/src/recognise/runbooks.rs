//! Runbooks: a section with symptoms and a procedure, or one whose heading says `Issue:`, `Runbook:` or `Alert:`.
//!
//! Labels may be bold lines or sub-headings. Without a labelled procedure the section's ordered lists are it, but only
//! where the headings above announce runbooks: guidelines are ordered lists, too.

use super::alerts;
use super::checks;
use super::claims::{Claims, Role};
use super::parts::{Part, own_parts, parts};
use super::rules::{self, Rule};
use super::step_kinds::Purpose;
use super::steps;
use super::words::{Topic, is_bare, topic};
use crate::doubts::Said;
use crate::model::{Runbook, Step, Symptom};
use crate::scan::{Document, List, Order, Section, span};
use crate::shell::Shell;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The runbooks, in document order.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims, shell: &mut Shell) -> Vec<Runbook> {
    // A document may be one runbook: then its title is the runbook's, too.
    let free = doc.each().filter(|(index, section)| section.level > 0 && claims.is_free_or_title(*index));
    let candidates: BTreeMap<usize, Candidate<'_>> = free
        .filter_map(|(index, section)| Some((index, candidate(doc, claims, (index, section))?)))
        .collect();
    let below = |index: usize| candidates.range(index + 1..doc.subtree(index).end).map(|(_, c)| c.strength);
    let mut runbooks = Vec::new();
    for (index, candidate) in &candidates {
        // A heading that gathers runbooks looks like one runbook with all their steps.
        let gathers = match candidate.strength {
            Strength::Strong => below(*index).any(|strength| strength == Strength::Strong),
            Strength::Weak => below(*index).next().is_some(),
        };
        if !gathers && claims.is_free_or_title(*index) {
            claims.claim_tree(doc, *index, Role::Runbook);
            let own = doc.subtree(*index).last().and_then(|last| doc.sections.get(last));
            let end = own.map_or(0, |last| last.range.end);
            let text = doc.text.get(candidate.section.range.start..end).unwrap_or_default();
            runbooks.push(candidate.runbook(text, shell));
        }
    }
    leave_the_near(doc, claims, &candidates);
    runbooks
}

/// Notes the sections that have a runbook's shape and no word that says so: a person is asked about them.
fn leave_the_near(doc: &Document<'_>, claims: &mut Claims, taken: &BTreeMap<usize, Candidate<'_>>) {
    let mut end = 0;
    for (index, section) in doc.each().filter(|(_, section)| section.level > 0) {
        let free = index >= end && claims.is_free_or_title(index) && !taken.contains_key(&index);
        if free && claims.said(index).is_none() && is_near(doc, (index, section)) {
            claims.leave(index);
            end = doc.subtree(index).end;
        }
    }
}

/// Whether it has commands right below its heading, in an ordered list or in a part that announces a procedure.
fn is_near(doc: &Document<'_>, (index, section): (usize, &Section)) -> bool {
    if is_bare(&section.title) || is_step_heading(&section.title) {
        return false;
    }
    let parts = own_parts(doc, index);
    let ordered = || parts.iter().flat_map(Part::lists).any(|list| list.order == Order::Ordered);
    steps::hold_commands(&section.blocks) && (ordered() || parts.iter().any(is_procedure))
}

/// A section that may be a runbook; what it says is read only when it is one.
struct Candidate<'d> {
    strength: Strength,
    rule: &'static Rule,
    section: &'d Section,
    /// The title without its `Issue:`, if it has one.
    title: Option<String>,
    parts: Vec<Part<'d>>,
    search: Search,
}

/// Strong: it says itself that it is a runbook. Weak: it only stands where runbooks are announced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strength {
    Strong,
    Weak,
}

fn candidate<'d>(
    doc: &'d Document<'_>,
    claims: &Claims,
    (index, section): (usize, &'d Section),
) -> Option<Candidate<'d>> {
    if is_bare(&section.title) || is_step_heading(&section.title) {
        return None;
    }
    let said = claims.said(index);
    if said == Some(Said::Prose) {
        return None;
    }
    let title = stripped(&section.title);
    let announced = title.is_some() || said.is_some() || is_among_runbooks(doc, claims, section);
    let parts = parts(doc, index);
    let has_symptoms = parts.iter().any(|part| is_symptoms(part) && part.has_entries());
    let search = if announced || has_symptoms { Search::Anywhere } else { Search::Labelled };
    let has_steps = !Procedure::find(&parts, search).is_empty();
    // The sheet of an alert is called by the alert and may leave its meaning to the alert's own text.
    let is_sheet = has_steps && alerts::name(title.as_deref().unwrap_or(&section.title)).is_some();
    let is_one = (has_steps && has_symptoms) || is_sheet || (announced && (has_steps || has_symptoms));
    if !is_one {
        return None;
    }
    let strong = title.is_some() || said.is_some() || is_sheet || has_own_symptoms(doc, index);
    let strength = if strong { Strength::Strong } else { Strength::Weak };
    let rule = match (title.is_some(), is_sheet, has_symptoms && has_steps) {
        (true, _, _) => &rules::RUNBOOK_NAMED,
        (false, true, _) => &rules::RUNBOOK_ALERT,
        (false, false, true) => &rules::RUNBOOK_SYMPTOMS,
        (false, false, false) => &rules::RUNBOOK_ANNOUNCED,
    };
    let rule = if said.is_some() { &rules::ANSWERED } else { rule };
    Some(Candidate { strength, rule, section, title, parts, search })
}

impl Candidate<'_> {
    fn runbook(&self, text: &str, shell: &mut Shell) -> Runbook {
        let title = self.title.as_ref().unwrap_or(&self.section.title);
        let said = |topic: Topic| {
            let parts = self.parts.iter().filter(move |part| part.about.topic == Some(topic));
            let lines: Vec<String> = parts.flat_map(Part::entries).map(|(_, line)| line).collect();
            lines.join(" ")
        };
        let meaning = Some(said(Topic::Meaning)).filter(|meaning| !meaning.is_empty());
        let symptoms = self.parts.iter().filter(|part| is_symptoms(part)).flat_map(symptoms);
        Runbook {
            id: self.section.anchor.clone(),
            title: title.clone(),
            alerts: alerts::of(title, &self.parts, text),
            meaning: meaning.unwrap_or_else(|| said(Topic::Summary)),
            impact: said(Topic::Impact),
            symptoms: symptoms.collect(),
            steps: Procedure::find(&self.parts, self.search).steps(shell),
            line: self.section.line,
            origin: self.rule.over(span(&self.section.range, self.section.line)),
            ..Runbook::default()
        }
    }
}

/// Whether a heading above announces runbooks. The book's own title announces nothing about one section.
fn is_among_runbooks(doc: &Document<'_>, claims: &Claims, section: &Section) -> bool {
    let above = section.parent.into_iter().flat_map(|parent| doc.path(parent));
    let level = |index: usize| doc.sections.get(index).map_or(0, |section| section.level);
    above.into_iter().any(|index| level(index) > 1 && claims.announces(index, Topic::Runbooks))
}

/// Whether symptoms stand right under the heading, or under a sub-heading of that name.
fn has_own_symptoms(doc: &Document<'_>, index: usize) -> bool {
    let title = |i: usize| doc.sections.get(i).map(|s| s.title.as_str()).unwrap_or_default();
    own_parts(doc, index).iter().any(is_symptoms)
        || doc.children(index).any(|i| matches!(topic(title(i)), Some(Topic::Symptoms | Topic::Meaning)))
}

fn is_symptoms(part: &Part<'_>) -> bool {
    matches!(part.about.topic, Some(Topic::Symptoms | Topic::Meaning))
}

/// The title without its `Issue:`, if it has one.
fn stripped(title: &str) -> Option<String> {
    let (head, rest) = title.split_once(':')?;
    let head = head.trim().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim().to_lowercase();
    let known =
        ["issue", "runbook", "alert", "incident", "problem", "scenario", "playbook"].contains(&head.as_str());
    (known && !rest.trim().is_empty()).then(|| rest.trim().to_string())
}

fn symptoms(part: &Part<'_>) -> Vec<Symptom> {
    part.entries()
        .into_iter()
        .map(|(line, text)| Symptom {
            quoted: quoted(&text),
            check: checks::of_symptom(&text, line),
            text,
            line,
            origin: rules::SYMPTOM.at(line),
        })
        .collect()
}

/// Texts in straight or curly double quotes, and code.
fn quoted(text: &str) -> Vec<String> {
    let same = text.replace(['“', '”', '„', '`'], "\"");
    let pieces: Vec<&str> = same.split('"').collect();
    let closed = pieces.len() - usize::from(pieces.len().is_multiple_of(2));
    pieces
        .get(..closed)
        .unwrap_or_default()
        .iter()
        .skip(1)
        .step_by(2)
        .filter(|piece| !piece.trim().is_empty())
        .map(ToString::to_string)
        .collect()
}

/// Where a runbook's steps stand: numbered headings, else the ordered lists, else fences or bullets of the labelled
/// procedure.
enum Procedure<'p, 'd> {
    Headings(Vec<&'p Part<'d>>),
    Lists(Vec<&'d List>, Vec<&'p Part<'d>>),
    Fences(Vec<&'p Part<'d>>),
    Sheet(Vec<(Purpose, &'p Part<'d>)>),
}

impl<'p, 'd> Procedure<'p, 'd> {
    fn find(parts: &'p [Part<'d>], search: Search) -> Self {
        let headed: Vec<&Part<'_>> = parts.iter().filter(|part| is_step_heading(&part.label)).collect();
        if headed.len() >= 2 {
            return Self::Headings(headed);
        }
        let labelled: Vec<&Part<'_>> = parts.iter().filter(|part| is_procedure(part)).collect();
        let sheet: Vec<(Purpose, &Part<'_>)> =
            parts.iter().filter_map(|part| Some((purpose(part)?, part))).collect();
        let several = sheet.iter().any(|(other, _)| sheet.first().is_some_and(|(first, _)| first != other));
        if !labelled.is_empty() && several && labelled.iter().any(|part| has_shape(part)) {
            return Self::Sheet(sheet);
        }
        let chosen: Vec<&Part<'_>> = match (labelled.is_empty(), search) {
            (false, _) => labelled,
            (true, Search::Anywhere) => parts.iter().filter(|part| !is_symptoms(part)).collect(),
            (true, Search::Labelled) => Vec::new(),
        };
        let lists = |order: Order| -> Vec<&'d List> {
            chosen.iter().flat_map(|part| part.lists()).filter(|list| list.order == order).collect()
        };
        let ordered = lists(Order::Ordered);
        if !ordered.is_empty() {
            Self::Lists(ordered, chosen)
        } else if chosen.iter().any(|part| steps::has_commands(part)) {
            Self::Fences(chosen)
        } else {
            Self::Lists(lists(Order::Bullets), Vec::new())
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Headings(parts) | Self::Fences(parts) => parts.is_empty(),
            Self::Sheet(parts) => parts.is_empty(),
            Self::Lists(lists, _) => lists.iter().all(|list| list.items.is_empty()),
        }
    }

    fn steps(&self, shell: &mut Shell) -> Vec<Step> {
        match self {
            Self::Headings(parts) => steps::of_parts(parts, shell),
            Self::Lists(lists, parts) => steps::of_lists(lists, parts, shell),
            Self::Fences(parts) => steps::of_fences(parts, shell),
            Self::Sheet(parts) => steps::of_sheet(parts, shell),
        }
    }
}

/// Where steps may stand.
#[derive(Clone, Copy)]
enum Search {
    Labelled,
    Anywhere,
}

fn is_procedure(part: &Part<'_>) -> bool {
    let procedures = [Topic::Procedure, Topic::Diagnosis, Topic::Mitigation];
    procedures.into_iter().any(|topic| part.about.announces(topic)) && !is_symptoms(part)
}

/// What a part of a sheet is for; nothing when it holds no steps.
fn purpose(part: &Part<'_>) -> Option<Purpose> {
    match part.about.topic? {
        Topic::Diagnosis => Some(Purpose::Look),
        Topic::Mitigation | Topic::Rollback => Some(Purpose::Fix),
        Topic::Verification => Some(Purpose::Verify),
        _ => is_procedure(part).then_some(Purpose::Any),
    }
}

/// Whether it holds work and not only words about it, as an essay does.
fn has_shape(part: &Part<'_>) -> bool {
    part.lists().next().is_some() || steps::has_commands(part)
}

fn is_step_heading(label: &str) -> bool {
    let lower = label.to_lowercase();
    let bare = lower.strip_prefix("step ").unwrap_or(&lower);
    let digits = bare.chars().take_while(char::is_ascii_digit).count();
    digits > 0
        && (bare.len() < lower.len() || bare.get(digits..).is_some_and(|r| r.starts_with(['.', ')', ':'])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StepKind;
    use crate::scan::scan;
    use alloc::format;
    use alloc::vec;

    fn compiled(text: &str) -> Vec<Runbook> {
        let doc = scan(text);
        read(&doc, &mut Claims::new(&doc), &mut Shell::default())
    }

    #[test]
    fn bold_labels_and_sub_headings_are_the_same() {
        let bold = "## Runbooks\n\n### Issue: Slow\n\n**Symptoms**:\n\n- P95 latency > 2s\n- \"Wait\" shown\n\n\
                    **Runbook**:\n\n1. **Look**\n2. **If bad**:\n   - do\n";
        let headed = "## Slow\n\n### Symptoms\n\n- P95 latency > 2s\n- \"Wait\" shown\n\n### Resolution\n\n\
                      1. **Look**\n2. **If bad**:\n   - do\n";
        for text in [bold, headed] {
            let runbooks = compiled(text);
            assert_eq!(runbooks.len(), 1, "{text}");
            assert_eq!(runbooks[0].title, "Slow");
            assert_eq!(runbooks[0].symptoms[1].quoted, ["Wait"]);
            assert!(runbooks[0].symptoms[0].check.is_some());
            assert_eq!(runbooks[0].steps.len(), 2);
            assert_eq!(runbooks[0].steps[1].condition.as_ref().map(|c| c.text.as_str()), Some("bad"));
        }
    }

    #[test]
    fn steps_may_be_headings_or_fences() {
        let headings =
            "# Alert: Disk full\n\n## Step 1: Look\n\n```sh\ndf -h\n```\n\n## Step 2: Clean\n\n- by hand\n";
        let steps = &compiled(headings)[0].steps;
        assert_eq!(steps.iter().map(|s| s.title.as_str()).collect::<Vec<_>>(), ["Look", "Clean"]);
        assert_eq!(steps[0].commands.len(), 1);
        let fences = "# Disk\n\n## Symptoms\n\nIt is full.\n\n## Diagnosis\n\nSee what is left:\n\n```sh\ndf -h\n```\n";
        let steps = &compiled(fences)[0].steps;
        assert_eq!((steps[0].title.as_str(), steps[0].commands.len()), ("See what is left", 1));
    }

    #[test]
    fn a_heading_that_gathers_runbooks_is_none() {
        let one = |name: &str| format!("### {name}\n\n**Symptoms**\n\n- a\n\n**Steps**\n\n1. b\n2. c\n\n");
        let text = format!(
            "# Runbooks\n\n## Incidents\n\n{}{}## Culture\n\n1. kind\n2. open\n",
            one("Slow"),
            one("Down")
        );
        let titles: Vec<_> = compiled(&text).into_iter().map(|r| (r.title, r.steps.len())).collect();
        assert_eq!(titles, [("Slow".to_string(), 2), ("Down".to_string(), 2)]);
    }

    #[test]
    fn an_alert_sheet_is_read_part_by_part() {
        let text = "# NodeDiskFillsUp\n\n## Meaning\n\nThe disk is nearly full.\n\n## Impact\n\nWrites stop.\n\n\
                    ## Diagnosis\n\nSee what is left:\n\n```sh\ndf -h\n```\n\n## Mitigation\n\n- Delete old dumps\n\
                    - Add a disk\n\n## Verification\n\nUsage falls below 80 %.\n";
        let runbooks = compiled(text);
        let one = &runbooks[0];
        assert_eq!(
            (one.alerts.as_slice(), one.meaning.as_str()),
            (&["NodeDiskFillsUp".to_string()][..], "The disk is nearly full.")
        );
        assert_eq!((one.impact.as_str(), &*one.origin.rule), ("Writes stop.", "runbook-alert-sheet"));
        let steps: Vec<_> = one.steps.iter().map(|s| (s.number, s.title.as_str(), s.kind)).collect();
        assert_eq!(
            steps,
            [
                (1, "See what is left", StepKind::Look),
                (2, "Delete old dumps", StepKind::Fix),
                (3, "Add a disk", StepKind::Fix),
                (4, "Verification", StepKind::Verify),
            ]
        );
        assert_eq!(one.steps[3].checks.len(), 1);
    }

    #[test]
    fn several_alerts_share_a_document() {
        let one = |name: &str| {
            format!(
                "## {name}\n\n**Summary:** it is bad\n\n**Diagnosis**\n\n```sh\ndf -h\n```\n\n**Mitigation:**\n\n1. Do\n\n"
            )
        };
        let text = format!("# Alerts\n\n{}{}", one("QueueTooLong"), one("queue_is_stuck"));
        let seen: Vec<_> =
            compiled(&text).into_iter().map(|r| (r.alerts, r.meaning, r.steps.len())).collect();
        let wanted = ["QueueTooLong", "queue_is_stuck"]
            .map(|name| (vec![name.to_string()], "it is bad".to_string(), 2));
        assert_eq!(seen, wanted);
    }

    #[test]
    fn other_languages_have_runbooks() {
        for (symptoms, look, fix) in [
            ("Síntomas", "Diagnóstico", "Mitigación"),
            ("Sintomas", "Diagnóstico", "Mitigação"),
            ("症状", "調査", "対処"),
        ] {
            let text = format!(
                "# T\n\n## X\n\n### {symptoms}\n\n- a\n\n### {look}\n\n```sh\ndf -h\n```\n\n### {fix}\n\n1. b\n"
            );
            let runbooks = compiled(&text);
            assert_eq!(runbooks.len(), 1, "{symptoms}");
            let kinds: Vec<_> = runbooks[0].steps.iter().map(|step| step.kind).collect();
            assert_eq!(kinds, [StepKind::Look, StepKind::Fix], "{symptoms}");
        }
    }

    #[test]
    fn documents_of_other_kinds_have_no_runbook() {
        for text in [
            "# Readme\n\n## Overview\n\nA tool.\n\n## Install\n\n1. Get it\n2. Run it\n\n```sh\nmake\n```\n\n## Troubleshooting\n\n- Try again\n",
            "# Changelog\n\n## 1.2.0\n\n### Fixed\n\n- a crash\n\n## 1.1.0\n\n### Added\n\n- more\n",
            "# API\n\n## Summary\n\nIt answers.\n\n## GET /x\n\n### Description\n\nReads.\n\n```sh\ncurl https://a.test/x\n```\n",
            "# How we lost a day\n\n## Symptoms\n\nIt was slow.\n\n## Diagnosis\n\nWe looked long.\n\n## Resolution\n\nWe waited.\n",
            "# Culture\n\n## Impact\n\n1. Be kind\n2. Be open\n\n## Meaning of work\n\nMuch.\n",
        ] {
            assert!(compiled(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn guidelines_are_no_runbook() {
        assert!(compiled("## Culture\n\n1. **Be kind**\n2. **Ask how**\n3. **Share**\n").is_empty());
    }
}
