//! `modal app logs` and `modal container logs`: what is there, or what comes.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use super::super::Dialect;
use super::super::args::{Flag, Parsed, switch, value};
use super::super::session::Session;
use super::container::{id_of, sandbox_of};
use super::{No, app_named, time, words};
use crate::RangeError;
use crate::client::{LogRequest, Tick, Until};
use crate::clock;
use crate::log::{Record, ServiceName};

/// What the real tool prints without `--follow`.
const TAIL_DEFAULT: usize = 100;
/// The most that it fetches.
const TAIL_MAX: usize = 20_000;
/// Everything that the service remembers.
const ALL: usize = 20_000;
/// From where a line comes.
const SOURCES: [&str; 3] = ["stdout", "stderr", "system"];

pub(super) const OPTIONS: &[Flag] = &[
    switch("follow").short('f'),
    value("since"),
    value("until"),
    value("tail").short('n'),
    value("search"),
    value("source").short('s'),
    switch("timestamps"),
];
pub(super) const OF_APP: &[Flag] = &[
    value("function"),
    value("function-call"),
    value("container"),
    switch("show-function-id"),
    switch("show-function-call-id"),
    switch("show-container-id"),
];
pub(super) const OF_CONTAINER: &[Flag] = &[switch("all")];

/// Which lines are wanted, and how they look.
struct Wanted {
    sandbox: Option<String>,
    function: Option<String>,
    search: Option<String>,
    source: Option<String>,
    since_ms: i64,
    until_ms: i64,
    tail: usize,
    follow: bool,
    timestamps: bool,
    prefixes: Vec<&'static str>,
}

pub(super) fn of_app(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let read = match words(parsed, &["APP_IDENTIFIER"], 0) {
        Ok(words) => app_named(session, words.first().copied().unwrap_or_default())?,
        Err(no) => Err(no),
    };
    let sandbox = parsed.value("container").map(sandbox_of);
    match read.and_then(|_| Wanted::read(session, parsed, sandbox)) {
        Ok(wanted) => print(session, &wanted),
        Err(no) => no.say(session),
    }
}

pub(super) fn of_container(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let named = words(parsed, &["CONTAINER_ID"], 0).map(|words| words.first().map(|id| sandbox_of(id)));
    let clash = |other: &str| Err(No::Usage(format!("--all cannot be combined with {other}.")));
    let wanted = match (named, parsed.has("all")) {
        (Err(no), _) => Err(no),
        (Ok(_), true) if parsed.has("follow") => clash("--follow"),
        (Ok(_), true) if ["since", "until", "tail"].iter().any(|flag| parsed.has(flag)) => {
            clash("--since, --until, or --tail")
        }
        (Ok(sandbox), _) => Wanted::read(session, parsed, sandbox),
    };
    match wanted {
        Ok(wanted) => print(session, &wanted),
        Err(no) => no.say(session),
    }
}

impl Wanted {
    fn read(session: &Session<'_>, parsed: &Parsed, sandbox: Option<String>) -> Result<Self, No> {
        let seed = session.dialect == Dialect::Seed;
        let bounded = ["since", "until", "tail"].iter().any(|flag| parsed.has(flag));
        if parsed.has("follow") && bounded {
            let why = "--follow cannot be combined with --since, --until, or --tail.";
            return Err(No::Usage(why.to_owned()));
        }
        let text = |flag: &str| parsed.value(flag).map(str::to_owned);
        let source = text("source");
        if let Some(wrong) = source.as_deref().filter(|source| !SOURCES.contains(source)) {
            let why = format!("Invalid source: '{wrong}'. Must be 'stdout', 'stderr', or 'system'.");
            return Err(No::Usage(why));
        }
        let function = text("function");
        if let Some(name) = function.as_deref().filter(|id| !seed && !id.starts_with("fu-")) {
            let why = format!("Invalid value for '--function': '{name}' is not a Function ID (fu-*).");
            return Err(No::Usage(why));
        }
        let now_ms = clock::now_ms();
        let at = |flag: &str, default: i64| match parsed.value(flag) {
            Some(text) => time::parse(text, now_ms).map_err(No::Usage),
            None => Ok(default),
        };
        let (since_ms, until_ms) = (at("since", 0)?, at("until", i64::MAX)?);
        if since_ms >= until_ms {
            return Err(No::Usage("--since must be before --until.".to_owned()));
        }
        let whole = parsed.has("all") || (since_ms > 0 || until_ms < i64::MAX);
        let shows = |flag: &str, prefix: &'static str| parsed.has(flag).then_some(prefix);
        let prefixes = [
            shows("show-function-id", "fu"),
            shows("show-function-call-id", "fc"),
            shows("show-container-id", "ta"),
        ];
        Ok(Self {
            sandbox,
            function,
            search: text("search"),
            source,
            since_ms,
            until_ms,
            tail: tail_of(parsed, if whole { ALL } else { TAIL_DEFAULT })?,
            // An older client streamed by itself.
            follow: parsed.has("follow") || seed,
            timestamps: parsed.has("timestamps"),
            prefixes: prefixes.into_iter().flatten().collect(),
        })
    }

    /// The line of a record; `None` when it is not wanted.
    fn line(&self, record: &Record) -> Option<String> {
        let said = format!("{}: {}", record.function, record.notes.join(" "));
        let is = |wanted: &Option<String>, so: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(so);
        let source = if record.status >= 400 { "stderr" } else { "stdout" };
        let wanted = (self.since_ms..self.until_ms).contains(&record.at_ms)
            && is(&self.sandbox, &|id| said.contains(id))
            && is(&self.function, &|id| id == record.function || id == function_id(&record.function))
            && is(&self.search, &|text| said.contains(text))
            && is(&self.source, &|named| named == source);
        wanted.then(|| self.dressed(record, &said))
    }

    fn dressed(&self, record: &Record, said: &str) -> String {
        let mut line = String::new();
        if self.timestamps {
            line.push_str(&clock::utc_plain(record.at_ms));
            line.push(' ');
        }
        for prefix in &self.prefixes {
            let id = match *prefix {
                "fu" => function_id(&record.function),
                "ta" => sandbox_in(said).map_or_else(|| "ta-functions".to_owned(), id_of),
                _ => "fc-practice".to_owned(),
            };
            line.push_str(&id);
            line.push(' ');
        }
        line + said
    }
}

fn tail_of(parsed: &Parsed, default: usize) -> Result<usize, No> {
    let Some(text) = parsed.value("tail") else { return Ok(default) };
    let why = match text.parse::<i64>() {
        Err(_) => format!("Invalid value for '-n' / '--tail': '{text}' is not a valid integer."),
        Ok(..=0) => "--tail value must be positive.".to_owned(),
        Ok(number) => match usize::try_from(number).ok().filter(|number| *number <= TAIL_MAX) {
            Some(number) => return Ok(number),
            None => format!("--tail value must not exceed {TAIL_MAX}."),
        },
    };
    Err(No::Usage(why))
}

fn print(session: &mut Session<'_>, wanted: &Wanted) -> Result<i32, RangeError> {
    if wanted.follow {
        let asked = LogRequest { history: wanted.tail, until: Until::Ended };
        return session.print_log(ServiceName::Sandbox, asked, &|record| wanted.line(record));
    }
    // What is searched for is searched in everything; the newest of what was found is printed.
    let mut found = VecDeque::new();
    let client = session.client(ServiceName::Sandbox)?;
    client.read_log(LogRequest { history: ALL, until: Until::Now }, &mut |tick| {
        if let Tick::Record(record) = tick {
            found.extend(wanted.line(record));
            if found.len() > wanted.tail {
                found.pop_front();
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for line in found {
        session.say(&line)?;
    }
    Ok(0)
}

fn function_id(name: &str) -> String {
    format!("fu-{}", name.replace('_', ""))
}

fn sandbox_in(said: &str) -> Option<&str> {
    said.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').find(|word| word.starts_with("sb-"))
}
