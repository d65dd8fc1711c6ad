//! Compiling: the time a playbook takes, beside the bare Markdown parser on the same text.

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use playbook::{Playbook, Source};
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
/// How many documents a large folder of runbooks holds.
const FOLDER: usize = 1000;
/// How long one sample lasts at least.
const SAMPLE_TIME: Duration = Duration::from_millis(50);

/// Runs it all.
pub(super) fn run(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let columns = ["document", "KiB", "compile us", "parser us", "ratio"];
    let mut table =
        Table::new("compile: bytes to a playbook with its diagnostics, beside the bare parser", &columns);
    let mut cases = Vec::new();
    let mut noise = Vec::new();
    for (name, documents) in cases_of(&fs::read(machine::root().join(OWN)).map_err(Failure::io(OWN))?)? {
        let bytes: usize = documents.iter().map(Vec::len).sum();
        let texts: Vec<String> =
            documents.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        let compile = || compiled(black_box(&documents));
        let parse = || texts.iter().map(|text| events(black_box(text))).sum::<usize>();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let watch = Watch::begin(None, &setting.folder)?;
        for round in 0..setting.either(21, 5) {
            if round % 2 == 0 {
                ours.push(micros(compile));
                theirs.push(micros(parse));
            } else {
                theirs.push(micros(parse));
                ours.push(micros(compile));
            }
        }
        noise.push(watch.end().noise);
        let (compile, parser, ratio) =
            (Spread::of(ours.clone()), Spread::of(theirs.clone()), Spread::ratio(&ours, &theirs));
        table.row(vec![
            name.clone(),
            format!("{}", bytes / 1024),
            compile.shown(0),
            parser.shown(0),
            ratio.shown(1),
        ]);
        cases.push(json!({
            "document": name, "bytes": bytes,
            "compile_us": compile.json(), "parser_us": parser.json(), "ratio": ratio.json(),
        }));
    }
    table.noise(&noise);
    report.add("compile", &table, json!({ "cases": cases, "noise": noise_json(&noise) }));
    Ok(())
}

/// What is compiled, by the names it is shown under.
fn cases_of(own: &[u8]) -> Result<Vec<(String, Vec<Vec<u8>>)>, Failure> {
    let seeds = fs::read_dir(machine::root().join(SEEDS)).into_iter().flatten().flatten();
    let mut seeds: Vec<PathBuf> = seeds.map(|entry| entry.path()).filter(|path| is_text(path)).collect();
    seeds.sort();
    let mut cases = vec![(OWN.to_owned(), vec![own.to_vec()])];
    for path in seeds {
        let name = format!("{SEEDS}/{}", path.file_name().unwrap_or_default().display());
        cases.push((name, vec![fs::read(&path).map_err(Failure::io(path.display()))?]));
    }
    cases.push((format!("{FOLDER} documents of one runbook each"), folder(&String::from_utf8_lossy(own))));
    Ok(cases)
}

/// The runbooks of a playbook over and over, each a document of its own with a name of its own.
fn folder(own: &str) -> Vec<Vec<u8>> {
    let runbooks: Vec<&str> = own.split("\n### ").filter(|part| part.contains("**Symptoms")).collect();
    let numbered = runbooks.iter().cycle().take(FOLDER).zip(1..);
    numbered.map(|(runbook, number)| format!("# {number}: {runbook}").into_bytes()).collect()
}

fn compiled(documents: &[Vec<u8>]) -> Playbook {
    match documents {
        [one] => playbook::compile(one),
        several => {
            let paths: Vec<String> = (0..several.len()).map(|number| format!("alerts/{number}.md")).collect();
            let sources = paths.iter().zip(several).map(|(path, bytes)| Source { path, bytes });
            playbook::compile_documents(&sources.collect::<Vec<_>>())
        }
    }
}

fn is_text(path: &std::path::Path) -> bool {
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
