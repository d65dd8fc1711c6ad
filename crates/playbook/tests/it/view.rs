//! A playbook as short lines, one a part, so that a document of the suite can say what it should become.

use playbook::{
    Check, CheckKind, Command, Comparison, Condition, DelayBasis, EscalationHop, Origin, Playbook, Runbook,
    Step,
};

/// A part of the playbook: the rule that took it, and what it says.
pub(crate) struct Seen {
    pub(crate) rule: String,
    pub(crate) words: String,
}

/// Every part of a playbook that a rule took, in the model's order; what is asked comes last.
pub(crate) fn seen(playbook: &Playbook) -> Vec<Seen> {
    let mut view = View(Vec::new());
    view.first_minutes(playbook);
    view.severities(playbook);
    playbook.runbooks.iter().for_each(|runbook| view.runbook(runbook));
    view.services(playbook);
    for template in &playbook.templates {
        let blanks: Vec<_> = template.placeholders.iter().map(|blank| blank.token.as_str()).collect();
        let words = format!("template {} {:?} with {}", template.name, template.kind, blanks.join(" "));
        view.add(&template.origin, words);
    }
    if let Some(rules) = &playbook.postmortem {
        let owed: Vec<_> =
            rules.policy.iter().map(|one| format!("{:?} {}", one.obligation, one.text)).collect();
        let words = format!(
            "postmortem {}; {} stages, {} sections, {} guidelines",
            owed.join("; "),
            rules.timeline.len(),
            rules.sections.len(),
            rules.guidelines.len()
        );
        view.add(&rules.origin, words);
    }
    for doubt in playbook.questions.iter().filter(|doubt| doubt.is_open()) {
        view.add(&doubt.origin, format!("asked {}", doubt.question));
    }
    view.0
}

struct View(Vec<Seen>);

impl View {
    fn add(&mut self, origin: &Origin, mut words: String) {
        words.truncate(words.trim_end().len());
        let words = if words.contains('\n') { words.replace('\n', " ⏎ ") } else { words };
        self.0.push(Seen { rule: origin.rule.clone().into_owned(), words });
    }

    fn first_minutes(&mut self, playbook: &Playbook) {
        if let Some(list) = &playbook.checklist {
            self.add(&list.origin, format!("checklist {}", list.title));
            for phase in &list.phases {
                let window = phase.window.map(|w| format!(" ({}-{} min)", w.from_min, w.to_min));
                let words = format!("phase {} {}{}", phase.number, phase.name, window.unwrap_or_default());
                self.add(&phase.origin, words);
                for item in &phase.items {
                    self.add(&item.origin, format!("item {}{}", item.text, when(item.condition.as_ref())));
                }
            }
        }
        playbook.quick_diagnostics.iter().for_each(|command| self.command("quick", command));
        for group in &playbook.quick_reference {
            let entries: Vec<_> = group
                .entries
                .iter()
                .map(|one| {
                    let tick = if one.command.is_some() { "`" } else { "" };
                    format!("{} = {tick}{}{tick}", one.name, one.value)
                })
                .collect();
            self.add(&group.origin, format!("group {}: {}", group.name, entries.join("; ")));
        }
    }

    fn severities(&mut self, playbook: &Playbook) {
        for row in &playbook.severities {
            let response = &row.response;
            let minutes = response.minutes.map(|minutes| format!(" = {minutes} min"));
            let days = response.business_days.map(|days| format!(" = {days} business days"));
            let said = if response.text.is_empty() { "-" } else { &response.text };
            let words = format!(
                "severity {}; impact {}; examples {}; response {said}{}{}",
                row.name,
                if row.impact.is_empty() { "-" } else { &row.impact },
                if row.examples.is_empty() { "-".to_owned() } else { row.examples.join(" | ") },
                minutes.unwrap_or_default(),
                days.unwrap_or_default()
            );
            self.add(&row.origin, words);
        }
        if let Some(tree) = &playbook.decision_tree {
            for question in &tree.questions {
                let words = format!("ask {} yes {:?} no {:?}", question.text, question.yes, question.no);
                self.add(&tree.origin, words);
            }
        }
        for (severity, hops) in &playbook.escalation {
            hops.iter().for_each(|hop| self.hop(severity, hop));
        }
        playbook.escalation_otherwise.iter().for_each(|hop| self.hop("otherwise", hop));
        for contact in &playbook.contacts {
            let duty = if contact.duty.is_empty() { String::new() } else { format!(" for {}", contact.duty) };
            let name = if contact.name.is_empty() { String::new() } else { format!(" ({})", contact.name) };
            let words = format!("contact {}{name} at {}{duty}", contact.role, contact.reach);
            self.add(&contact.origin, words);
        }
    }

    fn hop(&mut self, severity: &str, hop: &EscalationHop) {
        let from = match hop.counted {
            DelayBasis::Unsaid => "",
            DelayBasis::Previous => " from the page before",
            DelayBasis::Start => " from the start",
        };
        let words = format!("wake {severity}: {} after {} min{from}", hop.target, hop.delay_min);
        self.add(&hop.origin, words);
    }

    fn runbook(&mut self, runbook: &Runbook) {
        let alerts = runbook.alerts.join(", ");
        let alerts = if alerts.is_empty() { alerts } else { format!(" for {alerts}") };
        self.add(&runbook.origin, format!("runbook {}{alerts}", runbook.title));
        for symptom in &runbook.symptoms {
            let quoted: Vec<_> = symptom.quoted.iter().map(|text| format!(" [{text}]")).collect();
            self.add(&symptom.origin, format!("symptom {}{}", symptom.text, quoted.concat()));
            symptom.check.iter().for_each(|check| self.check(check));
        }
        runbook.steps.iter().for_each(|step| self.step(step));
    }

    fn step(&mut self, step: &Step) {
        let words =
            format!("step {} {:?} {}{}", step.number, step.kind, step.title, when(step.condition.as_ref()));
        self.add(&step.origin, words);
        step.commands.iter().for_each(|command| self.command("command", command));
        step.checks.iter().for_each(|check| self.check(check));
        for cause in &step.causes {
            self.add(
                &cause.origin,
                format!("cause {}) {}: {}", cause.label, cause.name, cause.hints.join("; ")),
            );
        }
    }

    fn command(&mut self, what: &str, command: &Command) {
        let title = command.title.as_ref().map(|title| format!(" “{title}”")).unwrap_or_default();
        let alone = if command.may_begin_alone() { "" } else { " by hand" };
        let words = format!("{what}{title} {:?}{alone}: {}", command.effect, command.source);
        self.add(&command.origin, words);
    }

    fn check(&mut self, check: &Check) {
        self.add(&check.origin, format!("check {}", judged(check)));
    }

    fn services(&mut self, playbook: &Playbook) {
        for service in &playbook.services {
            let words = format!(
                "service {}; {} metrics, {} logs, {} issues",
                service.name,
                service.key_metrics.len(),
                service.log_commands.len(),
                service.common_issues.len()
            );
            self.add(&service.origin, words);
            service.log_commands.iter().for_each(|command| self.command("log", command));
        }
    }
}

fn when(condition: Option<&Condition>) -> String {
    condition.map(|condition| format!(" when [{}]", condition.text)).unwrap_or_default()
}

fn judged(check: &Check) -> String {
    match &check.kind {
        CheckKind::HttpStatus { status } => format!("status {status}"),
        CheckKind::Range { metric, from, to, unit } => {
            format!("{metric} {from}..{to} {unit}").trim().to_owned()
        }
        CheckKind::Threshold { metric, comparison, value, unit, window_min } => {
            let sign = match comparison {
                Comparison::Above => ">",
                Comparison::Below => "<",
                Comparison::Equal => "=",
            };
            let window = window_min.map(|minutes| format!(" over {minutes} min")).unwrap_or_default();
            format!("{metric} {sign} {value} {unit}").trim().to_owned() + &window
        }
        CheckKind::Watch { minutes } => format!("watch for {minutes} min"),
        CheckKind::Words => format!("words {}", check.text),
    }
}
