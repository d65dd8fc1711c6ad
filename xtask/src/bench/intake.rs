//! Intake: alerts a second at 64 connections, one alert a request, on disk before the answer; beside the peer, which
//! writes nothing, and beside ourselves with storage switched off.

use std::time::Duration;

use serde_json::{Value, json};

use super::load::{self, Load, Numbers, Pace};
use super::noise::{Noise, Watch};
use super::numbers::{Spread, real};
use super::report::{Report, Table, noise_json};
use super::server::{Kind, Place};
use super::{Setting, crash, order, process};
use crate::failure::Failure;

const CONNECTIONS: usize = 64;
/// A severity that the shipped playbook answers with a ticket, and wakes nobody for.
const SEVERITY: &str = "info";
/// Never more than this in one sample, however fast the server is.
const COUNT_MAX: u64 = 400_000;
/// Requests before the first that counts.
const WARM_UP: u64 = 2_000;

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    Distinct,
    Same,
}

/// One kind of server under one kind of load.
type Case = (Kind, Keys);

const CASES: &[Case] = &[
    (Kind::Durable, Keys::Distinct),
    (Kind::Peer, Keys::Distinct),
    (Kind::Memory, Keys::Distinct),
    (Kind::Durable, Keys::Same),
    (Kind::Peer, Keys::Same),
];

/// One measurement.
struct Sample {
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    cpu_us: f64,
    cores: f64,
    written: f64,
    memory_mib: f64,
    loader_us: f64,
    failed: u64,
    noise: Noise,
}

/// Runs it all.
pub(super) fn run(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let mut samples: Vec<Vec<Sample>> = CASES.iter().map(|_| Vec::new()).collect();
    for round in 0..setting.either(5, 2) {
        for case in order(&[0, 1, 2, 3, 4], round) {
            let sample = measure(setting, CASES[case])?;
            eprintln!("   round {}: {}: {:.0}/s", round + 1, name(CASES[case]), sample.rate);
            samples[case].push(sample);
        }
    }
    let crash = crash::run(setting)?;
    let mut table = table(&samples);
    for line in &crash.lines {
        table.note(line);
    }
    report.add(
        "intake",
        &table,
        json!({ "cases": cases_json(&samples), "ratios": ratios_json(&samples), "crash": crash.json }),
    );
    Ok(())
}

fn measure(setting: &Setting, (kind, keys): Case) -> Result<Sample, Failure> {
    let place = Place::new(setting, kind, None)?;
    let server = place.start()?;
    let load = |numbers, time_max, count_max| Load {
        address: place.address,
        request: place.request(SEVERITY),
        connections: CONNECTIONS,
        pace: Pace::Closed,
        numbers,
        time_max,
        count_max,
    };
    let numbers = |first| match keys {
        Keys::Distinct => Numbers::From(first),
        Keys::Same => Numbers::Always(0),
    };
    load::run(load(numbers(0), Duration::from_secs(5), WARM_UP))?;
    let length = setting.either(Duration::from_secs(2), Duration::from_millis(700));
    let written = process::written(server.pid());
    let watch = Watch::begin(Some(server.pid()), &setting.folder)?;
    let mut outcome = load::run(load(numbers(WARM_UP), length, COUNT_MAX))?;
    let cost = watch.end();
    let count = real(outcome.taken.len() as u64);
    Ok(Sample {
        rate: outcome.rate(),
        p50_ms: outcome.waited_ms(0.5),
        p99_ms: outcome.waited_ms(0.99),
        cpu_us: cost.server.as_secs_f64() * 1e6 / count,
        cores: cost.server.as_secs_f64() / outcome.length.as_secs_f64(),
        written: real(process::written(server.pid()).saturating_sub(written)) / count,
        memory_mib: server.memory_mib(),
        loader_us: cost.own.as_secs_f64() * 1e6 / count,
        failed: outcome.refused + outcome.broken,
        noise: cost.noise,
    })
}

fn name((kind, keys): Case) -> String {
    match keys {
        Keys::Distinct => kind.name().to_owned(),
        Keys::Same => format!("{}, one alert repeated", kind.name()),
    }
}

fn spread(samples: &[Sample], of: impl Fn(&Sample) -> f64) -> Spread {
    Spread::of(samples.iter().map(of))
}

/// What is compared: the case, what it is measured against, and how that is called.
const PAIRS: &[(usize, usize, &str)] = &[
    (0, 1, "evenkeel, durable / alertmanager"),
    (0, 2, "evenkeel, durable / storage off"),
    (3, 4, "one alert repeated: evenkeel / alertmanager"),
];

fn ratios(samples: &[Vec<Sample>], of: impl Fn(&Sample) -> f64) -> Vec<(&'static str, Spread)> {
    let values = |case: usize| samples[case].iter().map(&of).collect::<Vec<_>>();
    PAIRS
        .iter()
        .map(|(ours, theirs, name)| (*name, Spread::ratio(&values(*ours), &values(*theirs))))
        .collect()
}

fn table(samples: &[Vec<Sample>]) -> Table {
    let title = "intake: 64 keep-alive connections, one alert a request, POST /api/v2/alerts";
    let columns = [
        "case",
        "alerts/s",
        "p50 ms",
        "p99 ms",
        "cpu us/req",
        "cores",
        "B written/req",
        "MiB",
        "loader us/req",
    ];
    let mut table = Table::new(title, &columns);
    for (case, samples) in CASES.iter().zip(samples) {
        let middle =
            |of: fn(&Sample) -> f64, decimals: usize| format!("{:.decimals$}", spread(samples, of).median);
        table.row(vec![
            name(*case),
            spread(samples, |sample| sample.rate).shown(0),
            middle(|sample| sample.p50_ms, 2),
            middle(|sample| sample.p99_ms, 2),
            middle(|sample| sample.cpu_us, 1),
            middle(|sample| sample.cores, 2),
            middle(|sample| sample.written, 0),
            middle(|sample| sample.memory_mib, 0),
            middle(|sample| sample.loader_us, 1),
        ]);
        let failed: u64 = samples.iter().map(|sample| sample.failed).sum();
        if failed > 0 {
            table.note(format!("{}: {failed} requests refused or broken", name(*case)));
        }
    }
    let cpu = ratios(samples, |sample| sample.cpu_us);
    for ((name, rate), (_, cpu)) in ratios(samples, |sample| sample.rate).into_iter().zip(cpu) {
        table.note(format!("{name}: alerts/s {} x, cpu a request {} x", rate.shown(2), cpu.shown(2)));
    }
    table.note("severity `info` is the playbook's P3: nobody is woken and a ticket is filed, as the peer's receiver has no integration");
    table.note("ours keeps every alert on disk before it answers; the peer writes nothing");
    table.noise(&all_noise(samples));
    table
}

fn all_noise(samples: &[Vec<Sample>]) -> Vec<Noise> {
    samples.iter().flatten().map(|sample| sample.noise).collect()
}

fn cases_json(samples: &[Vec<Sample>]) -> Value {
    let cases = CASES.iter().zip(samples).map(|(case, samples)| {
        let of = |of: fn(&Sample) -> f64| spread(samples, of).json();
        json!({
            "case": name(*case),
            "alerts_per_s": of(|sample| sample.rate),
            "p50_ms": of(|sample| sample.p50_ms),
            "p99_ms": of(|sample| sample.p99_ms),
            "cpu_us_per_request": of(|sample| sample.cpu_us),
            "bytes_written_per_request": of(|sample| sample.written),
            "memory_mib": of(|sample| sample.memory_mib),
            "loader_us_per_request": of(|sample| sample.loader_us),
            "failed": samples.iter().map(|sample| sample.failed).sum::<u64>(),
            "noise": noise_json(&samples.iter().map(|sample| sample.noise).collect::<Vec<_>>()),
        })
    });
    Value::from(cases.collect::<Vec<_>>())
}

fn ratios_json(samples: &[Vec<Sample>]) -> Value {
    let cpu = ratios(samples, |sample| sample.cpu_us);
    let ratios = ratios(samples, |sample| sample.rate).into_iter().zip(cpu);
    let ratios = ratios
        .map(|((name, rate), (_, cpu))| json!({ "name": name, "rate": rate.json(), "cpu": cpu.json() }));
    Value::from(ratios.collect::<Vec<_>>())
}
