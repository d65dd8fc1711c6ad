//! Compiling: the time a playbook takes, beside the bare Markdown parser on the same text, and beside the parser with
//! the shell's grammar on the text of the shell fences: what reading both languages in full costs at least.

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use playbook::{Playbook, Source};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use serde_json::json;

use super::folder;
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

/// The name that some documents are shown under, and their bytes.
type Case = (String, Vec<Vec<u8>>);

/// Runs it all.
pub(super) fn run(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let columns = ["document", "KiB", "compile us", "parser us", "ratio", "with grammar us", "ratio"];
    let title = "compile: bytes to a playbook with its diagnostics, beside the bare parser, alone and with the \
                 shell's grammar on the shell fences";
    let mut table = Table::new(title, &columns);
    let mut cases = Vec::new();
    let mut noise = Vec::new();
    for (name, documents) in cases_of(&fs::read(machine::root().join(OWN)).map_err(Failure::io(OWN))?)? {
        let bytes: usize = documents.iter().map(Vec::len).sum();
        let texts: Vec<String> =
            documents.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        let compile = || compiled(black_box(&documents));
        let parse = || texts.iter().map(|text| events(black_box(text))).sum::<usize>();
        let mut shell = Grammar::new()?;
        let mut read_both = || texts.iter().map(|text| shell.nodes(black_box(text))).sum::<usize>();
        let (mut ours, mut theirs, mut both) = (Vec::new(), Vec::new(), Vec::new());
        let watch = Watch::begin(None, &setting.folder)?;
        for round in 0..setting.either(21, 5) {
            if round % 2 == 0 {
                ours.push(micros(compile));
                theirs.push(micros(parse));
                both.push(micros(&mut read_both));
            } else {
                both.push(micros(&mut read_both));
                theirs.push(micros(parse));
                ours.push(micros(compile));
            }
        }
        noise.push(watch.end().noise);
        let (compile, parser, ratio) =
            (Spread::of(ours.clone()), Spread::of(theirs.clone()), Spread::ratio(&ours, &theirs));
        let (with_grammar, ratio_to_both) = (Spread::of(both.clone()), Spread::ratio(&ours, &both));
        table.row(vec![
            name.clone(),
            format!("{}", bytes / 1024),
            compile.shown(0),
            parser.shown(0),
            ratio.shown(1),
            with_grammar.shown(0),
            ratio_to_both.shown(2),
        ]);
        cases.push(json!({
            "document": name, "bytes": bytes,
            "compile_us": compile.json(), "parser_us": parser.json(), "ratio": ratio.json(),
            "parser_and_grammar_us": with_grammar.json(), "ratio_to_both": ratio_to_both.json(),
        }));
    }
    table.noise(&noise);
    report.add("compile", &table, json!({ "cases": cases, "noise": noise_json(&noise) }));
    Ok(())
}

/// What is compiled, by the names it is shown under.
fn cases_of(own: &[u8]) -> Result<Vec<Case>, Failure> {
    let seeds = fs::read_dir(machine::root().join(SEEDS)).into_iter().flatten().flatten();
    let mut seeds: Vec<PathBuf> = seeds.map(|entry| entry.path()).filter(|path| is_text(path)).collect();
    seeds.sort();
    let mut cases = vec![(OWN.to_owned(), vec![own.to_vec()])];
    for path in seeds {
        let name = format!("{SEEDS}/{}", path.file_name().unwrap_or_default().display());
        cases.push((name, vec![fs::read(&path).map_err(Failure::io(path.display()))?]));
    }
    let name = format!("{} documents of one runbook each", folder::DOCUMENTS);
    cases.push((name, folder::documents(&String::from_utf8_lossy(own))));
    Ok(cases)
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
    Parser::new_ext(text, options()).into_offset_iter().count()
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
}

/// The shell's grammar, as the compiler has it.
struct Grammar {
    parser: tree_sitter::Parser,
    /// The text of the fence that is being read.
    fence: String,
}

impl Grammar {
    fn new() -> Result<Self, Failure> {
        let mut parser = tree_sitter::Parser::new();
        let set = parser.set_language(&tree_sitter_bash::LANGUAGE.into());
        set.map_err(|error| Failure::Missing(format!("the shell's grammar: {error}")))?;
        Ok(Self { parser, fence: String::new() })
    }

    /// Events of a document and nodes of the shell in its fences.
    fn nodes(&mut self, text: &str) -> usize {
        let mut count = 0;
        let mut is_shell = false;
        for (event, _) in Parser::new_ext(text, options()).into_offset_iter() {
            count += 1;
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let language = info.split([' ', ',', '{']).next().unwrap_or_default();
                    is_shell = matches!(language, "sh" | "bash" | "shell" | "console" | "zsh");
                }
                Event::Text(text) if is_shell => self.fence.push_str(&text),
                Event::End(TagEnd::CodeBlock) if is_shell => {
                    let tree = self.parser.parse(&self.fence, None);
                    count += tree.map_or(0, |tree| tree.root_node().descendant_count());
                    self.fence.clear();
                    is_shell = false;
                }
                _ => {}
            }
        }
        count
    }
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
