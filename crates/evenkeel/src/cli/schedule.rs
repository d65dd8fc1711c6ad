//! `evenkeel schedule …`.

use clap::{Args, Subcommand};

/// `evenkeel schedule …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleVerb {
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
