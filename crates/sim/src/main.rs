//! `cargo xtask sim`: tells stories by the thousand and shows the first that breaks a promise.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to whoever started it")]

use sim::{Fault, Mutant, Tally, Telling, Told, tell};
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const USAGE: &str = "usage: sim [--seeds N] [--from S] [--one SEED] [--mutant NAME] [--go-on]";

/// How often the progress is shown.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// How many broken promises are told when it is to go on after the first.
const BROKEN_MAX: usize = 20;

struct Options {
    seeds: u64,
    from: u64,
    one: Option<u64>,
    mutant: Option<Mutant>,
    /// Whether it goes on after the first broken promise.
    go_on: bool,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match options(&words) {
        Ok(Options { one: Some(seed), mutant, .. }) => one(seed, mutant),
        Ok(options) => many(&options),
        Err(why) => {
            eprintln!("sim: {why}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn options(words: &[String]) -> Result<Options, String> {
    let mut options = Options { seeds: 1_000, from: 0, one: None, mutant: None, go_on: false };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--seeds" => options.seeds = number(value()?)?,
            "--from" => options.from = number(value()?)?,
            "--one" => options.one = Some(number(value()?)?),
            "--go-on" => options.go_on = true,
            "--mutant" => {
                let name = value()?;
                let found = Mutant::ALL.into_iter().find(|mutant| format!("{mutant:?}") == *name);
                let names = || Mutant::ALL.map(|mutant| format!("{mutant:?}")).join(", ");
                options.mutant =
                    Some(found.ok_or_else(|| format!("no mutant {name:?}; there are {}", names()))?);
            }
            other => return Err(format!("unknown word {other:?}")),
        }
    }
    Ok(options)
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number of seeds"))
}

/// Tells one story with every step of it.
fn one(seed: u64, mutant: Option<Mutant>) -> ExitCode {
    let told = tell(seed, &Telling { mutant, trace: true, ..Telling::default() });
    told.trace.iter().for_each(|line| println!("{line}"));
    match &told.broken {
        Some((step, broken)) => {
            println!("seed {seed}, step {step}: promise {}: {}", broken.promise, broken.how);
            ExitCode::FAILURE
        }
        None => {
            println!(
                "seed {seed}: every promise was kept in {} steps, {:.1} h",
                told.steps,
                hours(told.passed_ms)
            );
            ExitCode::SUCCESS
        }
    }
}

/// What all stories together came to.
#[derive(Default)]
struct Sum {
    tally: Tally,
    passed_ms: i64,
    steps: u64,
    broken: Vec<(u64, u32, sim::Broken)>,
}

fn many(options: &Options) -> ExitCode {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, stop, sum) = (AtomicU64::new(0), AtomicBool::new(false), Mutex::new(Sum::default()));
    let telling = Telling { mutant: options.mutant, ..Telling::default() };
    let begun = now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (next, stop, sum, telling) = (&next, &stop, &sum, &telling);
            scope.spawn(move || {
                let mut shown = Instant::elapsed(&begun);
                while !stop.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= options.seeds {
                        break;
                    }
                    let seed = options.from + at;
                    let told = tell(seed, telling);
                    let found = told.broken.is_some();
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    add(&mut sum, seed, told);
                    let enough = !options.go_on || sum.broken.len() >= BROKEN_MAX;
                    if found && enough {
                        stop.store(true, Ordering::Relaxed);
                    }
                    drop(sum);
                    let elapsed = begun.elapsed();
                    if thread == 0 && elapsed - shown > PROGRESS_EVERY && std::io::stderr().is_terminal() {
                        shown = elapsed;
                        eprintln!("{at} of {} seeds, {:.0} a second", options.seeds, rate(at, elapsed));
                    }
                }
            });
        }
    });
    let told = next.load(Ordering::Relaxed).min(options.seeds);
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    report(options, told, &sum, begun.elapsed())
}

fn add(sum: &mut Sum, seed: u64, told: Told) {
    sum.tally.extend(&told.tally);
    sum.passed_ms += told.passed_ms;
    sum.steps += u64::from(told.steps);
    sum.broken.extend(told.broken.map(|(step, broken)| (seed, step, broken)));
}

fn report(options: &Options, told: u64, sum: &Sum, took: Duration) -> ExitCode {
    println!(
        "{told} seeds from {}: {:.0} simulated hours, {} steps, {} faults, {:.1} s, {:.0} seeds a second",
        options.from,
        hours(sum.passed_ms),
        sum.steps,
        sum.tally.total(),
        took.as_secs_f64(),
        rate(told, took)
    );
    for fault in Fault::ALL {
        println!("  {:>9}  {fault:?}", sum.tally.of(fault));
    }
    let mut broken = sum.broken.clone();
    broken.sort_by_key(|(seed, ..)| *seed);
    for (seed, step, broken) in &broken {
        println!("seed {seed}, step {step}: promise {}: {}", broken.promise, broken.how);
    }
    let Some((seed, ..)) = broken.first() else { return ExitCode::SUCCESS };
    println!("\nthe story of seed {seed}, with as few kinds of faults as break it the same way:");
    let mutant = options.mutant;
    let without = sim::fewest(*seed, mutant);
    let told = tell(*seed, &Telling { mutant, without, trace: true });
    told.trace.iter().for_each(|line| println!("{line}"));
    if let Some((step, broken)) = told.broken {
        println!("seed {seed}, step {step}: promise {}: {}", broken.promise, broken.how);
    }
    println!("again: cargo xtask sim --one {seed}");
    ExitCode::FAILURE
}

#[expect(clippy::disallowed_methods, reason = "how long the stories take to tell; none of them sees it")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn hours(ms: i64) -> f64 {
    ms as f64 / 3_600_000.0
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn rate(seeds: u64, took: Duration) -> f64 {
    seeds as f64 / took.as_secs_f64().max(0.001)
}
