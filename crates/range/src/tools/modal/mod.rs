//! The stand-in for `modal`: the practice sandbox app, its containers, its log and its deployments. It takes what the
//! real tool (client 1.6) takes of these commands, and refuses what that one refuses.

mod app;
mod container;
mod deploy;
mod logs;
mod time;

use super::args::{ArgError, Flag, Parsed, parse, switch, value};
use super::session::Session;
use super::{Dialect, LABEL};
use crate::RangeError;
use crate::log::ServiceName;
use crate::sandbox::app::App;
use crate::sandbox::kept::{Kept, Stage};

/// The client that this one behaves like.
const CLIENT: &str = "1.6.4";
/// The environments that the practice account has; both are the same one.
const ENVIRONMENTS: [&str; 2] = ["main", "production"];

const GLOBAL: &[Flag] = &[switch("help").short('h'), switch("version"), value("profile")];
const IN_ENV: &[Flag] = &[value("env").short('e')];
const JSON: &[Flag] = &[switch("json")];
const YES: &[Flag] = &[switch("yes").short('y')];
const STRATEGY: &[Flag] = &[value("strategy")];

const HELP: &str = "Usage: modal [OPTIONS] COMMAND [ARGS]...

Commands:
  app list [--json] [--limit N]       Apps that are running, deployed or were stopped recently
  app logs APP [-f] [-n N] [...]      The last 100 entries; -f streams what comes
  app history APP [--json]            The deployments of an app
  app rollover APP                    Fresh containers for the same version
  app rollback APP [VERSION]          A previous version again, such as v3
  app stop APP [-y]                   Permanently stop an app and end its containers
  container list [--json]             Containers that run
  container logs CONTAINER_ID [...]   The last 100 entries of one container
  container stop CONTAINER_ID [-y]    End a container
  deploy APP_REF [--name] [--tag]     Deploy the app, such as sandbox.py";

/// What a command does with its arguments.
type Command = fn(&mut Session<'_>, &Parsed) -> Result<i32, RangeError>;

/// Why a command does nothing.
enum No {
    /// The command line is wrong: exit code 2.
    Usage(String),
    /// It cannot be done: exit code 1.
    Refused(String),
}

/// Runs one command.
pub(super) fn run(session: &mut Session<'_>, args: &[String]) -> Result<i32, RangeError> {
    let words: Vec<&str> = args.iter().map(String::as_str).take(2).collect();
    let rest = |n: usize| args.get(n..).unwrap_or_default();
    match words.as_slice() {
        ["app", "list"] => with(session, &[IN_ENV, JSON, app::LIMIT], rest(2), app::list),
        ["app", "history"] => with(session, &[IN_ENV, JSON], rest(2), app::history),
        ["app", "logs"] => with(session, &[IN_ENV, logs::OPTIONS, logs::OF_APP], rest(2), logs::of_app),
        ["app", "stop"] => with(session, &[IN_ENV, YES], rest(2), app::stop),
        ["app", "rollover"] => with(session, &[IN_ENV, STRATEGY], rest(2), app::roll_over),
        ["app", "rollback"] => with(session, &[IN_ENV, STRATEGY], rest(2), app::roll_back),
        ["container", "list"] => with(session, &[IN_ENV, JSON, container::OF_APP], rest(2), container::list),
        ["container", "logs"] => {
            with(session, &[logs::OPTIONS, logs::OF_CONTAINER], rest(2), logs::of_container)
        }
        ["container", "stop"] => with(session, &[YES, container::GRACEFUL], rest(2), container::stop),
        ["container", "exec"] => container::exec(session),
        ["deploy", ..] => with(session, &[IN_ENV, STRATEGY, deploy::OPTIONS], rest(1), deploy::run),
        _ => with(session, &[], args, |session, parsed| match parsed.words().as_slice() {
            [] | ["app" | "container"] => missing(session),
            ["app" | "container", other, ..] | [other, ..] => {
                usage(session, &format!("No such command '{other}'."))
            }
        }),
    }
}

fn with(
    session: &mut Session<'_>,
    flags: &[&[Flag]],
    args: &[String],
    command: Command,
) -> Result<i32, RangeError> {
    let flags = [flags, [GLOBAL].as_slice()].concat();
    match parse(&flags, args) {
        Ok(parsed) if parsed.has("version") => {
            session.say(&format!("modal client version: {CLIENT} ({LABEL})"))?;
            Ok(0)
        }
        Ok(parsed) if parsed.has("help") => {
            session.say(&format!("{HELP}\n\n({LABEL})"))?;
            Ok(0)
        }
        Ok(parsed) => match parsed.value("env").filter(|env| !ENVIRONMENTS.contains(env)) {
            Some(env) => refuse(session, &format!("Environment '{env}' not found.")),
            None => command(session, &parsed),
        },
        Err(ArgError::Unknown(flag)) => usage(session, &format!("No such option '{flag}'.")),
        Err(ArgError::MissingValue(flag)) => {
            usage(session, &format!("Option '{flag}' requires an argument."))
        }
    }
}

/// A command without its arguments: the real tool prints its help as an error.
fn missing(session: &mut Session<'_>) -> Result<i32, RangeError> {
    session.remark(&format!("{HELP}\n\n({LABEL})"))?;
    Ok(2)
}

fn usage(session: &mut Session<'_>, why: &str) -> Result<i32, RangeError> {
    session.remark(&format!("Usage: modal [OPTIONS] COMMAND [ARGS]...\nError: {why}\n({LABEL})"))?;
    Ok(2)
}

fn refuse(session: &mut Session<'_>, why: &str) -> Result<i32, RangeError> {
    session.remark(&format!("Error: {why}\n({LABEL})"))?;
    Ok(1)
}

impl No {
    fn say(&self, session: &mut Session<'_>) -> Result<i32, RangeError> {
        match self {
            Self::Usage(why) => usage(session, why),
            Self::Refused(why) => refuse(session, why),
        }
    }
}

/// Checks that there are so many words: `names` those that must be there, one more that may be when `more` says so.
fn words<'a>(parsed: &'a Parsed, names: &[&str], more: usize) -> Result<Vec<&'a str>, No> {
    let words = parsed.words();
    if let Some(name) = names.get(words.len()) {
        return Err(No::Usage(format!("Missing argument '{name}'.")));
    }
    match words.get(names.len() + more) {
        Some(extra) => Err(No::Usage(format!("Got unexpected extra argument ({extra})"))),
        None => Ok(words),
    }
}

/// The app of that name or id.
fn app_named(session: &Session<'_>, named: &str) -> Result<Result<App, No>, RangeError> {
    let app: App = session.client(ServiceName::Sandbox)?.get("/app")?;
    if named == app.name || named == app.app_id {
        return Ok(Ok(app));
    }
    Ok(Err(No::Refused(format!("No App with name '{named}' found in the 'main' environment."))))
}

/// The containers that run.
fn containers(session: &Session<'_>) -> Result<Vec<Kept>, RangeError> {
    let all: Vec<Kept> = session.client(ServiceName::Sandbox)?.get("/containers")?;
    Ok(all.into_iter().filter(|kept| kept.state != Stage::Paused).collect())
}

/// A question that must be answered with yes, unless `--yes` or an older dialect does; what was answered otherwise.
fn sure(session: &mut Session<'_>, parsed: &Parsed, question: &str) -> Result<Result<(), No>, RangeError> {
    if parsed.has("yes") || session.dialect == Dialect::Seed {
        return Ok(Ok(()));
    }
    if session.seat == super::session::Seat::Terminal {
        return Ok(match session.ask(question)?.is_continue() {
            true => Ok(()),
            false => Err(No::Refused("Aborted.".to_owned())),
        });
    }
    session.say(&format!("{question} [y/N]: "))?;
    let why = "Aborted: no interactive terminal detected. Rerun with --yes (-y) to skip confirmation.";
    Ok(Err(No::Refused(why.to_owned())))
}
