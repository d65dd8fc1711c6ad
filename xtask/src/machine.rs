//! The one place where chores touch the machine: programs, the environment, the terminal, the time a step took.
//!
//! Must never be here: what to run and why; that is for the chores.
#![expect(
    clippy::disallowed_methods,
    reason = "the chore runner starts programs; the product's rooms may not"
)]

use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask lies in a folder of the workspace").to_path_buf()
}

/// A program to be started in the workspace's root.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    command
}

/// The cargo that started this chore.
pub(crate) fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program with this terminal as its own; anything but exit code 0 is a failure of the step `name`.
pub(crate) fn run(name: &str, command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(Failure::io(format!("{name}: cannot start {}", shown(command))))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Step { name: name.to_owned(), how: format!("{} ended with {status}", shown(command)) })
}

/// Runs a program and returns what it printed; its complaints stay visible.
pub(crate) fn output(name: &str, command: &mut Command) -> Result<String, Failure> {
    let cannot = Failure::io(format!("{name}: cannot start {}", shown(command)));
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(cannot)?;
    if !output.status.success() {
        let how = format!("{} ended with {}", shown(command), output.status);
        return Err(Failure::Step { name: name.to_owned(), how });
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::Answer(format!("{name}: {} printed bytes that are not UTF-8", shown(command))))
}

/// Runs a program and returns what it printed, whatever its exit code says; its complaints stay visible.
pub(crate) fn whatever(name: &str, command: &mut Command) -> Result<String, Failure> {
    let cannot = Failure::io(format!("{name}: cannot start {}", shown(command)));
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(cannot)?;
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::Answer(format!("{name}: {} printed bytes that are not UTF-8", shown(command))))
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> Result<PathBuf, Failure> {
    let text = output("metadata", cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| Failure::Answer(format!("cargo metadata printed no JSON: {error}")))?;
    let folder = metadata["target_directory"].as_str();
    folder
        .map(PathBuf::from)
        .ok_or_else(|| Failure::Answer("cargo metadata names no target folder".to_owned()))
}

/// Whether a program starts and exits with 0; its output goes nowhere.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Where a program lies, looked up as a shell would.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_executable(file))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}

/// Whether `CI=true`.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// Whether a person sits at both ends of this chore.
pub(crate) fn has_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether this chore may install software by itself.
pub(crate) fn is_root() -> bool {
    let mut id = program("id");
    id.arg("-u").stdin(Stdio::null());
    id.output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Measures one step.
pub(crate) fn timed<T>(step: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = step();
    (result, start.elapsed())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace_manifest() {
        let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[workspace]"));
    }

    #[test]
    fn a_program_that_is_nowhere_is_not_found() {
        assert!(on_path("cargo").is_some());
        assert_eq!(on_path("no-such-program-of-evenkeel"), None);
    }

    #[test]
    fn a_failing_step_names_itself_and_its_command() {
        let failure = run("odd", program("false").arg("x")).unwrap_err().to_string();
        assert!(failure.starts_with("odd: false x ended with"), "{failure}");
    }

    #[test]
    fn output_is_what_the_program_printed() {
        assert_eq!(output("echo", program("echo").arg("hello")).unwrap(), "hello\n");
    }
}
