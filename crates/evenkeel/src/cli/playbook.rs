//! `evenkeel playbook …`: its verbs and their arguments.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `evenkeel playbook …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PlaybookVerb {
    /// Say what is wrong with it, with line, caret and hint.
    Check(Check),
    /// Show what was understood.
    Show {
        /// The Markdown file, or a folder of them.
        file: PathBuf,
    },
    /// List what Evenkeel is not sure about.
    Questions {
        /// Those that are answered, too.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        asked: Asked,
    },
    /// Answer a question; the answer is kept beside the document, never in it.
    Answer(Answer),
    /// Answer the open questions one by one, at a terminal.
    Ask {
        /// Who answers; left out: the name you are signed in with here.
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        #[command(flatten)]
        asked: Asked,
    },
}

/// `evenkeel playbook check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Markdown files, or folders of them; each is a playbook of its own.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print a patch of the repairs that are safe instead; apply it with `patch -p0`. Writes nothing.
    #[arg(long, conflicts_with_all = ["sarif", "tools"])]
    pub(crate) fix: bool,
    /// Print SARIF 2.1.0, as code hosts read it.
    #[arg(long)]
    pub(crate) sarif: bool,
    /// End with code 5 when something this bad is found.
    #[arg(long, value_enum, default_value_t = Level::Error)]
    pub(crate) deny: Level,
    #[command(flatten)]
    pub(crate) tools: Tools,
}

/// `evenkeel playbook answer`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  evenkeel playbook answer q-1a2b3c4d5e6f7a8b runbook --in runbooks/ --by Ana\n  evenkeel playbook answer q-1a2b3c4d5e6f7a8b --forget"
)]
pub(crate) struct Answer {
    /// The question's id.
    pub(crate) id: String,
    /// One of the answers it offers, or your own words where it offers none.
    #[arg(required_unless_present = "forget", conflicts_with = "forget")]
    pub(crate) answer: Option<String>,
    /// Only in these Markdown files or folders, may be repeated; left out: in the playbook of the settings.
    #[arg(long = "in", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The settings.
    #[arg(long, default_value = "evenkeel.toml", value_name = "SETTINGS")]
    pub(crate) config: PathBuf,
    /// Who answers; left out: the name you are signed in with here. A command is vouched for with --by only.
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Take the answer out again.
    #[arg(long)]
    pub(crate) forget: bool,
}

/// Which playbook is asked about.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// Markdown files, or folders of them; left out: the playbook of the settings.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The settings.
    #[arg(long, default_value = "evenkeel.toml", value_name = "SETTINGS")]
    pub(crate) config: PathBuf,
}

/// Asking the installed tools.
#[derive(Debug, Args)]
pub(crate) struct Tools {
    /// Ask the installed tools for their `--help` whether each command and option exists; confined, without network.
    #[arg(long)]
    pub(crate) tools: bool,
    /// Look for tools here first, such as `node_modules/.bin`; may be repeated.
    #[arg(long, value_name = "FOLDER", requires = "tools")]
    pub(crate) tools_path: Vec<PathBuf>,
    /// Ask them also where this system has no means to confine them.
    #[arg(long, requires = "tools")]
    pub(crate) tools_unconfined: bool,
    /// Where answers are kept, by version; left out: in the user's cache folder.
    #[arg(long, value_name = "FOLDER", requires = "tools")]
    pub(crate) cache_dir: Option<PathBuf>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Anything at all.
    Info,
    /// Warnings and errors.
    Warning,
    /// Errors.
    Error,
    /// Never: always end with code 0.
    Never,
}
