//! `cargo xtask bench`: what Evenkeel costs beside Debian's Alertmanager, as ratios within one run.
//!
//! Lives here: servers started and stopped by pid on loopback, a load generator, a sink for pages, and the tables. Every
//! loop is bounded in count and time. Must never be here: a judgement. A ratio is printed with its spread and with how
//! noisy the machine was, and a reader judges.

mod bodies;
mod check;
mod clock;
mod compile;
mod crash;
mod documents;
mod folder;
#[path = "../../../crates/playbook/tests/it/hostile.rs"]
mod hostile;
mod intake;
mod load;
mod noise;
mod numbers;
mod page;
mod process;
mod report;
mod server;
mod sink;
mod start;
mod wire;

use std::fs;
use std::path::PathBuf;

use crate::args::{Bench, BenchOptions, Pace};
use crate::failure::Failure;
use crate::machine;

use report::Report;

/// What every bench needs to know.
pub(crate) struct Setting {
    /// Where servers keep what they keep: on the disk that the workspace lies on.
    folder: PathBuf,
    pace: Pace,
}

/// Runs the benches asked for, prints them and writes them down.
pub(crate) fn run(options: &BenchOptions) -> Result<(), Failure> {
    let setting = Setting::make(options.pace)?;
    let mut report = Report::begin(options.pace);
    for bench in Bench::ALL.into_iter().filter(|bench| options.only.is_none_or(|only| only == *bench)) {
        eprintln!("── {}", bench.name());
        match bench {
            Bench::Compile => compile::run(&setting, &mut report)?,
            Bench::Check => check::run(&setting, &mut report)?,
            Bench::Documents => documents::run(&setting, &mut report)?,
            Bench::Start => start::run(&setting, &mut report)?,
            Bench::Intake => intake::run(&setting, &mut report)?,
            Bench::Page => page::run(&setting, &mut report)?,
        }
    }
    let cleaned = fs::remove_dir_all(&setting.folder).map_err(Failure::io(setting.folder.display()));
    report.print();
    if let Some(file) = &options.json {
        report.write(file)?;
    }
    cleaned
}

impl Setting {
    fn make(pace: Pace) -> Result<Setting, Failure> {
        let folder = machine::root().join("target").join(format!("bench-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(Failure::io(folder.display()))?;
        Ok(Setting { folder, pace })
    }

    /// The release build of the product, beside this one.
    fn program(&self) -> Result<PathBuf, Failure> {
        let built = std::env::current_exe().map_err(Failure::io("the program of the benches"))?;
        let program = built.with_file_name("evenkeel");
        if program.is_file() {
            return Ok(program);
        }
        Err(Failure::Missing(format!("{}: not there; `cargo xtask bench` builds it", program.display())))
    }

    /// The peer.
    fn peer(&self) -> Result<PathBuf, Failure> {
        machine::on_path("prometheus-alertmanager").ok_or_else(|| {
            Failure::Missing(
                "prometheus-alertmanager: not there; `apt-get install prometheus-alertmanager`".into(),
            )
        })
    }

    /// One number for a full run, a smaller one for a quick look.
    fn either<T>(&self, full: T, quick: T) -> T {
        match self.pace {
            Pace::Full => full,
            Pace::Quick => quick,
        }
    }
}

/// The order of one round: forwards, then backwards, so that a drift of the machine hits all cases alike.
fn order<T: Copy>(cases: &[T], round: usize) -> Vec<T> {
    let mut order = cases.to_vec();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_second_round_runs_backwards() {
        assert_eq!(order(&[1, 2, 3], 0), [1, 2, 3]);
        assert_eq!(order(&[1, 2, 3], 1), [3, 2, 1]);
    }
}
