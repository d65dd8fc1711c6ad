//! Every rule of docs/recognisers.md: at least three documents in which it takes exactly what they say, and one in
//! which it takes nothing.

use crate::cases::{Case, folder};
use crate::view::seen;
use std::fs;
use std::path::Path;

const TAKING_MIN: usize = 3;

#[test]
fn each_rule_takes_what_the_documents_say_and_nothing_else() {
    let mut failures = Vec::new();
    for (rule, cases) in folder("recognise") {
        for case in &cases {
            let playbook = case.compile();
            let taken = seen(&playbook).into_iter().filter(|seen| seen.rule == rule);
            let taken: Vec<String> = taken.map(|seen| seen.words).collect();
            if taken != case.model {
                failures.push(format!(
                    "{}\nwanted\n{}\nfound\n{}\n",
                    case.name,
                    case.model.join("\n"),
                    taken.join("\n")
                ));
            }
            let unmet = case.expected.iter().filter_map(|want| {
                let found = crate::suite::meets(&playbook, want).err()?;
                Some(format!("{}: wanted {want}, found {found}", case.name))
            });
            failures.extend(unmet);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn line_ends_and_a_mark_at_the_beginning_change_nothing() {
    for (_, cases) in folder("recognise") {
        for case in cases {
            let words = |case: &Case| -> Vec<String> {
                seen(&case.compile())
                    .into_iter()
                    .map(|seen| format!("{} {}", seen.rule, seen.words))
                    .collect()
            };
            assert_eq!(words(&case), words(&case.with_carriage_returns()), "{}", case.name);
        }
    }
}

#[test]
fn each_rule_has_its_documents() {
    let suite = folder("recognise");
    for (rule, cases) in &suite {
        let taking = cases.iter().filter(|case| !case.model.is_empty()).count();
        assert!(taking >= TAKING_MIN, "{rule} takes something in {taking} documents");
        assert!(taking < cases.len(), "{rule} has no document in which it takes nothing");
    }
    let files: Vec<_> = suite.iter().map(|(rule, _)| rule.clone()).collect();
    assert_eq!(files, rules(), "the files of tests/suite/recognise and the rules of docs/recognisers.md");
}

/// The rules by id, as listed in docs/recognisers.md; a test beside the rules holds the list to them.
fn rules() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/recognisers.md");
    let page = fs::read_to_string(&page).unwrap_or_else(|e| panic!("{}: {e}", page.display()));
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned));
    rows.collect()
}
