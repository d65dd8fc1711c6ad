//! Where the nodes of a playbook stand: each rule knows its line, and here every line becomes its bytes.

use crate::model::{Command, Origin, Playbook, Runbook, Step};
use alloc::vec::Vec;

/// Fills the bytes of every origin that only has a line.
pub(super) fn place(playbook: &mut Playbook, text: &str) {
    let lines = Ranges::new(text);
    let Playbook { checklist, quick_diagnostics, severities, decision_tree, escalation, .. } = playbook;
    if let Some(list) = checklist {
        lines.fill(&mut list.origin);
        for phase in &mut list.phases {
            lines.fill(&mut phase.origin);
            phase.items.iter_mut().for_each(|item| lines.fill(&mut item.origin));
        }
    }
    lines.commands(quick_diagnostics);
    severities.iter_mut().for_each(|row| lines.fill(&mut row.origin));
    decision_tree.iter_mut().for_each(|tree| lines.fill(&mut tree.origin));
    escalation.values_mut().flatten().for_each(|hop| lines.fill(&mut hop.origin));
    playbook.runbooks.iter_mut().for_each(|runbook| lines.runbook(runbook));
    for service in &mut playbook.services {
        lines.fill(&mut service.origin);
        lines.commands(&mut service.log_commands);
    }
    playbook.templates.iter_mut().for_each(|template| lines.fill(&mut template.origin));
    playbook.postmortem.iter_mut().for_each(|postmortem| lines.fill(&mut postmortem.origin));
    for group in &mut playbook.quick_reference {
        lines.fill(&mut group.origin);
        let commands = group.entries.iter_mut().filter_map(|entry| entry.command.as_mut());
        commands.for_each(|command| lines.fill(&mut command.origin));
    }
}

/// Where each line begins, and where the text ends.
struct Ranges(Vec<usize>);

impl Ranges {
    fn new(text: &str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self(core::iter::once(0).chain(breaks).chain([text.len() + 1]).collect())
    }

    /// The bytes of the origin's line, without its end.
    fn fill(&self, origin: &mut Origin) {
        let Some(line) = origin.span.line.checked_sub(1).and_then(|line| usize::try_from(line).ok()) else {
            return;
        };
        if let (0, Some([start, next])) = (origin.span.end, self.0.get(line..line + 2)) {
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            (origin.span.start, origin.span.end) = (offset(*start), offset(next - 1));
        }
    }

    fn commands(&self, commands: &mut [Command]) {
        commands.iter_mut().for_each(|command| self.fill(&mut command.origin));
    }

    fn runbook(&self, runbook: &mut Runbook) {
        self.fill(&mut runbook.origin);
        for symptom in &mut runbook.symptoms {
            self.fill(&mut symptom.origin);
            symptom.check.iter_mut().for_each(|check| self.fill(&mut check.origin));
        }
        runbook.steps.iter_mut().for_each(|step| self.step(step));
    }

    fn step(&self, step: &mut Step) {
        self.fill(&mut step.origin);
        self.commands(&mut step.commands);
        step.checks.iter_mut().for_each(|check| self.fill(&mut check.origin));
        step.causes.iter_mut().for_each(|cause| self.fill(&mut cause.origin));
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;
    use alloc::string::String;
    use alloc::vec::Vec;

    #[test]
    fn every_node_tells_its_rule_and_its_bytes() {
        let text = "# T\n\n## Issue: Slow\n\n**Symptoms**\n\n- P95 > 2 s\n\n**Steps**\n\n1. Look:\n   ```sh\n   df -h\n   ```\n\
                    2. Should be < 1 s";
        let answers = crate::Answers::NONE;
        let mut questions = crate::doubts::Questions::new(text, &answers);
        let playbook = super::super::recognise(text, &mut Shell::default(), &mut questions);
        let runbook = &playbook.runbooks[0];
        let origins = [
            &runbook.origin,
            &runbook.symptoms[0].origin,
            &runbook.symptoms[0].check.as_ref().expect("a threshold").origin,
            &runbook.steps[0].origin,
            &runbook.steps[0].commands[0].origin,
            &runbook.steps[1].checks[0].origin,
        ];
        let seen: Vec<(&str, String)> = origins
            .iter()
            .map(|o| {
                (
                    &*o.rule,
                    text[o.span.start as usize..o.span.end as usize].lines().next().unwrap_or("").into(),
                )
            })
            .collect();
        let wanted = [
            ("runbook-named", "## Issue: Slow"),
            ("symptom-entry", "- P95 > 2 s"),
            ("check-threshold", "- P95 > 2 s"),
            ("ordered-list-procedure", "1. Look:"),
            ("command-line", "   df -h"),
            ("check-threshold", "2. Should be < 1 s"),
        ];
        assert_eq!(seen, wanted.map(|(rule, line)| (rule, String::from(line))));
        assert_eq!(origins.map(|o| o.span.line), [3, 7, 7, 11, 13, 15]);
        assert!(origins.iter().all(|o| (1..=100).contains(&o.confidence)));
    }
}
