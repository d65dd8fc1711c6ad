//! Asking a tool for its help or its version: a confined child with hard limits, and what it printed.
//!
//! Must never be here: which tool is asked and with which arguments; the caller answers for both.

use crate::capture::{Capture, Kept};
use crate::guard::GuardProgram;
use crate::process::{NotBegun, Process, Start, Stop};
use crate::terms::{Confinement, Limits, Reach, Terms};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::timeout;

/// How long a tool may take to print its help. A cold start of Node or Python takes two or three seconds.
const ASK_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a tool has between being asked to end and being killed.
const GRACE: Duration = Duration::from_millis(200);
/// A help longer than this is no help; the tool is ended.
const OUTPUT_BYTES_MAX: usize = 512 * 1024;

/// What a tool finds when it is asked.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The `PATH`, for tools that are scripts.
    pub path: String,
    /// The program that guards it.
    pub guard: GuardProgram,
    /// Whether it must be confined.
    pub confinement: Confinement,
    /// When it is ended.
    pub time_max: Duration,
}

impl Surroundings {
    /// The usual limits, confined.
    #[must_use]
    pub fn new(path: String) -> Self {
        Self {
            path,
            guard: GuardProgram::itself(),
            confinement: Confinement::Required,
            time_max: ASK_TIME_MAX,
        }
    }
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it printed on both its outputs.
    pub text: String,
    /// Whether it ended well.
    pub is_success: bool,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskFailure {
    /// This system does not let it be confined, so it was not started.
    NotConfined(String),
    /// It did not start, did not end in time, or would not stop writing.
    Failed(String),
}

/// Starts `tool` with these arguments, in an empty folder that is also its home, without input, and takes what it prints.
/// Whatever it starts is ended with it.
pub async fn ask(tool: &Path, arguments: &[String], around: &Surroundings) -> Result<Told, AskFailure> {
    let failed = |why: &dyn std::fmt::Display| AskFailure::Failed(format!("it did not start: {why}"));
    let scratch =
        tempfile::Builder::new().prefix("evenkeel-ask-").tempdir().map_err(|error| failed(&error))?;
    let folder = scratch.path().to_path_buf();
    let mut process =
        Process::start(start(tool, arguments, around, &folder, scratch)).await.map_err(|not_begun| {
            match not_begun {
                NotBegun::Refused(why) => AskFailure::NotConfined(why),
                NotBegun::NotFound => failed(&io::Error::from(io::ErrorKind::NotFound)),
                NotBegun::TooLong => failed(&io::Error::from(io::ErrorKind::ArgumentListTooLong)),
                NotBegun::Nul => failed(&io::Error::from(io::ErrorKind::InvalidInput)),
                NotBegun::Other(why) => failed(&why),
            }
        })?;
    let mut out = Capture::new(OUTPUT_BYTES_MAX / 2);
    let watched = timeout(around.time_max, process.watch(&mut out, OUTPUT_BYTES_MAX as u64)).await;
    if !matches!(watched, Ok(Stop::Exited)) {
        process.end(&mut out, GRACE).await;
    }
    let _leftover = process.settle(&mut out).await;
    let status = process.finish().await;
    match watched {
        Err(_) => Err(AskFailure::Failed(format!("no answer within {} s", around.time_max.as_secs_f32()))),
        Ok(Stop::TooMuchOutput) => Err(AskFailure::Failed("it does not stop writing".to_owned())),
        Ok(Stop::Exited) => {
            Ok(Told { text: text(out), is_success: status.is_some_and(|status| status.success()) })
        }
    }
}

fn start<'s>(
    tool: &Path,
    arguments: &[String],
    around: &'s Surroundings,
    folder: &'s Path,
    scratch: TempDir,
) -> Start<'s> {
    let terms = Terms {
        reach: match around.confinement {
            Confinement::Required => Reach::Here,
            Confinement::Waived => Reach::Free,
        },
        need: around.confinement,
        limits: Limits::default(),
        cpu_s_max: around.time_max.as_secs() + 1,
        scratch: Some(folder.to_path_buf()),
        hidden: Vec::new(),
        writable: Vec::new(),
        group: String::new(),
        groups: Vec::new(),
        guard: 0,
    };
    let line = std::iter::once(tool.as_os_str()).chain(arguments.iter().map(OsStr::new));
    let line = line.map(OsStr::to_os_string).collect();
    Start { guard: &around.guard, terms, line, env: env(folder, around), folder, scratch: Some(scratch) }
}

fn env(scratch: &Path, around: &Surroundings) -> Vec<(OsString, OsString)> {
    let homes = ["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"];
    // Plain text in one width, no pager, and no word about it to the vendor.
    let plain = [
        ("PATH", around.path.as_str()),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("TERM", "dumb"),
        ("NO_COLOR", "1"),
        ("COLUMNS", "160"),
        ("PAGER", "cat"),
        ("CI", "1"),
        ("DO_NOT_TRACK", "1"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ];
    let homes = homes.map(|name| (OsString::from(name), scratch.as_os_str().to_owned()));
    let plain = plain.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    homes.into_iter().chain(plain).collect()
}

fn text(out: Capture) -> String {
    let bytes = match out.into_kept() {
        Kept::Whole(bytes) => bytes,
        Kept::Ends { head, .. } => head,
    };
    String::from_utf8_lossy(&bytes).into_owned()
}
