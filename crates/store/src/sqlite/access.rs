//! Accounts, sessions, tokens and secrets, over one connection: they change a few times a day.

use super::Hold;
use crate::rows::{micros, scope_name, scope_named};
use crate::sql::access as sql;
use engine::ports::{Access, AccessError, Account, Scope, Session, Token};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Params, Row, TransactionBehavior};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who may come in, kept in a SQLite file.
#[derive(Debug)]
pub struct SqliteAccess {
    connection: Mutex<Connection>,
    _hold: Arc<Hold>,
}

impl SqliteAccess {
    pub(super) fn new(mut connection: Connection, hold: Arc<Hold>) -> rusqlite::Result<Self> {
        hold.checkpointer.watch(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection), _hold: hold })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements leaves nothing behind: a transaction rolls back when it is dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn execute(&self, sql: &str, parameters: impl Params) -> Result<usize, AccessError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql).map_err(failed)?;
        statement.execute(parameters).map_err(failed)
    }

    fn one<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, AccessError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql).map_err(failed)?;
        statement.query_row(parameters, read).optional().map_err(failed)
    }
}

impl Access for SqliteAccess {
    fn account(&self, person: &str) -> Result<Option<Account>, AccessError> {
        self.one(sql::ACCOUNT, [person], |row| {
            let (created_at, sponsor) = (time(row, 2)?, row.get(3)?);
            Ok(Account { person: row.get(0)?, password_hash: row.get(1)?, created_at, sponsor })
        })
    }

    fn accounts(&self) -> Result<u32, AccessError> {
        Ok(self.one(sql::COUNT_ACCOUNTS, [], |row| row.get(0))?.unwrap_or(0))
    }

    fn put_account(&self, account: &Account) -> Result<(), AccessError> {
        let mut connection = self.connection();
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(failed)?;
        let row = (&account.person, &account.password_hash, micros(account.created_at), &account.sponsor);
        transaction.execute(sql::PUT_ACCOUNT, row).map_err(failed)?;
        transaction.execute(sql::DROP_SESSIONS_OF, [&account.person]).map_err(failed)?;
        transaction.commit().map_err(failed)
    }

    fn session(&self, hash: &str) -> Result<Option<Session>, AccessError> {
        self.one(sql::SESSION, [hash], |row| {
            let (created_at, expires_at) = (time(row, 2)?, time(row, 3)?);
            Ok(Session { hash: row.get(0)?, person: row.get(1)?, created_at, expires_at })
        })
    }

    fn put_session(&self, session: &Session) -> Result<(), AccessError> {
        let mut connection = self.connection();
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(failed)?;
        let began = micros(session.created_at);
        transaction.execute(sql::FORGET_ENDED_SESSIONS, [began]).map_err(failed)?;
        let row = (&session.hash, &session.person, began, micros(session.expires_at));
        transaction.execute(sql::PUT_SESSION, row).map_err(failed)?;
        transaction.commit().map_err(failed)
    }

    fn drop_session(&self, hash: &str) -> Result<(), AccessError> {
        self.execute(sql::DROP_SESSION, [hash]).map(drop)
    }

    fn tokens(&self) -> Result<Vec<Token>, AccessError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql::TOKENS).map_err(failed)?;
        let tokens = statement.query_map([], token).map_err(failed)?;
        let mut tokens = tokens.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        tokens.sort_by(|a, b| (&a.name, &a.hash).cmp(&(&b.name, &b.hash)));
        Ok(tokens)
    }

    fn put_token(&self, token: &Token) -> Result<(), AccessError> {
        let scope = scope_name(token.scope);
        let row = (&token.hash, &token.name, scope, &token.person, micros(token.created_at));
        self.execute(sql::PUT_TOKEN, row).map(drop)
    }

    fn drop_token(&self, name: &str) -> Result<bool, AccessError> {
        Ok(self.execute(sql::DROP_TOKEN, [name])? > 0)
    }

    fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], AccessError> {
        if let Some(secret) = self.one(sql::SECRET, [name], |row| row.get(0))? {
            return Ok(secret);
        }
        self.execute(sql::FIRST_SECRET, (name, fresh.as_slice()))?;
        let secret = self.one(sql::SECRET, [name], |row| row.get(0))?;
        secret.ok_or_else(|| AccessError(format!("secret {name} is gone as soon as it was kept")))
    }
}

fn token(row: &Row<'_>) -> rusqlite::Result<Token> {
    let (scope, created_at) = (scope(row, 2)?, time(row, 4)?);
    Ok(Token { hash: row.get(0)?, name: row.get(1)?, scope, person: row.get(3)?, created_at })
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(row.get(column)?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error)))
}

/// A token whose scope nobody knows must not be taken for one that may do anything.
fn scope(row: &Row<'_>, column: usize) -> rusqlite::Result<Scope> {
    let text: String = row.get(column)?;
    scope_named(&text).ok_or_else(|| {
        let why = format!("table tokens: no scope is called {text:?}");
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into())
    })
}

fn failed(error: impl std::fmt::Display) -> AccessError {
    AccessError(error.to_string())
}
