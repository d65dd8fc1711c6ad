//! Documents that nobody writes, at the size of the largest that anybody may hand over, and at a quarter of it: how long
//! each takes, and whether four times the bytes take four times as long.

use std::hint::black_box;

use serde_json::json;

use super::hostile::ALL;
use super::noise::Watch;
use super::report::{Report, Table, noise_json};
use super::{Setting, clock};
use crate::failure::Failure;

/// The size that is timed. Larger documents than 8 MiB are refused before anybody compiles them.
const BYTES: usize = 5_000_000;
/// How often the smaller one fits into it.
const PARTS: usize = 4;
/// What no document may take, in seconds.
const AIM_S: f64 = 2.0;

/// Times all of them.
pub(super) fn run(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let bytes = setting.either(BYTES, BYTES / 5);
    let title = format!("documents: {} kB of each, and a {PARTS}th of it", bytes / 1000);
    let mut table = Table::new(&title, &["made of", "s", "of a part, s", "times as long"]);
    let mut cases = Vec::new();
    let mut over = 0;
    let watch = Watch::begin(None, &setting.folder)?;
    for document in ALL {
        let (part, whole) = (seconds(&document.bytes(bytes / PARTS)), seconds(&document.bytes(bytes)));
        let growth = whole / part;
        over += usize::from(whole > AIM_S);
        table.row(vec![
            format!("`{}`", document.name),
            format!("{whole:.3}"),
            format!("{part:.3}"),
            format!("{growth:.1}"),
        ]);
        cases.push(json!({ "document": document.name, "s": whole, "part_s": part, "growth": growth }));
    }
    let noise = watch.end().noise;
    table.note(format!("over {AIM_S} s: {over} of {}", ALL.len()));
    table.noise(&[noise]);
    report.add("documents", &table, json!({ "bytes": bytes, "cases": cases, "noise": noise_json(&[noise]) }));
    Ok(())
}

/// The faster of two runs: what else the machine does only ever adds.
fn seconds(bytes: &[u8]) -> f64 {
    let once = || {
        let began = clock::now();
        black_box(playbook::compile(black_box(bytes)));
        clock::ms(began.elapsed()) / 1e3
    };
    once().min(once())
}
