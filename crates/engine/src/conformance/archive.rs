//! The reading side: streams, plans and lists.

use super::journal::commit;
use super::sample::{PLAN, at, id, notes, opening, summary};
use crate::ports::{Archive, Filter, Journal, Order, StreamWrite};
use incident::{IncidentId, Plan};

/// Checks an archive. `make` gives a new, empty storage each time: its writing and its reading side.
///
/// # Panics
/// When the archive breaks its contract.
pub fn archive(make: &mut dyn FnMut() -> (Box<dyn Journal>, Box<dyn Archive>)) {
    let checks: [fn(&mut dyn Journal, &dyn Archive); 5] =
        [streams_with_their_plan, plans, order_of_a_list, search, limits_of_a_list];
    for check in checks {
        let (mut journal, archive) = make();
        check(&mut *journal, &*archive);
    }
}

fn streams_with_their_plan(journal: &mut dyn Journal, archive: &dyn Archive) {
    let stream = |n| archive.stream(id(n)).expect("stream");
    assert_eq!(stream(1), None, "a stream that nobody wrote");
    commit(journal, vec![opening(1)]);
    assert_eq!(stream(1), Some((PLAN.to_owned(), opening(1).events)), "seen as soon as it is committed");
    let mut write = notes(1, 2, &["more"]);
    commit(journal, vec![write.clone()]);
    let events = [opening(1).events, write.events.clone()].concat();
    assert_eq!(stream(1), Some((PLAN.to_owned(), events)), "with all its events");
    (write.expected, write.plan) = (3, "another".to_owned());
    commit(journal, vec![write]);
    assert_eq!(
        stream(1).map(|(plan, _)| plan).as_deref(),
        Some(PLAN),
        "an incident keeps the plan it pinned"
    );
    assert_eq!(stream(2), None, "another stream");
}

fn plans(journal: &mut dyn Journal, archive: &dyn Archive) {
    assert_eq!(archive.plan(PLAN).expect("plan"), None, "a plan that nobody kept");
    let plan = Plan { digest: PLAN.to_owned(), ..Plan::default() };
    journal.keep_plan(&plan).expect("keep_plan");
    assert_eq!(archive.plan(PLAN).expect("plan"), Some(plan), "a kept plan");
}

fn order_of_a_list(journal: &mut dyn Journal, archive: &dyn Archive) {
    assert_eq!(list(archive, &Filter::default()), [], "an empty list");
    let ranks = [(1, 2), (2, 0), (3, 2), (4, 1)];
    commit(journal, ranks.iter().map(|&(n, rank)| ranked(n, rank)).collect());
    commit(journal, vec![resolved(5, 3), resolved(6, 0), resolved(7, 0)]);
    let mut twin = ranked(8, 2);
    twin.summary.opened_at = at(3);
    commit(journal, vec![twin]);
    let all = [2, 4, 8, 3, 1, 7, 6, 5].map(id);
    assert_eq!(list(archive, &Filter::default()), all, "open ones, then the worst, then the newest, first");
    let status = |status: &str| Filter { status: Some(status.to_owned()), ..Filter::default() };
    assert_eq!(list(archive, &status("open")), all[..5], "open ones");
    assert_eq!(list(archive, &status("resolved")), all[5..], "resolved ones");
    assert_eq!(list(archive, &status("OPEN")), [], "a status that does not exist");
    let latest = Filter { order: Order::Latest, ..Filter::default() };
    assert_eq!(list(archive, &latest), [7, 6, 5].map(id), "the latest end first, whatever the severity");
    assert_eq!(list(archive, &Filter { limit: 1, ..latest.clone() }).len(), 1, "and no more than that");
    assert_eq!(
        list(archive, &Filter { status: Some("open".to_owned()), ..latest }),
        [],
        "open ones have no end"
    );
    let mut write = resolved(2, 0);
    write.expected = 2;
    commit(journal, vec![write]);
    let first = archive.summaries(&Filter { limit: 1, ..status("resolved") }).expect("summaries");
    assert_eq!(first.len(), 1, "a limit of one");
    assert_eq!(
        list(archive, &Filter::default()),
        [4, 8, 3, 1, 7, 6, 2, 5].map(id),
        "it moves when it changes"
    );
}

fn search(journal: &mut dyn Journal, archive: &dyn Archive) {
    let titled = |n, title: &str, runbook: Option<&str>| {
        let mut write = opening(n);
        write.summary.title = title.to_owned();
        write.summary.runbook = runbook.map(str::to_owned);
        write
    };
    commit(journal, vec![titled(1, "Größe 100% of DISK_full", Some("disk-full")), titled(2, "Login", None)]);
    commit(journal, vec![titled(3, "ÄRGER with diskXfull", Some("Sessions"))]);
    let find = |text: &str| list(archive, &Filter { text: Some(text.to_owned()), ..Filter::default() });
    assert_eq!(find("GRÖSSE"), [], "ß is not spelt out");
    assert_eq!(find("größe"), [id(1)], "by title");
    assert_eq!(find("ärger"), [id(3)], "ignoring case beyond ASCII");
    assert_eq!(find("0% OF"), [id(1)], "signs stand for themselves");
    assert_eq!(find("disk_full"), [id(1)], "and an underscore too");
    assert_eq!(find("%"), [id(1)], "a sign alone");
    assert_eq!(find("SESSION"), [id(3)], "by runbook");
    assert_eq!(find(&id(2).to_string().to_uppercase()), [id(2)], "by id");
    assert_eq!(find(&id(2).short()), [id(2)], "by the id's end");
    assert_eq!(find("").len(), 3, "no text finds all");
    assert_eq!(find(&"disk".repeat(20_000)), [], "a very long text");
    assert_eq!(find("login' OR '1'='1"), [], "a text is never part of the question itself");
    assert_eq!(find("none"), [], "an incident without a runbook");
    let both = Filter {
        status: Some("open".to_owned()),
        text: Some("disk".to_owned()),
        limit: 1,
        ..Filter::default()
    };
    assert_eq!(list(archive, &both), [id(3)], "status, text and limit together");
    commit(journal, vec![StreamWrite { expected: 2, ..titled(3, "Renamed", None) }]);
    assert_eq!((find("ärger"), find("renamed")), (vec![], vec![id(3)]), "the newest row is searched");
}

fn limits_of_a_list(journal: &mut dyn Journal, archive: &dyn Archive) {
    commit(journal, (1..=130).map(opening).collect());
    let count = |limit| list(archive, &Filter { limit, ..Filter::default() }).len();
    assert_eq!([count(0), count(7), count(120), count(u32::MAX)], [100, 7, 120, 130], "limits");
    let newest = archive.summaries(&Filter { limit: 1, ..Filter::default() }).expect("summaries");
    assert_eq!(newest, [summary(130)], "a row comes back as written");
}

fn list(archive: &dyn Archive, filter: &Filter) -> Vec<IncidentId> {
    archive.summaries(filter).expect("summaries").into_iter().map(|row| row.id).collect()
}

fn ranked(n: u32, rank: u8) -> StreamWrite {
    let mut write = opening(n);
    write.summary.rank = rank;
    write
}

fn resolved(n: u32, rank: u8) -> StreamWrite {
    let mut write = ranked(n, rank);
    write.summary.status = "resolved".to_owned();
    write.summary.resolved_at = Some(at(n + 10));
    write
}
