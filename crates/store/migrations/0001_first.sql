-- Everything that the first version keeps. Read by every storage: {{clustered}} and {{blob}} are the only words that
-- differ between them. Times are microseconds since 1970. Applied once and never edited: a change is a new file.

-- One row for each append: `body` is the JSON array of its events, `seq` the number of the first, from 1.
-- Not kept in key order: SQLite would push most of each body to a page of its own, at twice the bytes and 1.5 times
-- the processor time of an append.
CREATE TABLE events (
    incident TEXT NOT NULL,
    seq BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (incident, seq)
);

-- One row for each incident: what lists show and search, and the version by which races are seen.
CREATE TABLE incidents (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    plan TEXT NOT NULL,
    status TEXT NOT NULL,
    rank BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    resolved_at BIGINT,
    search TEXT NOT NULL,
    summary TEXT NOT NULL
){{clustered}};

-- The order of a list.
CREATE INDEX incidents_listed ON incidents (status, rank, opened_at DESC, id DESC);
-- What has ended lately; open incidents cost nothing here.
CREATE INDEX incidents_resolved ON incidents (resolved_at) WHERE resolved_at IS NOT NULL;

-- What is to be done in the world, and who does it. `what` is JSON.
CREATE TABLE work (
    incident TEXT NOT NULL,
    what TEXT NOT NULL,
    owner TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    PRIMARY KEY (incident, what)
){{clustered}};

-- No index on `due`: the engine reads all timers once and keeps them in a heap, and an index would make each write
-- ten times as dear. `timer` is JSON.
CREATE TABLE timers (
    incident TEXT NOT NULL,
    timer TEXT NOT NULL,
    due BIGINT NOT NULL,
    PRIMARY KEY (incident, timer)
){{clustered}};

CREATE TABLE plans (
    digest TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE accounts (
    person TEXT NOT NULL PRIMARY KEY,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    hash TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE tokens (
    hash TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    person TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    secret {{blob}} NOT NULL
);
