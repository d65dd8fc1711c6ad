//! Every table that is carried from one storage to another, and the statements that do it.

/// A table that every storage has.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// So many of the first columns are its key.
    pub(crate) key: usize,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Bytes,
}

use Kind::{Bytes, Number, Text};

/// All of them. What only several nodes on one database need is made anew there.
pub(crate) const TABLES: &[Table] = &[
    Table { name: "plans", columns: &[("digest", Text), ("body", Text)], key: 1 },
    Table {
        name: "incidents",
        columns: &[
            ("id", Text),
            ("version", Number),
            ("plan", Text),
            ("status", Text),
            ("rank", Number),
            ("opened_at", Number),
            ("updated_at", Number),
            ("resolved_at", Number),
            ("search", Text),
            ("summary", Text),
        ],
        key: 1,
    },
    Table {
        name: "events",
        columns: &[("incident", Text), ("seq", Number), ("decided_at", Number), ("body", Text)],
        key: 2,
    },
    Table {
        name: "work",
        columns: &[
            ("incident", Text),
            ("what", Text),
            ("owner", Text),
            ("epoch", Number),
            ("lease_until", Number),
        ],
        key: 2,
    },
    Table { name: "timers", columns: &[("incident", Text), ("timer", Text), ("due", Number)], key: 2 },
    Table {
        name: "accounts",
        columns: &[("person", Text), ("password_hash", Text), ("created_at", Number), ("sponsor", Text)],
        key: 1,
    },
    Table {
        name: "sessions",
        columns: &[("hash", Text), ("person", Text), ("created_at", Number), ("expires_at", Number)],
        key: 1,
    },
    Table {
        name: "tokens",
        columns: &[("hash", Text), ("name", Text), ("scope", Text), ("person", Text), ("created_at", Number)],
        key: 1,
    },
    Table { name: "secrets", columns: &[("name", Text), ("secret", Bytes)], key: 1 },
    Table {
        name: "probe_samples",
        columns: &[("probe", Text), ("at", Number), ("verdict", Text), ("took_ms", Number), ("reason", Text)],
        key: 2,
    },
    Table {
        name: "probe_buckets",
        columns: &[
            ("probe", Text),
            ("width_s", Number),
            ("at_s", Number),
            ("passes", Number),
            ("fails", Number),
            ("breaches", Number),
            ("blinds", Number),
            ("took", Text),
        ],
        key: 3,
    },
    Table { name: "probe_standings", columns: &[("probe", Text), ("standing", Text)], key: 1 },
    Table {
        name: "heartbeats",
        columns: &[
            ("name", Text),
            ("since", Number),
            ("alive_at", Number),
            ("begun_at", Number),
            ("failed_at", Number),
            ("said", Text),
            ("silent_at", Number),
            ("back_at", Number),
            ("deaf_us", Number),
            ("ended", Number),
        ],
        key: 1,
    },
    Table { name: "heartbeat_ear", columns: &[("one", Number), ("at", Number)], key: 1 },
    Table {
        name: "silences",
        columns: &[("id", Text), ("version", Number), ("ends_at", Number), ("body", Text)],
        key: 1,
    },
    Table { name: "silence_changes", columns: &[("one", Number), ("changes", Number)], key: 1 },
    Table {
        name: "overrides",
        columns: &[("id", Text), ("version", Number), ("ends_at", Number), ("body", Text)],
        key: 1,
    },
    Table { name: "restored", columns: &[("at", Number), ("source", Text)], key: 1 },
];

impl Table {
    /// Everything in it, in the order of its key.
    pub(crate) fn read(&self) -> String {
        format!("SELECT {} FROM {} ORDER BY {}", self.names(), self.name, self.key_names())
    }

    pub(crate) fn count(&self) -> String {
        format!("SELECT COUNT(*) FROM {}", self.name)
    }

    /// One row.
    pub(crate) fn put_one(&self) -> String {
        let values: Vec<_> = (1..=self.columns.len()).map(|number| format!("${number}")).collect();
        format!("INSERT INTO {} ({}) VALUES ({})", self.name, self.names(), values.join(", "))
    }

    /// Many rows, an array a column.
    pub(crate) fn put_many(&self) -> String {
        let values: Vec<_> = (1..=self.columns.len()).map(|number| format!("${number}")).collect();
        format!("INSERT INTO {} ({}) SELECT * FROM unnest({})", self.name, self.names(), values.join(", "))
    }

    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    fn key_names(&self) -> String {
        self.columns.iter().take(self.key).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}
