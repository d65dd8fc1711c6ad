//! Runbooks: a section with symptoms and a procedure, or one whose heading says `Issue:`, `Runbook:` or `Alert:`.
//!
//! Labels may be bold lines or sub-headings. Without a labelled procedure the section's ordered lists are it, but only
//! where the headings above announce runbooks: guidelines are ordered lists, too.

use super::checks;
use super::claims::{Claims, Role};
use super::parts::{Part, own_parts, parts};
use super::steps;
use super::words::{Topic, announces, is_bare, topic};
use crate::model::{Runbook, Step, Symptom};
use crate::scan::{Document, List, Order, Section};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The runbooks, in document order.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Vec<Runbook> {
    // A document may be one runbook: then its title is the runbook's, too.
    let free = doc
        .each()
        .filter(|(index, section)| section.level > 0 && (claims.is_free(*index) || claims.is_title(*index)));
    let candidates: BTreeMap<usize, Candidate> =
        free.filter_map(|(index, section)| Some((index, candidate(doc, index, section)?))).collect();
    let below = |index: usize| candidates.range(index + 1..doc.subtree(index).end).map(|(_, c)| c.strength);
    let mut kept = Vec::new();
    for (index, candidate) in &candidates {
        // A heading that gathers runbooks looks like one runbook with all their steps.
        let gathers = match candidate.strength {
            Strength::Strong => below(*index).any(|strength| strength == Strength::Strong),
            Strength::Weak => below(*index).next().is_some(),
        };
        if !gathers && (claims.is_free(*index) || claims.is_title(*index)) {
            claims.claim_tree(doc, *index, Role::Runbook);
            kept.push(*index);
        }
    }
    let mut candidates = candidates;
    kept.iter().filter_map(|index| candidates.remove(index)).map(|candidate| candidate.runbook).collect()
}

struct Candidate {
    strength: Strength,
    runbook: Runbook,
}

/// Strong: it says itself that it is a runbook. Weak: it only stands where runbooks are announced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strength {
    Strong,
    Weak,
}

fn candidate(doc: &Document<'_>, index: usize, section: &Section) -> Option<Candidate> {
    if is_bare(&section.title) || is_step_heading(&section.title) {
        return None;
    }
    let prefixed = stripped(&section.title);
    let among = is_among_runbooks(doc, section);
    let parts = parts(doc, index);
    let symptoms: Vec<Symptom> = parts.iter().filter(|p| is_symptoms(&p.label)).flat_map(symptoms).collect();
    let announced = prefixed.is_some() || among;
    let search = if announced || !symptoms.is_empty() { Search::Anywhere } else { Search::Labelled };
    let steps = procedure(&parts, search);
    if (steps.is_empty() && symptoms.is_empty()) || !(announced || !(steps.is_empty() || symptoms.is_empty()))
    {
        return None;
    }
    let strong = prefixed.is_some() || has_own_symptoms(doc, index);
    Some(Candidate {
        strength: if strong { Strength::Strong } else { Strength::Weak },
        runbook: Runbook {
            id: section.anchor.clone(),
            title: prefixed.unwrap_or_else(|| section.title.clone()),
            symptoms,
            steps,
            line: section.line,
        },
    })
}

/// Whether a heading above announces runbooks. The book's own title announces nothing about one section.
fn is_among_runbooks(doc: &Document<'_>, section: &Section) -> bool {
    let mut above = section.parent.and_then(|parent| doc.sections.get(parent));
    while let Some(heading) = above {
        if heading.level > 1 && announces(&heading.title, Topic::Runbooks) {
            return true;
        }
        above = heading.parent.and_then(|parent| doc.sections.get(parent));
    }
    false
}

/// Whether symptoms stand right under the heading, or under a sub-heading of that name.
fn has_own_symptoms(doc: &Document<'_>, index: usize) -> bool {
    let own = own_parts(doc, index);
    let title = |i: usize| doc.sections.get(i).map(|s| s.title.as_str()).unwrap_or_default();
    own.iter().any(|part| is_symptoms(&part.label)) || doc.children(index).any(|i| is_symptoms(title(i)))
}

fn is_symptoms(label: &str) -> bool {
    topic(label) == Some(Topic::Symptoms)
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

/// The steps: numbered headings, else the ordered lists, else bullets and fences of the labelled procedure.
fn procedure(parts: &[Part<'_>], search: Search) -> Vec<Step> {
    let headed: Vec<&Part<'_>> = parts.iter().filter(|part| is_step_heading(&part.label)).collect();
    if headed.len() >= 2 {
        return steps::of_parts(&headed);
    }
    let labelled: Vec<&Part<'_>> = parts.iter().filter(|part| is_procedure(&part.label)).collect();
    let chosen: Vec<&Part<'_>> = match (labelled.is_empty(), search) {
        (false, _) => labelled,
        (true, Search::Anywhere) => parts.iter().filter(|part| !is_symptoms(&part.label)).collect(),
        (true, Search::Labelled) => return Vec::new(),
    };
    let lists = |order: Order| -> Vec<&List> {
        chosen.iter().flat_map(|part| part.lists()).filter(|list| list.order == order).collect()
    };
    let ordered = lists(Order::Ordered);
    if !ordered.is_empty() {
        return steps::of_lists(&ordered, &chosen);
    }
    let fenced = steps::of_fences(&chosen);
    if fenced.is_empty() { steps::of_lists(&lists(Order::Bullets), &[]) } else { fenced }
}

/// Where steps may stand.
#[derive(Clone, Copy)]
enum Search {
    Labelled,
    Anywhere,
}

fn is_procedure(label: &str) -> bool {
    !label.is_empty() && announces(label, Topic::Procedure) && !is_symptoms(label)
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
    use crate::scan::scan;

    fn compiled(text: &str) -> Vec<Runbook> {
        let doc = scan(text);
        read(&doc, &mut Claims::new(&doc))
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
    fn guidelines_are_no_runbook() {
        assert!(compiled("## Culture\n\n1. **Be kind**\n2. **Ask how**\n3. **Share**\n").is_empty());
    }
}
