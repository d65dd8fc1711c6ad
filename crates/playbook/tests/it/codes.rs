//! Every code that the compiler has: a page, at least three documents with it, and one that only nearly deserves it.

use crate::cases::{Case, folder};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// In so many documents each is found, at the least; beside them stands one that only nearly deserves it.
const FOUND_MIN: usize = 3;

#[test]
fn each_code_is_found_where_the_documents_say_and_nowhere_else() {
    let mut failures = Vec::new();
    for (code, cases) in folder("lint") {
        for case in &cases {
            assert!(case.found.iter().all(|(said, _)| *said == code), "{}: another code", case.name);
            let found = Case::places_of(&case.compile().diagnostics, &code);
            if found != case.places() {
                failures.push(format!(
                    "{}: wanted {code} at {:?}, found {found:?}",
                    case.name,
                    case.places()
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn each_code_has_its_documents() {
    let suite = folder("lint");
    for code in emitted() {
        let cases = suite.iter().find(|(of, _)| *of == code).map(|(_, cases)| cases);
        let cases = cases.unwrap_or_else(|| panic!("tests/suite/lint/{code}.md is missing"));
        assert!(cases.iter().any(|case| case.found.is_empty()), "{code} has no document without it");
        let positive = cases.iter().filter(|case| !case.found.is_empty()).count();
        assert!(positive >= FOUND_MIN, "{code} is found in {positive} documents");
    }
}

#[test]
fn codes_and_pages_belong_together() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let index = fs::read_to_string(root.join("docs/diagnostics/README.md")).unwrap();
    let pages: BTreeSet<String> =
        markdown_stems(&root.join("docs/diagnostics")).into_iter().filter(|stem| is_code(stem)).collect();
    let emitted = emitted();
    assert!(emitted.len() > 30, "only {} codes were found", emitted.len());
    for code in &emitted {
        assert!(pages.contains(code), "{code} has no page");
    }
    let mut elsewhere = String::new();
    sources(&root.join("crates/evenkeel/src"), &mut elsewhere);
    sources(&root.join("crates/playbook/src"), &mut elsewhere);
    for page in &pages {
        assert!(index.contains(&format!("[{page}]({page}.md)")), "{page} is not in the index");
        assert!(elsewhere.contains(&format!("\"{page}\"")), "nothing says {page}");
        let text = fs::read_to_string(root.join(format!("docs/diagnostics/{page}.md"))).unwrap();
        assert!(text.starts_with(&format!("# {page}: ")), "{page} has another title");
        assert!(text.contains("\nSeverity: ") && text.contains("3 a.m."), "{page} lacks a part");
    }
}

/// The codes that stand in the sources of the rooms that make findings.
fn emitted() -> BTreeSet<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut text = String::new();
    for room in ["lint", "recognise", "repair", "oracle", "doubts", "limits.rs", "documents.rs"] {
        sources(&src.join(room), &mut text);
    }
    text.split('"').filter(|word| is_code(word)).map(str::to_owned).collect()
}

fn sources(path: &Path, text: &mut String) {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("sources can be listed");
        entries.for_each(|entry| sources(&entry.expect("sources can be listed").path(), text));
    } else if !path.ends_with("tests.rs") {
        text.push_str(&fs::read_to_string(path).expect("sources can be read"));
    }
}

fn markdown_stems(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.filter_map(|name| name.to_str()?.strip_suffix(".md").map(str::to_owned)).collect()
}

fn is_code(word: &str) -> bool {
    word.len() == 4 && word.starts_with(['E', 'W']) && word[1..].bytes().all(|byte| byte.is_ascii_digit())
}
