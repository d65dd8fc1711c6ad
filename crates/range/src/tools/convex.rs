//! The stand-in for `npx`, which knows `npx convex` and nothing else: dashboard and logs of the practice backend.

use super::args::{ArgError, Flag, Parsed, maybe_value, parse, switch, value};
use super::session::Session;
use super::{Dialect, LABEL};
use crate::RangeError;
use crate::client::{LogRequest, Until};
use crate::clock::utc_plain;
use crate::log::{Record, ServiceName};

/// What `--history` without a number shows.
const HISTORY_ALL: usize = 1_000;
const GLOBAL: &[Flag] = &[switch("help").short('h'), switch("version").short('V')];
const TARGET: &[Flag] = &[switch("prod"), value("deployment-name"), value("preview-name"), value("env-file")];
const LOGS: &[Flag] = &[maybe_value("history"), switch("success"), switch("jsonl")];
const LOGS_SEED: &[Flag] = &[value("function")];
const DASHBOARD: &[Flag] = &[switch("no-open")];

const HELP: &str = "Usage: npx convex <command> [options]

Commands:
  logs [--prod] [--history [n]] [--success]   Watch the deployment's log
  dashboard [--prod]                          Print the dashboard's address";

/// Runs `npx …`.
pub(super) fn run_npx(session: &mut Session<'_>, args: &[String]) -> Result<i32, RangeError> {
    let own = args.iter().take_while(|arg| arg.starts_with('-')).count();
    let (flags, rest) = args.split_at(own);
    match rest.split_first() {
        Some((package, rest)) if package == "convex" => run(session, rest),
        Some((package, _)) => {
            session.remark(&format!("npx: only `npx convex` is known here, not {package} ({LABEL})"))?;
            Ok(1)
        }
        None if flags.iter().any(|flag| flag == "--version" || flag == "-v") => {
            session.say(&format!("npx 11 ({LABEL})"))?;
            Ok(0)
        }
        None => help(session),
    }
}

fn run(session: &mut Session<'_>, args: &[String]) -> Result<i32, RangeError> {
    let (command, rest) = args.split_first().map_or(("", args), |(first, rest)| (first.as_str(), rest));
    match command {
        "logs" if session.dialect == Dialect::Seed => {
            with(session, &[GLOBAL, TARGET, LOGS, LOGS_SEED], rest, logs)
        }
        "logs" => with(session, &[GLOBAL, TARGET, LOGS], rest, logs),
        "dashboard" => with(session, &[GLOBAL, TARGET, DASHBOARD], rest, dashboard),
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
        Ok(parsed) if parsed.has("version") => {
            session.say(&format!("convex 1 ({LABEL})"))?;
            Ok(0)
        }
        Ok(parsed) if parsed.has("help") => help(session),
        Ok(parsed) => command(session, &parsed),
        Err(ArgError::Unknown(flag)) => refuse(session, &format!("unknown option '{flag}'")),
        Err(ArgError::MissingValue(flag)) => refuse(session, &format!("option '{flag}' argument missing")),
    }
}

fn help(session: &mut Session<'_>) -> Result<i32, RangeError> {
    session.say(&format!("{HELP}\n\n({LABEL})"))?;
    Ok(0)
}

fn refuse(session: &mut Session<'_>, why: &str) -> Result<i32, RangeError> {
    session.remark(&format!("error: {why}\n({LABEL})"))?;
    Ok(1)
}

fn dashboard(session: &mut Session<'_>, _: &Parsed) -> Result<i32, RangeError> {
    session.say("https://dashboard.convex.dev/")?;
    session.remark(&format!("No browser is opened here ({LABEL})"))?;
    Ok(0)
}

fn logs(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let production = parsed.has("prod") || session.dialect == Dialect::Seed;
    let Ok(history) = (match parsed.value("history") {
        None => Ok(0),
        Some("") => Ok(HISTORY_ALL),
        Some(number) => number.parse(),
    }) else {
        return refuse(session, "option '--history [n]' argument is not a number");
    };
    let which = if production { "production" } else { "dev" };
    session.remark(&format!("Watching logs for {which} deployment... ({LABEL})"))?;
    let asked = LogRequest { history, until: Until::Ended };
    session.print_log(ServiceName::Backend, asked, &|record| {
        // As with the real tool, the log of the dev deployment is another one; nobody uses it here, so it stays quiet.
        let wanted = parsed.value("function").is_none_or(|name| record.function == name);
        (production && wanted).then(|| wording(record, parsed))
    })
}

fn wording(record: &Record, parsed: &Parsed) -> String {
    if parsed.has("jsonl") {
        return serde_json::to_string(record).unwrap_or_default();
    }
    let (at, function) = (utc_plain(record.at_ms), &record.function);
    let kind = match function.split(':').next() {
        Some("http") => "H",
        Some("messages") => "Q",
        Some(_) | None => "M",
    };
    let mut lines: Vec<String> =
        record.notes.iter().map(|note| format!("{at} [CONVEX {kind}({function})] [LOG] '{note}'")).collect();
    if parsed.has("success") {
        lines.push(format!("{at} [CONVEX {kind}({function})] Function executed"));
    }
    lines.join("\n")
}
