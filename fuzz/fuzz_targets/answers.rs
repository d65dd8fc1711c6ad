//! Any file of answers is read and edited; any answer to any question of a document changes no more than it may.
#![no_main]

use libfuzzer_sys::fuzz_target;
use playbook::answers::{Answers, Entry, with_entry, without_entry};
use playbook::{Answered, Doubt, Playbook, compile, compile_with};

fuzz_target!(|input: (&str, &[u8], &str, &str, u8)| {
    let (document, file, id, words, pick) = input;
    let read = Answers::read(file);
    assert_eq!(read, Answers::read(file));
    for entry in read.entries() {
        assert_eq!(read.get(&entry.id), Some(entry));
        assert!(!entry.id.is_empty() && !entry.answered.answer.is_empty());
    }
    if let Ok(before) = core::str::from_utf8(file) {
        edit(before, &read, &entry_of(id, words));
    }
    let silent = compile(document.as_bytes());
    assert_eq!(compile_with(document.as_bytes(), &Answers::NONE), silent);
    // Every question gets an answer: one that is offered, or any words.
    let mut text = String::new();
    for (doubt, number) in silent.questions.iter().zip(0_usize..) {
        let at = usize::from(pick).wrapping_add(number) % (doubt.offers.len() + 1);
        let answer = doubt.offers.get(at).map_or(words, |offer| offer.answer.as_str());
        if let Ok(next) = with_entry(&text, &entry_of(&doubt.id, answer)) {
            text = next;
        }
    }
    let answers = Answers::read(text.as_bytes());
    let answered = compile_with(document.as_bytes(), &answers);
    assert_eq!(answered, compile_with(document.as_bytes(), &answers));
    assert!(answered.questions.iter().filter(|doubt| !doubt.is_open()).all(|doubt| fits(doubt, &answers)));
    no_less_safe(&silent, &answered);
});

fn entry_of(id: &str, words: &str) -> Entry {
    let answered = Answered { answer: words.to_owned(), by: words.to_owned(), at: id.to_owned() };
    Entry { id: id.to_owned(), question: words.to_owned(), answered }
}

/// What is written is read back, and everything else stays as it was.
fn edit(before: &str, read: &Answers, entry: &Entry) {
    if let Ok(text) = with_entry(before, entry) {
        let after = Answers::read(text.as_bytes());
        let others = |answers: &Answers, id: &str| -> Vec<Entry> {
            answers.entries().filter(|entry| entry.id != id).cloned().collect()
        };
        let id =
            after.entries().find(|entry| read.get(&entry.id) != Some(entry)).map(|entry| entry.id.clone());
        let id = id.unwrap_or_else(|| entry.id.clone());
        assert_eq!(others(&after, &id), others(read, &id));
        let without = without_entry(&text, &id).expect("what was written by a program can be edited by it");
        assert_eq!(others(&Answers::read(without.as_bytes()), &id), others(read, &id));
        assert!(Answers::read(without.as_bytes()).get(&id).is_none());
    }
}

fn fits(doubt: &Doubt, answers: &Answers) -> bool {
    answers.get(&doubt.id).is_some_and(|entry| Some(&entry.answered) == doubt.answered.as_ref())
}

/// No answer makes a command safer than the text by itself: the same words have the same effect, or wait for a person.
fn no_less_safe(silent: &Playbook, answered: &Playbook) {
    let commands = |playbook: &Playbook| -> Vec<playbook::Command> {
        let steps = playbook.runbooks.iter().flat_map(|runbook| &runbook.steps);
        steps.flat_map(|step| step.commands.iter().cloned()).collect()
    };
    let before = commands(silent);
    for command in commands(answered) {
        let same = before.iter().find(|one| one.source == command.source && one.line == command.line);
        if let Some(same) = same.filter(|same| same.effect != command.effect) {
            // A person vouched for it by name; it still does not begin alone.
            assert!(
                !command.may_begin_alone() || command.effect.approval() == playbook::Approval::Needed,
                "{same:?} became {command:?}"
            );
        }
    }
}
