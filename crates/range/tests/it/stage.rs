//! A range of a test's own, and child processes that are led to it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use range::{Load, Range, RangeConfig, ServiceAddress, ServiceName, Standing, Stats};
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
        Self::up_in(tempfile::tempdir().unwrap(), load).await
    }

    /// Ends the range and starts another one over what it left.
    pub(crate) async fn again(self) -> Self {
        let Self { range, _dir: dir, .. } = self;
        range.stop().await.unwrap();
        Self::up_in(dir, Load::Off).await
    }

    async fn up_in(dir: TempDir, load: Load) -> Self {
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
        command.args(["-o", "pipefail", "-c", line]).envs(self.range.child_env()).envs(self.range.vault());
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

    /// Deploys a version with one setting of its own, from the range's project.
    pub(crate) async fn deploy_with(&self, name: &str, value: &str) {
        let project = self.range.dir().join("project/wrangler.toml");
        let text = std::fs::read_to_string(&project).unwrap();
        let changed = text.lines().map(|line| match line.split(" = ").next() == Some(name) {
            true => format!("{name} = {value:?}\n"),
            false => format!("{line}\n"),
        });
        std::fs::write(&project, changed.collect::<String>()).unwrap();
        let deployed = self.sh("wrangler deploy --env production").await;
        assert_eq!(deployed.code, Some(0), "{deployed:?}");
        assert_eq!(self.range.status().unwrap().edge.live.settings[name], value);
    }

    /// Deploys a version of the sandbox app with one setting of its own, from the range's project.
    pub(crate) async fn deploy_app_with(&self, name: &str, value: &str) {
        let project = self.range.dir().join("project/sandbox.py");
        let text = std::fs::read_to_string(&project).unwrap();
        let changed = text.lines().map(|line| match line.split(" = ").next() == Some(name) {
            true => format!("{name} = {value}\n"),
            false => format!("{line}\n"),
        });
        std::fs::write(&project, changed.collect::<String>()).unwrap();
        let deployed = self.sh("modal deploy sandbox.py").await;
        assert_eq!(deployed.code, Some(0), "{deployed:?}");
    }

    /// The edge's log file as it is.
    pub(crate) fn edge_log(&self) -> String {
        std::fs::read_to_string(self.range.dir().join("logs/edge.ndjson")).unwrap()
    }

    /// Waits for a line of the edge's log.
    pub(crate) async fn edge_logs(&self, text: &str) {
        let file = self.range.dir().join("logs/edge.ndjson");
        let line = format!("timeout 30 bash -c 'until grep -qF \"{text}\" {}; do :; done'", file.display());
        assert_eq!(self.sh(&line).await.code, Some(0), "no {text:?} in {}", self.edge_log());
    }

    /// What a service tells Prometheus.
    pub(crate) async fn metrics(&self, service: ServiceName) -> String {
        let address = ServiceAddress::read(self.range.dir(), service).unwrap().unwrap();
        self.sh(&format!("curl -s http://{}/metrics", address.http)).await.out
    }

    /// The process of a service.
    pub(crate) fn pid(&self, service: ServiceName) -> u32 {
        self.range.status().unwrap().services[&service].pid.unwrap()
    }

    /// Asks until a service stands so.
    pub(crate) async fn until(&self, service: ServiceName, so: impl Fn(&Standing) -> bool) {
        let asked = async {
            while !so(&self.range.services().unwrap()[&service]) {
                tokio::task::yield_now().await;
            }
        };
        timeout(LIMIT, asked).await.unwrap_or_else(|_| panic!("{:?}", self.range.services()));
    }

    /// Waits until a service has no process.
    pub(crate) async fn until_gone(&self, service: ServiceName) {
        self.until(service, |standing| standing.pid.is_none()).await;
    }

    /// Waits until a service answers.
    pub(crate) async fn until_there(&self, service: ServiceName) {
        self.until(service, |standing| standing.pid.is_some()).await;
    }

    /// Restarts a service and waits for its new process.
    pub(crate) async fn restarted(&self, service: ServiceName) {
        let before = self.pid(service);
        self.range.restart(service).unwrap();
        self.until(service, |standing| standing.pid.is_some_and(|pid| pid != before)).await;
    }

    /// The users' measures, as soon as they are so; the error is what they were at last.
    pub(crate) async fn stats_with(&self, so: impl Fn(&Stats) -> bool) -> Result<Stats, Stats> {
        let asked = async {
            loop {
                let stats = self.range.load_stats().unwrap();
                if so(&stats) {
                    return stats;
                }
                // A turn of the clock between two questions: the users need the processor, too.
                let _ = timeout(Duration::from_millis(50), core::future::pending::<()>()).await;
            }
        };
        timeout(LIMIT, asked).await.map_err(|_| self.range.load_stats().unwrap())
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
