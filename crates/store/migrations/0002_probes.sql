-- What the server's own probes saw. {{clustered}}: rows are read by probe and time. Times are microseconds since 1970,
-- those of buckets seconds. Applied once and never edited: a change is a new file.

-- One row a look, for two days.
CREATE TABLE probe_samples (
    probe TEXT NOT NULL,
    at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    took_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (probe, at)
){{clustered}};

-- The looks of a minute or an hour together; `took` is a JSON object of counts by bin.
CREATE TABLE probe_buckets (
    probe TEXT NOT NULL,
    width_s BIGINT NOT NULL,
    at_s BIGINT NOT NULL,
    passes BIGINT NOT NULL,
    fails BIGINT NOT NULL,
    breaches BIGINT NOT NULL,
    blinds BIGINT NOT NULL,
    took TEXT NOT NULL,
    PRIMARY KEY (probe, width_s, at_s)
){{clustered}};

-- What is held of each target; `standing` is JSON.
CREATE TABLE probe_standings (
    probe TEXT NOT NULL PRIMARY KEY,
    standing TEXT NOT NULL
);
