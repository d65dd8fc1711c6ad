//! The stand-in for `convex`, which is called by `npx`, as of 1.48: logs, environment variables,
//! deployment and dashboard of the practice backend. As with the real tool, what is not told `--prod` acts on a dev
//! deployment, which nobody uses.

mod data;
mod deploy;
mod env;
mod logs;
mod run;

use super::args::{ArgError, Flag, Parsed, parse, switch, value};
use super::session::Session;
use super::{Dialect, LABEL};
use crate::RangeError;

const GLOBAL: &[Flag] = &[switch("help").short('h')];
/// Which deployment is meant. The help of the real tool hides some of these.
const TARGET: &[Flag] = &[
    switch("prod"),
    value("deployment"),
    value("deployment-name"),
    value("preview-name"),
    value("env-file"),
    value("url"),
    value("admin-key"),
];
/// Those of them which name a deployment: only one can be meant.
const NAMING: [&str; 5] = ["prod", "deployment", "deployment-name", "preview-name", "url"];
const DASHBOARD: &[Flag] = &[switch("no-open")];

const HELP: &str = "Usage: convex <command> [options]

Commands:
  deploy [options]             Deploy to a production or preview deployment
  run [options] [functionName] [args]  Run a function on your deployment
  dashboard|dash [options]     Open the dashboard in the browser
  logs [options]               Watch logs from your deployment
  env [options]                Set and view environment variables
  data [options] [table]       List tables and print data from your database
  help <command>               Show help for given <command>";

/// A deployment of the practice backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Production,
    Dev,
}

impl Target {
    fn text(self) -> &'static str {
        match self {
            Self::Production => "prod",
            Self::Dev => "dev",
        }
    }
}

/// Runs `convex …`.
pub(super) fn run(session: &mut Session<'_>, args: &[String]) -> Result<i32, RangeError> {
    let (command, rest) = args.split_first().map_or(("", args), |(first, rest)| (first.as_str(), rest));
    match command {
        "logs" if session.dialect == Dialect::Seed => {
            with(session, &[GLOBAL, TARGET, logs::FLAGS, logs::SEED], rest, logs::run)
        }
        "logs" => with(session, &[GLOBAL, TARGET, logs::FLAGS], rest, logs::run),
        "dashboard" | "dash" => with(session, &[GLOBAL, TARGET, DASHBOARD], rest, dashboard),
        "env" => with(session, &[GLOBAL, TARGET, env::FLAGS], rest, env::run),
        "data" => with(session, &[GLOBAL, TARGET, data::FLAGS], rest, data::run),
        "run" => with(session, &[GLOBAL, TARGET, run::FLAGS], rest, run::run),
        "deploy" => with(session, &[GLOBAL, deploy::FLAGS], rest, deploy::run),
        "-V" | "--version" => {
            session.say(&format!("1.48.0 ({LABEL})"))?;
            Ok(0)
        }
        "help" => help(session),
        _ => with(session, &[GLOBAL], args, |session, parsed| match parsed.words().first() {
            None => help(session),
            Some(word) => refuse(session, &format!("unknown command '{word}'")),
        }),
    }
}

type Command = fn(&mut Session<'_>, &Parsed) -> Result<i32, RangeError>;

fn with(
    session: &mut Session<'_>,
    flags: &[&[Flag]],
    args: &[String],
    command: Command,
) -> Result<i32, RangeError> {
    match parse(flags, args) {
        Ok(parsed) if parsed.has("help") => help(session),
        Ok(parsed) => command(session, &parsed),
        Err(ArgError::Unknown(flag)) => refuse(session, &format!("unknown option '{flag}'")),
        Err(ArgError::MissingValue(flag)) => refuse(session, &format!("option '{flag}' argument missing")),
    }
}

pub(super) fn help(session: &mut Session<'_>) -> Result<i32, RangeError> {
    session.say(&format!("{HELP}\n\n({LABEL})"))?;
    Ok(0)
}

fn refuse(session: &mut Session<'_>, why: &str) -> Result<i32, RangeError> {
    session.remark(&format!("error: {why}\n({LABEL})"))?;
    Ok(1)
}

/// Words beyond those that a command takes; the real tool ends there.
fn too_many(session: &mut Session<'_>, command: &str, most: usize, got: usize) -> Result<i32, RangeError> {
    let arguments = if most == 1 { "argument" } else { "arguments" };
    refuse(
        session,
        &format!("too many arguments for '{command}'. Expected {most} {arguments} but got {got}."),
    )
}

/// The deployment that is meant; the error is words for whoever named it. In the seed's dialect nobody says `--prod`.
fn target(session: &Session<'_>, parsed: &Parsed) -> Result<Target, String> {
    let named: Vec<&str> = NAMING.into_iter().filter(|flag| parsed.has(flag)).collect();
    if let [one, other, ..] = named.as_slice() {
        return Err(format!("option '--{one}' cannot be used with option '--{other}'"));
    }
    match parsed.value("deployment").or_else(|| parsed.value("deployment-name")) {
        Some("prod") => return Ok(Target::Production),
        Some("dev") => return Ok(Target::Dev),
        Some(other) => {
            return Err(format!("deployment {other} not found; this project has `prod` and `dev`"));
        }
        None => {}
    }
    if let Some(flag) = ["preview-name", "url"].into_iter().find(|flag| parsed.has(flag)) {
        return Err(format!("--{flag} names no deployment of this project; it has `prod` and `dev`"));
    }
    let production = parsed.has("prod") || session.dialect == Dialect::Seed;
    Ok(if production { Target::Production } else { Target::Dev })
}

fn dashboard(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    if !parsed.words().is_empty() {
        return too_many(session, "dashboard", 0, parsed.words().len());
    }
    if let Err(why) = target(session, parsed) {
        return refuse(session, &why);
    }
    session.say("https://dashboard.convex.dev/")?;
    if !parsed.has("no-open") {
        session.remark(&format!("No browser is opened here ({LABEL})"))?;
    }
    Ok(0)
}
