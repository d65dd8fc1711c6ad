//! A range of a test's own, and child processes that are led to it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use range::{Load, Range, RangeConfig};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Everything a test waits for comes within milliseconds; this only ends a broken test.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A running range in a temporary directory, with its tools installed.
pub(crate) struct Stage {
    pub(crate) range: Range,
    bin: PathBuf,
    _dir: TempDir,
}

/// How a child process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A child process whose lines are read one by one; killed when dropped.
pub(crate) struct Streaming {
    pub(crate) child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Stage {
    pub(crate) async fn up(load: Load) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = RangeConfig::new(dir.path().join("range"));
        config.load = load;
        config.program = Some(env!("CARGO_BIN_EXE_range-tool").into());
        let range = Range::start(config).await.unwrap();
        let bin = range.dir().join("bin");
        range::tools::install(&bin, env!("CARGO_BIN_EXE_range-tool").as_ref()).unwrap();
        Self { range, bin, _dir: dir }
    }

    pub(crate) async fn busy() -> Self {
        Self::up(Load::Every(Duration::from_millis(5))).await
    }

    /// A shell command line whose PATH begins with the stand-ins.
    #[expect(
        clippy::disallowed_methods,
        reason = "the range's tests drive real child processes by themselves"
    )]
    pub(crate) fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("bash");
        command.args(["-o", "pipefail", "-c", line]).envs(self.range.child_env());
        command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.bin.display()));
        command.env_remove("EVENKEEL_RANGE_DIALECT").stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// The same in the seed's dialect.
    pub(crate) fn seed_shell(&self, line: &str) -> Command {
        let mut command = self.shell(line);
        command.env("EVENKEEL_RANGE_DIALECT", "seed");
        command
    }

    /// Runs a command line to its end.
    pub(crate) async fn sh(&self, line: &str) -> Ended {
        ended(self.shell(line)).await
    }

    /// Runs a command line to its end in the seed's dialect.
    pub(crate) async fn seed_sh(&self, line: &str) -> Ended {
        ended(self.seed_shell(line)).await
    }

    /// The status that the real curl sees.
    pub(crate) async fn curl_status(&self, args: &str) -> u16 {
        let ended = self.sh(&format!("curl -o /dev/null -w '%{{http_code}}' {args}")).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out.parse().unwrap()
    }
}

/// Runs a child process to its end.
pub(crate) async fn ended(mut command: Command) -> Ended {
    let output = timeout(LIMIT, command.output()).await.expect("the command ends").unwrap();
    Ended {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Streaming {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    pub(crate) async fn line(&mut self) -> String {
        timeout(LIMIT, self.lines.next_line())
            .await
            .expect("a line comes")
            .unwrap()
            .expect("the stream goes on")
    }

    /// Closes our end of the pipe and waits for the process to notice.
    pub(crate) async fn close_and_wait(self) -> Option<i32> {
        let Self { mut child, lines } = self;
        drop(lines);
        timeout(LIMIT, child.wait()).await.expect("it ends when nobody reads").unwrap().code()
    }
}
