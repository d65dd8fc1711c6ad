//! Any text is judged as a command, with and without the grammar alike, and any value stays within its quotes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use playbook::{Effect, bind, compile, effect_of, plain_reading_agrees};
use std::collections::BTreeMap;

fuzz_target!(|input: (&str, &str)| {
    let (source, value) = input;
    let (effect, reason) = effect_of(source);
    assert!(!reason.is_empty(), "{effect:?} has no reason");
    if source.starts_with('\\') {
        // An escaped blank is a word to a shell, and a blank to the grammar.
        assert_eq!(effect.approval(), playbook::Approval::Needed, "{source:?}");
    }
    assert!(plain_reading_agrees(source), "the plain reading and the grammar differ");
    let document = format!("## Quick checks\n\n```sh\n{source}\n```\n");
    for command in compile(document.as_bytes()).quick_diagnostics {
        let values: BTreeMap<String, String> =
            command.holes.iter().map(|hole| (hole.name.clone(), value.to_owned())).collect();
        let Ok(bound) = bind(&command, &values, &std::collections::BTreeSet::new()) else { continue };
        if command.holes.is_empty() {
            assert_eq!(bound, command.source);
        }
        let (effect, _) = effect_of(&bound);
        // A value is one word whatever it holds, so it cannot turn a look into work of another tool.
        if effect == Effect::Destroys {
            assert!(
                command.effect.approval() == playbook::Approval::Needed || value.starts_with('-'),
                "{bound:?}"
            );
        }
    }
});
