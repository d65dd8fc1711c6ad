//! The journal's work: who holds it, and that nobody else can end it.

use super::journal::{commit, refuse};
use super::sample::{at, id, lease, notes, opening, paging};
use crate::ports::{Claim, ClaimedWork, Journal, Lease, StreamWrite, WorkWrite};
use incident::Work;

/// Each on a new journal.
pub(super) fn check_each(make: &mut dyn FnMut() -> Box<dyn Journal>) {
    let checks: [fn(&mut dyn Journal); 5] = [
        only_the_holder_finishes,
        only_the_holder_goes_on,
        the_lost_race_leaves_no_trace,
        changes_of_work_are_applied_in_order,
        what_is_ones_own_is_renewed_alone,
    ];
    for check in checks {
        check(&mut *make());
    }
}

/// Taking over everything, and only what has expired.
pub(super) fn check(journal: &mut dyn Journal) {
    assert_eq!(claim(journal, Claim::Everything, 0), [], "nothing to do yet");
    let mut one = opening(1);
    one.work = vec![put(Work::Run(1), lease("a", 4, 10)), put(Work::Page(7), lease("b", 1, 11))];
    let mut two = opening(2);
    two.work = vec![put(Work::Page(7), lease("a", 1, 12))];
    commit(journal, vec![one, two]);
    assert_eq!(claim(journal, Claim::Expired, 9), [], "a lease holds until its time");
    let taken = claim(journal, Claim::Expired, 11);
    let expected = [held(1, Work::Page(7), 2, 111), held(1, Work::Run(1), 5, 111)];
    assert_eq!(taken, expected, "what has expired at this very time, under its next epoch");
    assert_eq!(claim(journal, Claim::Expired, 11), [], "taken over once");
    let expected =
        [held(1, Work::Page(7), 3, 120), held(1, Work::Run(1), 6, 120), held(2, Work::Page(7), 2, 120)];
    assert_eq!(claim(journal, Claim::Everything, 20), expected, "everything, whoever holds it");
    let mut late = notes(2, 2, &["late"]);
    late.work = vec![finish(Work::Page(7), lease("a", 1, 12))];
    refuse(journal, vec![late.clone()], &late);
    late.work = vec![finish(Work::Page(7), lease("claimer", 2, 0))];
    commit(journal, vec![late]);
    assert_eq!(claim(journal, Claim::Everything, 30).len(), 2, "finished work is gone");
}

fn only_the_holder_finishes(journal: &mut dyn Journal) {
    commit(journal, vec![paging(1)]);
    let done = |work, lease| StreamWrite { work: vec![finish(work, lease)], ..notes(1, 2, &["done"]) };
    let strangers = [
        (Work::Page(1), lease("node-b", 1, 61)),
        (Work::Page(1), lease("node-a", 0, 61)),
        (Work::Page(1), lease("node-a", 2, 61)),
        (Work::Page(3), lease("node-a", 1, 61)),
        (Work::Run(1), lease("node-a", 1, 61)),
    ];
    for (work, lease) in strangers {
        let write = done(work, lease);
        refuse(journal, vec![write.clone()], &write);
    }
    let mut elsewhere = done(Work::Page(1), lease("node-a", 1, 61));
    (elsewhere.incident, elsewhere.expected) = (id(2), 0);
    refuse(journal, vec![elsewhere.clone()], &elsewhere);
    commit(journal, vec![done(Work::Page(1), lease("node-a", 1, 9_999))]);
    let mut twice = done(Work::Page(1), lease("node-a", 1, 61));
    twice.expected = 3;
    refuse(journal, vec![twice.clone()], &twice);
}

fn only_the_holder_goes_on(journal: &mut dyn Journal) {
    commit(journal, vec![paging(1)]);
    let goes_on = |work, lease, expected| {
        let hold = WorkWrite::Hold { work, lease };
        StreamWrite { work: vec![hold], ..notes(1, expected, &["begun"]) }
    };
    for lease in [lease("node-b", 1, 61), lease("node-a", 2, 61)] {
        let write = goes_on(Work::Page(1), lease, 2);
        refuse(journal, vec![write.clone()], &write);
    }
    let absent = goes_on(Work::Run(9), lease("node-a", 1, 61), 2);
    refuse(journal, vec![absent.clone()], &absent);
    commit(journal, vec![goes_on(Work::Page(1), lease("node-a", 1, 9_999), 2)]);
    let kept = claim(journal, Claim::Everything, 0);
    assert_eq!(
        kept,
        [held(1, Work::Page(1), 2, 100), held(1, Work::Page(2), 2, 100)],
        "the rows still stand"
    );
    let late = goes_on(Work::Page(1), lease("node-a", 1, 61), 3);
    refuse(journal, vec![late.clone()], &late);
}

fn what_is_ones_own_is_renewed_alone(journal: &mut dyn Journal) {
    let mut one = opening(1);
    one.work = vec![put(Work::Run(1), lease("claimer", 4, 10)), put(Work::Page(7), lease("b", 1, 11))];
    commit(journal, vec![one]);
    assert_eq!(
        claim(journal, Claim::Own, 99),
        [held(1, Work::Run(1), 5, 199)],
        "nobody else's, expired or not"
    );
}

fn the_lost_race_leaves_no_trace(journal: &mut dyn Journal) {
    commit(journal, vec![paging(1)]);
    let mut write = notes(1, 2, &["done"]);
    let right = finish(Work::Page(1), lease("node-a", 1, 0));
    write.work =
        vec![right, finish(Work::Page(2), lease("node-z", 1, 0)), put(Work::Run(1), lease("z", 1, 0))];
    refuse(journal, vec![opening(2), write.clone()], &write);
    assert_eq!(journal.events(id(1)).expect("events").len(), 2, "no event of a refused write");
    assert_eq!(journal.events(id(2)).expect("events"), [], "no event of a refused batch");
    let work: Vec<_> = claim(journal, Claim::Everything, 0).into_iter().map(|claimed| claimed.work).collect();
    assert_eq!(work, [Work::Page(1), Work::Page(2)], "work after a refused batch");
}

fn changes_of_work_are_applied_in_order(journal: &mut dyn Journal) {
    let page = Work::Page(1);
    let drop = |work| WorkWrite::Drop { work };
    let mut write = opening(1);
    write.work = vec![drop(page), put(page, lease("a", 1, 5)), drop(page), put(page, lease("b", 8, 6))];
    write.work.extend([put(Work::Run(2), lease("a", 1, 5)), finish(Work::Run(2), lease("a", 1, 5))]);
    write.work.push(put(page, lease("c", 9, 7)));
    commit(journal, vec![write]);
    let expected = [held(1, page, 10, 100)];
    assert_eq!(claim(journal, Claim::Everything, 0), expected, "the last of several changes stands");
    let mut write = notes(1, 2, &["withdrawn"]);
    write.work = vec![drop(page), drop(Work::Page(2))];
    commit(journal, vec![write]);
    assert_eq!(claim(journal, Claim::Everything, 0), [], "dropped, whoever holds it");
}

fn put(work: Work, lease: Lease) -> WorkWrite {
    WorkWrite::Put { work, lease }
}

fn finish(work: Work, lease: Lease) -> WorkWrite {
    WorkWrite::Finish { work, lease }
}

/// Takes over until 100 seconds from then, in order of incident and work.
fn claim(journal: &mut dyn Journal, which: Claim, seconds: u32) -> Vec<ClaimedWork> {
    let claimed = journal.claim(which, "claimer", at(seconds), at(seconds + 100));
    let mut claimed = claimed.expect("claim");
    claimed.sort_by_key(|claimed| (claimed.incident, claimed.work));
    claimed
}

fn held(n: u32, work: Work, epoch: u64, until: u32) -> ClaimedWork {
    ClaimedWork { incident: id(n), work, lease: lease("claimer", epoch, until) }
}
