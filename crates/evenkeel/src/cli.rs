//! The command line: every verb, its arguments and its help. What each does is in `commands/`.

mod access;
mod agent;
mod db;
mod drill;
mod heartbeat;
mod playbook;
mod schedule;
mod silence;
mod status;

pub(crate) use access::{PersonVerb, ScopeArg, TokenVerb};
pub(crate) use agent::AgentArgs;
pub(crate) use db::DbVerb;
pub(crate) use drill::{DrillRun, DrillVerb};
pub(crate) use heartbeat::{HeartbeatVerb, SignArg};
pub(crate) use playbook::{Answer, Asked, Check, Level, PlaybookVerb, Tools};

pub(crate) use schedule::{ScheduleVerb, SwapArgs, TakeArgs, WhoseArgs};
pub(crate) use silence::{AddSilence, SilenceVerb};
pub(crate) use status::{PhaseArg, StatusVerb};

use crate::exit::CODES;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Turns a team's own Markdown playbook into the on-call system it describes.
#[derive(Debug, Parser)]
#[command(name = "evenkeel", version, after_help = CODES, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) reach: Reach,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// How to reach the server, and how to print.
#[derive(Clone, Debug, Args)]
pub(crate) struct Reach {
    /// Print JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The server's address.
    #[arg(
        long,
        global = true,
        env = "EVENKEEL_SERVER",
        default_value = "http://127.0.0.1:7300",
        value_name = "URL"
    )]
    pub(crate) server: String,
    /// A token of `evenkeel token create`.
    #[arg(long, global = true, env = "EVENKEEL_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Break a small practice stack and run its incident from alert to postmortem.
    Demo(Demo),
    /// Break the practice stack in a named way, have it handled, and keep the score.
    #[command(subcommand)]
    Drill(DrillVerb),
    /// Run the server.
    Serve(Serve),
    /// Run a server's commands on this host.
    Agent(AgentArgs),
    /// List the agents of a server: who is there, and at work on what.
    Agents,
    /// Look at a playbook as Evenkeel understands it.
    #[command(subcommand)]
    Playbook(PlaybookVerb),
    /// Send an alert.
    #[command(subcommand)]
    Alert(AlertVerb),
    /// List, show and work on incidents.
    #[command(subcommand)]
    Incident(IncidentVerb),
    /// Find a runbook, or run one of its commands.
    #[command(subcommand)]
    Runbook(RunbookVerb),
    /// Tell people, or see what they were told.
    #[command(subcommand)]
    Status(StatusVerb),
    /// The postmortem of an incident.
    #[command(subcommand)]
    Postmortem(PostmortemVerb),
    /// What Evenkeel itself looks at.
    #[command(subcommand)]
    Probe(ProbeVerb),
    /// Who is on call when.
    #[command(subcommand)]
    Schedule(ScheduleVerb),
    /// What holds alerts back.
    #[command(subcommand)]
    Silence(SilenceVerb),
    /// What is expected to say that it lives.
    #[command(subcommand)]
    Heartbeat(HeartbeatVerb),
    /// People's accounts, for whoever runs the server.
    #[command(subcommand)]
    Person(PersonVerb),
    /// Keys for programs.
    #[command(subcommand)]
    Token(TokenVerb),
    /// Move, back up and bring back everything that is kept.
    #[command(subcommand)]
    Db(DbVerb),
    /// Check settings, playbook, storage, channels and tools before the night does.
    Doctor(Doctor),
    /// Walk through the time to come: when would an incident of which severity wake nobody?
    Preflight(Preflight),
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// The practice stack that the demo breaks.
    #[command(disable_help_flag = true, trailing_var_arg = true)]
    Range {
        /// What to do; `evenkeel range help` lists it.
        #[arg(allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Print documentation generated from this program.
    #[command(hide = true, subcommand)]
    Docs(DocsVerb),
}

/// `evenkeel demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  evenkeel demo\n  evenkeel demo --hands-off --speed 60\n  evenkeel demo --playbook our-playbook.md"
)]
pub(crate) struct Demo {
    /// A stand-in person answers, approves and tells, plainly marked; ends by itself.
    #[arg(long)]
    pub(crate) hands_off: bool,
    /// How many minutes pass in one.
    #[arg(long, default_value_t = 1.0, value_parser = speed, value_name = "N")]
    pub(crate) speed: f64,
    /// Another playbook than the one that comes with Evenkeel.
    #[arg(long, value_name = "FILE")]
    pub(crate) playbook: Option<PathBuf>,
    /// Write what is told to a file as well.
    #[arg(long, value_name = "FILE")]
    pub(crate) transcript: Option<PathBuf>,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if (1.0..=600.0).contains(&speed) { Ok(speed) } else { Err("between 1 and 600".to_owned()) }
}

/// `evenkeel serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The settings.
    #[arg(long, default_value = "evenkeel.toml", value_name = "FILE")]
    pub(crate) config: PathBuf,
}

/// `evenkeel doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The settings.
    #[arg(long, default_value = "evenkeel.toml", value_name = "FILE")]
    pub(crate) config: PathBuf,
}

/// `evenkeel preflight`.
#[derive(Debug, Args)]
pub(crate) struct Preflight {
    /// The settings.
    #[arg(long, default_value = "evenkeel.toml", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// How many days are looked through.
    #[arg(long, default_value_t = crate::wiring::AHEAD_DAYS, value_parser = clap::value_parser!(u32).range(1..=366), value_name = "N")]
    pub(crate) days: u32,
}

/// `evenkeel alert …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AlertVerb {
    /// Send one.
    #[command(
        after_help = "Example:\n  evenkeel alert send --token KEY --key api-5xx --title 'API returns 5xx' --severity critical"
    )]
    Send {
        /// What makes two deliveries the same alert.
        #[arg(long)]
        key: String,
        /// One line for people.
        #[arg(long)]
        title: String,
        /// More.
        #[arg(long, default_value = "")]
        description: String,
        /// How bad, in the source's own word.
        #[arg(long)]
        severity: Option<String>,
        /// It is over.
        #[arg(long)]
        resolve: bool,
        /// A label, as NAME=VALUE; may be repeated.
        #[arg(long = "label", value_name = "NAME=VALUE")]
        labels: Vec<String>,
    },
}

/// `evenkeel incident …`.
#[derive(Debug, Subcommand)]
pub(crate) enum IncidentVerb {
    /// List incidents, the worst first.
    List {
        /// Resolved ones too.
        #[arg(long)]
        all: bool,
        /// Only those with this text.
        #[arg(long)]
        text: Option<String>,
    },
    /// Show one.
    Show {
        /// Its id.
        id: String,
    },
    /// Say that you have it.
    Ack {
        /// Its id.
        id: String,
        /// In so many minutes.
        #[arg(long, value_name = "MINUTES", conflicts_with = "cannot")]
        within: Option<u32>,
        /// You cannot: wake the next.
        #[arg(long)]
        cannot: bool,
    },
    /// Write a note on its timeline.
    Note {
        /// Its id.
        id: String,
        /// The text.
        text: String,
    },
    /// Change its severity.
    Severity {
        /// Its id.
        id: String,
        /// The severity's name.
        severity: String,
        /// Why; needed for lowering.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Say that it is over.
    Resolve {
        /// Its id.
        id: String,
        /// What fixed it.
        summary: String,
    },
    /// Why was this person woken, or not?
    Why {
        /// Its id.
        id: String,
        /// Only about this person.
        person: Option<String>,
    },
}

/// `evenkeel runbook …`.
#[derive(Debug, Subcommand)]
pub(crate) enum RunbookVerb {
    /// Which runbooks fit a text, and why.
    Match {
        /// What is seen.
        text: String,
        /// In this playbook instead of the server's.
        #[arg(long, value_name = "FILE")]
        playbook: Option<PathBuf>,
    },
    /// Run a command of an incident's runbook, or lay it out to wait for a word: what changes something, and looks where the settings say so.
    Run {
        /// The incident's id.
        id: String,
        /// The step's number; left out: the quick diagnostics.
        #[arg(long)]
        step: Option<u32>,
        /// Which of the step's commands, from 1.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        command: u32,
        /// A value for a blank, as NAME=VALUE; may be repeated.
        #[arg(long = "set", value_name = "NAME=VALUE")]
        values: Vec<String>,
    },
    /// Approve a command that waits.
    Approve {
        /// The incident's id.
        id: String,
        /// The run's number.
        run: u32,
        /// The exact command, so that nothing else can be approved.
        #[arg(long)]
        command: String,
        /// The agent on which it would run; left out: the server itself.
        #[arg(long, value_name = "AGENT")]
        on: Option<String>,
    },
    /// Stop a command that runs: it is asked to end, then ended by force.
    Stop {
        /// The incident's id.
        id: String,
        /// The run's number.
        run: u32,
    },
}

/// `evenkeel postmortem …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PostmortemVerb {
    /// Print it as Markdown: as saved, or drafted from what happened.
    Draft {
        /// The incident's id.
        id: String,
    },
}

/// `evenkeel probe …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ProbeVerb {
    /// What each probe of the server holds of its target.
    List,
    /// Look once, from this machine; it counts for nothing.
    Try {
        /// The probe's name in the settings, or of one that they take from the playbook.
        name: String,
        /// The settings.
        #[arg(long, default_value = "evenkeel.toml", value_name = "FILE")]
        config: PathBuf,
    },
    /// Print the probes that a playbook asks for, as they would stand in the settings.
    Suggest {
        /// The Markdown file, or a folder of them; left out: the playbook of the settings.
        file: Option<PathBuf>,
        /// The settings.
        #[arg(long, default_value = "evenkeel.toml", value_name = "FILE")]
        config: PathBuf,
    },
}

/// `evenkeel docs …`.
#[derive(Debug, Subcommand)]
pub(crate) enum DocsVerb {
    /// The command line as Markdown.
    Cli,
}
