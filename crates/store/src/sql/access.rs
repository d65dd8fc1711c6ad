//! Accounts, sessions, tokens and secrets.

pub(crate) const ACCOUNT: &str =
    "SELECT person, password_hash, created_at, sponsor FROM accounts WHERE person = $1";

pub(crate) const COUNT_ACCOUNTS: &str = "SELECT COUNT(*) FROM accounts";

pub(crate) const PUT_ACCOUNT: &str = "\
INSERT INTO accounts (person, password_hash, created_at, sponsor) VALUES ($1, $2, $3, $4)
ON CONFLICT (person) DO UPDATE
SET password_hash = excluded.password_hash, created_at = excluded.created_at, sponsor = excluded.sponsor";

pub(crate) const SESSION: &str = "SELECT hash, person, created_at, expires_at FROM sessions WHERE hash = $1";

pub(crate) const FORGET_ENDED_SESSIONS: &str = "DELETE FROM sessions WHERE expires_at <= $1";

pub(crate) const PUT_SESSION: &str = "\
INSERT INTO sessions (hash, person, created_at, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (hash) DO UPDATE
SET person = excluded.person, created_at = excluded.created_at, expires_at = excluded.expires_at";

pub(crate) const DROP_SESSION: &str = "DELETE FROM sessions WHERE hash = $1";

pub(crate) const DROP_SESSIONS_OF: &str = "DELETE FROM sessions WHERE person = $1";

pub(crate) const TOKENS: &str = "SELECT hash, name, scope, person, created_at FROM tokens";

pub(crate) const PUT_TOKEN: &str = "\
INSERT INTO tokens (hash, name, scope, person, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (hash) DO UPDATE
SET name = excluded.name, scope = excluded.scope, person = excluded.person, created_at = excluded.created_at";

pub(crate) const DROP_TOKEN: &str = "DELETE FROM tokens WHERE name = $1";

pub(crate) const FIRST_SECRET: &str =
    "INSERT INTO secrets (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";

pub(crate) const SECRET: &str = "SELECT secret FROM secrets WHERE name = $1";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    ACCOUNT,
    COUNT_ACCOUNTS,
    PUT_ACCOUNT,
    SESSION,
    FORGET_ENDED_SESSIONS,
    PUT_SESSION,
    DROP_SESSION,
    DROP_SESSIONS_OF,
    TOKENS,
    PUT_TOKEN,
    DROP_TOKEN,
    FIRST_SECRET,
    SECRET,
];
