//! Where the nodes of a playbook stand: each rule knows its line, and here every line becomes its bytes. Which document
//! it is becomes known when several are laid together.

use crate::model::{Command, Origin, Playbook, Runbook, Step};
use crate::scan::Lines;

/// Fills the bytes of every origin that only has a line of a text of so many bytes.
pub(super) fn place(playbook: &mut Playbook, lines: &Lines, length: usize) {
    let starts = lines.starts();
    each(playbook, &mut |origin| {
        let line = origin.span.line.checked_sub(1).and_then(|line| usize::try_from(line).ok());
        let Some(line) = line.filter(|_| origin.span.end == 0) else { return };
        if let Some(start) = starts.get(line) {
            // Without the line's end.
            let end = starts.get(line + 1).map_or(length, |next| next - 1);
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            (origin.span.start, origin.span.end) = (offset(*start), offset(end));
        }
    });
}

/// Tells every node of a part which document it is from.
pub(crate) fn number(part: &mut Playbook, document: u32) {
    each(part, &mut |origin| origin.document = document);
}

/// Every origin of a playbook.
fn each(playbook: &mut Playbook, visit: &mut dyn FnMut(&mut Origin)) {
    let Playbook {
        checklist,
        quick_diagnostics,
        severities,
        decision_tree,
        escalation,
        escalation_otherwise,
        ..
    } = playbook;
    if let Some(list) = checklist {
        visit(&mut list.origin);
        for phase in &mut list.phases {
            visit(&mut phase.origin);
            phase.items.iter_mut().for_each(|item| visit(&mut item.origin));
        }
    }
    of_commands(quick_diagnostics, visit);
    severities.iter_mut().for_each(|row| visit(&mut row.origin));
    decision_tree.iter_mut().for_each(|tree| visit(&mut tree.origin));
    let hops = escalation.values_mut().flatten().chain(escalation_otherwise);
    hops.for_each(|hop| visit(&mut hop.origin));
    playbook.contacts.iter_mut().for_each(|contact| visit(&mut contact.origin));
    playbook.runbooks.iter_mut().for_each(|runbook| of_runbook(runbook, visit));
    for service in &mut playbook.services {
        visit(&mut service.origin);
        of_commands(&mut service.log_commands, visit);
    }
    playbook.templates.iter_mut().for_each(|template| visit(&mut template.origin));
    playbook.postmortem.iter_mut().for_each(|postmortem| visit(&mut postmortem.origin));
    for group in &mut playbook.quick_reference {
        visit(&mut group.origin);
        let commands = group.entries.iter_mut().filter_map(|entry| entry.command.as_mut());
        commands.for_each(|command| visit(&mut command.origin));
    }
    playbook.questions.iter_mut().for_each(|doubt| visit(&mut doubt.origin));
}

fn of_commands(commands: &mut [Command], visit: &mut dyn FnMut(&mut Origin)) {
    commands.iter_mut().for_each(|command| visit(&mut command.origin));
}

fn of_runbook(runbook: &mut Runbook, visit: &mut dyn FnMut(&mut Origin)) {
    visit(&mut runbook.origin);
    for symptom in &mut runbook.symptoms {
        visit(&mut symptom.origin);
        symptom.check.iter_mut().for_each(|check| visit(&mut check.origin));
    }
    runbook.steps.iter_mut().for_each(|step| of_step(step, visit));
}

fn of_step(step: &mut Step, visit: &mut dyn FnMut(&mut Origin)) {
    visit(&mut step.origin);
    of_commands(&mut step.commands, visit);
    step.checks.iter_mut().for_each(|check| visit(&mut check.origin));
    step.causes.iter_mut().for_each(|cause| visit(&mut cause.origin));
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
