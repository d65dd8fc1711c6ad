//! What PostgreSQL alone is asked: whole batches at once, and what several nodes must know of one another.

/// The function is made by the migrations. Parameters: the node, its batch, what the others read of it, and an array a
/// column of everything that is written.
pub(crate) const COMMIT: &str = "\
SELECT evenkeel_commit_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38)";

/// Everything that other nodes committed at or after the transaction `$1`, with the oldest one that is still open and
/// how many seconds this node still counts as alive: 0 when it does not, since a server before 17 subtracts nothing from
/// what is infinite.
pub(crate) const CATCH_UP: &str = "\
SELECT pg_snapshot_xmin(s.moment)::text,
    (SELECT CASE WHEN n.alive_until > clock_timestamp()
        THEN extract(epoch FROM n.alive_until - clock_timestamp())::float8 ELSE 0 END
    FROM nodes AS n WHERE n.node = $2),
    c.node, c.batch, c.body, (SELECT changes FROM silence_changes WHERE one = 1)
FROM (SELECT pg_current_snapshot() AS moment) AS s
LEFT JOIN changes AS c ON c.xid >= $1::text::xid8 AND c.node <> $2
ORDER BY c.xid";

/// Where a new node begins to read.
pub(crate) const NOW: &str = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text";

/// A node is alive from now on, whatever it was.
pub(crate) const ARRIVE: &str = "\
INSERT INTO nodes (node, alive_until) VALUES ($1, clock_timestamp() + make_interval(secs => $2))
ON CONFLICT (node) DO UPDATE SET alive_until = excluded.alive_until";

/// A node that is alive stays so. Touches no row when the others take it for dead.
pub(crate) const BEAT: &str = "\
UPDATE nodes SET alive_until = clock_timestamp() + make_interval(secs => $1)
WHERE node = $2 AND alive_until > clock_timestamp()";

/// Writes, and makes nobody alive who is not.
pub(crate) const TRY_WRITE: &str = "\
INSERT INTO nodes (node, alive_until) VALUES ($1, '-infinity')
ON CONFLICT (node) DO UPDATE SET alive_until = nodes.alive_until";

pub(crate) const ALIVE: &str = "SELECT COUNT(*) FROM nodes WHERE alive_until > clock_timestamp()";

pub(crate) const LEAVE: &str = "UPDATE nodes SET alive_until = '-infinity' WHERE node = $1";

/// A node that is gone is remembered as long as work stands in its name.
pub(crate) const FORGET_NODES: &str = "\
DELETE FROM nodes WHERE alive_until < clock_timestamp() - make_interval(secs => $1)
AND NOT EXISTS (SELECT 1 FROM work WHERE work.owner = nodes.node)";

pub(crate) const FORGET_CHANGES: &str =
    "DELETE FROM changes WHERE at < clock_timestamp() - make_interval(secs => $1)";

/// Takes the place of a batch whose fate is unknown: no row is added when it was kept, and it can never be kept after.
pub(crate) const SETTLE: &str =
    "INSERT INTO changes (node, batch, body) VALUES ($1, $2, '[]') ON CONFLICT (node, batch) DO NOTHING";

/// What has run out: of a node that is known, when it is not heard of; of any other owner, and of oneself, by its time.
pub(crate) const CLAIM_EXPIRED: &str = "\
UPDATE work AS w SET owner = $1, epoch = w.epoch + 1, lease_until = $2
FROM (
    SELECT w.incident, w.what FROM work AS w LEFT JOIN nodes AS n ON n.node = w.owner
    WHERE CASE WHEN w.owner = $1 OR n.node IS NULL THEN w.lease_until <= $3
        ELSE n.alive_until <= clock_timestamp() END
    FOR UPDATE OF w SKIP LOCKED
) AS free
WHERE w.incident = free.incident AND w.what = free.what
RETURNING w.incident, w.what, w.epoch";

pub(crate) const HOLDS: &str =
    "SELECT 1 FROM work WHERE incident = $1 AND what = $2 AND owner = $3 AND epoch = $4";

/// Which incident has the alerts of each of these keys.
pub(crate) const HOLDERS: &str = "SELECT digest, incident FROM alert_keys WHERE digest = ANY ($1)";

/// `$3` is for how many seconds nobody else is given them.
pub(crate) const OVERDUE: &str = "\
UPDATE timers AS t SET taken_until = clock_timestamp() + make_interval(secs => $3)
FROM (
    SELECT incident, timer FROM timers WHERE due <= $1 AND taken_until <= clock_timestamp()
    ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED
) AS late
WHERE t.incident = late.incident AND t.timer = late.timer
RETURNING t.incident, t.timer, t.due";

/// A stream with its plan, as of one moment.
pub(crate) const STREAM: &str = "\
SELECT i.plan, i.version, e.seq, e.body FROM incidents AS i LEFT JOIN events AS e ON e.incident = i.id
WHERE i.id = $1 ORDER BY e.seq";

/// Both at once.
pub(crate) const PUT_ACCOUNT: &str = "\
WITH out AS (DELETE FROM sessions WHERE person = $1)
INSERT INTO accounts (person, password_hash, created_at, sponsor) VALUES ($1, $2, $3, $4)
ON CONFLICT (person) DO UPDATE
SET password_hash = excluded.password_hash, created_at = excluded.created_at, sponsor = excluded.sponsor";

/// The sessions that ended before this one began go with it.
pub(crate) const PUT_SESSION: &str = "\
WITH ended AS (DELETE FROM sessions WHERE expires_at <= $3 AND hash <> $1)
INSERT INTO sessions (hash, person, created_at, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (hash) DO UPDATE
SET person = excluded.person, created_at = excluded.created_at, expires_at = excluded.expires_at";

/// One at a time changes the tables; the number is this program's alone. Ends with its transaction.
pub(crate) const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(8387234917230)";

/// How many tables there are in the schema in use, and whether the list of migrations is one of them.
pub(crate) const TABLES: &str = "\
SELECT COUNT(*), COUNT(CASE WHEN table_name = 'migrations' THEN 1 END) FROM information_schema.tables
WHERE table_schema = current_schema()";

/// The migrations that other storage does not have.
pub(crate) const CREATE_NODE_MIGRATIONS: &str = "\
CREATE TABLE IF NOT EXISTS node_migrations (
    version BIGINT NOT NULL PRIMARY KEY,
    checksum TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
)";

pub(crate) const NODE_MIGRATIONS_APPLIED: &str =
    "SELECT version, checksum FROM node_migrations ORDER BY version";

/// The version of the server as a number, and whether it writes through to the disk.
pub(crate) const SERVER: &str = "\
SELECT current_setting('server_version_num')::bigint, current_setting('fsync'), current_setting('server_encoding')";

/// A migration, unless another node has applied it since it was looked for.
pub(crate) const MIGRATE_ONCE: &str = "\
DO $once$ BEGIN
IF NOT EXISTS (SELECT 1 FROM {{table}} WHERE version = {{version}}) THEN
EXECUTE $migration$ {{statements}} $migration$;
INSERT INTO {{table}} (version, checksum) VALUES ({{version}}, '{{checksum}}');
END IF;
END $once$";

/// Samples, buckets and standings, and what is gone, at once: an array a column.
pub(crate) const WRITE_PROBES: &str = "\
WITH seen AS (
    INSERT INTO probe_samples (probe, at, verdict, took_ms, reason) SELECT * FROM unnest($1, $2, $3, $4, $5)
    ON CONFLICT (probe, at) DO UPDATE
    SET verdict = excluded.verdict, took_ms = excluded.took_ms, reason = excluded.reason
), counted AS (
    INSERT INTO probe_buckets (probe, width_s, at_s, passes, fails, breaches, blinds, took)
    SELECT * FROM unnest($6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (probe, width_s, at_s) DO UPDATE
    SET passes = excluded.passes, fails = excluded.fails, breaches = excluded.breaches, blinds = excluded.blinds,
        took = excluded.took
), held AS (
    INSERT INTO probe_standings (probe, standing) SELECT * FROM unnest($14, $15)
    ON CONFLICT (probe) DO UPDATE SET standing = excluded.standing
)
DELETE FROM probe_standings WHERE probe = ANY ($16)";

/// Both at once: nobody reads the one without the other. Touches no row when somebody else was first.
pub(crate) const KEEP_SILENCE: &str = "\
WITH kept AS (
    INSERT INTO silences (id, version, ends_at, body) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, ends_at = excluded.ends_at, body = excluded.body
    WHERE silences.version = excluded.version - 1
    RETURNING id
)
INSERT INTO silence_changes (one, changes) SELECT 1, 1 FROM kept
ON CONFLICT (one) DO UPDATE SET changes = silence_changes.changes + 1";

/// The same for overrides, counted with silences.
pub(crate) const KEEP_OVERRIDE: &str = "\
WITH kept AS (
    INSERT INTO overrides (id, version, ends_at, body) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, ends_at = excluded.ends_at, body = excluded.body
    WHERE overrides.version = excluded.version - 1
    RETURNING id
)
INSERT INTO silence_changes (one, changes) SELECT 1, 1 FROM kept
ON CONFLICT (one) DO UPDATE SET changes = silence_changes.changes + 1";

/// Somebody listens now. Whoever comes at the same moment waits for the row, and finds no outage any more.
pub(crate) const LISTEN: &str = "\
WITH before AS (SELECT at FROM heartbeat_ear WHERE one = 1 FOR UPDATE),
deaf AS (
    UPDATE heartbeats AS h SET back_at = COALESCE(h.back_at, $1),
        deaf_us = CASE WHEN h.back_at IS NULL THEN h.deaf_us ELSE h.deaf_us + ($1 - before.at) END
    FROM before
    WHERE h.silent_at IS NULL AND h.failed_at IS NULL AND $1 - before.at > $2
), awaited AS (
    INSERT INTO heartbeats (name, since, said, deaf_us, ended) SELECT n.name, $1, '', 0, 0 FROM unnest($3) AS n (name)
    ON CONFLICT (name) DO NOTHING
)
INSERT INTO heartbeat_ear (one, at) SELECT 1, $1 FROM (SELECT COUNT(*) FROM before) AS waited
ON CONFLICT (one) DO UPDATE SET at = excluded.at";

/// Everything that is read in it is as of its first statement.
pub(crate) const BEGIN_AT_ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ";

pub(crate) const COMMIT_ALL: &str = "COMMIT";

/// Before a statement whose rows are read a part at a time.
pub(crate) const DECLARE: &str = "DECLARE carried NO SCROLL CURSOR FOR";

/// As many as `copying::ROWS_AT_ONCE`.
pub(crate) const FETCH: &str = "FETCH 500 FROM carried";

pub(crate) const CLOSE: &str = "CLOSE carried";

/// What is open after what is over: the last of a key has it.
pub(crate) const ALL_SUMMARIES: &str =
    "SELECT id, summary FROM incidents ORDER BY resolved_at IS NULL, opened_at, id";

/// A later incident takes the key of an earlier one.
pub(crate) const LEARN_KEY: &str = "\
INSERT INTO alert_keys (digest, incident) VALUES ($1, $2)
ON CONFLICT (digest) DO UPDATE SET incident = excluded.incident";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    COMMIT,
    NOW,
    BEAT,
    LEAVE,
    FORGET_NODES,
    FORGET_CHANGES,
    SETTLE,
    CLAIM_EXPIRED,
    HOLDS,
    HOLDERS,
    STREAM,
    KEEP_SILENCE,
    KEEP_OVERRIDE,
    LISTEN,
    ONE_AT_A_TIME,
    TABLES,
    SERVER,
];
