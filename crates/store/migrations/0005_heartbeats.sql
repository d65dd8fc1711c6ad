-- What was heard of heartbeats. Times are microseconds since 1970. Applied once and never edited: a change is a new file.

-- `back_at` is when somebody was here again after the first time since the last sign that nobody was, `deaf_us` for how
-- long nobody was after that; `ended` is 1 when the last sign of life ended a silence or a failure.
CREATE TABLE heartbeats (
    name TEXT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL,
    alive_at BIGINT,
    begun_at BIGINT,
    failed_at BIGINT,
    said TEXT NOT NULL,
    silent_at BIGINT,
    back_at BIGINT,
    deaf_us BIGINT NOT NULL,
    ended BIGINT NOT NULL
);

-- One row: when anybody last listened.
CREATE TABLE heartbeat_ear (
    one BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
