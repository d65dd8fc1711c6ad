//! What was heard of heartbeats.

/// Touches no row when it is older than the last one.
pub(crate) const ALIVE: &str = "\
INSERT INTO heartbeats (name, since, alive_at, said, deaf_us, ended) VALUES ($1, $2, $2, '', 0, 0)
ON CONFLICT (name) DO UPDATE
SET ended = CASE WHEN heartbeats.silent_at IS NULL AND heartbeats.failed_at IS NULL THEN 0 ELSE 1 END,
    alive_at = excluded.alive_at, begun_at = NULL, failed_at = NULL, said = '', silent_at = NULL,
    back_at = NULL, deaf_us = 0
WHERE COALESCE(heartbeats.alive_at, 0) <= excluded.alive_at
RETURNING ended";

pub(crate) const BEGUN: &str = "\
INSERT INTO heartbeats (name, since, begun_at, said, deaf_us, ended) VALUES ($1, $2, $2, '', 0, 0)
ON CONFLICT (name) DO UPDATE
SET back_at = CASE WHEN heartbeats.begun_at IS NULL THEN NULL ELSE heartbeats.back_at END,
    deaf_us = CASE WHEN heartbeats.begun_at IS NULL THEN 0 ELSE heartbeats.deaf_us END,
    begun_at = COALESCE(heartbeats.begun_at, excluded.begun_at)";

pub(crate) const FAILED: &str = "\
INSERT INTO heartbeats (name, since, failed_at, said, deaf_us, ended) VALUES ($1, $2, $2, $3, 0, 0)
ON CONFLICT (name) DO UPDATE
SET said = CASE WHEN heartbeats.failed_at IS NULL THEN excluded.said ELSE heartbeats.said END,
    failed_at = COALESCE(heartbeats.failed_at, excluded.failed_at), begun_at = NULL";

/// `$2` is for how long nobody may have listened before it counts.
pub(crate) const DEAF: &str = "\
UPDATE heartbeats SET back_at = COALESCE(back_at, $1),
    deaf_us = CASE WHEN back_at IS NULL THEN deaf_us
        ELSE deaf_us + ($1 - (SELECT at FROM heartbeat_ear WHERE one = 1)) END
WHERE silent_at IS NULL AND failed_at IS NULL AND $1 - (SELECT at FROM heartbeat_ear WHERE one = 1) > $2";

pub(crate) const LISTEN: &str = "\
INSERT INTO heartbeat_ear (one, at) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET at = excluded.at";

pub(crate) const AWAIT: &str = "\
INSERT INTO heartbeats (name, since, said, deaf_us, ended) VALUES ($1, $2, '', 0, 0)
ON CONFLICT (name) DO NOTHING";

pub(crate) const PULSES: &str = "\
SELECT name, since, alive_at, begun_at, failed_at, said, silent_at, back_at, deaf_us FROM heartbeats
ORDER BY name";

/// Touches no row when anything of it has changed; -1 stands for nothing.
pub(crate) const SILENT: &str = "\
UPDATE heartbeats SET silent_at = $1
WHERE name = $2 AND COALESCE(alive_at, -1) = $3 AND COALESCE(begun_at, -1) = $4 AND COALESCE(failed_at, -1) = $5
    AND COALESCE(back_at, -1) = $6 AND deaf_us = $7 AND silent_at IS NULL";

pub(crate) const FORGET: &str = "DELETE FROM heartbeats WHERE name = $1";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[ALIVE, BEGUN, FAILED, DEAF, LISTEN, AWAIT, PULSES, SILENT, FORGET];
