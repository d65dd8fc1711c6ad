//! The repairs that a person may apply: a damaged copy of the shipped playbook comes back as it was.

use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1254};
use playbook::{Playbook, Unfixable, compile, fixed};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// The shipped playbook without anything left to repair.
fn whole() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../playbooks/tabbi.md");
    let bytes = fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    String::from_utf8(fixed(&bytes).expect("it is UTF-8")).expect("it stays so")
}

fn fix(text: &str) -> String {
    String::from_utf8(fixed(text.as_bytes()).expect("it is UTF-8")).expect("it stays so")
}

#[derive(Clone, Debug)]
struct Damage {
    page: Option<&'static Encoding>,
    returns: bool,
    mark: bool,
    /// Which of the commands lose `--prod`.
    undirected: Vec<bool>,
    entry: Option<usize>,
}

fn damage() -> impl Strategy<Value = Damage> {
    let page = prop_oneof![Just(None), Just(Some(WINDOWS_1252)), Just(Some(WINDOWS_1254))];
    let entry = prop::option::of(1..7_usize);
    (page, any::<bool>(), any::<bool>(), prop::collection::vec(any::<bool>(), 16), entry).prop_map(
        |(page, returns, mark, undirected, entry)| Damage { page, returns, mark, undirected, entry },
    )
}

impl Damage {
    fn words(&self, whole: &str) -> String {
        let mut commands = self.undirected.iter().cycle();
        let mut text = String::new();
        for line in whole.split_inclusive('\n') {
            let is_entry = self.entry.is_some_and(|entry| line.starts_with(&format!("{}. [", entry + 1)));
            if is_entry && line.contains("](#") {
                continue;
            }
            let loses =
                line.starts_with("   npx convex logs --prod") && *commands.next().expect("it goes round");
            text += &if loses { line.replace(" --prod", "") } else { line.to_owned() };
        }
        text
    }

    /// What a person keeps in any case: how lines end, and the mark.
    fn frame(&self, text: &str) -> Vec<u8> {
        let text = if self.returns { text.replace('\n', "\r\n") } else { text.to_owned() };
        let mark: &[u8] = if self.mark { b"\xEF\xBB\xBF" } else { b"" };
        [mark, text.as_bytes()].concat()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_playbook_comes_back_byte_by_byte(damage in damage()) {
        let whole = whole();
        let mut text = damage.words(&whole);
        if let Some(page) = damage.page {
            text = page.decode_without_bom_handling(text.as_bytes()).0.into_owned();
        }
        let repaired = fixed(&damage.frame(&text)).expect("it is UTF-8");
        prop_assert!(repaired == damage.frame(&whole), "{damage:?}");
        prop_assert_eq!(&compile(&repaired).runbooks, &compile(whole.as_bytes()).runbooks);
    }

    #[test]
    fn any_bytes_are_fixed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        if let Ok(once) = fixed(&bytes) {
            prop_assert_eq!(once.split(|byte| *byte == b'\n').count() >= bytes.split(|byte| *byte == b'\n').count(), true);
        }
    }
}

/// A playbook without what a new tag of a fence moves: offsets, its commands' language, and how sure that makes.
fn shape(playbook: &Playbook) -> serde_json::Value {
    let mut value = serde_json::to_value(playbook).expect("the model is plain data");
    strip(&mut value);
    value
}

fn strip(value: &mut serde_json::Value) {
    const MOVED: &[&str] = &["digest", "diagnostics", "span", "origin", "language"];
    match value {
        serde_json::Value::Object(map) => {
            map.retain(|key, _| !MOVED.contains(&key.as_str()));
            map.values_mut().for_each(strip);
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(strip),
        _ => {}
    }
}

#[test]
fn fixing_the_shipped_playbook_changes_no_model() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../playbooks/tabbi.md");
    let shipped = fs::read(file).unwrap();
    let (before, after) = (shape(&compile(&shipped)), shape(&compile(whole().as_bytes())));
    for (part, value) in before.as_object().unwrap() {
        assert_eq!(Some(value), after.get(part), "{part}");
    }
}

#[test]
fn what_is_fixed_has_nothing_left_to_fix() {
    let whole = whole();
    assert_eq!(fix(&whole), whole);
}

#[test]
fn each_repair_is_small() {
    assert_eq!(fix("# N\n\nIt is 9 _ 60 _ 1000 ms.\n"), "# N\n\nIt is 9 * 60 * 1000 ms.\n");
    assert_eq!(fix("# N\n\nName: \\_\\_\\_\n\n\\_\\_\\_\n"), "# N\n\nName: ___\n\n\\_\\_\\_\n");
    assert_eq!(fix("# N\n\n```\nwords\n```\n"), "# N\n\n```text\nwords\n```\n");
    let probe = |curl: &str| {
        format!(
            "# N\n\n**Symptoms**:\n\n- slow\n\n**Steps**:\n\n1. **Look**\n\n   ```bash\n   {curl}\n   ```\n\n2. Verify\n"
        )
    };
    assert_eq!(
        fix(&probe("curl -I https://a.example.test")),
        probe("curl --fail --max-time 10 -I https://a.example.test")
    );
    assert_eq!(
        fix(&probe("curl -I --max-time 3 https://a.example.test")),
        probe("curl --fail -I --max-time 3 https://a.example.test")
    );
    let contents = "# N\n\n## Table of Contents\n\n- [One](#one)\n\n## One\n\nx\n\n## Two\n\n## Three\n";
    let wanted = "- [One](#one)\n- [Two](#two)\n- [Three](#three)\n";
    assert!(fix(contents).contains(wanted), "{}", fix(contents));
}

#[test]
fn what_cannot_be_read_keeps_its_bytes() {
    let text = b"# N\r\n\r\ncaf\xE9 9 _ 60\r\n\r\nIt is 9 _ 60 s.\r\nno end: 2 _ 3";
    let wanted = b"# N\r\n\r\ncaf\xE9 9 _ 60\r\n\r\nIt is 9 * 60 s.\r\nno end: 2 * 3";
    assert_eq!(fixed(text).unwrap().escape_ascii().to_string(), wanted.escape_ascii().to_string());
    assert_eq!(fixed(b"\xFF\xFE#\0"), Err(Unfixable::Encoding));
    assert_eq!(fixed(b"# N\r9 _ 60\r"), Err(Unfixable::LineEnds));
}
