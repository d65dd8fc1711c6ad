//! Streams, rows of incidents, work, timers and plans.

use engine::ports::{Filter, Order};

/// The list in the order that a filter names.
pub(crate) fn listed(filter: &Filter) -> &'static str {
    match filter.order {
        Order::Worst => LISTED,
        Order::Latest => LATEST,
    }
}

pub(crate) const ADD_EVENTS: &str =
    "INSERT INTO events (incident, seq, decided_at, body) VALUES ($1, $2, $3, $4)";

pub(crate) const EVENTS: &str = "SELECT seq, body FROM events WHERE incident = $1 ORDER BY seq";

/// Touches no row when there is one already.
pub(crate) const ADD_INCIDENT: &str = "\
INSERT INTO incidents
    (id, version, plan, status, rank, opened_at, updated_at, resolved_at, search, summary)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (id) DO NOTHING";

/// Touches no row when the version has moved, or when a column with an index would change: then [`MOVE_INCIDENT`].
pub(crate) const TOUCH_INCIDENT: &str = "\
UPDATE incidents SET version = $1, updated_at = $2, search = $3, summary = $4
WHERE id = $5 AND version = $6 AND status = $7 AND rank = $8 AND opened_at = $9
    AND COALESCE(resolved_at, -1) = $10";

/// Touches no row when the version has moved.
pub(crate) const MOVE_INCIDENT: &str = "\
UPDATE incidents SET version = $1, updated_at = $2, search = $3, summary = $4,
    status = $5, rank = $6, opened_at = $7, resolved_at = $8
WHERE id = $9 AND version = $10";

pub(crate) const PINNED: &str = "SELECT plan, version FROM incidents WHERE id = $1";

pub(crate) const LIVE: &str = "\
SELECT id, summary, opened_at FROM incidents WHERE status IN ('open', 'held')
UNION ALL
SELECT id, summary, opened_at FROM incidents WHERE resolved_at >= $1 AND status <> 'open'
ORDER BY opened_at, id";

pub(crate) const HELD: &str =
    "SELECT id, summary FROM incidents WHERE status = 'held' ORDER BY opened_at, id";

/// What is held back is no incident, and in no list that does not name it: told by a function, so that SQLite still reads in
/// the order of the index. `replace` rather than `LIKE`: every sign stands for itself, in both databases, whatever the
/// length.
pub(crate) const LISTED: &str = "\
SELECT id, summary FROM incidents
WHERE status = COALESCE($1, CASE WHEN status IN ('held', 'passed') THEN '' ELSE status END)
    AND (replace(search, $2, '') <> search OR $2 IS NULL)
ORDER BY status, rank, opened_at DESC, id DESC
LIMIT $3";

/// What is resolved, the latest end first.
pub(crate) const LATEST: &str = "\
SELECT id, summary FROM incidents
WHERE resolved_at >= 0 AND status NOT IN ('open', 'held', 'passed') AND status = COALESCE($1, status)
    AND (replace(search, $2, '') <> search OR $2 IS NULL)
ORDER BY resolved_at DESC, id DESC
LIMIT $3";

pub(crate) const PUT_WORK: &str = "\
INSERT INTO work (incident, what, owner, epoch, lease_until) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (incident, what) DO UPDATE
SET owner = excluded.owner, epoch = excluded.epoch, lease_until = excluded.lease_until";

pub(crate) const DROP_WORK: &str = "DELETE FROM work WHERE incident = $1 AND what = $2";

pub(crate) const FINISH_WORK: &str =
    "DELETE FROM work WHERE incident = $1 AND what = $2 AND owner = $3 AND epoch = $4";

/// Touches one row, and changes nothing in it, while it is held so.
pub(crate) const HOLD_WORK: &str =
    "UPDATE work SET epoch = epoch WHERE incident = $1 AND what = $2 AND owner = $3 AND epoch = $4";

pub(crate) const CLAIM_EVERYTHING: &str = "\
UPDATE work SET owner = $1, epoch = epoch + 1, lease_until = $2
RETURNING incident, what, epoch";

pub(crate) const CLAIM_EXPIRED: &str = "\
UPDATE work SET owner = $1, epoch = epoch + 1, lease_until = $2
WHERE lease_until <= $3
RETURNING incident, what, epoch";

pub(crate) const CLAIM_OWN: &str = "\
UPDATE work SET owner = $1, epoch = epoch + 1, lease_until = $2
WHERE owner = $1
RETURNING incident, what, epoch";

pub(crate) const SET_TIMER: &str = "\
INSERT INTO timers (incident, timer, due) VALUES ($1, $2, $3)
ON CONFLICT (incident, timer) DO UPDATE SET due = excluded.due";

pub(crate) const CLEAR_TIMER: &str = "DELETE FROM timers WHERE incident = $1 AND timer = $2";

pub(crate) const TAKE_TIMER: &str = "DELETE FROM timers WHERE incident = $1 AND timer = $2 AND due = $3";

pub(crate) const TIMERS: &str = "SELECT incident, timer, due FROM timers";

pub(crate) const KEEP_PLAN: &str =
    "INSERT INTO plans (digest, body) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";

pub(crate) const PLAN: &str = "SELECT body FROM plans WHERE digest = $1";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    ADD_EVENTS,
    EVENTS,
    ADD_INCIDENT,
    TOUCH_INCIDENT,
    MOVE_INCIDENT,
    PINNED,
    LIVE,
    HELD,
    LISTED,
    LATEST,
    PUT_WORK,
    DROP_WORK,
    FINISH_WORK,
    CLAIM_EVERYTHING,
    CLAIM_EXPIRED,
    SET_TIMER,
    CLEAR_TIMER,
    TAKE_TIMER,
    HOLD_WORK,
    CLAIM_OWN,
    TIMERS,
    KEEP_PLAN,
    PLAN,
];
