//! The list of what has been applied.

pub(crate) const CREATE: &str = "\
CREATE TABLE IF NOT EXISTS migrations (
    version BIGINT NOT NULL PRIMARY KEY,
    checksum TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
)";

pub(crate) const APPLIED: &str = "SELECT version, checksum FROM migrations ORDER BY version";

pub(crate) const RECORD: &str = "INSERT INTO migrations (version, checksum) VALUES ($1, $2)";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[CREATE, APPLIED, RECORD];
