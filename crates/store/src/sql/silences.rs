//! Silences.

/// Touches no row when there is one already with another version than the one before.
pub(crate) const KEEP: &str = "\
INSERT INTO silences (id, version, ends_at, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, ends_at = excluded.ends_at, body = excluded.body
WHERE silences.version = excluded.version - 1";

pub(crate) const COUNT: &str = "\
INSERT INTO silence_changes (one, changes) VALUES (1, 1)
ON CONFLICT (one) DO UPDATE SET changes = silence_changes.changes + 1";

pub(crate) const CHANGES: &str = "SELECT changes FROM silence_changes WHERE one = 1";

pub(crate) const AFTER: &str = "SELECT id, body FROM silences WHERE ends_at > $1 ORDER BY id";

pub(crate) const NEWEST: &str = "SELECT id, body FROM silences ORDER BY id DESC LIMIT $1";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[KEEP, COUNT, CHANGES, AFTER, NEWEST];
