-- Silences. Times are microseconds since 1970. Applied once and never edited: a change is a new file.

-- `ends_at` is when it ends, or was ended; `body` is JSON, with who made and who ended it.
CREATE TABLE silences (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    body TEXT NOT NULL
);

-- One row: how often silences were changed, so that every node knows when to read them anew.
CREATE TABLE silence_changes (
    one BIGINT NOT NULL PRIMARY KEY,
    changes BIGINT NOT NULL
);
