//! The stand-in for `wrangler`: tail, deployments, rollback and deploy of the practice edge API.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{ArgError, Flag, Parsed, parse, switch, value};
use super::filter::Filter;
use super::session::{Seat, Session};
use super::{Dialect, LABEL};
use crate::client::{LogRequest, Until};
use crate::clock::{utc, utc_plain};
use crate::edge::admin::{Changed, DeployOrder, RollbackOrder};
use crate::edge::settings::Values;
use crate::edge::{EDGE_SCRIPT, project};
use crate::log::{Outcome, Record, ServiceName};
use crate::{Deployment, RangeError, Source};

const GLOBAL: &[Flag] = &[
    value("config").short('c'),
    value("cwd"),
    value("env").short('e'),
    value("env-file"),
    switch("help").short('h'),
    switch("version").short('v'),
];
const TAIL: &[Flag] = &[
    value("format"),
    value("status"),
    value("method"),
    value("search"),
    value("header"),
    value("ip"),
    value("sampling-rate"),
    value("version-id"),
];
const TAIL_SEED: &[Flag] = &[value("filter")];
const DEPLOYMENTS: &[Flag] = &[value("name"), switch("json")];
const ROLLBACK: &[Flag] = &[value("name"), value("message").short('m'), switch("yes").short('y')];
const DEPLOY: &[Flag] = &[value("name"), value("message"), value("tag"), switch("dry-run"), switch("minify")];
/// The tail's flags that change nothing here.
const IDLE: [&str; 4] = ["header", "ip", "sampling-rate", "version-id"];

const HELP: &str = "wrangler

COMMANDS
  wrangler tail [worker]               Follow the live log (--format, --status, --method, --search)
  wrangler deployments list|status     Show deployments
  wrangler rollback [version-id]       Put an older version back (--message, --yes)
  wrangler deploy [path]               Upload a version and give it all traffic (--dry-run)

GLOBAL FLAGS
  -e, --env   Environment: production
  -h, --help  -v, --version";

/// Runs one command.
pub(super) fn run(session: &mut Session<'_>, args: &[String]) -> Result<i32, RangeError> {
    let (command, rest) = args.split_first().map_or(("", args), |(first, rest)| (first.as_str(), rest));
    match command {
        "tail" if session.dialect == Dialect::Seed => with(session, &[GLOBAL, TAIL, TAIL_SEED], rest, tail),
        "tail" => with(session, &[GLOBAL, TAIL], rest, tail),
        "deployments" => with(session, &[GLOBAL, DEPLOYMENTS], rest, deployments),
        "rollback" => with(session, &[GLOBAL, ROLLBACK], rest, roll_back),
        "deploy" | "publish" => with(session, &[GLOBAL, DEPLOY], rest, deploy),
        _ => with(session, &[GLOBAL], args, |session, parsed| match parsed.words().first() {
            None => help(session),
            Some(word) => refuse(session, &format!("Unknown argument: {word}")),
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
    let parsed = match parse(flags, args) {
        Ok(parsed) => parsed,
        Err(ArgError::Unknown(flag)) => {
            return refuse(session, &format!("Unknown argument: {}", flag.trim_start_matches('-')));
        }
        Err(ArgError::MissingValue(flag)) => {
            return refuse(
                session,
                &format!("Not enough arguments following: {}", flag.trim_start_matches('-')),
            );
        }
    };
    if parsed.has("version") {
        session.say(&format!("wrangler 4 ({LABEL})"))?;
        return Ok(0);
    }
    if parsed.has("help") {
        return help(session);
    }
    if let Some(other) = parsed.value("env").filter(|env| *env != "production") {
        return refuse(session, &format!("No environment found in configuration with name \"{other}\"."));
    }
    command(session, &parsed)
}

fn help(session: &mut Session<'_>) -> Result<i32, RangeError> {
    session.say(&format!("{HELP}\n\n({LABEL})"))?;
    Ok(0)
}

fn refuse(session: &mut Session<'_>, why: &str) -> Result<i32, RangeError> {
    session.remark(&format!("✘ [ERROR] {why}\n\n({LABEL})"))?;
    Ok(1)
}

fn tail(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    let statuses: Vec<&str> = parsed.values("status").collect();
    for status in &statuses {
        match *status {
            "ok" => outcomes.push(Outcome::Ok),
            // As with the real tool, an invocation that was ended by a limit is an error, too.
            "error" => outcomes.extend([Outcome::Exception, Outcome::ExceededCpu]),
            // Nothing here is ever cancelled.
            "canceled" => {}
            other => {
                return refuse(
                    session,
                    &format!(
                        "Invalid values:\n  Argument: status, Given: \"{other}\", Choices: \"ok\", \"error\", \"canceled\""
                    ),
                );
            }
        }
    }
    let wording: fn(&Record) -> String = match parsed.value("format") {
        None | Some("pretty") => pretty,
        Some("json") => as_json,
        Some(other) => {
            return refuse(
                session,
                &format!(
                    "Invalid values:\n  Argument: format, Given: \"{other}\", Choices: \"json\", \"pretty\""
                ),
            );
        }
    };
    for idle in IDLE.into_iter().filter(|idle| parsed.has(idle)) {
        session.remark(&format!("--{idle} changes nothing here ({LABEL})"))?;
    }
    let mut filters: Vec<Filter> = parsed.values("filter").map(Filter::parse).collect();
    filters.extend(parsed.values("search").map(|text| Filter::Text(text.to_lowercase())));
    let methods: Vec<String> = parsed.values("method").map(str::to_uppercase).collect();
    session.remark(&format!("Connected to {EDGE_SCRIPT}, waiting for logs... ({LABEL})"))?;
    let asked = LogRequest { history: 0, until: Until::Ended };
    session.print_log(ServiceName::Edge, asked, &|record| {
        let shown = (statuses.is_empty() || outcomes.contains(&record.outcome))
            && (methods.is_empty() || methods.contains(&record.method))
            && filters.iter().all(|filter| filter.shows(record));
        shown.then(|| wording(record))
    })
}

fn pretty(record: &Record) -> String {
    let outcome = match record.outcome {
        Outcome::Ok => "Ok",
        Outcome::Exception => "Exception Thrown",
        Outcome::ExceededCpu => "Exceeded CPU Limit",
    };
    let (at, method, url, status) = (utc_plain(record.at_ms), &record.method, &record.url, record.status);
    let mut text = format!("{method} {url} {status} - {outcome} @ {at} UTC");
    for note in &record.notes {
        text.push_str(&format!("\n  (log) {note}"));
    }
    for exception in &record.exceptions {
        text.push_str(&format!("\n  ✘ [ERROR] {exception}"));
    }
    text
}

/// The shape of the platform's trace events, one a line.
fn as_json(record: &Record) -> String {
    let logs: Vec<_> = record
        .notes
        .iter()
        .map(|note| json!({ "message": [note], "level": "log", "timestamp": record.at_ms }))
        .collect();
    let exceptions: Vec<_> = record
        .exceptions
        .iter()
        .map(|text| json!({ "name": "Error", "message": text, "timestamp": record.at_ms }))
        .collect();
    json!({
        "outcome": record.outcome,
        "scriptName": record.function,
        "eventTimestamp": record.at_ms,
        "event": {
            "request": { "url": record.url, "method": record.method },
            "response": { "status": record.status },
        },
        "logs": logs,
        "exceptions": exceptions,
    })
    .to_string()
}

fn deployments(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let shown_max = match parsed.words().as_slice() {
        ["list"] | [] => 10,
        ["status"] => 1,
        [other, ..] => return refuse(session, &format!("Unknown argument: {other}")),
    };
    let mut all: Vec<Deployment> = session.client(ServiceName::Edge)?.get("/deployments")?;
    all.truncate(shown_max);
    if parsed.has("json") {
        let text = serde_json::to_string_pretty(&all.iter().rev().map(deployment_json).collect::<Vec<_>>());
        session.say(&text.unwrap_or_default())?;
        return Ok(0);
    }
    for deployment in all.iter().rev() {
        session.say(&deployment_text(deployment))?;
    }
    Ok(0)
}

fn deployment_json(deployment: &Deployment) -> serde_json::Value {
    json!({
        "id": deployment.id,
        "source": source(deployment),
        "author_email": deployment.author,
        "created_on": utc(deployment.created_ms),
        "annotations": { "workers/message": deployment.message },
        "versions": [{ "version_id": deployment.version.id, "percentage": 100 }],
    })
}

fn deployment_text(deployment: &Deployment) -> String {
    let version = &deployment.version;
    format!(
        "Created:     {}\nAuthor:      {}\nSource:      {}\nMessage:     {}\nVersion(s):  (100%) {}\n\
         \x20                Created:  {}\n\x20                    Tag:  v{}\n\x20                Message:  {}\n",
        utc(deployment.created_ms),
        deployment.author,
        source(deployment),
        deployment.message,
        version.id,
        utc(version.created_ms),
        version.number,
        version.message,
    )
}

fn source(deployment: &Deployment) -> &'static str {
    match deployment.source {
        Source::Upload => "Upload",
        Source::Rollback => "Rollback",
    }
}

fn roll_back(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let client = session.client(ServiceName::Edge)?;
    match session.seat {
        _ if parsed.has("yes") => {}
        Seat::Terminal => {
            let question = "Give 100% of traffic to the older version?";
            if session.ask(question)? == ControlFlow::Break(()) {
                session.say("Aborting rollback...")?;
                return Ok(1);
            }
        }
        // The real tool does the same: where nobody can be asked, its own question counts as answered.
        Seat::Pipe => session.remark("? Give 100% of traffic to the older version?\n  Using fallback value in non-interactive context: yes")?,
    }
    let order = RollbackOrder {
        target: parsed.words().first().map(|&id| id.to_owned()),
        author: "operator@example.test".to_owned(),
        message: parsed.value("message").unwrap_or("Rollback").to_owned(),
    };
    let Changed { before, after } = client.post("/rollback", &order)?;
    session.say(&format!("Rolled back {EDGE_SCRIPT}: {} → {}", before.version.id, after.version.id))?;
    session.say(&format!("Worker version {} now takes 100% of traffic.", after.version.id))?;
    session.say(&format!("Current Version ID: {}", after.version.id))?;
    Ok(0)
}

fn deploy(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let settings = match project_settings(session, parsed) {
        Ok(settings) => settings,
        Err(why) => return refuse(session, &why),
    };
    if parsed.has("dry-run") {
        for (name, value) in &settings {
            session.say(&format!("env.{name} ({value:?})      Environment Variable"))?;
        }
        session.say("--dry-run: exiting now.")?;
        return Ok(0);
    }
    let order = DeployOrder {
        settings: Some(settings),
        author: "operator@example.test".to_owned(),
        message: parsed.value("message").unwrap_or("Deploy").to_owned(),
    };
    let Changed { before, after } = session.client(ServiceName::Edge)?.post("/deploy", &order)?;
    session.say(&format!("Uploaded {EDGE_SCRIPT}"))?;
    session.say(&format!("Deployed {EDGE_SCRIPT}: {} → {}", before.version.id, after.version.id))?;
    session.say(&format!("Current Version ID: {}", after.version.id))?;
    Ok(0)
}

/// The settings to ship: of the file that is named, of the working directory, or of the range's own project.
fn project_settings(session: &Session<'_>, parsed: &Parsed) -> Result<Values, String> {
    let folder = parsed.value("cwd").unwrap_or(".");
    let file = match parsed.value("config") {
        Some(named) => PathBuf::from(named),
        None => {
            let here = Path::new(folder).join("wrangler.toml");
            let own = session.dir.as_deref().map(project::own_file);
            own.filter(|_| !here.exists()).unwrap_or(here)
        }
    };
    project::read(&file, parsed.value("env"))
}
