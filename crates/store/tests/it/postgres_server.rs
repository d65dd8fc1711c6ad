//! A PostgreSQL of the test's own: in a temporary folder, on a socket in it, ended with the test.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// Where Debian keeps its versions, the newest last.
const VERSIONS: &str = "/usr/lib/postgresql";
const MISSING: &str = "PostgreSQL's server is missing: apt-get install -y --no-install-recommends postgresql";

/// A running server. It is stopped when this goes.
pub(crate) struct PostgresServer {
    folder: TempDir,
    server: Option<Child>,
    databases: AtomicU32,
    more: Vec<String>,
}

impl PostgresServer {
    /// A new cluster, started.
    pub(crate) fn start() -> Self {
        Self::start_with(|_| Vec::new())
    }

    /// The same, with more settings; they may name files that are put into the server's folder.
    pub(crate) fn start_with(more: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let folder = folder();
        let more = more(folder.path());
        let mut this = Self { folder, server: None, databases: AtomicU32::new(0), more };
        let mut initdb = this.program("initdb");
        initdb.args([
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--username=evenkeel",
        ]);
        let made = initdb.arg("-D").arg(this.data()).stdout(Stdio::null()).status().expect(MISSING);
        assert!(made.success(), "initdb");
        this.resume();
        this
    }

    /// A standby of this server, from now on a synchronous one: an answer means that both have the commit.
    pub(crate) fn standby(&self) -> Self {
        let mut standby =
            Self { folder: folder(), server: None, databases: AtomicU32::new(0), more: Vec::new() };
        let mut copy = standby.program("pg_basebackup");
        copy.args(["-U", "evenkeel", "-R", "-X", "stream", "--checkpoint=fast", "--no-sync", "-h"]);
        copy.arg(self.folder()).arg("-D").arg(standby.data());
        assert!(copy.status().expect(MISSING).success(), "pg_basebackup");
        standby.resume();
        self.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("postgres", "SELECT pg_reload_conf()");
        self.until("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", "1");
        standby
    }

    /// A standby becomes the primary.
    pub(crate) fn promote(&self) {
        assert_eq!(self.sql("postgres", "SELECT pg_promote()"), "t");
    }

    /// Waits until a question is answered so.
    fn until(&self, question: &str, answer: &str) {
        until(|| self.sql("postgres", question) == answer, || format!("{question} is not {answer}"));
    }

    /// Starts the server again on what it left.
    pub(crate) fn resume(&mut self) {
        let mut server = self.program("postgres");
        server.arg("-D").arg(self.data()).arg("-k").arg(self.folder.path());
        server.args(["-c", "listen_addresses=", "-c", "max_connections=60", "-c", "shared_buffers=32MB"]);
        server.args(["-c", "autovacuum_naptime=1min", "-c", "log_min_messages=panic"]);
        for setting in &self.more {
            server.args(["-c", setting]);
        }
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).expect("a log");
        server.stderr(log);
        self.server = Some(server.spawn().expect(MISSING));
        self.until_it_answers();
    }

    /// The server ends now, without a word to anybody.
    pub(crate) fn crash(&mut self) {
        self.end(rustix::process::Signal::QUIT);
    }

    /// A new, empty database.
    pub(crate) fn database(&self) -> String {
        let name = format!("db{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"));
        self.url(&name)
    }

    /// The address of a database of this server.
    pub(crate) fn url(&self, name: &str) -> String {
        url(self.folder.path(), name)
    }

    /// Runs a statement as `psql` does; what it prints.
    pub(crate) fn sql(&self, database: &str, statement: &str) -> String {
        let mut psql = self.program("psql");
        psql.args(["-U", "evenkeel", "-h"]).arg(self.folder.path()).args(["-d", database, "-qAtX"]);
        psql.args(["-v", "ON_ERROR_STOP=1", "-c", statement]);
        let done = psql.output().expect(MISSING);
        assert!(done.status.success(), "{statement}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("UTF-8").trim().to_owned()
    }

    /// Gives a file to the server alone.
    pub(crate) fn give(file: &Path) {
        if rustix::process::geteuid().is_root() {
            let (user, group) = stranger();
            chown(file, Some(user), Some(group)).expect("is ours to give");
        }
        std::fs::set_permissions(file, PermissionsExt::from_mode(0o600)).expect("is ours");
    }

    /// The folder with the server's socket.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// One of the server's programs, as somebody who is not root, and that ends when this thread does.
    fn program(&self, name: &str) -> Command {
        let mut setpriv = command("setpriv");
        setpriv.args(["--pdeathsig", "QUIT"]);
        if rustix::process::geteuid().is_root() {
            let (user, group) = stranger();
            setpriv.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
        }
        setpriv.arg("--").arg(binaries().join(name)).current_dir(self.folder.path());
        setpriv.stdin(Stdio::null());
        setpriv
    }

    fn until_it_answers(&self) {
        let answers = || {
            let mut asks = self.program("pg_isready");
            asks.arg("-h").arg(self.folder.path()).args(["-q", "-t", "5"]);
            if let Some(port) = self.more.iter().find_map(|setting| setting.strip_prefix("port=")) {
                asks.args(["-p", port]);
            }
            asks.status().expect(MISSING).success()
        };
        let log = || std::fs::read_to_string(self.log()).unwrap_or_default();
        until(answers, || format!("PostgreSQL does not answer: {}", log()));
    }

    fn end(&mut self, signal: rustix::process::Signal) {
        let Some(mut server) = self.server.take() else { return };
        let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&server), signal);
        let _ = server.wait();
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.end(rustix::process::Signal::QUIT);
    }
}

/// A folder that the server's user owns.
fn folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("ek-pg").tempdir().expect("a folder");
    if rustix::process::geteuid().is_root() {
        let (user, group) = stranger();
        chown(folder.path(), Some(user), Some(group)).expect("the server's user owns its folder");
    }
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).expect("is ours");
    folder
}

/// Looks again and again: PostgreSQL says it on no channel that could be waited for.
fn until(look: impl Fn() -> bool, missed: impl Fn() -> String) {
    for _ in 0..200 {
        if look() {
            return;
        }
        let (_never, wait) = std::sync::mpsc::channel::<()>();
        assert!(wait.recv_timeout(Duration::from_millis(50)).is_err());
    }
    panic!("{}", missed());
}

/// The address of a database whose socket is in a folder.
pub(crate) fn url(folder: &Path, name: &str) -> String {
    url_of(&[folder], name)
}

/// The address of a database that whichever of these is the primary has.
pub(crate) fn url_of(folders: &[&Path], name: &str) -> String {
    let folders: Vec<_> =
        folders.iter().map(|folder| folder.display().to_string().replace('/', "%2F")).collect();
    let primary = if folders.len() > 1 { "?target_session_attrs=read-write" } else { "" };
    format!("postgres://evenkeel@{}/{name}{primary}", folders.join(","))
}

/// A program, started by a test.
#[expect(clippy::disallowed_methods, reason = "the test runs a server of its own")]
pub(crate) fn command(name: &str) -> Command {
    Command::new(name)
}

/// The user and group of a system account that is not root's: PostgreSQL refuses root.
pub(crate) fn stranger() -> (u32, u32) {
    let accounts = std::fs::read_to_string("/etc/passwd").expect("accounts");
    let ids = |name: &str| {
        let line = accounts.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2).map(str::parse::<u32>);
        Some((fields.next()?.ok()?, fields.next()?.ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).expect("an account that is not root's")
}

fn binaries() -> PathBuf {
    let versions = std::fs::read_dir(VERSIONS).expect(MISSING).flatten();
    let mut versions: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    versions.retain(|bin| bin.join("initdb").is_file());
    versions.sort();
    versions.pop().expect(MISSING)
}
