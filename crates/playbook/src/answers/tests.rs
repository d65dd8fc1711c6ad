//! Files of answers: what is read of them, what is written, and what is refused.

use super::*;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::ToString;
use proptest::prelude::*;

fn entry(id: &str, answer: &str) -> Entry {
    let answered =
        Answered { answer: answer.to_owned(), by: "Ana".to_owned(), at: "2026-11-01T10:00:00Z".to_owned() };
    Entry { id: id.to_owned(), question: "Is it?".to_owned(), answered }
}

fn answers(text: &str) -> Vec<(&str, String)> {
    let read = Answers::read(text.as_bytes());
    let ids = ["q-1", "q-2", "q-3"];
    ids.into_iter().filter_map(|id| Some((id, read.get(id)?.answered.answer.clone()))).collect()
}

#[test]
fn an_answer_is_put_in_its_place_and_comments_stay() {
    let first = with_entry("", &entry("q-2", "prose")).unwrap();
    assert!(first.starts_with("# What people answered"));
    let text = first.replace("[[answer]]", "[[answer]]\n# we talked about it") + "later = \"kept\"\n";
    let text = with_entry(&text, &entry("q-3", "steps")).unwrap();
    let text = with_entry(&text, &entry("q-1", "say \"no\" \\ 'x'\nnow")).unwrap();
    let order: Vec<_> = text.lines().filter(|line| line.starts_with("id")).collect();
    assert_eq!(order, ["id = \"q-1\"", "id = \"q-2\"", "id = \"q-3\""]);
    assert!(text.contains("# we talked about it") && text.contains("later = \"kept\""));
    let wanted = [("q-1", "say \"no\" \\ 'x' now"), ("q-2", "prose"), ("q-3", "steps")];
    assert_eq!(answers(&text), wanted.map(|(id, answer)| (id, answer.to_owned())));
    let text = with_entry(&text, &entry("q-2", "steps")).unwrap();
    assert_eq!(text.matches("q-2").count(), 1);
    let text = without_entry(&text, "q-1").unwrap();
    assert_eq!(answers(&text), [("q-2", "steps".to_owned()), ("q-3", "steps".to_owned())]);
}

#[test]
fn what_cannot_be_used_is_told_and_the_rest_counts() {
    let one = "[[answer]]\nid = \"q-1\"\nanswer = \"prose\"\n";
    let cases: [(String, &str, usize); 9] = [
        (one.to_owned(), "", 1),
        (format!("{one}colour = 3\n"), "the key `colour` of q-1 is not known", 1),
        (format!("version = 2\n{one}"), "the key `version` is not known", 1),
        (format!("{one}[[answer]]\nanswer = \"x\"\n"), "an entry has no `id`", 1),
        (format!("{one}[[answer]]\nid = \"q-2\"\nanswer = 3\n"), "the entry q-2 has no `answer`", 1),
        (format!("<<<<<<< HEAD\n{one}"), "line 1: it is not TOML", 0),
        (format!("{one}[[answer]\n"), "line 4: it is not TOML", 0),
        ("answer = 3\n".to_owned(), "`answer` is no list", 0),
        (format!("{one}# {}\n", "x".repeat(BYTES_MAX)), "the limit is 1048576", 0),
    ];
    for (text, fault, count) in cases {
        let read = Answers::read(text.as_bytes());
        assert_eq!(read.entries().count(), count, "{fault}");
        let told = read.faults().join("\n");
        assert_eq!(read.faults().len(), usize::from(!fault.is_empty()), "{told}");
        assert!(told.contains(fault), "{told}");
    }
    let many: String = (0..100).map(|n| format!("k{n} = 1\n")).collect();
    let told = Answers::read(many.as_bytes()).faults().to_vec();
    assert_eq!((told.len(), told.last().map(String::as_str)), (21, Some("80 more like these")));
}

#[test]
fn of_two_answers_to_one_question_the_newer_counts() {
    let block =
        |answer: &str, at: &str| format!("[[answer]]\nid = \"q-1\"\nanswer = \"{answer}\"\nat = \"{at}\"\n");
    let (old, new) = (block("prose", "2026-01-01T00:00:00Z"), block("runbook", "2026-01-01T03:00:00+02:00"));
    for text in [format!("{old}{new}"), format!("{new}{old}")] {
        let read = Answers::read(text.as_bytes());
        assert_eq!(read.get("q-1").unwrap().answered.answer, "runbook");
        assert!(read.faults()[0].contains("two answers to q-1"));
    }
    let timed = "[[answer]]\nid = \"q-1\"\nanswer = \"x\"\nat = 2026-01-02T00:00:00Z\n";
    assert_eq!(Answers::read(timed.as_bytes()).get("q-1").unwrap().answered.at, "2026-01-02T00:00:00Z");
}

#[test]
fn what_nobody_can_read_is_not_written_over() {
    for before in ["<<<<<<< HEAD\n", "[[answer]\n", "answer = [{ id = \"q-1\", answer = \"x\" }]\n"] {
        assert!(with_entry(before, &entry("q-2", "x")).is_err(), "{before}");
    }
    let hidden = "[[answer]]\nid = \"q-1\"\nanswer = \"\"\"x\n[[answer]]\nid = 'q-2'\n\"\"\"\n";
    assert!(without_entry(hidden, "q-1").is_err());
}

#[test]
fn answers_and_who_gave_them_are_in_the_digest() {
    let of = |entry: &Entry| Answers::read(with_entry("", entry).unwrap().as_bytes()).digest().unwrap();
    let first = entry("q-1", "prose");
    let mut other = first.clone();
    other.answered.by = "Bo".to_string();
    assert_eq!(of(&first), of(&Entry { question: "Is it not?".to_owned(), ..first.clone() }));
    assert_ne!(of(&first), of(&other));
    assert_eq!(Answers::read(b"").digest(), None);
}

proptest! {
    #[test]
    fn any_words_are_read_as_they_were_written(answer in "\\PC{1,40}", by in "\\PC{0,20}") {
        prop_assume!(!answer.trim().is_empty());
        let mut given = entry("q-1", answer.trim());
        given.answered.by = by.trim().to_owned();
        let text = with_entry(&with_entry("", &entry("q-0", "x")).unwrap(), &given).unwrap();
        let read = Answers::read(text.as_bytes());
        prop_assert_eq!(&read.get("q-1").unwrap().answered, &given.answered);
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Answers::read(&bytes);
    }
}
