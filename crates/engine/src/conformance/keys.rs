//! Who has the alerts of a key, where several processes share the storage.

use super::journal::{commit, refuse};
use super::sample::{id, notes, opening, summary};
use crate::ports::{Company, Journal, KeyClaim, StreamWrite};
use incident::{AlertKey, IncidentId};

pub(super) fn check_each(make: &mut dyn FnMut() -> Box<dyn Journal>) {
    let checks: [fn(&mut dyn Journal); 5] = [
        whoever_took_a_key_has_it,
        a_key_goes_from_whoever_has_it_and_from_nobody_else,
        a_refused_batch_takes_no_key,
        a_key_may_go_on_within_a_batch,
        a_key_comes_only_from_what_has_not_moved_on,
    ];
    for check in checks {
        let mut journal = make();
        // Whoever is alone knows it without the storage.
        if journal.company() == Company::Shared {
            check(&mut *journal);
        }
    }
}

fn whoever_took_a_key_has_it(journal: &mut dyn Journal) {
    let odd = AlertKey { source: "s\u{0}".to_owned(), key: "ü 🔥".repeat(2_000) };
    assert_eq!(holders(journal, &[key(1), odd.clone()]), [], "nobody has anything yet");
    commit(journal, vec![claiming(opening(1), &[(key(1), None), (odd.clone(), None)])]);
    commit(journal, vec![claiming(opening(2), &[(key(2), None)]), opening(3)]);
    let asked = [key(2), odd.clone(), key(3), key(1)];
    let mut expected = vec![(key(1), id(1)), (key(2), id(2)), (odd, id(1))];
    expected.sort();
    assert_eq!(holders(journal, &asked), expected, "whoever claimed it, and nobody for what was not claimed");
    assert_eq!(holders(journal, &[]), [], "nothing is asked");
}

fn a_key_goes_from_whoever_has_it_and_from_nobody_else(journal: &mut dyn Journal) {
    commit(journal, vec![claiming(opening(1), &[(key(1), None)])]);
    for instead_of in [None, Some(id(7))] {
        let thief = claiming(opening(2), &[(key(1), instead_of)]);
        refuse(journal, vec![thief.clone()], &thief);
    }
    commit(journal, vec![claiming(opening(2), &[(key(1), Some(id(1)))])]);
    assert_eq!(holders(journal, &[key(1)]), [(key(1), id(2))], "it went on");
    commit(journal, vec![claiming(notes(1, 2, &["reopened"]), &[(key(1), Some(id(2)))])]);
    assert_eq!(holders(journal, &[key(1)]), [(key(1), id(1))], "it went back");
    commit(journal, vec![claiming(opening(4), &[(key(4), Some(id(7)))])]);
    assert_eq!(holders(journal, &[key(4)]), [(key(4), id(4))], "what nobody has is free");
}

fn a_refused_batch_takes_no_key(journal: &mut dyn Journal) {
    commit(journal, vec![claiming(opening(1), &[(key(1), None)])]);
    let stale = notes(1, 7, &["stale"]);
    refuse(
        journal,
        vec![claiming(opening(2), &[(key(2), None), (key(1), Some(id(1)))]), stale.clone()],
        &stale,
    );
    assert_eq!(holders(journal, &[key(1), key(2)]), [(key(1), id(1))], "keys after a refused batch");
}

fn a_key_may_go_on_within_a_batch(journal: &mut dyn Journal) {
    commit(journal, vec![claiming(opening(1), &[(key(1), None)])]);
    let (second, third) = (claiming(opening(2), &[(key(1), Some(id(1)))]), opening(3));
    commit(journal, vec![second, claiming(third, &[(key(1), Some(id(2)))])]);
    assert_eq!(holders(journal, &[key(1)]), [(key(1), id(3))], "the last of a batch has it");
}

/// Whoever takes a key writes of the incident before it that it stands as it was known.
fn a_key_comes_only_from_what_has_not_moved_on(journal: &mut dyn Journal) {
    commit(journal, vec![claiming(opening(1), &[(key(1), None)])]);
    commit(journal, vec![claiming(notes(1, 2, &["reopened"]), &[(key(1), Some(id(1)))])]);
    let taker = || claiming(opening(2), &[(key(1), Some(id(1)))]);
    let as_it_was = |version| notes(1, version, &[]);
    for batch in [vec![as_it_was(2), taker()], vec![taker(), as_it_was(2)]] {
        refuse(journal, batch, &as_it_was(2));
    }
    assert_eq!(holders(journal, &[key(1)]), [(key(1), id(1))], "it stays");
    commit(journal, vec![as_it_was(3), taker()]);
    assert_eq!(holders(journal, &[key(1)]), [(key(1), id(2))], "it went on");
    let back = claiming(notes(1, 3, &["reopened again"]), &[(key(1), Some(id(1)))]);
    refuse(journal, vec![back.clone()], &back);
}

fn key(n: u32) -> AlertKey {
    summary(n).keys.into_iter().next().expect("a sample has a key")
}

fn claiming(write: StreamWrite, keys: &[(AlertKey, Option<IncidentId>)]) -> StreamWrite {
    let claim = |(key, instead_of): &(AlertKey, Option<IncidentId>)| KeyClaim {
        key: key.clone(),
        instead_of: *instead_of,
    };
    StreamWrite { keys: keys.iter().map(claim).collect(), ..write }
}

fn holders(journal: &mut dyn Journal, keys: &[AlertKey]) -> Vec<(AlertKey, IncidentId)> {
    let mut holders = journal.holders(keys).expect("holders");
    holders.sort();
    holders
}
