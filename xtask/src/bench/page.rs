//! Paging: from the time an alert should have been sent to the arrival of its page at a local sink, at a fixed rate.

use std::time::Duration;

use serde_json::{Value, json};

use super::load::{self, Load, Numbers, Pace};
use super::noise::{Noise, Watch};
use super::numbers::{Spread, percentile, real};
use super::report::{Report, Table, noise_json};
use super::server::{Kind, Place};
use super::sink::Sink;
use super::{Setting, clock, order};
use crate::failure::Failure;

const CONNECTIONS: usize = 64;
/// A severity whose first level is woken at once.
const SEVERITY: &str = "critical";
/// How long is waited for pages after the last answer.
const LATE_MAX: Duration = Duration::from_secs(5);
/// Alerts before the first that counts.
const WARM_UP: u64 = 20;

/// A rate in alerts a second.
type Case = (Kind, u32);

const CASES: &[Case] = &[(Kind::Durable, 1), (Kind::Peer, 1), (Kind::Durable, 2_000), (Kind::Peer, 2_000)];

/// One measurement.
struct Sample {
    page_p50_ms: f64,
    page_p99_ms: f64,
    answer_p50_ms: f64,
    cpu_us: f64,
    /// Alerts answered with 2xx whose page did not come in time.
    late: usize,
    /// Pages that came more than once.
    again: u64,
    failed: u64,
    noise: Noise,
}

/// Runs it all.
pub(super) fn run(setting: &Setting, report: &mut Report) -> Result<(), Failure> {
    let mut samples: Vec<Vec<Sample>> = CASES.iter().map(|_| Vec::new()).collect();
    for round in 0..setting.either(5, 2) {
        for case in order(&[0, 1, 2, 3], round) {
            let sample = measure(setting, CASES[case])?;
            eprintln!(
                "   round {}: {}: p50 {:.2} ms, p99 {:.2} ms",
                round + 1,
                name(CASES[case]),
                sample.page_p50_ms,
                sample.page_p99_ms
            );
            samples[case].push(sample);
        }
    }
    report.add("page", &table(&samples), json(&samples));
    Ok(())
}

fn measure(setting: &Setting, (kind, rate): Case) -> Result<Sample, Failure> {
    let sink = Sink::open()?;
    let place = Place::new(setting, kind, Some(sink.address()))?;
    let server = place.start()?;
    let load = |numbers, rate: f64, count_max| Load {
        address: place.address,
        request: place.request(SEVERITY),
        connections: CONNECTIONS,
        pace: Pace::Open(rate),
        numbers,
        time_max: Duration::from_secs(30),
        count_max,
    };
    load::run(load(Numbers::From(0), 100.0, WARM_UP))?;
    wait_for(&sink, usize::try_from(WARM_UP).unwrap_or(0));
    sink.clear();
    let count = setting.either(if rate == 1 { 5 } else { 4_000 }, if rate == 1 { 2 } else { 1_000 });
    let watch = Watch::begin(Some(server.pid()), &setting.folder)?;
    let mut outcome = load::run(load(Numbers::From(WARM_UP), f64::from(rate), count))?;
    wait_for(&sink, outcome.taken.len());
    let cost = watch.end();
    let arrived = sink.arrived();
    let waits = outcome
        .sent
        .iter()
        .filter_map(|(number, due)| Some(clock::ms(arrived.get(number)?.duration_since(*due))));
    let mut waits: Vec<f64> = waits.collect();
    Ok(Sample {
        page_p50_ms: percentile(&mut waits, 0.5),
        page_p99_ms: percentile(&mut waits, 0.99),
        answer_p50_ms: outcome.waited_ms(0.5),
        cpu_us: cost.server.as_secs_f64() * 1e6 / real(outcome.taken.len() as u64),
        late: outcome.taken.len() - waits.len(),
        again: sink.again(),
        failed: outcome.refused + outcome.broken,
        noise: cost.noise,
    })
}

fn wait_for(sink: &Sink, pages: usize) {
    // What has not come by then is counted as late.
    let _ = clock::until(LATE_MAX, Duration::from_millis(2), || (sink.count() >= pages).then_some(()));
}

fn name((kind, rate): Case) -> String {
    format!("{} at {rate}/s", kind.name())
}

fn spread(samples: &[Sample], of: impl Fn(&Sample) -> f64) -> Spread {
    Spread::of(samples.iter().map(of))
}

fn ratio(samples: &[Vec<Sample>], ours: usize, of: fn(&Sample) -> f64) -> Spread {
    let values = |case: usize| samples[case].iter().map(of).collect::<Vec<_>>();
    Spread::ratio(&values(ours), &values(ours + 1))
}

fn table(samples: &[Vec<Sample>]) -> Table {
    let title = "page: from the alert's time to its page at a webhook sink, open loop, one page an alert";
    let columns =
        ["case", "page p50 ms", "page p99 ms", "answer p50 ms", "cpu us/page", "late", "repeated", "failed"];
    let mut table = Table::new(title, &columns);
    for (case, samples) in CASES.iter().zip(samples) {
        table.row(vec![
            name(*case),
            spread(samples, |sample| sample.page_p50_ms).shown(2),
            spread(samples, |sample| sample.page_p99_ms).shown(2),
            format!("{:.2}", spread(samples, |sample| sample.answer_p50_ms).median),
            format!("{:.0}", spread(samples, |sample| sample.cpu_us).median),
            samples.iter().map(|sample| sample.late).sum::<usize>().to_string(),
            samples.iter().map(|sample| sample.again).sum::<u64>().to_string(),
            samples.iter().map(|sample| sample.failed).sum::<u64>().to_string(),
        ]);
    }
    for ours in [0, 2] {
        table.note(format!(
            "at {}/s, evenkeel / alertmanager: p50 {} x, p99 {} x",
            CASES[ours].1,
            ratio(samples, ours, |sample| sample.page_p50_ms).shown(2),
            ratio(samples, ours, |sample| sample.page_p99_ms).shown(2)
        ));
    }
    table.note(format!("late: no page within {} s of the last answer", LATE_MAX.as_secs()));
    table.note("ours: alert, intent and outcome are on disk, pages are signed; the peer's groups wait 0 s and hold one alert each");
    table.noise(&samples.iter().flatten().map(|sample| sample.noise).collect::<Vec<_>>());
    table
}

fn json(samples: &[Vec<Sample>]) -> Value {
    let cases = CASES.iter().zip(samples).map(|(case, samples)| {
        let of = |of: fn(&Sample) -> f64| spread(samples, of).json();
        json!({
            "case": name(*case),
            "page_p50_ms": of(|sample| sample.page_p50_ms),
            "page_p99_ms": of(|sample| sample.page_p99_ms),
            "answer_p50_ms": of(|sample| sample.answer_p50_ms),
            "cpu_us_per_page": of(|sample| sample.cpu_us),
            "late": samples.iter().map(|sample| sample.late).sum::<usize>(),
            "repeated": samples.iter().map(|sample| sample.again).sum::<u64>(),
            "failed": samples.iter().map(|sample| sample.failed).sum::<u64>(),
            "noise": noise_json(&samples.iter().map(|sample| sample.noise).collect::<Vec<_>>()),
        })
    });
    let ratios = [0, 2].map(|ours| {
        json!({
            "rate": CASES[ours].1,
            "p50": ratio(samples, ours, |sample| sample.page_p50_ms).json(),
            "p99": ratio(samples, ours, |sample| sample.page_p99_ms).json(),
        })
    });
    json!({ "cases": cases.collect::<Vec<_>>(), "ratios": ratios })
}
