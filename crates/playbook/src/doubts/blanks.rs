//! What does `<X>` stand for? Asked where the runbook says nothing about it.

use super::{Put, Questions, Sureness, named};
use crate::model::{Diagnostic, DoubtKind, Hole, Origin, Playbook, Runbook};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The rule's name in the question; it has no place in the table of recognisers, because it takes nothing.
const RULE: &str = "blank";

impl Questions<'_> {
    /// Fills in what was answered, before the lint looks for what nobody explains.
    pub(super) fn meanings(&mut self, playbook: &mut Playbook) {
        if self.answers.is_silent() {
            return;
        }
        for runbook in &mut playbook.runbooks {
            let title = runbook.title.clone();
            for command in runbook.steps.iter_mut().flat_map(|step| &mut step.commands) {
                let origin = command.origin.clone();
                for hole in &mut command.holes {
                    let said = self.blank(Sureness::Sure, &title, hole, &origin);
                    hole.meaning = said.or(hole.meaning.take());
                }
            }
        }
    }

    /// Asks about every blank that the lint found unexplained.
    pub(crate) fn unexplained(&mut self, playbook: &Playbook, found: &[Diagnostic]) {
        let found: Vec<&Diagnostic> = found.iter().filter(|finding| finding.code == "W034").collect();
        if found.is_empty() {
            return;
        }
        for runbook in &playbook.runbooks {
            for (line, hole, origin) in holes(runbook) {
                let token = format!("`{}`", hole.token);
                if found.iter().any(|finding| finding.line == line && finding.message.contains(&token)) {
                    self.blank(Sureness::Doubtful, &runbook.title, hole, origin);
                }
            }
        }
    }

    fn blank(&mut self, sureness: Sureness, title: &str, hole: &Hole, origin: &Origin) -> Option<String> {
        let put = || Put {
            question: format!("What does {} stand for in {}?", hole.token, named(title)),
            offers: Vec::new(),
            guess: "",
            origin: Origin { rule: RULE.into(), confidence: 0, ..origin.clone() },
        };
        let asked = format!("{}\n{title}", hole.token);
        self.ask(sureness, (DoubtKind::Blank, &asked), put).map(|said| said.answer)
    }
}

/// Every blank of a runbook with its line.
fn holes(runbook: &Runbook) -> impl Iterator<Item = (u32, &Hole, &Origin)> {
    let commands = runbook.steps.iter().flat_map(|step| &step.commands);
    commands.flat_map(|command| {
        command.holes.iter().map(|hole| {
            let before = command.source.get(..hole.offset as usize).unwrap_or_default();
            let down = u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX);
            (command.line.saturating_add(down), hole, &command.origin)
        })
    })
}
