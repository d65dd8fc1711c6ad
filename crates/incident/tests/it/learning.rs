//! After the end: what is owed, by when, and what is known already.

use crate::world::{PRIMARY, World, alert, minutes};
use incident::{AckIntent, Alert, AlertStatus, Command, PersonId, Refusal, draft_postmortem, why};
use playbook::Obligation;

fn resolved(severity: &str) -> World {
    let mut world = World::new();
    world.alert("api", severity);
    world.deliver();
    world.pass(minutes(2));
    world.person(PRIMARY, Command::Acknowledge { intent: AckIntent::OnIt, page: Some(1) }).expect("is taken");
    world.pass(minutes(20));
    world.person(PRIMARY, Command::Resolve { summary: "rolled back".into() }).expect("ends");
    world
}

#[test]
fn the_playbook_says_whether_one_is_owed_and_by_when() {
    let world = resolved("P1");
    assert_eq!(world.incident.postmortem.obligation, Some(Obligation::Required));
    let days: Vec<i64> = world
        .incident
        .postmortem
        .stages
        .iter()
        .map(|(_, due)| due.duration_since(world.now).as_hours() / 24)
        .collect();
    assert_eq!(days, [1, 2, 3], "what is for day 0 has that day");
    assert_eq!(resolved("P2").incident.postmortem.obligation, Some(Obligation::Recommended));
}

#[test]
fn its_deadlines_come_due() {
    let mut world = resolved("P1");
    let late = |world: &World| world.incident.postmortem.stages_due.iter().copied().collect::<Vec<_>>();
    world.pass(minutes(60 * 24 * 2 + 1));
    assert_eq!(late(&world), [0, 1]);
    world.pass(minutes(60 * 24));
    assert_eq!(late(&world), [0, 1, 2]);
}

#[test]
fn reopening_forgets_the_deadlines() {
    let mut world = resolved("P1");
    world.person(PRIMARY, Command::Reopen { reason: "it is back".into() }).expect("reopens");
    assert!(world.timers.keys().all(|key| !matches!(key, incident::TimerKey::Postmortem(_))));
}

#[test]
fn the_draft_tells_what_really_happened() {
    let world = resolved("P1");
    let draft = draft_postmortem(&world.incident, &world.events, &[]);
    for part in [
        "# Incident Postmortem: api is broken",
        "**Date**: 2026-01-05",
        "**Duration**: 22 min",
        "| 03:00 UTC | Alert fired: api is broken |",
        "| 03:02 UTC | primary acknowledged |",
        "| 03:22 UTC | Resolved: rolled back |",
        "[Why it happened]",
    ] {
        assert!(draft.contains(part), "{part:?} is missing in\n{draft}");
    }
}

#[test]
fn two_editors_do_not_overwrite_each_other() {
    let mut world = resolved("P1");
    let save = |text: &str, revision| Command::SavePostmortem { text: text.into(), revision };
    world.person(PRIMARY, save("first", 0)).expect("is kept");
    assert!(matches!(world.person("lead", save("second", 0)), Err(Refusal::NotNow { .. })));
    world.person("lead", save("second", 1)).expect("is kept");
    assert_eq!(world.incident.postmortem.text.as_deref(), Some("second"));
}

#[test]
fn an_action_item_needs_an_owner_who_exists() {
    let mut world = resolved("P1");
    let item = |owner: &str| Command::AddActionItem {
        title: "Alert on failed sessions".into(),
        owner: Some(PersonId(owner.into())),
        due: Some(jiff::civil::date(2026, 2, 1)),
    };
    assert!(matches!(world.person(PRIMARY, item("nobody")), Err(Refusal::Unknown { .. })));
    world.person(PRIMARY, item(PRIMARY)).expect("is added");
    world.person(PRIMARY, Command::CompleteActionItem { item: 0 }).expect("is done");
    assert!(world.incident.action_items.iter().all(|item| item.done_at.is_some()));
}

#[test]
fn there_is_an_answer_to_why_for_everybody() {
    let world = resolved("P1");
    let lines = why(&world.incident, &world.moment());
    let people: Vec<(&str, &str)> =
        lines.iter().map(|line| (line.person.0.as_str(), line.fate.as_str())).collect();
    // Woken, then asked for the update that was due after 15 min: before, and when it did not come.
    let asked = [("primary", "withdrawn"), ("primary", "withdrawn")];
    let others = [("cto", "not paged"), ("lead", "not paged"), ("secondary", "not paged")];
    assert_eq!(people, [&[("primary", "paged")][..], &asked, &others].concat());
    assert!(lines.iter().all(|line| !line.because.is_empty()));
}

#[test]
fn a_teams_own_template_is_filled_whatever_it_calls_itself() {
    let mut world = resolved("P1");
    let template = "# Postmortem: [Title]\n\n**Date**: YYYY-MM-DD\n**Severity**: P0/P1\n\n## Summary\n\n[Three \
                    sentences]\n\n## Detection\n\n- [ ] Alert\n- [ ] One of us\n\n**Minutes until we knew**: X\n";
    let mut plan = (*world.incident.plan).clone();
    plan.playbook.postmortem.get_or_insert_default().template = template.into();
    world.incident.plan = std::sync::Arc::new(plan);
    let draft = draft_postmortem(&world.incident, &world.events, &[]);
    for part in [
        "# Postmortem: api is broken",
        "**Date**: 2026-01-05",
        "**Severity**: P1",
        "Somebody had it after 2 min.",
        "- [x] Alert\n- [ ] One of us",
        "**Minutes until we knew**: not known",
        "[Three sentences]",
    ] {
        assert!(draft.contains(part), "{part:?} is missing in\n{draft}");
    }
}

#[test]
fn hostile_words_cannot_leave_their_place_in_the_draft() {
    let mut world = World::new();
    let mut plan = (*world.incident.plan).clone();
    plan.playbook.postmortem = None;
    world.incident.plan = std::sync::Arc::new(plan);
    let title = "down\n# Approved by everyone\n| a | b |";
    let bad = Alert { title: title.into(), ..alert("api", "P1", AlertStatus::Firing) };
    world.source(bad).expect("opens");
    world.person(PRIMARY, Command::Note { text: "x | y\n## Root Cause\nnobody".into() }).expect("is written");
    let item = Command::AddActionItem { title: "a | b\nc".into(), owner: None, due: None };
    world.person(PRIMARY, item).expect("is added");
    world.person(PRIMARY, Command::Resolve { summary: "done\n## Impact\nnone".into() }).expect("ends");
    let draft = draft_postmortem(&world.incident, &world.events, &[]);
    let headings: Vec<&str> = draft.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(headings.iter().filter(|line| line.starts_with("# ")).count(), 1, "{headings:?}");
    for once in ["## Root Cause", "## Impact"] {
        assert_eq!(headings.iter().filter(|line| **line == once).count(), 1, "{headings:?}");
    }
    let row = "| a \\| b c | nobody yet | P1 | no date | Open |";
    assert!(draft.contains("| Action | Owner | Priority | Due | Status |"), "{draft}");
    assert!(draft.contains(row), "{draft}");
}
