//! `evenkeel schedule …`.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use std::path::PathBuf;

/// `evenkeel schedule …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleVerb {
    /// List schedules: who is on call now and next, and the overrides that people made.
    List {
        /// Also overrides that are over.
        #[arg(long)]
        all: bool,
    },
    /// Show a schedule's shifts.
    Show {
        /// The schedule.
        schedule: String,
        /// For how many days.
        #[arg(long, default_value_t = 28, value_parser = clap::value_parser!(u32).range(1..=366), value_name = "N")]
        days: u32,
    },
    /// Somebody takes a stretch of a schedule, whoever has it.
    Override(TakeArgs),
    /// Two people exchange two shifts, each named by an instant in it.
    Swap(SwapArgs),
    /// End an override or a swap early: the schedules have it as before.
    End {
        /// Its id.
        id: String,
    },
    /// Print the schedules of the settings, with the overrides that people made, as settings.
    #[command(after_help = "Example:\n  evenkeel schedule export --config evenkeel.toml")]
    Export {
        /// The settings.
        #[arg(long, default_value = "evenkeel.toml", value_name = "FILE")]
        config: PathBuf,
        /// Without asking a server for what people made.
        #[arg(long)]
        settings_only: bool,
    },
    /// Print a calendar for calendar programs (iCalendar): the last 14 and the coming 90 days, an event a shift.
    #[command(
        after_help = "Examples:\n  evenkeel schedule ics platform > platform.ics\n  evenkeel schedule ics --person eva"
    )]
    Ics(WhoseArgs),
    /// Print an address at which a calendar program reads it without signing in. Yours before is good no more.
    #[command(
        after_help = "Examples:\n  evenkeel schedule address platform\n  evenkeel schedule address --person eva\n  evenkeel schedule address platform --forget"
    )]
    Address {
        #[command(flatten)]
        whose: WhoseArgs,
        /// Make none; take yours back.
        #[arg(long)]
        forget: bool,
    },
}

/// Whose calendar.
#[derive(Debug, Args)]
pub(crate) struct WhoseArgs {
    /// The schedule.
    #[arg(value_name = "SCHEDULE", required_unless_present = "person", conflicts_with = "person")]
    pub(crate) schedule: Option<String>,
    /// Instead a person's, over all schedules.
    #[arg(long)]
    pub(crate) person: Option<String>,
}

/// `evenkeel schedule override`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  evenkeel schedule override platform eva --for 2h --reason 'the dentist'\n  evenkeel schedule override platform eva --from 2026-12-24T08:00:00Z --until 2026-12-27T08:00:00Z --reason 'holidays'"
)]
pub(crate) struct TakeArgs {
    /// The schedule.
    pub(crate) schedule: String,
    /// Who takes it, by short name; several share it.
    #[arg(required = true, value_name = "PERSON")]
    pub(crate) people: Vec<String>,
    /// From when on; left out: from now.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Timestamp>,
    /// Until when, as 2026-01-05T22:00:00Z.
    #[arg(long, value_name = "TIME", required_unless_present = "length", conflicts_with = "length")]
    pub(crate) until: Option<Timestamp>,
    /// For how long: `30min`, `2h`, `3d`.
    #[arg(long = "for", value_name = "LENGTH")]
    pub(crate) length: Option<String>,
    /// Why.
    #[arg(long)]
    pub(crate) reason: String,
}

/// `evenkeel schedule swap`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  evenkeel schedule swap platform eva 2026-12-07T12:00:00Z --with dev 2026-12-14T12:00:00Z --reason 'the school play'"
)]
pub(crate) struct SwapArgs {
    /// The schedule.
    pub(crate) schedule: String,
    /// Whose shift, by short name.
    pub(crate) person: String,
    /// An instant in it, as 2026-12-07T12:00:00Z.
    #[arg(value_name = "TIME")]
    pub(crate) at: Timestamp,
    /// The other's short name, and an instant in their shift.
    #[arg(long, num_args = 2, required = true, value_names = ["PERSON", "TIME"])]
    pub(crate) with: Vec<String>,
    /// The other shift's schedule; left out: the same.
    #[arg(long, value_name = "SCHEDULE")]
    pub(crate) of: Option<String>,
    /// Why.
    #[arg(long)]
    pub(crate) reason: String,
}
