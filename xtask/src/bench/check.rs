//! `evenkeel playbook check` on a folder of many documents, as somebody waits for it: the whole process.

use std::fs;
use std::process::Stdio;

use serde_json::json;

use super::numbers::Spread;
use super::report::{Report, Table};
use super::{Setting, clock, folder, process};
use crate::failure::Failure;
use crate::machine;

/// The playbook whose runbooks the folder is made of.
const OWN: &str = "playbooks/tabbi.md";

/// Runs it.
pub(super) fn run(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let own = fs::read_to_string(machine::root().join(OWN)).map_err(Failure::io(OWN))?;
    let place = setting.folder.join("check");
    fs::create_dir_all(&place).map_err(Failure::io(place.display()))?;
    let documents = folder::documents(&own);
    for (bytes, number) in documents.iter().zip(1..) {
        let file = place.join(format!("{number}.md"));
        fs::write(&file, bytes).map_err(Failure::io(file.display()))?;
    }
    let program = setting.program()?;
    let mut samples = Vec::new();
    for _ in 0..setting.either(15, 3) {
        let began = clock::now();
        let mut check = machine::program(&program);
        check.args(["playbook", "check"]).arg(&place).stdout(Stdio::null()).stderr(Stdio::null());
        let status = check.status().map_err(Failure::io(program.display()))?;
        samples.push(clock::ms(began.elapsed()));
        // Findings are expected; a usage error or a crash would measure nothing.
        if !matches!(status.code(), Some(0 | 1)) {
            return Err(Failure::Answer(format!("`playbook check` ended with {status}")));
        }
    }
    let spread = Spread::of(samples);
    let bytes: usize = documents.iter().map(Vec::len).sum();
    let mut table = Table::new("check: `evenkeel playbook check` on a folder", &["documents", "KiB", "ms"]);
    table.row(vec![folder::DOCUMENTS.to_string(), format!("{}", bytes / 1024), spread.shown(0)]);
    table.note(format!("load of the machine: {:.2}", process::load()));
    report.add("check", &table, json!({ "bytes": bytes, "ms": spread.json() }));
    Ok(())
}
