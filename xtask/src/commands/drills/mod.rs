//! `cargo xtask drills`: every fault of the practice range by itself, handled by the stand-in, and the tables of
//! docs/drills.md from what came of it.
//!
//! Must never be here: what is right in a drill; the binary says so.

mod page;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::args::{Build, DrillOptions};
use crate::failure::Failure;
use crate::machine;

/// The generated page.
const PAGE: &str = "docs/drills.md";
/// Where the cards of these runs are kept, in cargo's target folder.
const KEPT: &str = "drills";

/// Runs them and writes the page.
pub(crate) fn run(options: &DrillOptions) -> Result<(), Failure> {
    let binary = binary(options.build)?;
    let all = listed(&binary)?;
    let wanted: Vec<&String> =
        all.iter().filter(|name| options.only.is_empty() || options.only.contains(name)).collect();
    if wanted.is_empty() && !options.only.iter().any(|name| name == "none") {
        return Err(Failure::Usage(format!("no such drill; there are {}, and none", all.join(", "))));
    }
    let table = if options.playbook.is_some() { page::Table::Other } else { page::Table::Own };
    let kept = machine::target_folder()?.join(KEPT).join(table.name());
    fs::create_dir_all(&kept).map_err(Failure::io(kept.display().to_string()))?;
    for (at, name) in wanted.iter().enumerate() {
        let (said, took) = machine::timed(|| drilled(&binary, options, (name, &kept)));
        eprintln!("{}/{} {name}: {} ({:.0} s)", at + 1, wanted.len(), said?, took.as_secs_f64());
    }
    let path = machine::root().join(PAGE);
    let text = fs::read_to_string(&path).map_err(Failure::io(PAGE))?;
    let cards = newest_cards(&kept, &all)?;
    let mut text = page::replaced(&text, table, &page::table(&cards))?;
    if options.control {
        let control = controlled(&binary, options)?;
        text = page::replaced(&text, page::Table::Control, &control)?;
    }
    fs::write(&path, text).map_err(Failure::io(PAGE))
}

/// Builds the program and says where it is.
fn binary(build: Build) -> Result<PathBuf, Failure> {
    let mut cargo = machine::cargo();
    cargo.args(["build", "--quiet", "-p", "evenkeel"]);
    let folder = match build {
        Build::Debug => "debug",
        Build::Release => {
            cargo.arg("--release");
            "release"
        }
    };
    machine::run("build", &mut cargo)?;
    Ok(machine::target_folder()?.join(folder).join("evenkeel"))
}

/// The names of all drills.
fn listed(binary: &Path) -> Result<Vec<String>, Failure> {
    let text = machine::output("drill list", machine::program(binary).args(["drill", "list", "--json"]))?;
    let all: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::Answer(format!("drill list printed no JSON: {error}")))?;
    let names = all.as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
    Ok(names.map(str::to_owned).collect())
}

/// Runs one drill; says in few words how it went.
fn drilled(binary: &Path, options: &DrillOptions, (name, kept): (&str, &Path)) -> Result<String, Failure> {
    let mut command = machine::program(binary);
    command.args(["drill", "run", name, "--hands-off", "--json", "--speed", &options.speed]);
    command.arg("--data").arg(kept).arg("--transcript").arg(kept.join(format!("{name}.txt")));
    if let Some(playbook) = &options.playbook {
        command.arg("--playbook").arg(playbook);
    }
    // A fault that is not repaired is a result, not a failure of this chore.
    let text = machine::whatever("drill run", &mut command)?;
    let card: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::Answer(format!("drill run {name} printed no score card: {error}")))?;
    Ok(page::in_few_words(&card))
}

/// The control run, in a paragraph.
fn controlled(binary: &Path, options: &DrillOptions) -> Result<String, Failure> {
    let mut command = machine::program(binary);
    command.args(["drill", "run", "none", "--json", "--for", "24", "--speed", &options.speed]);
    let (text, took) = machine::timed(|| machine::whatever("control run", &mut command));
    let said: Value = serde_json::from_str(&text?)
        .map_err(|error| Failure::Answer(format!("the control run printed no JSON: {error}")))?;
    eprintln!("control run: {said} ({:.0} s)", took.as_secs_f64());
    Ok(page::control(&said, took.as_secs() / 60))
}

/// The newest card of each drill, in the order of the list.
fn newest_cards(kept: &Path, all: &[String]) -> Result<Vec<Value>, Failure> {
    let path = kept.join("drills.jsonl");
    let text = fs::read_to_string(&path).map_err(Failure::io(path.display().to_string()))?;
    let cards: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let newest = |name: &String| cards.iter().rfind(|card| card["drill"] == name.as_str()).cloned();
    Ok(all.iter().filter_map(newest).collect())
}
