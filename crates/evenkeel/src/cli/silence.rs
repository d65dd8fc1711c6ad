//! `evenkeel silence …`.

use clap::{Args, Subcommand};

/// `evenkeel silence …`.
#[derive(Debug, Subcommand)]
pub(crate) enum SilenceVerb {
    /// Hold alerts back for a while: they open no incident and wake nobody until it ends.
    Add(AddSilence),
    /// List what holds alerts back, and how many each holds now.
    List {
        /// Also those that are over.
        #[arg(long)]
        all: bool,
    },
    /// List the alerts that are held back now.
    Held {
        /// Instead those that were over before the silence was.
        #[arg(long)]
        over: bool,
    },
    /// End one early: what it holds back and still fires opens its incident at once.
    End {
        /// Its id.
        id: String,
    },
}

/// `evenkeel silence add`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  evenkeel silence add --match 'alertname=DiskFull' --match 'host=~\"db-.*\"' --reason 'the disks come on Monday' --for 3d\n  evenkeel silence add --match 'service=API' --reason 'new version' --maintenance --from 2026-01-05T22:00:00Z --for 90min\n  evenkeel silence add --match 'team=web' --preview"
)]
pub(crate) struct AddSilence {
    /// A condition, all of which must hold: a label, `source`, `title` or `key`, then =, !=, =~ or !~ and a value.
    #[arg(long = "match", value_name = "CONDITION", required = true)]
    pub(crate) matchers: Vec<String>,
    /// Why.
    #[arg(long, required_unless_present = "preview", default_value = "")]
    pub(crate) reason: String,
    /// For how long: `30min`, `2h`, `3d`.
    #[arg(long = "for", value_name = "LENGTH", required_unless_present_any = ["until", "preview"], conflicts_with = "until")]
    pub(crate) length: Option<String>,
    /// Until when, as 2026-01-05T22:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<jiff::Timestamp>,
    /// From when on; left out: from now.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<jiff::Timestamp>,
    /// Somebody works on it, rather than merely knows of it.
    #[arg(long)]
    pub(crate) maintenance: bool,
    /// Make none; say which of the alerts that came last it would cover.
    #[arg(long)]
    pub(crate) preview: bool,
}
