//! The last step before a command: this process takes on everything that holds the command, and then becomes it.
//!
//! Standard input is the wire to the guard: its first line says what is held of the command; any other word on it means that
//! nothing was begun; it closes by itself when the command has begun.

use crate::config::find_shell;
use crate::confine::{self, Held};
use crate::terms::{Confinement, Terms};
use rustix::process::{Resource, Rlimit, Signal, getppid, setrlimit, setsid};
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Where a shell is looked for that closes descriptors.
const SHELLS: &str = "/usr/local/bin:/usr/bin:/bin";
/// Linux' `O_CLOEXEC`, as `/proc` shows it.
const CLOEXEC: u32 = 0o2_000_000;

pub(super) fn begin(terms: &Terms, line: &[OsString]) -> ExitCode {
    // The copy closes when the command begins; the original is replaced by nothing to read.
    let Ok(wire) = io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::FAILURE };
    let prepared = prepare(terms, &wire);
    let mut wire = fs::File::from(wire);
    let words = match prepared {
        Ok((inherited, held)) => {
            // A guard that does not read is dead, and then so is this process.
            let _ = wire.write_all(&held_line(&held));
            let error = become_it(line, &inherited);
            format!("failed {} {error}", kind(&error))
        }
        Err(words) => words,
    };
    let _ = wire.write_all(words.as_bytes());
    ExitCode::FAILURE
}

/// What is held of the command, for the guard.
fn held_line(held: &Held) -> Vec<u8> {
    // Values of these types always can be written down; without the line the command is not begun.
    let mut line = serde_json::to_vec(held).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Session, groups, limits, confinement. What is open beside the three usual descriptors, which must be closed, and what is
/// held.
fn prepare(terms: &Terms, wire: &impl std::os::fd::AsFd) -> Result<(Vec<u32>, Held), String> {
    let failed = |what: &str, error: io::Error| format!("failed other {what}: {error}");
    die_with_guard(terms.guard).map_err(|error| failed("the guard", error))?;
    setsid().map_err(|error| failed("no session of its own", error.into()))?;
    for group in &terms.groups {
        fs::write(group.join("cgroup.procs"), "0").map_err(|error| failed("its control group", error))?;
    }
    // When memory runs out, a command goes before the server does. Not every system lets it be said.
    let _ = fs::write("/proc/self/oom_score_adj", "900");
    limit(terms).map_err(|error| failed("its limits", error))?;
    let inherited = inherited(wire.as_fd().as_raw_fd());
    let held = confine::confine(terms);
    match held.confines(terms.reach) {
        Err(error) if terms.need == Confinement::Required => Err(format!("refused {error}")),
        Ok(()) | Err(_) => Ok((inherited, held)),
    }
}

#[cfg(target_os = "linux")]
fn die_with_guard(guard: i32) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // It may have died before it was said.
    if getppid().is_some_and(|parent| parent.as_raw_nonzero().get() == guard) {
        Ok(())
    } else {
        Err(io::Error::other("it is gone"))
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_guard(_guard: i32) -> io::Result<()> {
    Ok(())
}

fn limit(terms: &Terms) -> io::Result<()> {
    let limits = &terms.limits;
    let mut all = vec![
        (Resource::Core, 0),
        (Resource::Nofile, limits.open_files_max),
        (Resource::Cpu, terms.cpu_s_max),
        // What a process can write to. The whole address space would be no measure: Node and Go reserve tens of GiB.
        (Resource::Data, limits.memory_bytes_max),
    ];
    if terms.reach.only_looks() {
        all.push((Resource::Fsize, limits.scratch_bytes_max));
    }
    for (resource, max) in all {
        let now = rustix::process::getrlimit(resource);
        let max = now.maximum.map_or(max, |hard| hard.min(max));
        setrlimit(resource, Rlimit { current: Some(max), maximum: Some(max) })?;
    }
    Ok(())
}

/// The numbers of the descriptors that would pass on to the command beside the usual three.
fn inherited(wire: i32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc/self/fdinfo") else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let passes_on = |number: &u32| {
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        flags.is_some_and(|flags| u32::from_str_radix(flags.trim(), 8).is_ok_and(|bits| bits & CLOEXEC == 0))
    };
    let numbers = names.filter_map(|name| name.parse::<u32>().ok());
    numbers.filter(|number| *number > 2 && *number != wire.unsigned_abs()).filter(passes_on).collect()
}

/// Returns only if it could not be done. Only a shell can close a descriptor by its number in safe words.
fn become_it(line: &[OsString], inherited: &[u32]) -> io::Error {
    let Some((program, arguments)) = line.split_first() else { return io::ErrorKind::InvalidInput.into() };
    let closer = if inherited.is_empty() { None } else { closer(inherited) };
    let mut command = match closer {
        None =>
        {
            #[expect(clippy::disallowed_methods, reason = "the runner starts the child processes")]
            Command::new(program)
        }
        Some((shell, script)) => {
            if !Path::new(program).exists() {
                return io::ErrorKind::NotFound.into();
            }
            #[expect(clippy::disallowed_methods, reason = "the runner starts the child processes")]
            let mut command = Command::new(shell);
            command.args(["-c", &script]).arg(program);
            command
        }
    };
    command.args(arguments).stdin(Stdio::null()).exec()
}

/// A shell and what makes it close these and become its arguments. Only `bash` knows descriptors of more than one digit.
fn closer(inherited: &[u32]) -> Option<(PathBuf, String)> {
    let shell = find_shell(SHELLS)?;
    let is_bash = shell.file_name() == Some(OsStr::new("bash"));
    let mut script = String::from("exec");
    for number in inherited.iter().filter(|number| is_bash || **number <= 9) {
        // Writing to a string cannot fail.
        let _ = write!(script, " {number}>&-");
    }
    script.push_str("; exec \"$0\" \"$@\"");
    Some((shell, script))
}

fn kind(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "not-found",
        io::ErrorKind::ArgumentListTooLong => "too-long",
        _ => "other",
    }
}
