-- That this is a copy from a backup, and nobody has said yet that its timers may wake people. No row: they may.
-- Applied once and never edited: a change is a new file.
CREATE TABLE restored (
    at BIGINT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL
);
