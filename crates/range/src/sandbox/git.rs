//! The git commands of the sandbox service: bare repositories of the range's own, and their clones. Each command is a
//! process with a limit, without the person's own git settings, credentials or prompts.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::time::timeout;

use crate::{RangeError, chance, env};

/// Making a repository takes a few hundredths of a second.
const MAKE_WAIT: Duration = Duration::from_secs(20);
/// What a git command says about its failure; the rest is cut off.
const SAID_BYTES_MAX: u64 = 4 * 1024;
/// Bytes of a file that the history has and no checkout: what a whole clone carries, and a shallow one does not.
const OLD_FILE_BYTES: usize = 2 * 1024 * 1024;
/// The repositories that the range makes for itself.
pub(super) const REPOSITORIES: [&str; 2] = ["demo/small", "tabbi/starter"];

/// One git command, not yet started.
#[expect(clippy::disallowed_methods, reason = "the sandbox service clones by itself, as its original does")]
pub(super) fn git(home: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .env_clear()
        .env("PATH", env::path())
        .env("HOME", home)
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("LC_ALL", "C")])
        .envs([("GIT_TERMINAL_PROMPT", "0"), ("GIT_ALLOW_PROTOCOL", "http")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// Makes the range's repositories where they are missing.
pub(super) async fn make_repositories(folder: &Path) -> Result<(), RangeError> {
    for name in REPOSITORIES {
        let path = folder.join(format!("{name}.git"));
        if path.exists() {
            continue;
        }
        // Made beside its place: one that is half made is never cloned.
        let beside = path.with_extension("part");
        let _ = std::fs::remove_dir_all(&beside);
        let made = make(&beside, name).await.and_then(|()| {
            std::fs::rename(&beside, &path).map_err(|error| format!("cannot be put in its place: {error}"))
        });
        made.map_err(|why| RangeError::Refused(format!("repository {}: {why}", path.display())))?;
    }
    Ok(())
}

async fn make(path: &Path, name: &str) -> Result<(), String> {
    let mut init = git(path);
    init.args(["init", "--quiet", "--bare", "--initial-branch=main"]).arg(path);
    finish(init, None, MAKE_WAIT).await?;
    let mut import = git(path);
    import.arg("--git-dir").arg(path);
    import.args(["-c", "core.compression=0", "-c", "pack.compression=0", "fast-import", "--quiet"]);
    finish(import, Some(history(name)), MAKE_WAIT).await
}

/// Three commits: files, a large one among them, and its removal.
fn history(name: &str) -> Vec<u8> {
    let readme = format!("# {name}\n\nA small repository of the practice range, for sandboxes to clone.\n");
    let mut old = vec![0; OLD_FILE_BYTES];
    chance::fill(&mut old);
    let files: [(&str, &[u8]); 3] = [
        ("README.md", readme.as_bytes()),
        ("src/main.py", b"def main():\n    print(\"practice\")\n\n\nmain()\n"),
        ("assets/recording.bin", &old),
    ];
    let mut stream = Vec::new();
    for (mark, (_, bytes)) in (1..).zip(files) {
        stream.extend_from_slice(format!("blob\nmark :{mark}\ndata {}\n", bytes.len()).as_bytes());
        stream.extend_from_slice(bytes);
        stream.push(b'\n');
    }
    let mut commit = |at: u32, message: &str, changes: &str| {
        let head = "commit refs/heads/main\ncommitter Range <range@example.test>";
        let text = format!("{head} {at} +0000\ndata {}\n{message}\n{changes}\n", message.len());
        stream.extend_from_slice(text.as_bytes());
    };
    commit(1_767_225_600, "Begin", "M 100644 :1 README.md\nM 100644 :2 src/main.py\n");
    commit(1_767_225_660, "Add a recording", "M 100644 :3 assets/recording.bin\n");
    commit(1_767_225_720, "Keep recordings elsewhere", "D assets/recording.bin\n");
    stream
}

/// What is cloned, and how.
#[derive(Debug)]
pub(super) struct Clone {
    pub(super) url: String,
    pub(super) token: String,
    /// Commits; 0 is all of them.
    pub(super) depth: u64,
    pub(super) into: PathBuf,
    pub(super) wait: Duration,
}

impl Clone {
    /// Clones; the error is words for a log.
    pub(super) async fn run(&self) -> Result<(), String> {
        let mut clone = git(self.into.parent().unwrap_or(&self.into));
        // By the environment: arguments can be read by everybody on the machine.
        let header = format!("Authorization: Bearer {}", self.token);
        clone.envs([("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "http.extraHeader")]);
        clone.env("GIT_CONFIG_VALUE_0", header);
        clone.args(["clone", "--quiet", "--single-branch", "--no-tags"]);
        if self.depth > 0 {
            clone.arg(format!("--depth={}", self.depth));
        }
        clone.arg("--").arg(&self.url).arg(&self.into);
        finish(clone, None, self.wait).await
    }
}

/// Waits for a git command within a limit; a command that is late is killed with its whole group.
async fn finish(mut command: Command, input: Option<Vec<u8>>, wait: Duration) -> Result<(), String> {
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            "git is not installed; install it, on Debian with `apt-get install git`".to_owned()
        }
        _ => format!("git cannot be started: {error}"),
    })?;
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let feeding = async {
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // One that stops reading says why on its way out.
            let _ = stdin.write_all(&input).await;
        }
    };
    let reading = async {
        let mut said = String::new();
        if let Some(stderr) = stderr {
            let _ = stderr.take(SAID_BYTES_MAX).read_to_string(&mut said).await;
        }
        said
    };
    let group = super::process::Group::of(&child);
    match timeout(wait, async { tokio::join!(feeding, reading, child.wait()) }).await {
        Ok((_, _, Ok(status))) if status.success() => Ok(()),
        Ok((_, said, Ok(status))) => Err(format!("git ended with {status}: {}", last_line(&said))),
        Ok((_, _, Err(error))) => Err(format!("git cannot be waited for: {error}")),
        Err(_) => {
            group.kill();
            Err(format!("timeout after {} ms", wait.as_millis()))
        }
    }
}

fn last_line(said: &str) -> &str {
    said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing").trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn repositories_are_made_once_with_a_history_that_is_larger_than_its_end() {
        let dir = tempfile::tempdir().unwrap();
        make_repositories(dir.path()).await.unwrap();
        let path = dir.path().join("demo/small.git");
        let made = std::fs::metadata(path.join("HEAD")).unwrap().modified().unwrap();
        make_repositories(dir.path()).await.unwrap();
        assert_eq!(std::fs::metadata(path.join("HEAD")).unwrap().modified().unwrap(), made);
        let mut log = git(dir.path());
        log.arg("--git-dir").arg(&path).args(["log", "--format=%s", "main"]).stdout(Stdio::piped());
        let log = String::from_utf8(log.output().await.unwrap().stdout).unwrap();
        assert_eq!(log, "Keep recordings elsewhere\nAdd a recording\nBegin\n");
        let mut tree = git(dir.path());
        tree.arg("--git-dir")
            .arg(&path)
            .args(["ls-tree", "-r", "--name-only", "main"])
            .stdout(Stdio::piped());
        let tree = String::from_utf8(tree.output().await.unwrap().stdout).unwrap();
        assert_eq!(tree, "README.md\nsrc/main.py\n");
    }

    #[tokio::test]
    async fn a_command_that_fails_or_is_late_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let mut wrong = git(dir.path());
        wrong.args(["clone", "--quiet", "/nonexistent"]).arg(dir.path().join("x"));
        let why = finish(wrong, None, MAKE_WAIT).await.unwrap_err();
        assert!(why.contains("fatal"), "{why}");
        let mut slow = git(dir.path());
        slow.args(["-c", "alias.wait=!sleep 60", "wait"]);
        let why = finish(slow, None, Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(why, "timeout after 50 ms");
    }
}
