//! The stand-in for `modal`: the practice sandbox app, its log, and its deployments.

use std::ops::ControlFlow;
use std::path::Path;

use serde_json::json;

use super::args::{ArgError, Flag, Parsed, parse, switch, value};
use super::session::{Seat, Session};
use super::{Dialect, LABEL};
use crate::RangeError;
use crate::client::{LogRequest, Until};
use crate::clock::{utc, utc_plain};
use crate::log::{Record, ServiceName};
use crate::sandbox::app::{App, AppAction, AppOrder, AppState};
use crate::sandbox::project;
use crate::sandbox::settings::Values;

/// Who deploys, as the app's history shows it.
const AUTHOR: &str = "practice@example.test";
/// What the real tool prints of a log without `--follow`.
const TAIL_DEFAULT: usize = 100;
const GLOBAL: &[Flag] = &[value("env").short('e'), switch("help"), switch("version")];
const LIST: &[Flag] = &[switch("json")];
const LOGS: &[Flag] = &[
    switch("follow").short('f'),
    value("tail"),
    value("since"),
    value("until"),
    value("search"),
    value("function"),
    switch("timestamps"),
];
const CHANGE: &[Flag] = &[switch("yes").short('y'), value("strategy")];
const DEPLOY: &[Flag] = &[value("name"), value("tag"), value("strategy"), switch("stream-logs")];

const HELP: &str = "Usage: modal [OPTIONS] COMMAND [ARGS]...

Commands:
  app list                          Apps that are deployed, or were stopped recently
  app logs APP [-f] [--tail N]      The last 100 lines; -f goes on
  app stop APP [-y]                 Stop the app and end its containers
  app rollover APP                  Fresh containers for the same version
  app rollback APP [VERSION]        Put an older version back
  deploy APP_REF                    Deploy the app, such as sandbox.py";

/// Runs one command.
pub(super) fn run(session: &mut Session<'_>, args: &[String]) -> Result<i32, RangeError> {
    let words: Vec<&str> = args.iter().map(String::as_str).take(2).collect();
    let rest = |n: usize| args.get(n..).unwrap_or_default();
    match words.as_slice() {
        ["app", "list"] => with(session, &[GLOBAL, LIST], rest(2), list),
        ["app", "logs"] => with(session, &[GLOBAL, LOGS], rest(2), logs),
        ["app", "stop"] => with(session, &[GLOBAL, CHANGE], rest(2), stop),
        ["app", "rollover"] => {
            with(session, &[GLOBAL, CHANGE], rest(2), |s, p| change(s, p, AppAction::Rollover))
        }
        ["app", "rollback"] => with(session, &[GLOBAL, CHANGE], rest(2), roll_back),
        ["deploy", ..] => with(session, &[GLOBAL, DEPLOY], rest(1), deploy),
        _ => with(session, &[GLOBAL], args, |session, parsed| match parsed.words().as_slice() {
            [] => help(session),
            ["app"] => usage(session, "Missing command."),
            ["app", other, ..] | [other, ..] => usage(session, &format!("No such command '{other}'.")),
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
        Ok(parsed) if parsed.has("version") => {
            session.say(&format!("modal client version: 1 ({LABEL})"))?;
            Ok(0)
        }
        Ok(parsed) if parsed.has("help") => help(session),
        Ok(parsed) => command(session, &parsed),
        Err(ArgError::Unknown(flag)) => usage(session, &format!("No such option: {flag}")),
        Err(ArgError::MissingValue(flag)) => {
            usage(session, &format!("Option '{flag}' requires an argument."))
        }
    }
}

fn help(session: &mut Session<'_>) -> Result<i32, RangeError> {
    session.say(&format!("{HELP}\n\n({LABEL})"))?;
    Ok(0)
}

fn usage(session: &mut Session<'_>, why: &str) -> Result<i32, RangeError> {
    session.remark(&format!("Usage: modal [OPTIONS] COMMAND [ARGS]...\nError: {why}\n({LABEL})"))?;
    Ok(2)
}

fn list(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let app: App = session.client(ServiceName::Sandbox)?.get("/app")?;
    let (state, tasks) = words_for(app.state);
    if parsed.has("json") {
        let row = json!([{ "App ID": app.app_id, "Description": app.name, "State": state,
                           "Tasks": tasks, "Created at": utc(app.since_ms) }]);
        session.say(&row.to_string())?;
    } else {
        session.say(&format!(
            "{:<14} {:<22} {:<9} {:<5} Created at",
            "App ID", "Description", "State", "Tasks"
        ))?;
        let since = utc_plain(app.since_ms);
        session.say(&format!("{:<14} {:<22} {state:<9} {tasks:<5} {since}", app.app_id, app.name))?;
    }
    Ok(0)
}

fn words_for(state: AppState) -> (&'static str, &'static str) {
    match state {
        AppState::Deployed => ("deployed", "2"),
        AppState::Stopped => ("stopped", "0"),
    }
}

fn logs(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    if let Err(why) = named_app(session, parsed)? {
        return usage(session, &why);
    }
    let seed = session.dialect == Dialect::Seed;
    if let Some(function) = parsed.value("function").filter(|id| !seed && !id.starts_with("fu-")) {
        return usage(
            session,
            &format!("Invalid value for '--function': '{function}' is not a function ID (fu-...)."),
        );
    }
    let Ok(history) = parsed.value("tail").map_or(Ok(TAIL_DEFAULT), str::parse) else {
        return usage(session, "Invalid value for '--tail': not a number.");
    };
    for idle in ["since", "until"].into_iter().filter(|idle| parsed.has(idle)) {
        session.remark(&format!("--{idle} changes nothing here ({LABEL})"))?;
    }
    let until = if seed || parsed.has("follow") { Until::Ended } else { Until::Now };
    let asked = LogRequest { history, until };
    session.print_log(ServiceName::Sandbox, asked, &|record| {
        let wanted = |flag, said: &str| parsed.value(flag).is_none_or(|text| said.contains(text));
        let line = log_line(record);
        (wanted("function", &record.function) && wanted("search", &line)).then_some(line)
    })
}

fn log_line(record: &Record) -> String {
    format!("{} {}: {}", utc_plain(record.at_ms), record.function, record.notes.join(" "))
}

fn stop(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let unasked = parsed.has("yes") || session.dialect == Dialect::Seed;
    match session.seat {
        _ if unasked => {}
        Seat::Terminal => {
            if session.ask("Stop the app and end all its containers?")? == ControlFlow::Break(()) {
                session.remark("Aborted.")?;
                return Ok(1);
            }
        }
        Seat::Pipe => {
            session.remark(&format!(
                "Stop the app and end all its containers? [y/N]: Aborted. (no terminal: use --yes)\n({LABEL})"
            ))?;
            return Ok(1);
        }
    }
    change(session, parsed, AppAction::Stop)
}

fn deploy(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    if parsed.words().is_empty() {
        return usage(session, "Missing argument 'APP_REF'.");
    }
    match project_settings(session, parsed) {
        Ok(values) => order(session, AppAction::Deploy(Some(values)), parsed),
        Err(why) => usage(session, &why),
    }
}

/// The settings to ship: of the file that is named, or of the range's own project when there is no such file here.
fn project_settings(session: &Session<'_>, parsed: &Parsed) -> Result<Values, String> {
    let words = parsed.words();
    let here = Path::new(words.first().copied().unwrap_or_default());
    let own = session.dir.as_deref().map(project::own_file);
    let own = own.filter(|own| !here.exists() && here.file_name() == own.file_name());
    project::read(own.as_deref().unwrap_or(here))
}

fn roll_back(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let words = parsed.words();
    let version = match words.get(1).map(|word| word.strip_prefix('v').unwrap_or(word).parse::<u32>()) {
        None => None,
        Some(Ok(number)) => Some(number),
        Some(Err(_)) => return usage(session, "Invalid value for '[VERSION]': not a version such as v3."),
    };
    change(session, parsed, AppAction::Rollback(version))
}

fn change(session: &mut Session<'_>, parsed: &Parsed, action: AppAction) -> Result<i32, RangeError> {
    match named_app(session, parsed)? {
        Ok(()) => order(session, action, parsed),
        Err(why) => usage(session, &why),
    }
}

fn order(session: &mut Session<'_>, action: AppAction, parsed: &Parsed) -> Result<i32, RangeError> {
    let tag = parsed.value("tag").unwrap_or_default().to_owned();
    let order = AppOrder { action, author: AUTHOR.to_owned(), tag };
    let app: App = session.client(ServiceName::Sandbox)?.post("/app", &order)?;
    let (state, number) = (words_for(app.state).0, app.live().map_or(0, |live| live.number));
    session.say(&format!("App {} ({}) is {state}, version v{number}.", app.name, app.app_id))?;
    Ok(0)
}

/// Checks the name or id of the app against the one there is; the inner error is words for the person.
fn named_app(session: &Session<'_>, parsed: &Parsed) -> Result<Result<(), String>, RangeError> {
    let words = parsed.words();
    let Some(named) = words.first() else {
        return Ok(Err("Missing argument 'APP_IDENTIFIER'.".to_owned()));
    };
    let app: App = session.client(ServiceName::Sandbox)?.get("/app")?;
    let known = *named == app.name || *named == app.app_id;
    Ok(if known { Ok(()) } else { Err(format!("Could not find a deployed app with the name '{named}'.")) })
}
