//! Is this list, or this paragraph, what to do?

use super::{Put, Questions, Sureness, named, offer, sureness};
use crate::model::{DoubtKind, Origin, Playbook, Runbook, Span, Step};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

const STEPS: &str = "steps";
const PROSE: &str = "prose";

impl Questions<'_> {
    pub(super) fn steps(&mut self, playbook: &mut Playbook) {
        for runbook in &mut playbook.runbooks {
            let title = runbook.title.clone();
            let mut kept = Vec::new();
            let mut changed = false;
            for mut list in self.lists(core::mem::take(&mut runbook.steps)) {
                match self.list(&title, &list).as_deref() {
                    Some(PROSE) => changed = true,
                    Some(_) => {
                        list.iter_mut().for_each(|step| step.origin = answered(&step.origin));
                        kept.append(&mut list);
                    }
                    None => kept.append(&mut list),
                }
            }
            runbook.steps = kept;
            if changed {
                number(runbook);
            }
        }
    }

    /// The steps, cut where another list begins: each is asked about by itself.
    fn lists(&self, steps: Vec<Step>) -> Vec<Vec<Step>> {
        let mut lists: Vec<Vec<Step>> = Vec::new();
        for step in steps {
            let goes_on = lists.last().and_then(|list| list.last()).is_some_and(|last| {
                let between = Span { start: last.origin.span.end, end: step.origin.span.start, line: 0 };
                last.origin.rule == step.origin.rule && !self.at(between).lines().any(begins_anew)
            });
            match lists.last_mut().filter(|_| goes_on) {
                Some(list) => list.push(step),
                None => lists.push(alloc::vec![step]),
            }
        }
        lists
    }

    fn list(&mut self, title: &str, list: &[Step]) -> Option<String> {
        let (first, last) = (list.first()?, list.last()?);
        if sureness(&first.origin) == Sureness::Sure && self.answers.is_silent() {
            return None;
        }
        let lines: Vec<&str> = list.iter().map(|step| self.at(step.origin.span).trim()).collect();
        // The words of a step that is only prose are what it is about; its label alone is not.
        let words: Vec<&str> = list.iter().flat_map(|step| &step.instructions).map(String::as_str).collect();
        let asked = if list.len() == 1 { [lines, words].concat() } else { lines }.join("\n");
        let span = Span { end: last.origin.span.end, ..first.origin.span };
        let put = || Put {
            question: question(title, list),
            offers: alloc::vec![
                offer(STEPS, "they are shown as steps, to be done and ticked"),
                offer(PROSE, "they stay readable in the document and are no steps"),
            ],
            guess: STEPS,
            origin: Origin { span, ..first.origin.clone() },
        };
        self.ask(sureness(&first.origin), (DoubtKind::Steps, &asked), put).map(|said| said.answer)
    }
}

fn question(title: &str, list: &[Step]) -> String {
    let first = list.first().map_or("", |step| step.title.as_str());
    match list.len() {
        1 => format!("Is {} in {} something to do?", named(first), named(title)),
        count => format!("Are the {count} entries from {} on the steps of {}?", named(first), named(title)),
    }
}

/// A line that belongs to no entry above it: a heading or a label.
fn begins_anew(line: &str) -> bool {
    line.starts_with(|c: char| {
        !c.is_whitespace() && !c.is_ascii_digit() && !matches!(c, '-' | '+' | '`' | '~')
    }) && !line.starts_with("* ")
}

/// The same node, by a person's word.
pub(super) fn answered(origin: &Origin) -> Origin {
    crate::recognise::answered(origin.span)
}

fn number(runbook: &mut Runbook) {
    for (step, number) in runbook.steps.iter_mut().zip(1..) {
        step.number = number;
    }
}
