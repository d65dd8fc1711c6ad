//! How often a signal finds the runbook that a person would open: `tests/labelled`, two halves, one of which the rules
//! were tuned on. docs/matching.md tells the rates.

use playbook::{Matcher, Playbook, Signal, Source, compile, compile_documents};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const NOTHING: &str = "none";

#[derive(Deserialize)]
struct Half {
    signals: Vec<Labelled>,
}

/// A signal and the runbook that fits it.
#[derive(Deserialize)]
struct Labelled {
    /// The playbook that it is for; without it, each.
    of: Option<String>,
    want: String,
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

/// What came of one half.
#[derive(Default)]
struct Rates {
    fitting: usize,
    first: usize,
    among_three: usize,
    nothing: usize,
    offered: usize,
    failures: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/labelled")
}

fn bytes(file: &Path) -> Vec<u8> {
    fs::read(file).expect("the labelled set is whole")
}

/// Our playbook, and a folder with one alert a file.
fn playbooks() -> [(&'static str, Playbook); 2] {
    let tabbi = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../playbooks/tabbi.md");
    let entries = fs::read_dir(folder().join("runbooks")).expect("the folder is beside this test");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let named = |file: &PathBuf| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read: Vec<(String, Vec<u8>)> = files.iter().map(|file| (named(file), bytes(file))).collect();
    let sources: Vec<Source<'_>> = read.iter().map(|(path, bytes)| Source { path, bytes }).collect();
    [("tabbi", compile(&bytes(&tabbi))), ("sheets", compile_documents(&sources))]
}

fn half(name: &str) -> Vec<Labelled> {
    let text = bytes(&folder().join(name));
    toml::from_slice::<Half>(&text).expect("a half is TOML").signals
}

fn measured(signals: &[Labelled], playbooks: &[(&str, Playbook)]) -> Rates {
    let mut rates = Rates::default();
    for (name, playbook) in playbooks {
        let matcher = Matcher::new(playbook);
        for signal in signals.iter().filter(|signal| signal.of.as_deref().is_none_or(|of| of == *name)) {
            let known = signal.want == NOTHING || playbook.runbook(&signal.want).is_some();
            assert!(known, "no runbook {} in {name}", signal.want);
            let Labelled { title, description, labels, .. } = signal;
            let found = matcher.matches(&Signal { title, description, labels });
            let place = found.iter().position(|found| found.runbook == signal.want);
            if signal.want == NOTHING {
                rates.nothing += 1;
                rates.offered += usize::from(!found.is_empty());
            } else {
                rates.fitting += 1;
                rates.first += usize::from(place == Some(0));
                rates.among_three += usize::from(place.is_some_and(|place| place < 3));
            }
            if (signal.want == NOTHING && !found.is_empty()) || (signal.want != NOTHING && place != Some(0)) {
                let shown: Vec<String> = found
                    .iter()
                    .take(3)
                    .map(|m| format!("{} {} {:?}", m.score, m.runbook, m.reasons))
                    .collect();
                rates.failures.push(format!("{name}: {title:?} wants {}, finds {shown:#?}", signal.want));
            }
        }
    }
    rates
}

fn percent(part: usize, whole: usize) -> usize {
    (part * 100 + whole / 2) / whole.max(1)
}

#[expect(clippy::print_stdout, reason = "the rates are what this test is for")]
fn rates(name: &str) -> (usize, usize, usize) {
    let rates = measured(&half(name), &playbooks());
    let first = percent(rates.first, rates.fitting);
    let among_three = percent(rates.among_three, rates.fitting);
    let falsely = percent(rates.offered, rates.nothing);
    println!(
        "{name}: {} fit, first {first} %, among three {among_three} %; {} fit nothing, falsely offered {falsely} %",
        rates.fitting, rates.nothing
    );
    // Who looks at these is tuning.
    if name == "tune.toml" {
        rates.failures.iter().for_each(|failure| println!("{failure}"));
    }
    (first, among_three, falsely)
}

#[test]
fn the_set_is_large_enough_to_say_something() {
    let all: Vec<Labelled> = ["tune.toml", "held-out.toml"].into_iter().flat_map(half).collect();
    assert!(all.len() >= 150);
    assert!(all.iter().filter(|signal| signal.want == NOTHING).count() >= 40);
    assert!(playbooks()[1].1.runbooks.len() >= 25);
}

#[test]
fn the_tuned_half_keeps_its_rates() {
    let (first, among_three, falsely) = rates("tune.toml");
    assert!(first >= 90 && among_three >= 92 && falsely <= 4);
}

#[test]
fn the_other_half_keeps_its_rates() {
    let (first, among_three, falsely) = rates("held-out.toml");
    assert!(first >= 82 && among_three >= 87 && falsely <= 4);
}
