//! Whether a restored database waits for a person's word.

pub(crate) const MARK: &str = "\
INSERT INTO restored (at, source) VALUES ($1, $2)
ON CONFLICT (at) DO UPDATE SET source = excluded.source";

pub(crate) const MARKED: &str = "SELECT at, source FROM restored ORDER BY at DESC LIMIT 1";

pub(crate) const CLEAR: &str = "DELETE FROM restored";

/// What would happen at once: timers that fell due, and work that somebody had in hand.
pub(crate) const WAITING: &str = "\
SELECT (SELECT COUNT(*) FROM timers WHERE due <= $1), (SELECT COUNT(*) FROM work)";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[MARK, MARKED, CLEAR, WAITING];
