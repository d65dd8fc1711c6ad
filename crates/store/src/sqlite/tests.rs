//! SQLite against the checks of the ports, and what a file can do to it.

use super::*;
use engine::conformance::{self, sample};
use engine::ports::{Archive, Batch, Journal, JournalError};
use tempfile::TempDir;

/// New files in folders that go when this goes.
#[derive(Default)]
struct Files(Vec<TempDir>);

impl Files {
    fn next(&mut self) -> Sqlite {
        self.0.push(tempfile::tempdir().unwrap());
        Sqlite::open(&self.0.last().unwrap().path().join("evenkeel.db")).unwrap()
    }
}

fn batch(streams: Vec<engine::ports::StreamWrite>) -> Batch {
    Batch { streams }
}

#[test]
fn sqlite_is_a_journal() {
    let mut files = Files::default();
    conformance::journal(&mut || Box::new(files.next().journal().unwrap()));
}

#[test]
fn sqlite_is_an_archive() {
    let mut files = Files::default();
    conformance::archive(&mut || {
        let sqlite = files.next();
        (Box::new(sqlite.journal().unwrap()), Box::new(sqlite.archive()))
    });
}

#[test]
fn sqlite_keeps_who_may_come_in() {
    let mut files = Files::default();
    conformance::access(&mut || Box::new(files.next().access().unwrap()));
}

#[test]
fn sqlite_keeps_what_probes_saw() {
    let mut files = Files::default();
    conformance::probes(&mut || Box::new(files.next().probes().unwrap()));
}

#[test]
fn sqlite_keeps_overrides() {
    let mut files = Files::default();
    conformance::overrides(&mut || {
        let sqlite = files.next();
        (Box::new(sqlite.journal().unwrap()), Box::new(sqlite.archive()))
    });
}

#[test]
fn sqlite_keeps_silences() {
    let mut files = Files::default();
    conformance::silences(&mut || {
        let sqlite = files.next();
        (Box::new(sqlite.journal().unwrap()), Box::new(sqlite.archive()))
    });
}

#[test]
fn sqlite_keeps_what_was_heard_of_heartbeats() {
    let mut files = Files::default();
    conformance::heartbeats(&mut || Box::new(files.next().probes().unwrap()));
}

#[test]
fn the_next_process_finds_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evenkeel.db");
    conformance::restart(&mut || Box::new(Sqlite::open(&file).unwrap().journal().unwrap()));
}

/// A source may say that its word holds for ever, and a sum of minutes may end with time itself.
#[test]
fn a_timer_at_the_end_of_time_does_not_keep_the_next_process_from_reading_the_others() {
    let mut journal = Files::default().next().journal().unwrap();
    let mut write = sample::opening(1);
    let set = |key, due| engine::ports::TimerWrite::Set { key, due };
    write.timers = vec![
        set(incident::TimerKey::Escalation, sample::at(9)),
        set(incident::TimerKey::AlertExpiry, jiff::Timestamp::MAX),
    ];
    journal.commit(&batch(vec![write])).unwrap();
    let timers = journal.timers().unwrap();
    assert_eq!(timers.len(), 2);
    assert!(timers.iter().any(|timer| timer.due == sample::at(9)));
}

#[test]
fn a_second_server_is_refused_while_any_handle_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evenkeel.db");
    let archive = Sqlite::open(&file).unwrap().archive();
    let alias = folder.path().join("alias.db");
    std::os::unix::fs::symlink(&file, &alias).unwrap();
    for name in [&file, &alias] {
        let error = Sqlite::open(name).unwrap_err();
        let message = error.to_string();
        assert!(matches!(&error, StoreError::InUse { .. }), "{message}");
        let pid = rustix::process::getpid().as_raw_nonzero();
        assert!(message.contains(&format!("evenkeel.db is in use by process {pid}:")), "{message}");
    }
    drop(archive);
    Sqlite::open(&alias).unwrap();
}

#[test]
fn the_file_is_for_its_own_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Sqlite::open(&folder.path().join("evenkeel.db")).unwrap();
    sqlite.journal().unwrap().commit(&batch(vec![sample::opening(1)])).unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        names.push(entry.file_name().into_string().unwrap());
        assert_eq!(mode, 0o600, "{names:?}");
    }
    assert!(names.contains(&"evenkeel.db".to_owned()), "{names:?}");
}

#[test]
fn every_commit_waits_for_the_disk() {
    let mut files = Files::default();
    let journal = files.next().journal().unwrap();
    let pragma = |name| journal.connection().pragma_query_value(None, name, |row| row.get::<_, String>(0));
    assert_eq!(pragma("journal_mode").unwrap(), "wal");
    let pragma = |name| journal.connection().pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    // FULL is 2.
    assert_eq!(pragma("synchronous").unwrap(), 2);
    assert_eq!(pragma("wal_autocheckpoint").unwrap(), 0);
    assert_eq!(pragma("foreign_keys").unwrap(), 1);
}

#[test]
fn a_full_disk_writes_nothing_and_the_journal_goes_on_after_it() {
    let mut files = Files::default();
    let sqlite = files.next();
    let mut journal = sqlite.journal().unwrap();
    journal.commit(&batch(vec![sample::opening(1)])).unwrap();
    let pages: i64 = journal.connection().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let limit = |journal: &SqliteJournal, pages: i64| {
        journal.connection().pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    };
    limit(&journal, pages + 2);
    let large = "x".repeat(100_000);
    let full = batch(vec![sample::paging(2), sample::notes(1, 2, &[&large]), sample::opening(3)]);
    match journal.commit(&full) {
        Err(JournalError::Unavailable(why)) => assert_eq!(why, "database or disk is full"),
        other => panic!("a full disk: {other:?}"),
    }
    assert_eq!(journal.events(sample::id(1)).unwrap(), sample::opening(1).events);
    assert_eq!(journal.events(sample::id(2)).unwrap(), []);
    assert_eq!(journal.timers().unwrap(), []);
    journal.commit(&batch(vec![sample::notes(1, 2, &["small enough"])])).unwrap();
    limit(&journal, 1_000_000);
    journal.commit(&batch(vec![sample::paging(2), sample::notes(1, 3, &[&large])])).unwrap();
    assert_eq!(sqlite.archive().stream(sample::id(1)).unwrap().unwrap().1.len(), 4);
}

#[test]
fn a_trial_write_reaches_the_disk_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Sqlite::open(&folder.path().join("evenkeel.db")).unwrap();
    let mut journal = sqlite.journal().unwrap();
    let log = || std::fs::metadata(folder.path().join("evenkeel.db-wal")).unwrap().len();
    let before = log();
    journal.try_write().unwrap();
    assert!(log() > before, "a write that SQLite leaves out would say that a full disk is well");
    journal.connection().pragma_update(None, "query_only", true).unwrap();
    assert!(matches!(journal.try_write(), Err(JournalError::Unavailable(_))));
}

#[test]
fn a_damaged_row_is_named() {
    let mut files = Files::default();
    let sqlite = files.next();
    let mut journal = sqlite.journal().unwrap();
    journal.commit(&batch(vec![sample::paging(1), sample::opening(2)])).unwrap();
    let damage = |sql: &str| journal.connection().execute_batch(sql).unwrap();
    damage("UPDATE events SET body = '[{\"at\":1}]' WHERE incident LIKE 'inc_%'");
    damage("UPDATE timers SET timer = '\"tea\"'");
    damage("UPDATE incidents SET summary = ''");
    let id = sample::id(1);
    let named = |error: JournalError, start: &str| {
        assert!(matches!(error, JournalError::Corrupt { .. }), "{error}");
        assert!(error.to_string().starts_with(start), "{error}");
    };
    named(journal.events(id).unwrap_err(), &format!("table events, row {id} 1: "));
    named(sqlite.archive().stream(id).unwrap_err(), &format!("table events, row {id} 1: "));
    named(journal.timers().unwrap_err(), &format!("table timers, row {id}: unknown variant `tea`"));
    named(journal.live(sample::at(0)).unwrap_err(), &format!("table incidents, row {id}: EOF"));
}

#[test]
fn a_damaged_silence_or_override_does_not_count_and_stops_no_other() {
    let mut files = Files::default();
    let sqlite = files.next();
    let mut journal = sqlite.journal().unwrap();
    let made = |number: u64| -> incident::MadeOverride {
        let text = format!(
            r#"{{"id":"{}","version":1,"kind":"override","reason":"the dentist","takes":[],
                "made_by":{{"person":"ana"}},"made_at":"2026-01-05T03:00:00Z"}}"#,
            incident::OverrideId::from_parts(number, 1)
        );
        serde_json::from_str(&text).unwrap()
    };
    for number in [1, 2, 3] {
        assert!(journal.keep_override(&made(number)).unwrap());
    }
    let silenced = journal.silences(sample::at(0)).unwrap();
    let id = made(2).id;
    let damage = |sql: &str| journal.connection().execute_batch(sql).unwrap();
    damage(&format!("UPDATE overrides SET body = '{{\"version\":1}}' WHERE id = '{id}'"));
    damage("INSERT INTO silences (id, version, ends_at, body) VALUES ('sil_x', 1, 9000000000000000, '{}')");
    let since = jiff::Timestamp::UNIX_EPOCH;
    assert_eq!(journal.overrides(since).unwrap(), [made(1), made(3)]);
    assert_eq!(sqlite.archive().overrides(9).unwrap(), [made(3), made(1)]);
    assert_eq!(journal.silences(since).unwrap(), silenced, "nothing is held back by what nobody can read");
    assert_eq!(sqlite.archive().silences(9).unwrap(), []);
}

#[test]
fn lists_are_read_in_the_order_of_their_index() {
    let mut files = Files::default();
    let journal = files.next().journal().unwrap();
    let plan = |sql: &str| -> Vec<String> {
        let mut statement = journal.connection().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        statement.query_map([], |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let listed =
        plan(&crate::sql::journal::LISTED.replace("$1", "NULL").replace("$2", "NULL").replace("$3", "9"));
    assert_eq!(listed, ["SCAN incidents USING INDEX incidents_listed"]);
    let latest =
        plan(&crate::sql::journal::LATEST.replace("$1", "NULL").replace("$2", "NULL").replace("$3", "9"));
    assert_eq!(latest[0], "SEARCH incidents USING INDEX incidents_resolved (resolved_at>?)");
    let live = plan(&crate::sql::journal::LIVE.replace("$1", "7")).join("\n");
    assert!(live.contains("USING INDEX incidents_listed (status=?)"), "{live}");
    assert!(live.contains("USING INDEX incidents_resolved (resolved_at>?)"), "{live}");
}
