//! The verbs of `evenkeel range …`: `up` serves in the foreground; `status`, `break` and `repair` speak to what `up`
//! serves. Reads arguments and prints; what happens is decided elsewhere.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use crate::client::Client;
use crate::faults::Fault;
use crate::log::ServiceName;
use crate::running::status_in;
use crate::{Fitness, Load, Range, RangeConfig, RangeError, Stats, Wanted, env, faults, serve, tools};

/// Used where neither `--dir` nor the environment names a directory.
const DIR_DEFAULT: &str = ".evenkeel/range";
const HELP: &str = "Practice range: a small real stack on loopback, to break and repair.

Usage: evenkeel range <verb> [--dir DIR]

  up                     serve until ctrl-c  [--http-port N] [--https-port N] [--admin-port N] [--load-ms N, 0 = off]
  status                 the live version, the last minute, every service, the users' success  [--json]
  faults                 everything that can be broken, and what is  [--json]
  break NAME             make a fault happen, by its true cause
  repair [NAME]          set a fault back, or all of them; practice is to use the playbook instead

The directory is --dir, else EVENKEEL_RANGE_DIR, else .evenkeel/range.
Exit codes: 0 done, 1 the range could not do it, 2 the command line was not understood.";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Verb {
    Help,
    Up(Ports),
    Serve(ServiceName),
    ServeAgent,
    Status(Form),
    Faults(Form),
    Break(String),
    Repair(Option<String>),
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Ports {
    http: u16,
    https: u16,
    admin: u16,
    load_ms: Option<u64>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Form {
    #[default]
    Text,
    Json,
}

/// Runs one verb with the arguments after `range` and returns the exit code: 0 done, 1 failed, 2 not understood.
pub fn run(args: &[String]) -> i32 {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let (verb, dir) = match read(args) {
        Ok(read) => read,
        Err(why) => {
            // Nobody is left to tell when even this cannot be written; the same holds below.
            let _ = writeln!(err, "error: {why}\n\n{HELP}");
            return 2;
        }
    };
    let dir = dir.or_else(env::dir).unwrap_or_else(|| PathBuf::from(DIR_DEFAULT));
    match perform(&verb, &dir, &mut out) {
        Ok(()) => 0,
        Err(error) if error.is_closed_pipe() => 0,
        Err(error) => {
            let _ = writeln!(err, "error: {error}");
            1
        }
    }
}

fn read(args: &[String]) -> Result<(Verb, Option<PathBuf>), String> {
    let (mut words, mut dir, mut ports, mut form) = (Vec::new(), None, Ports::default(), Form::Text);
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--dir" => dir = Some(PathBuf::from(value()?)),
            "--http-port" => ports.http = number(arg, value()?)?,
            "--https-port" => ports.https = number(arg, value()?)?,
            "--admin-port" => ports.admin = number(arg, value()?)?,
            "--load-ms" => ports.load_ms = Some(number(arg, value()?)?),
            "--json" => form = Form::Json,
            "--help" | "-h" => words.push("help"),
            flag if flag.starts_with('-') => return Err(format!("unknown option {flag}")),
            word => words.push(word),
        }
    }
    let verb = match words.as_slice() {
        [] | [.., "help"] | ["help", ..] => Verb::Help,
        ["up"] => Verb::Up(ports),
        ["serve", "agent"] => Verb::ServeAgent,
        ["serve", service] => match ServiceName::from_text(service) {
            Some(service) => Verb::Serve(service),
            None => return Err(format!("unknown service {service}")),
        },
        ["status"] => Verb::Status(form),
        ["faults"] => Verb::Faults(form),
        ["break", name] => Verb::Break(known(name)?),
        ["break", ..] => return Err("break what? `range faults` lists them".to_owned()),
        ["repair"] => Verb::Repair(None),
        ["repair", name] => Verb::Repair(Some(known(name)?)),
        other => return Err(format!("unknown verb {}", other.join(" "))),
    };
    Ok((verb, dir))
}

fn known(name: &str) -> Result<String, String> {
    match faults::named(name) {
        Some(fault) => Ok(fault.name.to_owned()),
        None => {
            let all: Vec<_> = faults::all().map(|fault| fault.name).collect();
            Err(format!("no fault {name}; there are {}", all.join(", ")))
        }
    }
}

fn number<T: std::str::FromStr>(flag: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{flag}: {text} is not a number it takes"))
}

fn perform(verb: &Verb, dir: &Path, out: &mut dyn Write) -> Result<(), RangeError> {
    match verb {
        Verb::Help => Ok(writeln!(out, "{HELP}")?),
        Verb::Up(ports) => up(ports, dir, out),
        Verb::Serve(service) => serve::serve(*service, dir),
        Verb::ServeAgent => serve::serve_agent(dir),
        Verb::Status(form) => status(*form, dir, out),
        Verb::Faults(form) => faults(*form, dir, out),
        Verb::Break(name) => break_it(name, dir, out),
        Verb::Repair(name) => repair(name.as_deref(), dir, out),
    }
}

fn up(ports: &Ports, dir: &Path, out: &mut dyn Write) -> Result<(), RangeError> {
    let mut config = RangeConfig::new(dir);
    (config.http_port, config.https_port, config.admin_port) = (ports.http, ports.https, ports.admin);
    config.load = match ports.load_ms {
        None => config.load,
        Some(0) => Load::Off,
        Some(ms) => Load::Every(Duration::from_millis(ms)),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let range = Range::start(config).await?;
        tools::install(&range.dir().join("bin"), &std::env::current_exe()?)?;
        print_way_in(&range, out)?;
        ended_by_signal().await?;
        range.stop().await
    })
}

/// Waits for ctrl-c, or for the signal that service managers send.
async fn ended_by_signal() -> io::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = term.recv() => Ok(()),
    }
}

fn print_way_in(range: &Range, out: &mut dyn Write) -> Result<(), RangeError> {
    let at = range.whereabouts();
    writeln!(out, "practice range up: http://{}  https://{}  (ctrl-c ends it)", at.http, at.https)?;
    writeln!(out, "the product's page: http://tabbi.localhost:{}/", at.http.port())?;
    writeln!(out, "to use its tools and curl in another shell:")?;
    for (name, value) in range.child_env() {
        writeln!(out, "  export {name}='{}'", value.display())?;
    }
    writeln!(out, "  export PATH='{}':\"$PATH\"", range.dir().join("bin").display())?;
    Ok(out.flush()?)
}

fn status(form: Form, dir: &Path, out: &mut dyn Write) -> Result<(), RangeError> {
    let status = status_in(dir)?;
    if form == Form::Json {
        return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&status).unwrap_or_default())?);
    }
    let (live, edge) = (&status.edge.live, &status.edge);
    let fitness = match live.fitness {
        Fitness::Good => "good",
        Fitness::Bad => "bad",
    };
    writeln!(out, "edge API: version {} ({fitness}), {}", live.number, live.message)?;
    writeln!(out, "last minute: {} requests, {} answered 5xx", edge.requests_1m, edge.errors_1m)?;
    for (service, standing) in &status.services {
        let how = match (standing.pid, standing.wanted) {
            (Some(pid), Wanted::Up | Wanted::Held) => format!("up, process {pid}"),
            (None, Wanted::Held) => "held down".to_owned(),
            (None, Wanted::Up) => format!("down: {}", standing.reason.as_deref().unwrap_or("starting")),
        };
        writeln!(out, "{service:<9} {how}, restarts {}", standing.restarts)?;
    }
    let stats = Client::to(dir, ServiceName::Load).and_then(|load| load.get::<Stats>("/stats"));
    for (act, measured) in stats.unwrap_or_default() {
        let (count, share, p95) = (measured.count, measured.success_percent, measured.p95_ms);
        writeln!(out, "users: {act:<9} {count:>5} in the last minute, {share:>5}% well, P95 {p95} ms")?;
    }
    let on = faults::on(dir)?;
    if !on.is_empty() {
        writeln!(out, "broken: {}", on.join(", "))?;
    }
    Ok(())
}

fn faults(form: Form, dir: &Path, out: &mut dyn Write) -> Result<(), RangeError> {
    // Where no range runs there is still a list.
    let on = faults::on(dir);
    if form == Form::Json {
        let listed = |fault| Listed { fault, on: on.as_ref().ok().map(|on| Fault::is_whole(fault, on)) };
        let all: Vec<_> = faults::all().map(listed).collect();
        return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&all).unwrap_or_default())?);
    }
    let on = on.unwrap_or_default();
    for runbook in faults::RUNBOOKS {
        writeln!(out, "{runbook}")?;
        for fault in faults::all().filter(|fault| fault.runbook == runbook) {
            let mark = if fault.is_whole(&on) { "on" } else { "" };
            writeln!(out, "  {mark:<2} {:<23} lives in {}", fault.name, fault.owner)?;
            writeln!(out, "     cause:  {}", fault.cause)?;
            writeln!(out, "     seen:   {}", fault.seen)?;
            writeln!(out, "     repair: {}", fault.repair)?;
        }
    }
    Ok(())
}

fn break_it(name: &str, dir: &Path, out: &mut dyn Write) -> Result<(), RangeError> {
    faults::switch(dir, name, true)?;
    let cause = faults::named(name).map_or("", |fault| fault.cause);
    Ok(writeln!(out, "broken: {name}: {cause}")?)
}

fn repair(name: Option<&str>, dir: &Path, out: &mut dyn Write) -> Result<(), RangeError> {
    let names = match name {
        Some(name) => vec![name.to_owned()],
        None => faults::on(dir)?,
    };
    for name in &names {
        faults::switch(dir, name, false)?;
        writeln!(out, "repaired: {name}")?;
    }
    let rest = if name.is_none() { faults::set_back_rest(dir)? } else { None };
    match rest {
        Some(rest) => writeln!(out, "repaired: {rest}")?,
        None if names.is_empty() => writeln!(out, "nothing to repair: no fault is on")?,
        None => {}
    }
    Ok(())
}

/// A fault in the list for programs.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    fault: &'static Fault,
    /// Whether it is on; nothing where no range runs that could tell.
    on: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<(Verb, Option<PathBuf>), String> {
        read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn verbs_are_read() {
        assert_eq!(parse("").unwrap().0, Verb::Help);
        assert_eq!(parse("up --help").unwrap().0, Verb::Help);
        let broken = Verb::Break("bad-deployment".to_owned());
        assert_eq!(parse("break bad-deployment --dir d").unwrap(), (broken, Some("d".into())));
        assert_eq!(parse("repair").unwrap().0, Verb::Repair(None));
        assert_eq!(parse("serve edge").unwrap().0, Verb::Serve(ServiceName::Edge));
        assert_eq!(parse("serve agent --dir d").unwrap(), (Verb::ServeAgent, Some("d".into())));
        let ports = Ports { http: 8080, load_ms: Some(0), ..Ports::default() };
        assert_eq!(parse("up --http-port 8080 --load-ms 0").unwrap().0, Verb::Up(ports));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, named) in [
            ("brake", "brake"),
            ("break glass", "bad-deployment"),
            ("up --http-port seventy", "seventy"),
            ("status --dri x", "--dri"),
            ("up --dir", "--dir"),
        ] {
            let why = parse(line).unwrap_err();
            assert!(why.contains(named), "{line}: {why}");
        }
    }
}
