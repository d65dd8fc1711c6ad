//! Any alert against any playbook: which runbooks fit, and what in them its lines speak of.
#![no_main]

use libfuzzer_sys::fuzz_target;
use playbook::{Matcher, Playbook, Signal, Suspects, compile, is_trouble, match_runbooks, speaks_alike};
use std::collections::BTreeMap;

fuzz_target!(|input: (&str, &str, &str, (&str, &str))| {
    let (document, title, description, (key, value)) = input;
    let playbook = compile(document.as_bytes());
    let labels = BTreeMap::from([(key.to_owned(), value.to_owned())]);
    let signal = Signal { title, description, labels: &labels };
    match_all(&playbook, &signal);
    for runbook in &playbook.runbooks {
        suspect(&Suspects::of(runbook), [title, description, value]);
    }
    assert_eq!(speaks_alike(title, description), speaks_alike(description, title));
});

fn match_all(playbook: &Playbook, signal: &Signal<'_>) {
    let matches = Matcher::new(playbook).matches(signal);
    assert_eq!(matches, match_runbooks(playbook, signal));
    assert!(matches.windows(2).all(|two| two[0].score >= two[1].score), "{matches:?}");
    for found in &matches {
        assert!(playbook.runbooks.iter().any(|runbook| runbook.id == found.runbook), "{found:?}");
        assert!((1..=100).contains(&found.score) && !found.reasons.is_empty(), "{found:?}");
    }
}

fn suspect(suspects: &Suspects, texts: [&str; 3]) {
    for text in texts {
        let spoken = suspects.spoken_of(text);
        assert!(spoken.iter().all(|one| one.suspect < suspects.list.len() && one.weight > 0), "{spoken:?}");
        assert!(spoken.is_empty() || is_trouble(text));
        assert!(suspects.nearest_to(text).is_none_or(|at| at < suspects.list.len()));
    }
}
