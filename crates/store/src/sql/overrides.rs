//! Overrides of schedules. How often they were changed is counted with silences.

/// Touches no row when there is one already with another version than the one before.
pub(crate) const KEEP: &str = "\
INSERT INTO overrides (id, version, ends_at, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, ends_at = excluded.ends_at, body = excluded.body
WHERE overrides.version = excluded.version - 1";

pub(crate) const AFTER: &str = "SELECT id, body FROM overrides WHERE ends_at > $1 ORDER BY id";

pub(crate) const NEWEST: &str = "SELECT id, body FROM overrides ORDER BY id DESC LIMIT $1";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[KEEP, AFTER, NEWEST];
