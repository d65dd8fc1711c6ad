//! Compiling: the time a playbook takes, beside the bare Markdown parser on the same text.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pulldown_cmark::{Options, Parser};
use serde_json::json;

use super::noise::Watch;
use super::numbers::Spread;
use super::report::{Report, Table, noise_json};
use super::{Setting, clock};
use crate::failure::Failure;
use crate::machine;

/// The playbook that comes with Evenkeel.
const OWN: &str = "playbooks/tabbi.md";
/// Where a damaged one lies on some machines, from the workspace's root. Without it there is one line less.
const SEEDS: &str = "../shared/seeds";
/// How long one sample lasts at least.
const SAMPLE_TIME: Duration = Duration::from_millis(50);

/// Runs it all.
pub(super) fn run(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let columns = ["document", "KiB", "compile us", "parser us", "ratio"];
    let mut table =
        Table::new("compile: bytes to a playbook with its diagnostics, beside the bare parser", &columns);
    let mut cases = Vec::new();
    let mut noise = Vec::new();
    for (name, path) in documents() {
        let bytes = fs::read(&path).map_err(Failure::io(path.display()))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let watch = Watch::begin(None, &setting.folder)?;
        for round in 0..setting.either(21, 5) {
            if round % 2 == 0 {
                ours.push(micros(|| playbook::compile(black_box(&bytes))));
                theirs.push(micros(|| events(black_box(&text))));
            } else {
                theirs.push(micros(|| events(black_box(&text))));
                ours.push(micros(|| playbook::compile(black_box(&bytes))));
            }
        }
        noise.push(watch.end().noise);
        let (compile, parser, ratio) =
            (Spread::of(ours.clone()), Spread::of(theirs.clone()), Spread::ratio(&ours, &theirs));
        table.row(vec![
            name.clone(),
            format!("{}", bytes.len() / 1024),
            compile.shown(0),
            parser.shown(0),
            ratio.shown(1),
        ]);
        cases.push(json!({
            "document": name, "bytes": bytes.len(),
            "compile_us": compile.json(), "parser_us": parser.json(), "ratio": ratio.json(),
        }));
    }
    table.noise(&noise);
    report.add("compile", &table, json!({ "cases": cases, "noise": noise_json(&noise) }));
    Ok(())
}

/// The documents there are, by the names they are shown under.
fn documents() -> Vec<(String, PathBuf)> {
    let own = (OWN.to_owned(), machine::root().join(OWN));
    let seeds = fs::read_dir(machine::root().join(SEEDS)).into_iter().flatten().flatten();
    let mut seeds: Vec<PathBuf> = seeds.map(|entry| entry.path()).filter(|path| is_text(path)).collect();
    seeds.sort();
    let name = |path: &Path| format!("{SEEDS}/{}", path.file_name().unwrap_or_default().display());
    std::iter::once(own).chain(seeds.into_iter().map(|path| (name(&path), path))).collect()
}

fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "txt" || extension == "md")
}

/// All events of a document, with the options that the compiler uses.
fn events(text: &str) -> usize {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    Parser::new_ext(text, options).into_offset_iter().count()
}

/// Microseconds that one call takes, from as many as fit into a sample.
fn micros<T>(mut work: impl FnMut() -> T) -> f64 {
    let began = clock::now();
    let mut calls = 0_u32;
    while calls == 0 || began.elapsed() < SAMPLE_TIME {
        black_box(work());
        calls += 1;
    }
    clock::ms(began.elapsed()) * 1e3 / f64::from(calls)
}
