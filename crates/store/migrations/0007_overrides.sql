-- Overrides of schedules that people made. Times are microseconds since 1970. Applied once and never edited: a change is a
-- new file. How often they were changed is counted with silences.

-- `ends_at` is when it ends, or was ended; `body` is JSON, with who made and who ended it.
CREATE TABLE overrides (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    body TEXT NOT NULL
);
