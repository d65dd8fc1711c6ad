//! Processes: started here and nowhere else, and ended with the value that holds them.

use serde_json::Value;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The program under test.
const EVENKEEL: &str = env!("CARGO_BIN_EXE_evenkeel");

/// A program that goes on until it is told to stop.
pub(crate) struct Process {
    child: Child,
    lines: UnboundedReceiver<String>,
    /// What it wrote to standard error.
    pub(crate) log: PathBuf,
}

/// What a program that ends by itself said.
pub(crate) struct Said {
    /// Its exit code.
    pub(crate) code: i32,
    /// Its standard output.
    pub(crate) out: String,
    /// Its standard error.
    pub(crate) err: String,
}

impl Process {
    /// Starts the program under test; what it writes to standard error goes to `log`.
    pub(crate) fn evenkeel(args: &[&str], log: &Path) -> Self {
        Self::start(EVENKEEL, args, log)
    }

    /// Starts a program; a missing one fails with what installs it.
    pub(crate) fn start(program: &str, args: &[&str], log: &Path) -> Self {
        let errors = File::options().create(true).append(true).open(log).unwrap();
        let started =
            command(program).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn();
        let mut child = started.unwrap_or_else(|error| {
            panic!("cannot start {program}: {error}; apt-get install -y {}", packages_of(program))
        });
        let out = child.stdout.take().unwrap();
        let (sender, lines) = unbounded_channel();
        tokio::spawn(async move {
            let mut read = BufReader::new(out).lines();
            while let Ok(Some(line)) = read.next_line().await {
                // An error means that the test is over.
                let _ = sender.send(line);
            }
        });
        Self { child, lines, log: log.to_owned() }
    }

    /// The next line of its standard output; `None` once it has ended.
    pub(crate) async fn line(&mut self) -> Option<String> {
        self.lines.recv().await
    }

    /// Ends it as `kill -9` does, and waits until it is gone.
    pub(crate) async fn kill9(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Sends it a signal, by name.
    pub(crate) async fn signal(&self, name: &str) {
        let sent =
            command("kill").args([&format!("-{name}"), &self.pid().to_string()]).status().await.unwrap();
        assert!(sent.success(), "kill -{name}");
    }

    /// Asks it to end, and waits for its exit code.
    pub(crate) async fn terminate(&mut self) -> Option<i32> {
        self.signal("TERM").await;
        self.child.wait().await.unwrap().code()
    }

    /// What it wrote to standard error so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// Debian's packages of a program that tests start.
fn packages_of(program: &str) -> &'static str {
    match program {
        "chromedriver" => "chromium chromium-driver",
        "npm" => "npm",
        "node" => "nodejs",
        "patch" => "patch",
        _ => "prometheus prometheus-alertmanager",
    }
}

/// Runs the program under test to its end.
pub(crate) async fn evenkeel(args: &[&str]) -> Said {
    run(EVENKEEL, args).await
}

/// A folder with the playbook of the tests as `p.md`, and where its settings are to stand.
pub(crate) fn beside_a_playbook() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.md"), super::PLAYBOOK).unwrap();
    let file = folder.path().join("evenkeel.toml");
    (folder, file)
}

/// Starts a server on the playbook of the tests and these settings, which it should refuse.
pub(crate) async fn serve_with(settings: &str) -> Said {
    let (_folder, file) = beside_a_playbook();
    std::fs::write(&file, format!("playbook = \"p.md\"\n{settings}")).unwrap();
    evenkeel(&["serve", "--config", file.to_str().unwrap()]).await
}

/// Runs a program to its end; a missing one fails with what installs it.
pub(crate) async fn run(program: &str, args: &[&str]) -> Said {
    let output = command(program).args(args).stdin(Stdio::null()).output().await;
    let output = output.unwrap_or_else(|error| {
        panic!("cannot start {program}: {error}; apt-get install -y {}", packages_of(program))
    });
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the tests start processes")]
fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    for name in ["EVENKEEL_SERVER", "EVENKEEL_TOKEN", "EVENKEEL_AGENT_TOKEN", "EVENKEEL_LOG"] {
        command.env_remove(name);
    }
    command.kill_on_drop(true);
    command
}

/// The seed of a test's chance: `EVENKEEL_TEST_SEED`, else another one each time.
#[expect(clippy::disallowed_methods, reason = "a failure is found again by its seed, which the test prints")]
pub(crate) fn seed() -> u64 {
    let given = std::env::var("EVENKEEL_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::try_from(now.as_nanos() & u128::from(u64::MAX)).unwrap()
    })
}

/// So much later than now, as a sender writes it who has a clock of its own, finer than ours.
#[expect(clippy::disallowed_methods, reason = "a sender has a clock of its own")]
pub(crate) fn later(by: std::time::Duration) -> String {
    (jiff::Timestamp::now() + by).to_string()
}

impl Said {
    /// Its standard output as JSON, after it ended well.
    pub(crate) fn json(&self) -> Value {
        self.well();
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {}", self.out))
    }

    /// It ended well.
    pub(crate) fn well(&self) -> &Self {
        assert_eq!(self.code, 0, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// It ended with this code, and said each of these on standard error.
    pub(crate) fn ended(&self, code: i32, words: &[&str]) -> &Self {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in {}", self.err);
        }
        self
    }
}
