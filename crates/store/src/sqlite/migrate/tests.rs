//! Migrations over files that have a past.

use super::*;
use crate::Sqlite;
use engine::conformance::sample;
use engine::ports::{Access, Archive, HeartbeatRecords as _, Journal, ProbeHistory};
use std::path::PathBuf;
use tempfile::TempDir;

/// Rows as each version left them, put in right after its migration.
const ROWS: &[&str] = &[
    include_str!("../../../migrations/0001_first.rows.sql"),
    include_str!("../../../migrations/0002_probes.rows.sql"),
    include_str!("../../../migrations/0003_sponsors.rows.sql"),
    include_str!("../../../migrations/0004_restored.rows.sql"),
    include_str!("../../../migrations/0005_heartbeats.rows.sql"),
    include_str!("../../../migrations/0006_silences.rows.sql"),
    include_str!("../../../migrations/0007_overrides.rows.sql"),
];

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evenkeel.db");
    (folder, file)
}

/// A file as the version with the first `count` migrations left it, with the rows of its time.
fn old_file(count: usize) -> (TempDir, PathBuf) {
    let (folder, file) = file();
    let mut connection = Connection::open(&file).unwrap();
    for (at, rows) in ROWS.iter().enumerate().take(count) {
        apply(&mut connection, &file, &MIGRATIONS[..=at]).unwrap();
        connection.execute_batch(rows).unwrap();
    }
    (folder, file)
}

#[test]
fn every_migration_brings_rows_of_its_time() {
    assert_eq!(ROWS.len(), MIGRATIONS.len());
}

#[test]
fn rows_of_every_version_are_read_by_this_one() {
    for count in 1..=MIGRATIONS.len() {
        let (_folder, file) = old_file(count);
        let sqlite = Sqlite::open(&file).unwrap();
        let mut journal = sqlite.journal().unwrap();
        let live = journal.live(sample::at(0)).unwrap();
        assert_eq!(live.len(), 1, "from version {count}");
        let (plan, events) = sqlite.archive().stream(live[0].id).unwrap().unwrap();
        assert_eq!((plan.as_str(), events.len()), ("sample-plan", 3), "from version {count}");
        assert_eq!(journal.events(live[0].id).unwrap(), events, "from version {count}");
        assert!(journal.plan(&plan).unwrap().is_some(), "from version {count}");
        assert_eq!(journal.timers().unwrap().len(), 2, "from version {count}");
        let claimed = journal.claim(engine::ports::Claim::Everything, "now", sample::at(0), sample::at(1));
        assert_eq!(claimed.unwrap().len(), 2, "from version {count}");
        let access = sqlite.access().unwrap();
        assert_eq!(access.accounts().unwrap(), 1, "from version {count}");
        assert_eq!(access.tokens().unwrap().len(), 3, "from version {count}");
        assert!(access.session("5e55").unwrap().is_some(), "from version {count}");
        assert_eq!(access.secret("links", [0; 32]).unwrap(), [7; 32], "from version {count}");
        let held = sqlite.probes().unwrap().standings().unwrap();
        assert_eq!(held.len(), usize::from(count >= 2), "from version {count}");
        let sponsor = access.account("primary").unwrap().unwrap().sponsor;
        assert_eq!(sponsor.as_deref(), (count >= 3).then_some("lead"), "from version {count}");
        assert_eq!(sqlite.restored(sample::at(0)).unwrap().is_some(), count >= 4, "from version {count}");
        let made = sqlite.archive().silences(10).unwrap();
        assert_eq!(made.len(), usize::from(count >= 6), "from version {count}");
        let overrides = sqlite.archive().overrides(10).unwrap();
        assert_eq!(overrides.len(), usize::from(count >= 7), "from version {count}");
        let heard = sqlite.probes().unwrap().listen(&[], sample::at(0), i64::MAX).unwrap();
        let silent = heard.iter().filter(|pulse| pulse.silent_at.is_some()).count();
        let (all, silent_then) = if count >= 5 { (2, 1) } else { (0, 0) };
        assert_eq!((heard.len(), silent), (all, silent_then), "from version {count}");
    }
}

#[test]
fn applying_again_changes_nothing() {
    let (_folder, file) = old_file(MIGRATIONS.len());
    let applied = || {
        let connection = Connection::open(&file).unwrap();
        let count = "SELECT COUNT(*) || ' ' || MAX(applied_at) FROM migrations";
        connection.query_row(count, [], |row| row.get::<_, String>(0)).unwrap()
    };
    let before = applied();
    for _ in 0..2 {
        drop(Sqlite::open(&file).unwrap());
    }
    assert_eq!(applied(), before);
}

#[test]
fn a_file_of_a_newer_version_is_refused() {
    let (_folder, file) = old_file(MIGRATIONS.len());
    let connection = Connection::open(&file).unwrap();
    connection.execute(sql::RECORD, (4_711, "later")).unwrap();
    let error = Sqlite::open(&file).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 4_711, .. }), "{error}");
    let message = error.to_string();
    assert!(
        message.contains("newer version: it is at migration 4711, this program knows up to"),
        "{message}"
    );
}

#[test]
fn an_edited_migration_is_refused() {
    let (_folder, file) = old_file(MIGRATIONS.len());
    let connection = Connection::open(&file).unwrap();
    connection.execute("UPDATE migrations SET checksum = 'other' WHERE version = 1", []).unwrap();
    let error = Sqlite::open(&file).unwrap_err();
    assert!(matches!(error, StoreError::OtherMigration { version: 1, .. }), "{error}");
}

#[test]
fn a_strangers_file_is_refused_and_left_alone() {
    let (_folder, path) = file();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    let error = Sqlite::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::NotOurs { .. }), "{error}");
    let tables: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT COUNT(*) FROM sqlite_master", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1);
    let (_folder, path) = file();
    std::fs::write(&path, "# A playbook, not a database. ".repeat(200)).unwrap();
    let error = Sqlite::open(&path).unwrap_err();
    assert!(error.to_string().ends_with("file is not a database"), "{error}");
}

#[test]
fn a_failed_migration_leaves_the_file_as_it_was() {
    let (_folder, path) = file();
    let mut connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("CREATE TABLE migrations (version BIGINT, checksum TEXT); CREATE TABLE plans (x TEXT)")
        .unwrap();
    assert!(matches!(apply(&mut connection, &path, MIGRATIONS), Err(StoreError::Sqlite { .. })));
    let (tables, _): (i64, i64) =
        connection.query_row(TABLES, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(tables, 2, "the tables made before the failure are gone again");
}
