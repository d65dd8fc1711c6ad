//! One connection: asked from threads that block, carried by the store's own thread, opened again when it is lost.

use super::parameters::Parameter;
use super::tls::Tls;
use crate::StoreError;
use core::time::Duration;
use std::future::Future;
use std::str::FromStr;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio_postgres::config::Host;
use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Error, Row};

/// How long a connection may take to open.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// How long a statement may take. What takes longer counts as lost, and its connection is closed.
const STATEMENT_MAX: Duration = Duration::from_secs(10);

/// How long a migration may take: it rewrites tables.
pub(crate) const MIGRATION_MAX: Duration = Duration::from_secs(600);

/// A dead peer is noticed after a minute at the most, also while nothing is asked.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// Where the database is, and the thread that speaks with it.
#[derive(Debug)]
pub(crate) struct Server {
    config: Config,
    tls: Tls,
    name: String,
    /// Taken only when this is dropped.
    runtime: Option<Runtime>,
}

/// A connection that opens when it is first needed, and again when it was lost.
pub(crate) struct Link {
    server: Arc<Server>,
    client: Option<Arc<Client>>,
    reopens: Reopens,
}

/// Whether a lost connection is opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reopens {
    Yes,
    /// A transaction hangs on it.
    No,
}

/// Why a statement brought no answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// No connection: nothing was asked.
    Unreachable(String),
    /// The database refused; nothing was done.
    Refused { state: SqlState, why: String, detail: String },
    /// The connection was lost in the middle: nobody knows whether it was done.
    Lost(String),
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "PostgreSQL cannot be reached: {why}"),
            Self::Refused { why, .. } => write!(f, "PostgreSQL: {why}"),
            Self::Lost(why) => write!(f, "the connection to PostgreSQL was lost: {why}"),
        }
    }
}

impl core::fmt::Debug for Link {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Link").field("server", &self.server.name).finish_non_exhaustive()
    }
}

impl Server {
    pub(crate) fn new(url: &str) -> Result<Self, StoreError> {
        let mut config = Config::from_str(url).map_err(|error| StoreError::Address(said(&error)))?;
        if config.get_hosts().is_empty() {
            return Err(StoreError::Address("it names no host".to_owned()));
        }
        config.connect_timeout(CONNECT_MAX).keepalives_idle(KEEPALIVE);
        if config.get_application_name().is_none() {
            config.application_name("evenkeel");
        }
        let name = name_of(&config);
        let failed = |why: String| StoreError::Postgres { database: name.clone(), why };
        let tls = Tls::new().map_err(failed)?;
        // One thread: it only carries bytes.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self { config, tls, name, runtime: Some(runtime) })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn failed(&self, why: impl core::fmt::Display) -> StoreError {
        StoreError::Postgres { database: self.name.clone(), why: why.to_string() }
    }

    /// Waits on this thread, whichever it is, for what the store's own thread does. `None`: not within the limit.
    fn wait<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let runtime = self.runtime.as_ref()?;
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        runtime.spawn(async move {
            let _ = tell.send(tokio::time::timeout(limit, work).await.ok());
        });
        told.recv().ok().flatten()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dropped inside another runtime, where waiting is not allowed.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Link {
    pub(crate) const fn new(server: Arc<Server>) -> Self {
        Self { server, client: None, reopens: Reopens::Yes }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// From now on it is not opened again when it is lost.
    pub(crate) const fn pin(&mut self) {
        self.reopens = Reopens::No;
    }

    /// Whether a statement can be sent without opening a connection first.
    pub(crate) fn is_open(&self) -> bool {
        self.client.as_ref().is_some_and(|client| !client.is_closed())
    }

    /// The rows that a statement brings.
    pub(crate) fn rows(&mut self, sql: &'static str, with: Vec<Parameter>) -> Result<Vec<Row>, Fault> {
        self.asked(STATEMENT_MAX, move |client| async move {
            let with = borrowed(&with);
            client.query_typed(sql, &with).await
        })
    }

    /// How many rows a statement touched.
    pub(crate) fn touch(&mut self, sql: &'static str, with: Vec<Parameter>) -> Result<u64, Fault> {
        self.asked(STATEMENT_MAX, move |client| async move {
            let with = borrowed(&with);
            client.execute_typed(sql, &with).await
        })
    }

    /// The rows of a statement that is put together from names of the program's own.
    pub(crate) fn rows_of(&mut self, sql: String, with: Vec<Parameter>) -> Result<Vec<Row>, Fault> {
        self.asked(STATEMENT_MAX, move |client| async move {
            let with = borrowed(&with);
            client.query_typed(&sql, &with).await
        })
    }

    /// How many rows such a statement touched.
    pub(crate) fn touch_by(&mut self, sql: String, with: Vec<Parameter>) -> Result<u64, Fault> {
        self.asked(STATEMENT_MAX, move |client| async move {
            let with = borrowed(&with);
            client.execute_typed(&sql, &with).await
        })
    }

    /// A script of the program's own, without parameters: all of it or nothing.
    pub(crate) fn script(&mut self, script: String) -> Result<(), Fault> {
        self.asked(MIGRATION_MAX, move |client| async move { client.batch_execute(&script).await })
    }

    fn asked<T, F>(
        &mut self,
        limit: Duration,
        ask: impl FnOnce(Arc<Client>) -> F + Send + 'static,
    ) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let client = self.client()?;
        let answer = self.server.wait(limit, async move { ask(client).await });
        let fault = match answer {
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(error)) => fault(&error),
            None => Fault::Lost(format!("no answer within {} s", limit.as_secs())),
        };
        let closes = match &fault {
            // A late answer must not be taken for that of another statement.
            Fault::Lost(_) => true,
            // It was the primary once; the next connection leads to the new one.
            Fault::Refused { state, .. } => *state == SqlState::READ_ONLY_SQL_TRANSACTION,
            Fault::Unreachable(_) => false,
        };
        if closes {
            self.client = None;
        }
        Err(fault)
    }

    fn client(&mut self) -> Result<Arc<Client>, Fault> {
        if let Some(client) = self.client.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        if self.reopens == Reopens::No {
            return Err(Fault::Unreachable(
                "the connection was lost in the middle of a transaction".to_owned(),
            ));
        }
        let (config, tls) = (self.server.config.clone(), self.server.tls.clone());
        let connect = async move {
            let (client, connection) = config.connect(tls).await?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(error = %said(&error), "a connection to PostgreSQL ended");
                }
            });
            Ok(client)
        };
        let client = match self.server.wait(CONNECT_MAX * 2, connect) {
            Some(Ok(client)) => Arc::new(client),
            Some(Err(error)) => return Err(Fault::Unreachable(said::<Error>(&error))),
            None => return Err(Fault::Unreachable(format!("no answer within {} s", CONNECT_MAX.as_secs()))),
        };
        self.client = Some(Arc::clone(&client));
        Ok(client)
    }
}

fn borrowed(with: &[Parameter]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    with.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect()
}

/// What a refusal of the server says for certain: unless it ends the session, the statement was rolled back.
fn fault(error: &Error) -> Fault {
    match error.as_db_error() {
        Some(refused) if !ends_the_session(refused) => Fault::Refused {
            state: refused.code().clone(),
            why: refused.message().to_owned(),
            detail: refused.detail().unwrap_or_default().to_owned(),
        },
        Some(refused) => Fault::Lost(refused.message().to_owned()),
        None if error.is_closed() => Fault::Lost("it is closed".to_owned()),
        None => Fault::Lost(said(error)),
    }
}

fn ends_the_session(refused: &tokio_postgres::error::DbError) -> bool {
    let fatal = matches!(refused.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
    fatal || refused.code().code().starts_with("08") || refused.code().code().starts_with("57P0")
}

/// An error with its causes; none of them holds the password.
pub(crate) fn said<E: std::error::Error>(error: &E) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

fn name_of(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        Some(Host::Unix(folder)) => folder.display().to_string(),
        None => String::new(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    format!(
        "PostgreSQL at {host}:{port}, database {}",
        config.get_dbname().unwrap_or("of the same name as the user")
    )
}

/// Two transactions that met: one of them is told to decide again.
pub(super) fn is_race(state: &SqlState) -> bool {
    [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::UNIQUE_VIOLATION,
        SqlState::LOCK_NOT_AVAILABLE,
        // A key that went to this very incident meanwhile leaves the function nobody to name.
        SqlState::NULL_VALUE_NOT_ALLOWED,
    ]
    .contains(state)
}
