//! The arguments of `evenkeel drill`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `evenkeel drill …`.
#[derive(Debug, Subcommand)]
pub(crate) enum DrillVerb {
    /// List every drill: its runbook, what is seen, and how it went last.
    List {
        /// The data folder in which score cards are kept.
        #[arg(long, default_value = "data", value_name = "FOLDER")]
        data: PathBuf,
    },
    /// Run one and keep its score card; the exit code is 0 if the playbook repaired it.
    Run(DrillRun),
}

/// `evenkeel drill run`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  evenkeel drill run bad-deployment\n  evenkeel drill run origin-missing --hands-off --speed 30\n  evenkeel drill run --surprise\n  evenkeel drill run none --for 24 --speed 60\n  evenkeel drill run bad-deployment --seed 7"
)]
pub(crate) struct DrillRun {
    /// The drill, as `drill list` names it; `none` breaks nothing and watches that nobody is paged.
    #[arg(required_unless_present = "surprise", conflicts_with = "surprise")]
    pub(crate) name: Option<String>,
    /// Draw one and do not tell which until it is over.
    #[arg(long)]
    pub(crate) surprise: bool,
    /// A stand-in answers, approves and tells, plainly marked; it knows what the product shows and nothing else.
    #[arg(long)]
    pub(crate) hands_off: bool,
    /// How many minutes pass in one.
    #[arg(long, default_value_t = 1.0, value_parser = super::speed, value_name = "N")]
    pub(crate) speed: f64,
    /// Play what was recorded of it under a clock and choices that come from this number alone: the same number, the same
    /// transcript. No process of the practice stack runs.
    #[arg(long, value_name = "N", conflicts_with_all = ["speed", "playbook", "record"])]
    pub(crate) seed: Option<u64>,
    /// With --seed: a recording of your own in place of those that come with Evenkeel.
    #[arg(long, value_name = "FILE", requires = "seed")]
    pub(crate) recorded: Option<PathBuf>,
    /// Keep what the monitor measured and what the commands printed, for plays under a seed.
    #[arg(long, value_name = "FILE", requires = "hands_off")]
    pub(crate) record: Option<PathBuf>,
    /// Another playbook than the one that comes with Evenkeel.
    #[arg(long, value_name = "FILE")]
    pub(crate) playbook: Option<PathBuf>,
    /// The data folder in which score cards are kept.
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    pub(crate) data: PathBuf,
    /// Of `none`: for how many hours, by the drill's clock.
    #[arg(long = "for", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=240), value_name = "HOURS")]
    pub(crate) hours: u32,
    /// Write what is told to a file as well.
    #[arg(long, value_name = "FILE")]
    pub(crate) transcript: Option<PathBuf>,
}
