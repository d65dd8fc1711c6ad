//! pgbouncer in transaction mode before a test's own PostgreSQL.

use crate::postgres_server::{PostgresServer, command, stranger, url};
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::{Child, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const MISSING: &str = "pgbouncer is missing: apt-get install -y --no-install-recommends pgbouncer";

/// A running pooler. It is stopped when this goes.
pub(crate) struct Pooler {
    folder: TempDir,
    pooler: Child,
}

impl Pooler {
    /// Few connections to the server, so that every statement may meet another one.
    pub(crate) fn before(server: &PostgresServer) -> Self {
        let folder = tempfile::Builder::new().prefix("ek-pool").tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).expect("is ours");
        let settings = format!(
            "[databases]\n* = host={}\n[pgbouncer]\npool_mode = transaction\nauth_type = any\n\
             listen_addr =\nunix_socket_dir = {}\nlisten_port = 5432\ndefault_pool_size = 3\nmax_client_conn = 100\n\
             ignore_startup_parameters = extra_float_digits\n",
            server.folder().display(),
            folder.path().display()
        );
        // With `any`, whoever comes is this user at the server.
        let settings = settings.replace("* = host", "* = user=evenkeel host");
        std::fs::write(folder.path().join("pgbouncer.ini"), settings).expect("is written");
        let mut pooler = command("setpriv");
        pooler.args(["--pdeathsig", "TERM"]);
        if rustix::process::geteuid().is_root() {
            let (user, group) = stranger();
            chown(folder.path(), Some(user), Some(group)).expect("the pooler's user owns its folder");
            pooler.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
        }
        pooler.arg("--").arg(program()).arg("-q").arg(folder.path().join("pgbouncer.ini"));
        let pooler = pooler.stdin(Stdio::null()).spawn().expect(MISSING);
        let this = Self { folder, pooler };
        this.until_it_listens();
        this
    }

    /// A database of the server, by way of the pooler.
    pub(crate) fn url(&self, direct: &str) -> String {
        url(self.folder.path(), direct.rsplit('/').next().unwrap_or_default())
    }

    fn until_it_listens(&self) {
        for _ in 0..200 {
            if std::os::unix::net::UnixStream::connect(self.folder.path().join(".s.PGSQL.5432")).is_ok() {
                return;
            }
            let (_never, wait) = std::sync::mpsc::channel::<()>();
            assert!(wait.recv_timeout(Duration::from_millis(50)).is_err());
        }
        panic!("pgbouncer does not listen");
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.pooler.kill();
        let _ = self.pooler.wait();
    }
}

fn program() -> &'static str {
    let known = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];
    known.into_iter().find(|program| std::path::Path::new(program).is_file()).expect(MISSING)
}
