//! Any bytes compile, are shown as a page and are searched for a runbook; what holds for every playbook holds.
#![no_main]

#[path = "../../crates/playbook/tests/it/holds.rs"]
mod holds;

use libfuzzer_sys::fuzz_target;
use playbook::{Matcher, Playbook, Signal};
use std::collections::BTreeMap;

fuzz_target!(|bytes: &[u8]| {
    let (playbook, text) = holds::check(bytes);
    let kept = serde_json::to_string(&playbook).expect("a playbook is plain data");
    let read: Playbook = serde_json::from_str(&kept).expect("what was written is read");
    assert_eq!(read, playbook, "the way to JSON and back changes it");
    let half = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let (title, description) = text.split_at(half);
    let signal = Signal { title, description, labels: &BTreeMap::new() };
    let matcher = Matcher::new(&playbook);
    assert_eq!(matcher.matches(&signal), matcher.matches(&signal));
});
