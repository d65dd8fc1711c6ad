//! Asking a tool for its help or its version: a confined child with hard limits, and what it printed.
//!
//! Must never be here: which tool is asked and with which arguments; the caller answers for both.

use crate::capture::{Capture, Kept};
use crate::confine::confine;
use crate::process::{Process, Stop};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long a tool may take to print its help. A cold start of Node or Python takes two or three seconds.
const ASK_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a tool has between being asked to end and being killed.
const GRACE: Duration = Duration::from_millis(200);
/// A help longer than this is no help; the tool is ended.
const OUTPUT_BYTES_MAX: usize = 512 * 1024;

/// Whether a tool may be asked where it cannot be confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confinement {
    /// It is not started unless it has neither network nor a place to write but its own empty folder.
    Required,
    /// It is started as any other program.
    Waived,
}

/// What a tool finds when it is asked.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The `PATH`, for tools that are scripts.
    pub path: String,
    /// The shell that watches over the tool's process group, see [`crate::find_shell`].
    pub shell: PathBuf,
    /// Whether it must be confined.
    pub confinement: Confinement,
    /// When it is ended.
    pub time_max: Duration,
}

impl Surroundings {
    /// The usual limits, confined.
    #[must_use]
    pub fn new(path: String) -> Self {
        let shell = crate::find_shell(&path).unwrap_or_else(|| PathBuf::from("/bin/sh"));
        Self { path, shell, confinement: Confinement::Required, time_max: ASK_TIME_MAX }
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
    let failed = |error: io::Error| AskFailure::Failed(format!("it did not start: {error}"));
    let scratch = tempfile::tempdir().map_err(failed)?;
    let mut refused = None;
    let command = command(tool, arguments, scratch.path(), around);
    let spawned = Process::spawn(&around.shell, command, |command| match around.confinement {
        Confinement::Waived => command.spawn(),
        Confinement::Required => spawn_confined(command, scratch.path(), &mut refused),
    });
    let mut process = match (spawned, refused) {
        (_, Some(why)) => return Err(AskFailure::NotConfined(why)),
        (spawned, None) => spawned.map_err(failed)?,
    };
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
            Ok(Told { text: text(out), is_success: status.is_ok_and(|status| status.success()) })
        }
    }
}

fn command(tool: &Path, arguments: &[String], scratch: &Path, around: &Surroundings) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the runner starts the child processes")]
    let mut command = Command::new(tool);
    command.args(arguments).env_clear().current_dir(scratch).kill_on_drop(true);
    for name in ["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
        command.env(name, scratch);
    }
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
    command.envs(plain);
    command
}

/// Starts the child from a thread that is confined first; the child inherits it, and the thread ends.
fn spawn_confined(command: &mut Command, scratch: &Path, refused: &mut Option<String>) -> io::Result<Child> {
    let runtime = Handle::current();
    let start = || {
        let _inside = runtime.enter();
        confine(scratch).inspect_err(|error| *refused = Some(error.to_string()))?;
        command.spawn()
    };
    std::thread::scope(|scope| scope.spawn(start).join())
        .unwrap_or_else(|_| Err(io::Error::other("the thread that starts it panicked")))
}

fn text(out: Capture) -> String {
    let bytes = match out.into_kept() {
        Kept::Whole(bytes) => bytes,
        Kept::Ends { head, .. } => head,
    };
    String::from_utf8_lossy(&bytes).into_owned()
}
