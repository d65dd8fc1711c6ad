//! Any documents laid together: what is told of them, the repairs, and what made-up tools say of their commands.
#![no_main]

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use playbook::oracle::{Answers, Oracle, Said, merged};
use playbook::{Playbook, Source, compile, compile_documents, dead_files, fixed, overdue_reviews, repaired};

/// More rounds of questions than any command has words.
const ROUNDS_MAX: usize = 20;

fuzz_target!(|input: (&[u8], &[u8], &str)| {
    let (first, second, help) = input;
    let sources = [("a/one.md", first), ("two.md", second), ("a/three.md", first)]
        .map(|(path, bytes)| Source { path, bytes });
    let whole = compile_documents(&sources);
    assert_eq!(whole, compile_documents(&sources));
    hold(&whole, &sources);
    repair(first);
    ask(&[compile(first), compile(second)], &[repaired(first), repaired(second)], help);
});

/// Every number of a document is one, and every line is in it.
fn hold(whole: &Playbook, sources: &[Source<'_>]) {
    let lines: Vec<u32> = sources
        .iter()
        .map(|source| {
            u32::try_from(repaired(source.bytes).matches('\n').count() + 1).expect("inputs are small")
        })
        .collect();
    let told = whole
        .diagnostics
        .iter()
        .cloned()
        .chain(dead_files(whole, &|path| path == "two.md"))
        .chain(overdue_reviews(whole, date(2026, 1, 1)));
    for one in told {
        let of_document = lines.get(one.document as usize).copied().unwrap_or_default();
        assert!((1..=of_document).contains(&one.line), "{one:?} of {of_document} lines");
    }
    assert!(whole.runbooks.iter().all(|runbook| (runbook.document as usize) < sources.len()));
    let mut ids: Vec<&str> = whole.runbooks.iter().map(|runbook| runbook.id.as_str()).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|two| two[0] != two[1]), "{ids:?}");
}

/// The same repairs every time, and none where no finding has one.
fn repair(bytes: &[u8]) {
    if let Ok(once) = fixed(bytes) {
        assert_eq!(fixed(bytes).as_deref(), Ok(once.as_slice()));
        let is_sound =
            compile(bytes).diagnostics.iter().all(|one| one.fixes.is_empty() && one.code != "E001");
        assert!(!is_sound || once == bytes, "nothing was wrong and it was changed");
    }
}

/// Each tool prints the same page, whatever it is asked.
fn ask(documents: &[Playbook], texts: &[String], help: &str) {
    let oracle = Oracle::new(documents);
    let mut answers = Answers::default();
    for _ in 0..ROUNDS_MAX {
        let wanted = oracle.wanted(&answers);
        if wanted.is_empty() {
            break;
        }
        for question in &wanted {
            answers.put(question, Said::Text(help.to_owned()));
        }
        assert!(
            wanted.iter().all(|question| !oracle.wanted(&answers).contains(question)),
            "it is asked twice"
        );
    }
    let told = oracle.judge(&answers, texts);
    for one in &told {
        let text = texts.get(one.document as usize).map_or("", String::as_str);
        assert!(text.get(one.span.start as usize..one.span.end as usize).is_some(), "{one:?}");
    }
    let compiled: Vec<_> =
        documents.iter().flat_map(|document| document.diagnostics.iter().cloned()).collect();
    let (most, all) = (compiled.len() + told.len(), merged(compiled, told));
    assert!(all.len() <= most, "findings were made up");
}
