//! The verbs of `evenkeel range …`: `up` serves in the foreground; `status`, `break` and `repair` speak to what `up`
//! serves. Reads arguments and prints; what happens is decided elsewhere.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::client::Client;
use crate::edge::admin::{Changed, EdgeStatus, RollbackOrder};
use crate::log::ServiceName;
use crate::running::{bad_order, repair_order, status_in};
use crate::{Fitness, Load, Range, RangeConfig, RangeError, Wanted, env, serve, tools};

/// Used where neither `--dir` nor the environment names a directory.
const DIR_DEFAULT: &str = ".evenkeel/range";
const HELP: &str = "Practice range: a small real stack on loopback, to break and repair.

Usage: evenkeel range <verb> [--dir DIR]

  up                     serve until ctrl-c  [--http-port N] [--https-port N] [--admin-port N] [--load-ms N, 0 = off]
  status                 what is live, and the last minute's errors  [--json]
  break bad-deployment   deploy a version that lacks a required setting
  repair                 put the last other version back, or deploy a whole one

The directory is --dir, else EVENKEEL_RANGE_DIR, else .evenkeel/range.
Exit codes: 0 done, 1 the range could not do it, 2 the command line was not understood.";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Verb {
    Help,
    Up(Ports),
    Serve(ServiceName),
    Status(Form),
    BreakDeployment,
    Repair,
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
        ["serve", service] => match ServiceName::from_text(service) {
            Some(service) => Verb::Serve(service),
            None => return Err(format!("unknown service {service}")),
        },
        ["status"] => Verb::Status(form),
        ["break", "bad-deployment"] => Verb::BreakDeployment,
        ["break", ..] => return Err("break what? known faults: bad-deployment".to_owned()),
        ["repair"] => Verb::Repair,
        other => return Err(format!("unknown verb {}", other.join(" "))),
    };
    Ok((verb, dir))
}

fn number<T: std::str::FromStr>(flag: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{flag}: {text} is not a number it takes"))
}

fn perform(verb: &Verb, dir: &Path, out: &mut dyn Write) -> Result<(), RangeError> {
    match verb {
        Verb::Help => Ok(writeln!(out, "{HELP}")?),
        Verb::Up(ports) => up(ports, dir, out),
        Verb::Serve(service) => serve::serve(*service, dir),
        Verb::Status(form) => status(*form, dir, out),
        Verb::BreakDeployment => break_deployment(dir, out),
        Verb::Repair => repair(dir, out),
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
    Ok(())
}

fn break_deployment(dir: &Path, out: &mut dyn Write) -> Result<(), RangeError> {
    let changed: Changed = Client::to(dir, ServiceName::Edge)?.post("/deploy", &bad_order())?;
    Ok(writeln!(out, "broken: version {} is live and lacks a setting", changed.after.version.number)?)
}

fn repair(dir: &Path, out: &mut dyn Write) -> Result<(), RangeError> {
    let client = Client::to(dir, ServiceName::Edge)?;
    let whole = repair_order();
    let order = RollbackOrder { target: None, author: whole.author.clone(), message: whole.message.clone() };
    let rolled: Result<Changed, RangeError> = match client.get::<EdgeStatus>("/status")?.live.fitness {
        Fitness::Good => return Ok(writeln!(out, "nothing to repair: the live version is good")?),
        Fitness::Bad => client.post("/rollback", &order),
    };
    let after = match rolled {
        Ok(changed) if changed.after.version.fitness == Fitness::Good => changed.after,
        // Two bad versions in a row, or nothing to go back to: ship a whole one.
        Ok(_) | Err(RangeError::Refused(_)) => client.post::<Changed>("/deploy", &whole)?.after,
        Err(error) => return Err(error),
    };
    Ok(writeln!(out, "repaired: version {} is live", after.version.number)?)
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
        assert_eq!(parse("break bad-deployment --dir d").unwrap(), (Verb::BreakDeployment, Some("d".into())));
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
