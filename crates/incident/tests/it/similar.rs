//! What went before and is like this one.

use crate::world::{PRIMARY, World, minutes};
use incident::{Command, IncidentId, Summary, similar, summarize, what_helped};

/// An incident that is over, of that title, with that alert.
fn over(number: u64, key: &str, title: &str, runbook: Option<&str>) -> Summary {
    let mut world = World::new();
    world.alert(key, "P1");
    world.pass(minutes(i64::try_from(number).expect("is small")));
    world.person(PRIMARY, Command::Resolve { summary: "rolled back".into() }).expect("is over");
    let mut row = summarize(&world.incident);
    row.id = IncidentId::from_parts(number, 7);
    (row.title, row.runbook) = (title.to_owned(), runbook.map(str::to_owned));
    row
}

#[test]
fn the_same_alert_comes_before_the_same_runbook_and_that_before_like_words() {
    let mut now = World::new();
    now.opens();
    assert_eq!(now.incident.title, "api is broken");
    let rows = [
        over(1, "disk", "disk is full", None),
        over(2, "other", "api is broken in Frankfurt", Some("api")),
        over(3, "api", "something else", None),
        over(4, "third", "sessions fail", Some("api")),
        over(5, "api", "api is broken", None),
        over(6, "fourth", "The API is broken, 17 times", None),
    ];
    let found = similar(&now.incident, &rows, 10);
    let titles: Vec<(&str, &str)> =
        found.iter().map(|(row, likeness)| (row.title.as_str(), likeness.why)).collect();
    assert_eq!(
        titles,
        [
            ("api is broken", "the same alert"),
            ("something else", "the same alert"),
            ("api is broken in Frankfurt", "the same runbook"),
            ("sessions fail", "the same runbook"),
        ],
        "the latest first; words alone are not alike enough when some differ"
    );
    assert_eq!(similar(&now.incident, &rows, 2).len(), 2);
    let mut open = rows[4].clone();
    open.resolved_at = None;
    assert_eq!(similar(&now.incident, &[open, summarize(&now.incident)], 10), []);
}

#[test]
fn words_are_enough_where_almost_all_are_shared() {
    let mut now = World::new();
    now.alert("api", "P1");
    let found = |title: &str| similar(&now.incident, &[over(1, "x", title, None)], 1).len();
    assert_eq!((found("API is BROKEN: 42"), found("api is slow"), found("")), (1, 0, 0));
}

#[test]
fn what_helped_is_the_last_end_and_the_changes_that_succeeded() {
    let mut world = World::new();
    world.alert("api", "P1");
    let resolve = |text: &str| Command::Resolve { summary: text.into() };
    world.person(PRIMARY, resolve("restarted")).expect("is over");
    world.person(PRIMARY, Command::Reopen { reason: "it is back".into() }).expect("reopens");
    world.person(PRIMARY, resolve("rolled back")).expect("is over");
    let helped = what_helped(&world.events);
    assert_eq!((helped.resolution.as_str(), helped.changes.len()), ("rolled back", 0));
}
