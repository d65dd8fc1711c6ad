//! `modal app`: the list, the history, and what changes the app.

use serde_json::json;

use super::super::args::{Flag, Parsed, value};
use super::super::session::Session;
use super::{CLIENT, No, app_named, containers, sure, words};
use crate::RangeError;
use crate::clock::{utc, utc_plain};
use crate::log::ServiceName;
use crate::sandbox::app::{App, AppAction, AppOrder, AppState};

/// Who deploys, as the app's history shows it.
const AUTHOR: &str = "operator@example.test";
const STRATEGIES: [&str; 2] = ["rolling", "recreate"];
pub(super) const LIMIT: &[Flag] = &[value("limit")];

pub(super) fn list(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    if let Err(no) = words(parsed, &[], 0) {
        return no.say(session);
    }
    if parsed.value("limit").is_some_and(|limit| limit.parse::<u32>().is_err()) {
        let why = "Invalid value for '--limit': not a valid integer.";
        return No::Usage(why.to_owned()).say(session);
    }
    let app: App = session.client(ServiceName::Sandbox)?.get("/app")?;
    let tasks = containers(session)?.len().to_string();
    let created = app.history.first().map_or(app.since_ms, |first| first.created_ms);
    let stopped = (app.state == AppState::Stopped).then_some(app.since_ms);
    let state = state_of(&app);
    if parsed.has("json") {
        let row = json!([{ "app_id": app.app_id, "description": app.name, "state": state, "tasks": tasks,
                           "created_at": utc(created), "stopped_at": stopped.map(utc) }]);
        session.say(&row.to_string())?;
        return Ok(0);
    }
    let row = |id: &str, name: &str, state: &str, rest: [&str; 3]| {
        let [tasks, created, stopped] = rest;
        format!("{id:<14} {name:<22} {state:<9} {tasks:<5} {created:<20} {stopped}").trim_end().to_owned()
    };
    session.say(&row("App ID", "Description", "State", ["Tasks", "Created at", "Stopped at"]))?;
    let (created, stopped) = (utc_plain(created), stopped.map(utc_plain).unwrap_or_default());
    session.say(&row(&app.app_id, &app.name, state, [&tasks, &created, &stopped]))?;
    Ok(0)
}

fn state_of(app: &App) -> &'static str {
    match app.state {
        AppState::Deployed => "deployed",
        AppState::Stopped => "stopped",
    }
}

pub(super) fn history(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let app = match named(session, parsed, 0)? {
        Ok(app) => app,
        Err(no) => return no.say(session),
    };
    if parsed.has("json") {
        let rows = app.history.iter().rev().map(|one| {
            json!({ "version": format!("v{}", one.number), "time_deployed": utc(one.created_ms),
                    "client": CLIENT, "deployed_by": one.author, "commit": null,
                    "tag": (!one.tag.is_empty()).then_some(&one.tag) })
        });
        session.say(&serde_json::Value::from_iter(rows).to_string())?;
        return Ok(0);
    }
    let row = |version: &str, at: &str, client: &str, rest: [&str; 2]| {
        let [by, tag] = rest;
        format!("{version:<8} {at:<20} {client:<7} {by:<24} {tag}").trim_end().to_owned()
    };
    session.say(&row("Version", "Time deployed", "Client", ["Deployed by", "Tag"]))?;
    for one in app.history.iter().rev() {
        let (version, at) = (format!("v{}", one.number), utc_plain(one.created_ms));
        session.say(&row(&version, &at, CLIENT, [&one.author, &one.tag]))?;
    }
    Ok(0)
}

pub(super) fn stop(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let app = match named(session, parsed, 0)? {
        Ok(app) => app,
        Err(no) => return no.say(session),
    };
    if app.state == AppState::Stopped {
        let why = format!("App is already stopped. (Stopped at {}).", utc_plain(app.since_ms));
        return No::Refused(why).say(session);
    }
    let running = match containers(session)?.len() {
        0 => "No containers are currently running.".to_owned(),
        1 => "This will immediately terminate 1 running container.".to_owned(),
        count => format!("This will immediately terminate {count} running containers."),
    };
    let question = format!("Are you sure you want to stop App '{}'? {running}", app.name);
    if let Err(no) = sure(session, parsed, &question)? {
        return no.say(session);
    }
    order(session, AppAction::Stop, "")?;
    Ok(0)
}

pub(super) fn roll_over(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let deployed = match deployed(session, parsed, 0)? {
        Ok(deployed) => deployed,
        Err(no) => return no.say(session),
    };
    session.say(&format!("🔨 Starting app rollover with {deployed} strategy"))?;
    let app = order(session, AppAction::Rollover, "")?;
    session.say(&format!("✓ Rollover completed with {deployed} strategy! 🎉{}", live_of(&app)))?;
    Ok(0)
}

pub(super) fn roll_back(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    if let Err(no) = deployed(session, parsed, 1)? {
        return no.say(session);
    }
    let version = match parsed.words().get(1) {
        None => None,
        Some(word) => match word.strip_prefix('v').and_then(|number| number.parse().ok()) {
            Some(number) => Some(number),
            None => return No::Usage(format!("Invalid version specifier: {word}")).say(session),
        },
    };
    let app = order(session, AppAction::Rollback(version), "")?;
    session.say(&format!("✓ Deployment rollback successful!{}", live_of(&app)))?;
    Ok(0)
}

/// Gives the service an order.
pub(super) fn order(session: &Session<'_>, action: AppAction, tag: &str) -> Result<App, RangeError> {
    let order = AppOrder { action, author: AUTHOR.to_owned(), tag: tag.to_owned() };
    session.client(ServiceName::Sandbox)?.post("/app", &order)
}

/// Which version is live, for the end of a line.
pub(super) fn live_of(app: &App) -> String {
    let number = app.live().map_or(0, |live| live.number);
    format!(" {} ({}) is live as v{number}.", app.name, app.app_id)
}

/// The strategy that was asked for.
pub(super) fn strategy(parsed: &Parsed) -> Result<&str, No> {
    let strategy = parsed.value("strategy").unwrap_or("rolling");
    match STRATEGIES.contains(&strategy) {
        true => Ok(strategy),
        false => Err(No::Usage(format!(
            "Invalid value for '--strategy': '{strategy}' is not one of 'rolling', 'recreate'."
        ))),
    }
}

/// The app that the first word names; `more` words may follow.
fn named(session: &Session<'_>, parsed: &Parsed, more: usize) -> Result<Result<App, No>, RangeError> {
    match words(parsed, &["APP_IDENTIFIER"], more) {
        Ok(words) => app_named(session, words.first().copied().unwrap_or_default()),
        Err(no) => Ok(Err(no)),
    }
}

/// The same, for what only a deployed app can do; the strategy that was asked for.
fn deployed<'a>(
    session: &Session<'_>,
    parsed: &'a Parsed,
    more: usize,
) -> Result<Result<&'a str, No>, RangeError> {
    let strategy = match strategy(parsed) {
        Ok(strategy) => strategy,
        Err(no) => return Ok(Err(no)),
    };
    Ok(match named(session, parsed, more)? {
        Ok(app) if app.state == AppState::Deployed => Ok(strategy),
        Ok(app) => Err(No::Refused(format!("App '{}' is not deployed in the 'main' environment.", app.name))),
        Err(no) => Err(no),
    })
}
