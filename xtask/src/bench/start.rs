//! Starting: from the start of the process to its first 200, and the memory it holds while idle.

use std::time::Duration;

use serde_json::json;

use super::noise::{Noise, Watch};
use super::numbers::Spread;
use super::report::{Report, Table, noise_json};
use super::server::{Kind, Place};
use super::{Setting, clock, order};
use crate::failure::Failure;

/// How long a server rests before its memory is read.
const REST: Duration = Duration::from_millis(300);
/// The aims of issue and plan: milliseconds to the first 200, MiB while idle.
const AIMS: (f64, f64) = (15.0, 22.0);

/// What lies in the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Folder {
    /// The database has to be made.
    Empty,
    /// It has been used before.
    Used,
}

const CASES: &[(Kind, Folder)] =
    &[(Kind::Durable, Folder::Used), (Kind::Durable, Folder::Empty), (Kind::Peer, Folder::Empty)];

/// One measurement.
#[derive(Clone, Copy)]
struct Sample {
    ready_ms: f64,
    memory_mib: f64,
    noise: Noise,
}

/// Runs it all.
pub(super) fn run(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let mut samples: Vec<Vec<Sample>> = CASES.iter().map(|_| Vec::new()).collect();
    for round in 0..setting.either(15, 4) {
        for case in order(&[0, 1, 2], round) {
            samples[case].push(measure(setting, CASES[case])?);
        }
    }
    let values = |case: usize, of: fn(&Sample) -> f64| samples[case].iter().map(of).collect::<Vec<_>>();
    let mut table = Table::new("start: from exec to the first 200", &["case", "ms", "idle MiB"]);
    for (at, case) in CASES.iter().enumerate() {
        table.row(vec![
            name(*case),
            Spread::of(values(at, |sample| sample.ready_ms)).shown(1),
            Spread::of(values(at, |sample| sample.memory_mib)).shown(1),
        ]);
    }
    let ratio = |of: fn(&Sample) -> f64| Spread::ratio(&values(0, of), &values(2, of));
    let (time, memory) = (ratio(|sample| sample.ready_ms), ratio(|sample| sample.memory_mib));
    table.note(format!("evenkeel / alertmanager: time {} x, memory {} x", time.shown(2), memory.shown(2)));
    table.note(format!("aims: at most {} ms and {} MiB", AIMS.0, AIMS.1));
    let noise: Vec<Noise> = samples.iter().flatten().map(|sample| sample.noise).collect();
    table.noise(&noise);
    let cases = CASES.iter().enumerate().map(|(at, case)| {
        json!({
            "case": name(*case),
            "ready_ms": Spread::of(values(at, |sample| sample.ready_ms)).json(),
            "idle_mib": Spread::of(values(at, |sample| sample.memory_mib)).json(),
        })
    });
    let json = json!({
        "cases": cases.collect::<Vec<_>>(),
        "ratios": { "time": time.json(), "memory": memory.json() },
        "noise": noise_json(&noise),
    });
    report.add("start", &table, json);
    Ok(())
}

fn measure(setting: &Setting, (kind, folder): (Kind, Folder)) -> Result<Sample, Failure> {
    let place = Place::new(setting, kind, None)?;
    match (kind, folder) {
        // Making the keys has made a database.
        (Kind::Durable | Kind::Memory, Folder::Empty) => {
            let data = place.folder().join("data");
            std::fs::remove_dir_all(&data).map_err(Failure::io(data.display()))?;
        }
        (Kind::Durable | Kind::Memory, Folder::Used) => place.start()?.kill(),
        (Kind::Peer, Folder::Empty | Folder::Used) => {}
    }
    let mut watch = Watch::begin(None, &setting.folder)?;
    let server = place.start()?;
    watch.follow(server.pid());
    clock::pause(REST);
    let memory_mib = server.memory_mib();
    let noise = watch.end().noise;
    Ok(Sample { ready_ms: clock::ms(server.ready_after), memory_mib, noise })
}

fn name((kind, folder): (Kind, Folder)) -> String {
    match folder {
        Folder::Empty => format!("{}, new folder", kind.name()),
        Folder::Used => format!("{}, used folder", kind.name()),
    }
}
