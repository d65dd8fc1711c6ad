//! The migrations, in order. Each is applied once, in a transaction, and never edited afterwards.

use sha2::{Digest, Sha256};

/// One step of the tables' history.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) version: i64,
    template: &'static str,
}

/// The words in which databases differ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    /// After a table whose rows are kept in the order of its primary key.
    pub(crate) clustered: &'static str,
    /// The type of bytes.
    pub(crate) blob: &'static str,
    /// The type of texts that are compared byte by byte, as SQLite does.
    pub(crate) text: &'static str,
}

/// All of them, in order.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, template: include_str!("../migrations/0001_first.sql") },
    Migration { version: 2, template: include_str!("../migrations/0002_probes.sql") },
    Migration { version: 3, template: include_str!("../migrations/0003_sponsors.sql") },
    Migration { version: 4, template: include_str!("../migrations/0004_restored.sql") },
    Migration { version: 5, template: include_str!("../migrations/0005_heartbeats.sql") },
    Migration { version: 6, template: include_str!("../migrations/0006_silences.sql") },
    Migration { version: 7, template: include_str!("../migrations/0007_overrides.sql") },
];

/// What PostgreSQL has beside them, in order, with a list and numbers of its own.
pub(crate) const NODE_MIGRATIONS: &[Migration] =
    &[Migration { version: 1, template: include_str!("../migrations/postgres/0001_nodes.sql") }];

impl Migration {
    /// Its statements for one database.
    pub(crate) fn sql(&self, dialect: Dialect) -> String {
        let sql = self.template.replace("{{clustered}}", dialect.clustered).replace("{{blob}}", dialect.blob);
        if dialect.text == "TEXT" { sql } else { sql.replace(" TEXT", &format!(" {}", dialect.text)) }
    }

    /// Its statements as they stand.
    pub(crate) const fn text(&self) -> &'static str {
        self.template
    }

    /// SHA-256 of its text, lower-case hex.
    pub(crate) fn checksum(&self) -> String {
        Sha256::digest(self.template).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_from_one_without_gaps() {
        for list in [MIGRATIONS, NODE_MIGRATIONS] {
            let versions: Vec<_> = list.iter().map(|migration| migration.version).collect();
            assert_eq!(versions, (1..=i64::try_from(list.len()).unwrap()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_token_is_left() {
        for migration in MIGRATIONS {
            let sql = migration.sql(Dialect { clustered: "", blob: "BYTEA", text: "TEXT" });
            assert!(!sql.replace("-- ", "").contains("{{"), "migration {}", migration.version);
        }
    }
}
