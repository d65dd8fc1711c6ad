//! A few connections for everything but the journal, opened when they are first needed.

use super::link::{Fault, Link, Server};
use super::parameters::Parameter;
use core::time::Duration;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio_postgres::Row;

/// So many statements at a time.
const CONNECTIONS: usize = 4;
/// How long a statement waits for one of them.
const WAIT_MAX: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Pool {
    server: Arc<Server>,
    links: Mutex<Links>,
    returned: Condvar,
}

#[derive(Debug)]
struct Links {
    idle: Vec<Link>,
    busy: usize,
}

/// The right to one of the connections; it goes back when this is dropped.
struct Borrowed<'a> {
    pool: &'a Pool,
    link: Option<Link>,
}

impl Pool {
    pub(super) fn new(server: Arc<Server>, first: Link) -> Self {
        let links = Links { idle: vec![first], busy: 0 };
        Self { server, links: Mutex::new(links), returned: Condvar::new() }
    }

    /// The rows of a statement that only reads: asked again when an old connection turns out to be gone.
    pub(super) fn read(
        &self,
        sql: &'static str,
        with: impl Fn() -> Vec<Parameter>,
    ) -> Result<Vec<Row>, Fault> {
        self.with(|link| {
            let was_open = link.is_open();
            match link.rows(sql, with()) {
                Err(Fault::Lost(_)) if was_open => link.rows(sql, with()),
                answer => answer,
            }
        })
    }

    /// How many rows a statement touched.
    pub(super) fn touch(&self, sql: &'static str, with: Vec<Parameter>) -> Result<u64, Fault> {
        self.with(|link| link.touch(sql, with))
    }

    fn with<T>(&self, ask: impl FnOnce(&mut Link) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut borrowed = self.borrow()?;
        let link = borrowed.link.take().unwrap_or_else(|| Link::new(Arc::clone(&self.server)));
        ask(borrowed.link.insert(link))
    }

    fn borrow(&self) -> Result<Borrowed<'_>, Fault> {
        let all_busy = |links: &mut Links| links.busy >= CONNECTIONS;
        let waited = self.returned.wait_timeout_while(self.links(), WAIT_MAX, all_busy);
        let (mut links, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(Fault::Unreachable(format!("all {CONNECTIONS} connections are busy")));
        }
        links.busy += 1;
        Ok(Borrowed { pool: self, link: links.idle.pop() })
    }

    fn links(&self) -> MutexGuard<'_, Links> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut links = self.pool.links();
        links.busy -= 1;
        links.idle.extend(self.link.take());
        self.pool.returned.notify_one();
    }
}
