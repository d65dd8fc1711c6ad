//! The whole model of a whole playbook: every count, and the values that people are paged by.
//!
//! The documents are the suite's fixture, which is always there, and a real document beside the checkout, if it is
//! there. The playbook that the project ships has other commands and is held to what everybody relies on.

use crate::suite::count;
use playbook::{
    Answer, CheckKind, Comparison, Effect, Obligation, Outcome, Playbook, StepKind, TemplateKind, compile,
};
use std::fs;
use std::path::Path;

#[expect(clippy::print_stdout, reason = "a test says which documents it used")]
fn with_each(test: impl Fn(&str, &Playbook)) {
    let base = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = base.join("../..");
    let fixture = base.join("tests/suite/tabbi.md");
    let beside = root.join("../shared/seeds/000_114f38fe85231b49.txt");
    let mut tested = 0;
    for file in [fixture, beside] {
        let Ok(bytes) = fs::read(&file) else {
            println!("not there, so not tested: {}", file.display());
            continue;
        };
        println!("tested: {}", file.display());
        test(&file.display().to_string(), &compile(&bytes));
        tested += 1;
    }
    assert!(tested > 0, "no document at all");
}

#[test]
fn every_part_is_counted() {
    let wanted = [
        ("contents", 6),
        ("phases", 6),
        ("windows", 5),
        ("items", 16),
        ("conditional_items", 5),
        ("quick", 6),
        ("severities", 4),
        ("questions", 3),
        ("escalations", 4),
        ("hops", 9),
        ("tickets", 1),
        ("runbooks", 7),
        ("symptoms", 21),
        ("steps", 35),
        ("conditional_steps", 10),
        ("commands", 17),
        ("causes", 6),
        ("services", 4),
        ("issues", 14),
        ("log_commands", 7),
        ("templates", 4),
        ("placeholders", 24),
        ("policies", 3),
        ("stages", 4),
        ("guidelines", 5),
        ("groups", 5),
        ("entries", 14),
    ];
    with_each(|file, playbook| {
        for (what, number) in wanted {
            assert_eq!(count(playbook, what), number.to_string(), "{what} of {file}");
        }
        let each: Vec<_> = playbook.templates.iter().map(|template| template.placeholders.len()).collect();
        assert_eq!(each, [6, 7, 8, 3], "{file}");
        assert!(playbook.postmortem.as_ref().is_some_and(|p| p.sections.len() >= 10), "{file}");
    });
}

#[test]
fn severities_answer_in_minutes_or_business_days() {
    with_each(|file, playbook| {
        let times: Vec<_> = playbook
            .severities
            .iter()
            .map(|row| (row.response.minutes, row.response.business_days))
            .collect();
        assert_eq!(times, [(Some(0), None), (Some(60), None), (Some(240), None), (None, Some(1))], "{file}");
        assert!(
            playbook.severities.iter().all(|row| row.examples.len() >= 3 && !row.impact.is_empty()),
            "{file}"
        );
    });
}

#[test]
fn the_tree_keeps_its_order_and_reaches_every_severity() {
    with_each(|file, playbook| {
        let tree = playbook.decision_tree.as_ref().expect("a tree");
        let firsts: Vec<_> = tree.questions.iter().map(|question| question.first).collect();
        assert_eq!(firsts, [Answer::Yes, Answer::No, Answer::Yes], "{file}");
        let ends: Vec<_> = tree
            .questions
            .iter()
            .flat_map(|question| [&question.yes, &question.no])
            .filter_map(|outcome| match outcome {
                Outcome::Severity(name) => Some(name.as_str()),
                Outcome::Question(_) | Outcome::Unknown => None,
            })
            .collect();
        assert_eq!(ends, ["P0", "P1", "P2", "P3"], "{file}");
        assert_eq!(tree.questions[0].no, Outcome::Question(1), "{file}");
        assert_eq!(tree.questions[1].yes, Outcome::Question(2), "{file}");
    });
}

#[test]
fn delays_are_kept_as_written() {
    with_each(|file, playbook| {
        let delays = |name: &str| -> Vec<u32> {
            playbook.escalation.get(name).into_iter().flatten().map(|hop| hop.delay_min).collect()
        };
        assert_eq!(delays("P0"), [0, 5, 10, 15], "{file}");
        assert_eq!(delays("P1"), [0, 30, 60], "{file}");
        assert_eq!(delays("P2"), [0, 240], "{file}");
        assert!(delays("P3").is_empty(), "{file}");
        assert!(playbook.escalation_tickets.contains_key("P3"), "{file}");
    });
}

#[test]
fn conditions_of_the_checklist_name_their_severities() {
    with_each(|file, playbook| {
        let items = playbook.checklist.iter().flat_map(|list| &list.phases).flat_map(|phase| &phase.items);
        let conditions: Vec<_> = items.filter_map(|item| item.condition.as_ref()).collect();
        assert!(conditions.iter().any(|c| c.text == "if safe"), "{file}");
        assert!(conditions.iter().any(|c| c.severities == ["P0", "P1"]), "{file}");
        assert!(conditions.iter().any(|c| c.text == "if needed"), "{file}");
        assert_eq!(conditions.iter().filter(|c| c.then.is_some()).count(), 2, "{file}");
    });
}

#[test]
fn expectations_are_typed() {
    with_each(|file, playbook| {
        let steps: Vec<_> = playbook.runbooks.iter().flat_map(|runbook| &runbook.steps).collect();
        let kinds: Vec<_> = steps.iter().flat_map(|step| &step.checks).map(|check| &check.kind).collect();
        assert!(kinds.contains(&&CheckKind::HttpStatus { status: 426 }), "{file}");
        assert!(kinds.contains(&&CheckKind::Watch { minutes: 5 }), "{file}");
        let limits: Vec<_> = kinds
            .iter()
            .filter_map(|kind| match kind {
                CheckKind::Threshold { comparison, value, unit, .. } => {
                    Some((*comparison, *value, unit.as_str()))
                }
                CheckKind::HttpStatus { .. }
                | CheckKind::Range { .. }
                | CheckKind::Watch { .. }
                | CheckKind::Words => None,
            })
            .collect();
        assert!(limits.contains(&(Comparison::Above, 95.0, "%")), "{file}: {limits:?}");
        assert!(limits.contains(&(Comparison::Equal, 540_000.0, "ms")), "{file}: {limits:?}");
        let symptom = playbook.runbooks.iter().flat_map(|r| &r.symptoms).find_map(|s| s.check.as_ref());
        assert!(
            symptom.is_some_and(|check| matches!(&check.kind,
            CheckKind::Threshold { value, unit, .. } if (*value - 2.0).abs() < f64::EPSILON && unit == "s")),
            "{file}"
        );
        assert!(steps.iter().any(|step| step.kind == StepKind::Verify), "{file}");
        assert_eq!(steps.iter().filter(|step| step.kind == StepKind::Causes).count(), 2, "{file}");
    });
}

#[test]
fn limits_of_services_are_numbers() {
    with_each(|file, playbook| {
        let limits: Vec<_> = playbook
            .services
            .iter()
            .flat_map(|service| &service.common_issues)
            .flat_map(|issue| &issue.limits)
            .map(|limit| (limit.value, limit.unit.as_str(), limit.per.as_str()))
            .collect();
        for wanted in [(128.0, "KB", "key"), (50.0, "ms", "request"), (128.0, "MB", ""), (10.0, "s", "")] {
            assert!(limits.contains(&wanted), "{wanted:?} of {file}: {limits:?}");
        }
    });
}

#[test]
fn templates_know_their_moment_and_split_off_the_example() {
    with_each(|file, playbook| {
        let kinds: Vec<_> = playbook.templates.iter().map(|template| template.kind).collect();
        let wanted = [
            TemplateKind::Initial,
            TemplateKind::Progress,
            TemplateKind::Resolution,
            TemplateKind::StatusPage,
        ];
        assert_eq!(kinds, wanted, "{file}");
        let public = &playbook.templates[3];
        assert!(public.example.is_some() && public.placeholders[0].choices.len() == 4, "{file}");
        assert_eq!(playbook.templates[0].severities, ["P0", "P1"], "{file}");
        assert!(
            playbook.templates[1].choices.iter().any(|c| c.values == ["Identified", "Mitigating"]),
            "{file}"
        );
    });
}

#[test]
fn postmortems_are_owed_by_severity_and_day() {
    with_each(|file, playbook| {
        let postmortem = playbook.postmortem.as_ref().expect("a postmortem");
        let rules: Vec<_> =
            postmortem.policy.iter().map(|rule| (rule.obligation, rule.severities.join(","))).collect();
        let wanted = [
            (Obligation::Required, "P0,P1".to_owned()),
            (Obligation::Recommended, "P2".to_owned()),
            (Obligation::Optional, "P3".to_owned()),
        ];
        assert_eq!(rules, wanted, "{file}");
        let days: Vec<_> = postmortem.timeline.iter().map(|stage| (stage.from_day, stage.to_day)).collect();
        assert_eq!(days, [(0, 0), (1, 2), (3, 3), (5, 5)], "{file}");
    });
}

#[test]
fn commands_are_known_for_what_they_do() {
    with_each(|file, playbook| {
        let steps = playbook.runbooks.iter().flat_map(|runbook| &runbook.steps);
        let commands: Vec<_> = steps.flat_map(|step| &step.commands).collect();
        let stop = commands.iter().find(|c| c.source.contains("app stop")).expect("a stop command");
        assert_eq!(stop.effect, Effect::Destroys, "{file}");
        assert_eq!(stop.condition.as_deref(), Some("if stuck"), "{file}");
        let deploy = commands.iter().find(|c| c.source.starts_with("wrangler deploy ")).expect("a deploy");
        assert_eq!(deploy.before.len(), 1, "{file}");
        assert!(deploy.inverse.as_deref().is_some_and(|inverse| inverse.contains("rollback")), "{file}");
        assert!(commands.iter().filter(|c| c.source.contains("\\\n")).count() >= 2, "{file}");
        let lines = commands.windows(2).all(|pair| pair[0].line < pair[1].line);
        assert!(lines, "commands stand in the order of their lines in {file}");
        let entry = playbook.quick_reference.iter().flat_map(|group| &group.entries);
        let offered = entry.filter_map(|entry| entry.command.as_ref()).count();
        assert_eq!(offered, 5, "{file}");
    });
}

#[test]
fn every_heading_has_a_role() {
    with_each(|file, playbook| {
        let role = |start: &str| {
            let section = playbook.sections.iter().find(|section| section.heading.contains(start));
            section.map(|section| section.role.as_str())
        };
        assert_eq!(role("Runbooks"), Some("runbooks"), "{file}");
        assert_eq!(role("Templates"), Some("templates"), "{file}");
        assert_eq!(role("Issue:"), Some("runbook"), "{file}");
        assert_eq!(role("Escalation"), Some("escalation"), "{file}");
        assert_eq!(role("Quick Reference"), Some("quick-reference"), "{file}");
    });
}

#[test]
fn a_damaged_document_is_repaired_and_says_so() {
    let damaged =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/seeds/000_114f38fe85231b49.txt");
    let Ok(bytes) = fs::read(&damaged) else {
        println!("not there, so not tested: {}", damaged.display());
        return;
    };
    let playbook = compile(&bytes);
    let repair = playbook.diagnostics.iter().find(|d| d.code == "E001").expect("the repair is reported");
    assert!(
        repair.message.contains("Windows-1254") && repair.message.contains("2 bytes refilled"),
        "{repair:?}"
    );
    let text = playbook::repaired(&bytes);
    assert_eq!(text.lines().count(), String::from_utf8_lossy(&bytes).lines().count());
    for line in [25, 779] {
        let row = text.lines().nth(line - 1).expect("the line is there");
        assert!(row.starts_with('┌') && row.ends_with('┐'), "{row}");
    }
    assert!(!text.contains('â'));
}

#[test]
fn the_shipped_playbook_lacks_nothing() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../playbooks/tabbi.md");
    let bytes = fs::read(&shipped).unwrap_or_else(|e| panic!("{}: {e}", shipped.display()));
    let playbook = compile(&bytes);
    let errors: Vec<_> = playbook.diagnostics.iter().filter(|d| d.code.starts_with('E')).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(!playbook.diagnostics.iter().any(|d| d.message.starts_with("section missing")));
    assert_eq!((count(&playbook, "runbooks"), count(&playbook, "placeholders")), ("7".into(), "24".into()));
    for runbook in &playbook.runbooks {
        let last = runbook.steps.last().map(|step| step.kind);
        assert_eq!(last, Some(StepKind::Verify), "{}", runbook.title);
        assert!(runbook.symptoms.len() >= 2, "{}", runbook.title);
    }
    let steps = playbook.runbooks.iter().flat_map(|runbook| &runbook.steps);
    let changing = steps.flat_map(|step| &step.commands).filter(|c| c.effect == Effect::ChangesProduction);
    for command in changing {
        let said = command.inverse.is_some() || command.source.contains("rollover");
        assert!(said, "line {}: {} has no inverse", command.line, command.source);
    }
}

#[test]
fn the_json_keys_are_the_contract() {
    with_each(|file, playbook| {
        let json = serde_json::to_value(playbook).expect("the model is plain data");
        for pointer in [
            "/checklist/phases/0/items/0/text",
            "/quick_diagnostics/0/source",
            "/severities/0/response/minutes",
            "/decision_tree/questions/0/text",
            "/escalation/P0/1/target",
            "/escalation/P0/1/delay_min",
            "/runbooks/0/symptoms/0/text",
            "/runbooks/0/steps/0/commands/0/source",
            "/runbooks/0/steps/0/commands/0/language",
            "/runbooks/0/steps/0/commands/0/effect",
            "/runbooks/0/steps/0/commands/0/line",
            "/runbooks/0/steps/0/checks",
            "/runbooks/0/steps/0/causes",
            "/services/0/log_commands/0/source",
            "/templates/0/placeholders/0/token",
            "/postmortem/policy/0/obligation",
            "/postmortem/timeline/0/to_day",
            "/postmortem/sections/0/title",
            "/postmortem/guidelines/0/title",
            "/quick_reference/0/entries/0/name",
            "/diagnostics/0/code",
            "/diagnostics/0/severity",
            "/diagnostics/0/line",
            "/diagnostics/0/message",
        ] {
            assert!(json.pointer(pointer).is_some(), "{pointer} of {file}");
        }
        let back: Playbook = serde_json::from_value(json).expect("what was written can be read");
        assert_eq!(&back, playbook, "{file}");
    });
}
