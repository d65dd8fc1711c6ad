//! Accounts, sessions, tokens and secrets.

use super::parameters::{bytes, maybe_text, number, text};
use super::pool::Pool;
use crate::rows::{micros, scope_name, scope_named};
use crate::sql::{access as sql, postgres};
use engine::ports::{Access, AccessError, Account, Scope, Session, Token};
use jiff::Timestamp;
use std::sync::Arc;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

/// Who may come in, kept in a PostgreSQL database: whoever signs in at one node is signed in at all.
#[derive(Debug)]
pub struct PostgresAccess {
    pool: Arc<Pool>,
}

impl PostgresAccess {
    pub(super) const fn new(pool: Arc<Pool>) -> Self {
        Self { pool }
    }
}

impl Access for PostgresAccess {
    fn account(&self, person: &str) -> Result<Option<Account>, AccessError> {
        let rows = self.pool.read(sql::ACCOUNT, || vec![text(person)]).map_err(failed)?;
        let account = |row| {
            let (created_at, sponsor) = (time(row, 2)?, get(row, 3)?);
            Ok(Account { person: get(row, 0)?, password_hash: get(row, 1)?, created_at, sponsor })
        };
        rows.first().map(account).transpose()
    }

    fn accounts(&self) -> Result<u32, AccessError> {
        let rows = self.pool.read(sql::COUNT_ACCOUNTS, Vec::new).map_err(failed)?;
        let count: i64 = rows.first().map_or(Ok(0), |row| get(row, 0))?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn put_account(&self, account: &Account) -> Result<(), AccessError> {
        let with = vec![
            text(account.person.clone()),
            text(account.password_hash.clone()),
            number(micros(account.created_at)),
            maybe_text(account.sponsor.clone()),
        ];
        self.pool.touch(postgres::PUT_ACCOUNT, with).map(drop).map_err(failed)
    }

    fn session(&self, hash: &str) -> Result<Option<Session>, AccessError> {
        let rows = self.pool.read(sql::SESSION, || vec![text(hash)]).map_err(failed)?;
        let session = |row| {
            let (created_at, expires_at) = (time(row, 2)?, time(row, 3)?);
            Ok(Session { hash: get(row, 0)?, person: get(row, 1)?, created_at, expires_at })
        };
        rows.first().map(session).transpose()
    }

    fn put_session(&self, session: &Session) -> Result<(), AccessError> {
        let with = vec![
            text(session.hash.clone()),
            text(session.person.clone()),
            number(micros(session.created_at)),
            number(micros(session.expires_at)),
        ];
        self.pool.touch(postgres::PUT_SESSION, with).map(drop).map_err(failed)
    }

    fn drop_session(&self, hash: &str) -> Result<(), AccessError> {
        self.pool.touch(sql::DROP_SESSION, vec![text(hash)]).map(drop).map_err(failed)
    }

    fn tokens(&self) -> Result<Vec<Token>, AccessError> {
        let rows = self.pool.read(sql::TOKENS, Vec::new).map_err(failed)?;
        let mut tokens = rows.iter().map(token).collect::<Result<Vec<_>, _>>()?;
        tokens.sort_by(|a, b| (&a.name, &a.hash).cmp(&(&b.name, &b.hash)));
        Ok(tokens)
    }

    fn put_token(&self, token: &Token) -> Result<(), AccessError> {
        let with = vec![
            text(token.hash.clone()),
            text(token.name.clone()),
            text(scope_name(token.scope)),
            maybe_text(token.person.clone()),
            number(micros(token.created_at)),
        ];
        self.pool.touch(sql::PUT_TOKEN, with).map(drop).map_err(failed)
    }

    fn drop_token(&self, name: &str) -> Result<bool, AccessError> {
        Ok(self.pool.touch(sql::DROP_TOKEN, vec![text(name)]).map_err(failed)? > 0)
    }

    fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], AccessError> {
        let known = || -> Result<Option<[u8; 32]>, AccessError> {
            let rows = self.pool.read(sql::SECRET, || vec![text(name)]).map_err(failed)?;
            let secret: Option<Vec<u8>> = rows.first().map(|row| get(row, 0)).transpose()?;
            let wrong = |_| AccessError(format!("table secrets, row {name}: it is not 32 bytes long"));
            secret.map(|secret| secret.try_into().map_err(wrong)).transpose()
        };
        if let Some(secret) = known()? {
            return Ok(secret);
        }
        self.pool.touch(sql::FIRST_SECRET, vec![text(name), bytes(fresh.to_vec())]).map_err(failed)?;
        known()?.ok_or_else(|| AccessError(format!("secret {name} is gone as soon as it was kept")))
    }
}

fn token(row: &Row) -> Result<Token, AccessError> {
    let (scope, created_at) = (scope(row, 2)?, time(row, 4)?);
    Ok(Token { hash: get(row, 0)?, name: get(row, 1)?, scope, person: get(row, 3)?, created_at })
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, AccessError> {
    row.try_get(column).map_err(failed)
}

fn time(row: &Row, column: usize) -> Result<Timestamp, AccessError> {
    Timestamp::from_microsecond(get(row, column)?).map_err(failed)
}

/// A token whose scope nobody knows must not be taken for one that may do anything.
fn scope(row: &Row, column: usize) -> Result<Scope, AccessError> {
    let name: &str = get(row, column)?;
    scope_named(name).ok_or_else(|| AccessError(format!("table tokens: no scope is called {name:?}")))
}

fn failed(error: impl core::fmt::Display) -> AccessError {
    AccessError(error.to_string())
}
