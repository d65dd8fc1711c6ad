//! How many appends a second the SQLite journal takes, by the size of its batches.
//!
//! `cargo run --release -p store --example appends -- [FILE] [SECONDS]`. Each append opens an incident as an alert
//! does: one row of events, one row of the incident, two pieces of work, one timer. Beside it: the same without work
//! and timers, and repeats of alerts that are known already.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use engine::conformance::sample;
use engine::ports::{Batch, Journal, StreamWrite};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::Sqlite;

/// Makes the opening of incident `n`.
type Make = fn(u32) -> StreamWrite;
type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let folder = tempfile::tempdir()?;
    let file = arguments.next().map_or_else(|| folder.path().join("appends.db"), PathBuf::from);
    let seconds: f64 = arguments.next().map_or(Ok(2.0), |text| text.parse())?;
    let length = Duration::from_secs_f64(seconds);
    let began = now();
    let sqlite = Sqlite::open(&file)?;
    let mut journal = sqlite.journal()?;
    println!("open: {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
    println!(
        "{:<28} {:>6} {:>10} {:>9} {:>9} {:>9}",
        "append", "batch", "per second", "p50 ms", "p99 ms", "cpu us"
    );
    let mut next = 0;
    for size in [1, 64, 512] {
        let kinds: [(&str, Make); 2] =
            [("opening", with_real_events), ("opening, 2 pages, 1 timer", with_work)];
        for (name, make) in kinds {
            let first = next;
            report(
                name,
                size,
                length,
                || {
                    let streams = (next..next + size).map(make).collect();
                    next += size;
                    Batch { streams }
                },
                &mut journal,
            )?;
            let (opened, mut expected, mut at) = (next - first, 5, first);
            report(
                "repeat",
                size,
                length / 2,
                || {
                    if at + size > first + opened {
                        (at, expected) = (first, expected + 1);
                    }
                    at += size;
                    Batch {
                        streams: (at - size..at).map(|n| sample::notes(n, expected, &["repeated"])).collect(),
                    }
                },
                &mut journal,
            )?;
        }
    }
    let length = |name: &str| std::fs::metadata(name).map_or(0, |metadata| metadata.len()) >> 20;
    let name = file.display().to_string();
    println!("database {} MiB, log {} MiB, {next} incidents", length(&name), length(&format!("{name}-wal")));
    Ok(())
}

/// Five events of the length that real ones have: 1.6 KB of JSON.
fn with_real_events(n: u32) -> StreamWrite {
    let mut write = sample::opening(n);
    let rule =
        "level 1 of the path for P1 names On-call Primary, who is on duty by the rotation of the week. ";
    write.events.extend((0..3).map(|at| sample::note(&rule.repeat(3), at)));
    write
}

fn with_work(n: u32) -> StreamWrite {
    StreamWrite { events: with_real_events(n).events, ..sample::paging(n) }
}

fn report(
    name: &str,
    size: u32,
    length: Duration,
    mut make: impl FnMut() -> Batch,
    journal: &mut impl Journal,
) -> Result<(), Failure> {
    let mut waits = Vec::new();
    let (began, mut busy, cpu) = (now(), Duration::ZERO, cpu());
    while began.elapsed() < length {
        let batch = make();
        let start = now();
        journal.commit(&batch)?;
        waits.push(start.elapsed());
        busy += start.elapsed();
    }
    let appends = f64::from(u32::try_from(waits.len())?) * f64::from(size);
    let cpu = (self::cpu() - cpu).as_secs_f64() * 1e6 / appends;
    waits.sort_unstable();
    let wait = |part: usize| waits[(waits.len() - 1) * part / 100].as_secs_f64() * 1e3;
    let (p50, p99) = (wait(50), wait(99));
    println!("{name:<28} {size:>6} {:>10.0} {p50:>9.2} {p99:>9.2} {cpu:>9.1}", appends / busy.as_secs_f64());
    Ok(())
}

/// What the process has used of the processors; the making of the batches is in it.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[expect(clippy::disallowed_methods, reason = "a bench measures the world's time")]
fn now() -> Instant {
    Instant::now()
}
