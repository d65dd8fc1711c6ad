//! `npx convex env`: environment variables of the practice backend.

use std::io::Read as _;

use super::{Target, refuse, target, too_many};
use crate::RangeError;
use crate::backend::admin::SetOrder;
use crate::backend::settings::Values;
use crate::log::ServiceName;
use crate::tools::LABEL;
use crate::tools::args::{Flag, Parsed, switch, value};
use crate::tools::session::{Seat, Session};

pub(super) const FLAGS: &[Flag] =
    &[switch("names-only"), switch("include-values"), value("from-file"), switch("force")];
/// A value that is piped in.
const VALUE_BYTES_MAX: u64 = 8 * 1024;

pub(super) fn run(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let target = match target(session, parsed) {
        Ok(target) => target,
        Err(why) => return refuse(session, &why),
    };
    let words = parsed.words();
    let (command, rest) = words.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
    // Each of the real tool's subcommands has flags of its own.
    let own: &[&str] = match command {
        "list" => &["names-only", "include-values"],
        "set" => &["from-file", "force"],
        _ => &[],
    };
    let foreign = FLAGS.iter().map(|flag| flag.name()).find(|flag| parsed.has(flag) && !own.contains(flag));
    if let Some(flag) = foreign {
        return refuse(session, &format!("unknown option '--{flag}'"));
    }
    match (command, rest) {
        ("list", []) if parsed.has("names-only") && parsed.has("include-values") => {
            refuse(session, "option '--include-values' cannot be used with option '--names-only'")
        }
        ("list", []) => list(session, parsed, target),
        ("list", rest) => too_many(session, "list", 0, rest.len()),
        ("get", [name]) => get(session, target, name),
        ("remove" | "rm" | "unset", [name]) => put(session, target, name, None),
        ("get" | "remove" | "rm" | "unset", []) => refuse(session, "missing required argument 'name'"),
        ("get" | "remove" | "rm" | "unset", rest) => too_many(session, command, 1, rest.len()),
        ("set", rest) if rest.len() > 2 => too_many(session, "set", 2, rest.len()),
        ("set", [name, rest @ ..]) => set(session, parsed, target, (name, rest.first().copied())),
        ("set", []) => refuse(
            session,
            "No environment variables specified to be set. Several at once are not practised here.",
        ),
        ("", _) => refuse(session, "env wants one of set, get, remove, list"),
        (other, _) => refuse(session, &format!("unknown command '{other}'")),
    }
}

fn path(target: Target) -> String {
    format!("/env/{}", target.text())
}

fn variables(session: &Session<'_>, target: Target) -> Result<Values, RangeError> {
    session.client(ServiceName::Backend)?.get(&path(target))
}

fn list(session: &mut Session<'_>, parsed: &Parsed, target: Target) -> Result<i32, RangeError> {
    let all = variables(session, target)?;
    if all.is_empty() {
        session.remark(&format!("No environment variables set (on {} deployment)", target.text()))?;
    }
    for (name, value) in all {
        session.say(&if parsed.has("names-only") { name } else { format!("{name}={value}") })?;
    }
    Ok(0)
}

/// As with the real tool, a variable that is not there is told and no failure.
fn get(session: &mut Session<'_>, target: Target, name: &str) -> Result<i32, RangeError> {
    match variables(session, target)?.get(name) {
        Some(value) => session.say(value)?,
        None => {
            let which = target.text();
            session
                .remark(&format!("✖ Environment variable \"{name}\" not found (on {which} deployment)"))?;
        }
    }
    Ok(0)
}

fn set(
    session: &mut Session<'_>,
    parsed: &Parsed,
    target: Target,
    (name, value): (&str, Option<&str>),
) -> Result<i32, RangeError> {
    if let Some((name, inside)) = name.split_once('=') {
        return match value {
            None => put(session, target, name, Some(inside.to_owned())),
            Some(value) => {
                let why = format!(
                    "When setting an environment variable, you can either set a value with 'NAME=value', or with \
                     NAME value, but not both. Are you missing quotes around the CLI argument? Try: \n  npx convex \
                     env set '{name}={inside} {value}'"
                );
                refuse(session, &why)
            }
        };
    }
    let value = match (value, parsed.value("from-file")) {
        (Some(value), _) => value.to_owned(),
        (None, Some(file)) => match std::fs::read_to_string(file) {
            Ok(text) => text.trim_end_matches('\n').to_owned(),
            Err(_) => return refuse(session, &format!("file not found: {file}")),
        },
        (None, None) if session.seat == Seat::Terminal => {
            return refuse(session, &format!("give the value, or pipe it in ({LABEL} does not ask)"));
        }
        (None, None) => {
            let mut text = String::new();
            std::io::stdin().lock().take(VALUE_BYTES_MAX).read_to_string(&mut text)?;
            text.trim_end_matches('\n').to_owned()
        }
    };
    put(session, target, name, Some(value))
}

fn put(
    session: &mut Session<'_>,
    target: Target,
    name: &str,
    value: Option<String>,
) -> Result<i32, RangeError> {
    let done = if value.is_some() { "set" } else { "unset" };
    let order = SetOrder { name: name.to_owned(), value };
    let client = session.client(ServiceName::Backend)?;
    match client.post::<serde::de::IgnoredAny>(&path(target), &order) {
        Ok(_) => {
            session.remark(&format!("✔ Successfully {done} {name} (on {} deployment)", target.text()))?;
            Ok(0)
        }
        Err(RangeError::Refused(why)) => refuse(session, &why),
        Err(error) => Err(error),
    }
}
