-- What several nodes on one database need beside the tables that every storage has. PostgreSQL alone. Applied once and
-- never edited: a change is a new file, with a new name for a function that changes, since a node of the version before
-- may still call the old one.

-- Which incident has the alerts of a key. Two nodes that get the same new alert at the same instant meet here.
-- `digest` is SHA-256 of source and key; `instead_of` is who had it before, as the decision knew it.
CREATE TABLE alert_keys (
    digest BYTEA NOT NULL PRIMARY KEY,
    incident TEXT COLLATE "C" NOT NULL,
    instead_of TEXT COLLATE "C"
);

-- One row for each transaction of a node: what it changed, for the others to read. `xid` orders it: a reader that has
-- seen everything below the oldest transaction still open goes on from there. Forgotten after some minutes.
CREATE TABLE changes (
    node TEXT COLLATE "C" NOT NULL,
    batch BIGINT NOT NULL,
    xid XID8 NOT NULL DEFAULT pg_current_xact_id(),
    at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    body TEXT NOT NULL,
    PRIMARY KEY (node, batch)
);
CREATE INDEX changes_in_order ON changes (xid);

-- The nodes, and until when each counts as alive unless it is heard of again. The database's clock.
CREATE TABLE nodes (
    node TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    alive_until TIMESTAMPTZ NOT NULL
);

-- A timer that its own node does not take is taken by one other at a time.
ALTER TABLE timers ADD COLUMN taken_until TIMESTAMPTZ NOT NULL DEFAULT '-infinity';
CREATE INDEX timers_due ON timers (due);

-- A batch, whole or not at all. One call, so that one trip does it, and so that a node which stands still in the middle
-- of anything holds no lock. Every call locks in the same order: incidents by id, keys by digest, then what belongs to
-- those incidents. A conflict is raised as EK409 with the incident, and the work if it is about a lease.
-- Nobody waits long for a lock: whoever does decides again.
-- The planner may not learn from tables that are still empty: a plan that reads a whole table would stay.
CREATE FUNCTION evenkeel_commit_1(
    in_node TEXT, in_batch BIGINT, in_body TEXT,
    s_id TEXT[], s_expected BIGINT[], s_version BIGINT[], s_plan TEXT[], s_status TEXT[], s_rank BIGINT[],
    s_opened BIGINT[], s_updated BIGINT[], s_resolved BIGINT[], s_search TEXT[], s_summary TEXT[],
    k_digest BYTEA[], k_incident TEXT[], k_instead TEXT[],
    e_incident TEXT[], e_seq BIGINT[], e_at BIGINT[], e_body TEXT[],
    h_incident TEXT[], h_what TEXT[], h_owner TEXT[], h_epoch BIGINT[],
    d_incident TEXT[], d_what TEXT[],
    w_incident TEXT[], w_what TEXT[], w_owner TEXT[], w_epoch BIGINT[], w_until BIGINT[],
    c_incident TEXT[], c_timer TEXT[], c_due BIGINT[],
    t_incident TEXT[], t_timer TEXT[], t_due BIGINT[]
) RETURNS VOID LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
SET lock_timeout = '5s'
AS $body$
DECLARE
    touched BIGINT;
    wanted BIGINT;
    culprit TEXT;
BEGIN
    -- An answer means that it is on the disk, whatever the server's own setting.
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;

    wanted := (SELECT COUNT(*) FROM unnest(s_expected) AS e(n) WHERE n > 0);
    IF wanted > 0 THEN
        PERFORM 1 FROM incidents WHERE id = ANY (s_id) ORDER BY id FOR NO KEY UPDATE;
        UPDATE incidents AS i SET version = s.version, updated_at = s.updated, search = s.search, summary = s.summary,
            status = s.status, rank = s.rank, opened_at = s.opened, resolved_at = s.resolved
        FROM unnest(s_id, s_expected, s_version, s_status, s_rank, s_opened, s_updated, s_resolved, s_search, s_summary)
            AS s (id, expected, version, status, rank, opened, updated, resolved, search, summary)
        WHERE s.expected > 0 AND i.id = s.id AND i.version = s.expected;
        GET DIAGNOSTICS touched = ROW_COUNT;
        IF touched <> wanted THEN
            SELECT s.id INTO culprit FROM unnest(s_id, s_expected, s_version) AS s (id, expected, version)
            LEFT JOIN incidents AS i ON i.id = s.id
            WHERE s.expected > 0 AND (i.id IS NULL OR i.xmin <> pg_current_xact_id()::xid) LIMIT 1;
            RAISE EXCEPTION 'an incident has moved on' USING ERRCODE = 'EK409', DETAIL = culprit;
        END IF;
    END IF;

    wanted := (SELECT COUNT(*) FROM unnest(s_expected) AS e(n) WHERE n = 0);
    IF wanted > 0 THEN
        INSERT INTO incidents (id, version, plan, status, rank, opened_at, updated_at, resolved_at, search, summary)
        SELECT s.id, s.version, s.plan, s.status, s.rank, s.opened, s.updated, s.resolved, s.search, s.summary
        FROM unnest(s_id, s_expected, s_version, s_plan, s_status, s_rank, s_opened, s_updated, s_resolved, s_search,
            s_summary)
            AS s (id, expected, version, plan, status, rank, opened, updated, resolved, search, summary)
        WHERE s.expected = 0
        ON CONFLICT (id) DO NOTHING;
        GET DIAGNOSTICS touched = ROW_COUNT;
        IF touched <> wanted THEN
            SELECT s.id INTO culprit FROM unnest(s_id, s_expected) AS s (id, expected)
            JOIN incidents AS i ON i.id = s.id
            WHERE s.expected = 0 AND i.xmin <> pg_current_xact_id()::xid LIMIT 1;
            RAISE EXCEPTION 'an incident is there already' USING ERRCODE = 'EK409', DETAIL = culprit;
        END IF;
    END IF;

    IF cardinality(k_digest) > 0 THEN
        INSERT INTO alert_keys (digest, incident, instead_of)
        SELECT * FROM unnest(k_digest, k_incident, k_instead)
        ON CONFLICT (digest) DO UPDATE SET incident = excluded.incident, instead_of = excluded.instead_of
        WHERE alert_keys.incident = excluded.instead_of;
        GET DIAGNOSTICS touched = ROW_COUNT;
        IF touched <> cardinality(k_digest) THEN
            SELECT k.incident INTO culprit FROM unnest(k_digest, k_incident) AS k (digest, incident)
            JOIN alert_keys AS a ON a.digest = k.digest WHERE a.incident <> k.incident LIMIT 1;
            RAISE EXCEPTION 'another incident has this key' USING ERRCODE = 'EK409', DETAIL = culprit;
        END IF;
    END IF;

    IF cardinality(e_incident) > 0 THEN
        INSERT INTO events (incident, seq, decided_at, body)
        SELECT * FROM unnest(e_incident, e_seq, e_at, e_body);
    END IF;

    IF cardinality(h_incident) > 0 THEN
        PERFORM 1 FROM work AS w, unnest(h_incident, h_what, h_owner, h_epoch) AS h (incident, what, owner, epoch)
        WHERE w.incident = h.incident AND w.what = h.what AND w.owner = h.owner AND w.epoch = h.epoch
        FOR UPDATE OF w;
        GET DIAGNOSTICS touched = ROW_COUNT;
        IF touched <> cardinality(h_incident) THEN
            SELECT h.incident || ' ' || h.what INTO culprit
            FROM unnest(h_incident, h_what, h_owner, h_epoch) AS h (incident, what, owner, epoch)
            LEFT JOIN work AS w ON w.incident = h.incident AND w.what = h.what AND w.owner = h.owner
                AND w.epoch = h.epoch
            WHERE w.what IS NULL LIMIT 1;
            RAISE EXCEPTION 'somebody else has this work' USING ERRCODE = 'EK409', DETAIL = culprit;
        END IF;
    END IF;
    IF cardinality(d_incident) > 0 THEN
        DELETE FROM work AS w USING unnest(d_incident, d_what) AS d (incident, what)
        WHERE w.incident = d.incident AND w.what = d.what;
    END IF;
    IF cardinality(w_incident) > 0 THEN
        INSERT INTO work (incident, what, owner, epoch, lease_until)
        SELECT * FROM unnest(w_incident, w_what, w_owner, w_epoch, w_until)
        ON CONFLICT (incident, what) DO UPDATE
        SET owner = excluded.owner, epoch = excluded.epoch, lease_until = excluded.lease_until;
    END IF;

    IF cardinality(c_incident) > 0 THEN
        DELETE FROM timers AS t USING unnest(c_incident, c_timer, c_due) AS c (incident, timer, due)
        WHERE t.incident = c.incident AND t.timer = c.timer AND (c.due IS NULL OR t.due = c.due);
    END IF;
    IF cardinality(t_incident) > 0 THEN
        INSERT INTO timers (incident, timer, due)
        SELECT * FROM unnest(t_incident, t_timer, t_due)
        ON CONFLICT (incident, timer) DO UPDATE SET due = excluded.due, taken_until = '-infinity';
    END IF;

    INSERT INTO changes (node, batch, body) VALUES (in_node, in_batch, in_body);
END
$body$;
