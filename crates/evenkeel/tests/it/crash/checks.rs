//! The promises, each as a check of everything that is known.

use super::ledger::{Ledger, Seen, holders};
use crate::world::{Fate, Hit};
use serde_json::Value;
use std::collections::BTreeMap;

/// Holds everything that was answered, shown and paged against the promises.
pub(super) fn check(ledger: &Ledger, hits: &[Hit], lives: &[String], when: &str) {
    accepted_alerts_are_somewhere(ledger, when);
    for seen in ledger.seen.values() {
        somebody_is_told(seen, when);
        nobody_is_woken_after_an_acknowledgement(seen, when);
        every_page_that_was_sent_was_decided(seen, hits, when);
    }
    acknowledged_means_silence(ledger, hits, lives, when);
    repeats_say_so(hits, lives, when);
    words_are_kept(ledger, when);
}

/// Promise 1, first half: what got 2xx is in exactly one incident, counted as often as it was answered.
fn accepted_alerts_are_somewhere(ledger: &Ledger, when: &str) {
    for (key, answered) in &ledger.alerts {
        let holding = holders(ledger, key);
        assert_eq!(holding.len(), 1, "{when}: {key} was accepted and is in {holding:?}");
        let alerts = holding.iter().flat_map(|id| ledger.seen[*id].list("alerts"));
        let counted: u64 =
            alerts.filter(|alert| alert["key"] == **key).filter_map(|alert| alert["count"].as_u64()).sum();
        assert!(
            counted >= *answered,
            "{when}: {key} was accepted {answered} times and counted {counted} times"
        );
    }
}

/// Promise 1, second half: a page, a ticket in place of one, or a loud UNPAGED.
fn somebody_is_told(seen: &Seen, when: &str) {
    let paged = !seen.list("pages").is_empty();
    let filed = seen.timeline.iter().any(|entry| entry.contains("nobody is woken; filed instead"));
    let unpaged = seen.incident["unpaged"] == true;
    assert!(paged || filed || unpaged, "{when}: nobody is told of {}: {:#?}", seen.id, seen.timeline);
    // What was filed and then came back worse is paged, unless somebody had it or it was over by then.
    let wakes = seen.incident["severity"]["name"] != "P3";
    let held = !seen.incident["acknowledged"].is_null() || seen.incident["status"] == "resolved";
    let told = if wakes { paged || unpaged || held } else { filed };
    assert!(told, "{when}: {} is told in the wrong way: {:#?}", seen.id, seen.timeline);
}

/// Promise 2, as the timeline tells it.
fn nobody_is_woken_after_an_acknowledgement(seen: &Seen, when: &str) {
    let mut held = false;
    for entry in seen.list("timeline") {
        let (what, text) = (entry["what"].as_str().unwrap(), entry["text"].as_str().unwrap());
        if what == "acknowledge" {
            held = text.starts_with("acknowledged:");
        }
        let decides =
            what == "escalation" && text.starts_with("level ") || what == "page" && is_decision(text);
        assert!(!(held && decides), "{when}: {} was acknowledged, and then: {text}", seen.id);
    }
    assert_eq!(held, !seen.incident["acknowledged"].is_null(), "{when}: {}: {:#?}", seen.id, seen.timeline);
}

/// "page 3 to ana by webhook: the rule", unlike "… delivered" and the like.
fn is_decision(text: &str) -> bool {
    text.starts_with("page ") && text.split(" by ").nth(1).is_some_and(|rest| rest.starts_with("webhook:"))
}

/// A page that goes out was committed before.
fn every_page_that_was_sent_was_decided(seen: &Seen, hits: &[Hit], when: &str) {
    let known: Vec<String> =
        seen.list("pages").iter().map(|page| format!("{}_page_{}", seen.id, page["number"])).collect();
    for hit in hits.iter().filter(|hit| hit.incident == seen.id) {
        assert!(known.contains(&hit.id), "{when}: {} reached the sink, and {known:?} are known", hit.id);
    }
}

/// Promise 2, as the sink hears it: no later life of the server wakes anybody for an incident that somebody has.
fn acknowledged_means_silence(ledger: &Ledger, hits: &[Hit], lives: &[String], when: &str) {
    for (id, answered_in) in &ledger.acknowledged {
        let seen = &ledger.seen[id];
        assert_eq!(seen.incident["acknowledged"]["by"], "ana", "{when}: the acknowledgement of {id} is lost");
        let late = hits.iter().filter(|hit| hit.incident == *id && life(hit, lives) > *answered_in).count();
        assert_eq!(late, 0, "{when}: {id} was acknowledged in life {answered_in} and paged later");
    }
}

/// Promise 3: one life sends a page once, unless it was refused; after a kill it may come again, and then says so.
fn repeats_say_so(hits: &[Hit], lives: &[String], when: &str) {
    let mut pages: BTreeMap<&str, Vec<&Hit>> = BTreeMap::new();
    for hit in hits {
        pages.entry(hit.id.as_str()).or_default().push(hit);
    }
    for (id, hits) in pages {
        let mut reached: Vec<&Hit> = hits.into_iter().filter(|hit| hit.fate == Fate::Reached).collect();
        reached.sort_by_key(|hit| life(hit, lives));
        for two in reached.windows(2) {
            let (first, second) = (life(two[0], lives), life(two[1], lives));
            assert!(first < second, "{when}: {id} was sent twice in life {first}");
            assert!(two[1].possible_repeat, "{when}: {id} came again in life {second} and does not say so");
        }
    }
}

/// Everything else that was answered stands.
fn words_are_kept(ledger: &Ledger, when: &str) {
    for (id, text) in &ledger.notes {
        let notes = ledger.seen[id].list("timeline").iter().filter(|entry| entry["text"] == **text).count();
        assert_eq!(notes, 1, "{when}: a note on {id}");
    }
    for (id, number) in &ledger.approved {
        let run = ledger.seen[id].list("runs").iter().find(|run| run["number"] == *number).unwrap();
        assert_eq!(run["approved_by"], "ana", "{when}: the word for run {number} of {id} is lost");
    }
    for seen in ledger.seen.values() {
        let changes = seen.list("runs").iter().filter(|run| is_change(run));
        for run in changes.clone().filter(|run| run["state"] != "proposed") {
            assert!(run["approved_by"] != Value::Null, "{when}: run without a word: {run}");
        }
        assert!(
            changes.count() <= 1,
            "{when}: what may have changed something was asked again in {}",
            seen.id
        );
    }
}

/// Whether a run makes room on the disk.
pub(super) fn is_change(run: &Value) -> bool {
    run["source"].as_str().unwrap().starts_with("echo")
}

/// From 1, as the server counts its lives.
fn life(hit: &Hit, lives: &[String]) -> usize {
    let known = lives.iter().position(|url| hit.link.starts_with(&format!("{url}/")));
    known.unwrap_or_else(|| panic!("nobody lives at {}", hit.link)) + 1
}
