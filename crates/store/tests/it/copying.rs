//! From a file to PostgreSQL and back, from a file in use, and into what is not empty.

use crate::postgres_server::PostgresServer;
use engine::conformance::sample;
use engine::ports::{Access, Account, Archive, Batch, Journal, KeyClaim, Scope, Token};
use std::path::Path;
use store::{CopyError, End, Postgres, Purpose, Sqlite, copy};

/// More than is carried at once.
const INCIDENTS: u32 = 1_203;

fn filled(file: &Path) -> Sqlite {
    let sqlite = Sqlite::open(file).unwrap();
    let mut odd = sample::paging(1);
    odd.summary.title = "Größe\0 100 % 🔥".to_owned();
    let more = (2..=INCIDENTS).map(sample::paging);
    let mut journal = sqlite.journal().unwrap();
    journal.commit(&Batch { streams: std::iter::once(odd).chain(more).collect() }).unwrap();
    journal.commit(&Batch { streams: vec![sample::notes(7, 2, &["seen", "x\u{1}y"])] }).unwrap();
    let access = sqlite.access().unwrap();
    let account = |person: &str| Account {
        person: person.to_owned(),
        password_hash: "$argon2id$x".to_owned(),
        created_at: sample::at(1),
        sponsor: (person == "ana").then(|| "zoe".to_owned()),
    };
    // Letters that a database's own order would place elsewhere.
    for person in ["zoe", "Ana", "ana", "Émile", "_b"] {
        access.put_account(&account(person)).unwrap();
    }
    let token = Token {
        hash: "22".to_owned(),
        name: "prometheus".to_owned(),
        scope: Scope::Alerts,
        person: None,
        created_at: sample::at(3),
    };
    access.put_token(&token).unwrap();
    access.secret("links", [9; 32]).unwrap();
    sqlite
}

#[test]
fn there_and_back_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let server = PostgresServer::start();
    let first = filled(&folder.path().join("first.db"));
    let postgres = Postgres::open(&server.database()).unwrap();
    let there = copy(End::File(&first), End::Shared(&postgres), &Purpose::Move).unwrap();
    let of = |name: &str| there.iter().find(|carried| carried.table == name).unwrap().rows;
    assert_eq!((of("incidents"), of("events")), (u64::from(INCIDENTS), u64::from(INCIDENTS) + 1));
    assert_eq!(
        (of("work"), of("timers"), of("accounts")),
        (2 * u64::from(INCIDENTS), u64::from(INCIDENTS), 5)
    );
    let second = Sqlite::open(&folder.path().join("second.db")).unwrap();
    let back = copy(End::Shared(&postgres), End::File(&second), &Purpose::Move).unwrap();
    assert_eq!(there, back, "the same rows, by their digests");
    for n in [1, 7, INCIDENTS] {
        let stream = first.archive().stream(sample::id(n)).unwrap();
        assert_eq!(postgres.archive().stream(sample::id(n)).unwrap(), stream);
        assert_eq!(second.archive().stream(sample::id(n)).unwrap(), stream);
    }
    assert_eq!(postgres.access().secret("links", [0; 32]).unwrap(), [9; 32]);
    assert!(postgres.restored(sample::at(9)).unwrap().is_none(), "what goes on asks nobody");
    // Whoever had a key there has it here.
    let mut thief = sample::opening(INCIDENTS + 1);
    thief.keys = vec![KeyClaim { key: sample::summary(2).keys[0].clone(), instead_of: None }];
    postgres.journal("node").commit(&Batch { streams: vec![thief.clone()] }).unwrap_err();
    thief.keys[0].instead_of = Some(sample::id(2));
    postgres.journal("node").commit(&Batch { streams: vec![thief] }).unwrap();
}

#[test]
fn what_is_not_empty_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = PostgresServer::start();
    let first = filled(&folder.path().join("first.db"));
    let postgres = Postgres::open(&server.database()).unwrap();
    postgres.journal("node").commit(&Batch { streams: vec![sample::opening(1)] }).unwrap();
    let refused = copy(End::File(&first), End::Shared(&postgres), &Purpose::Move).unwrap_err();
    assert!(matches!(refused, CopyError::NotEmpty { table: "incidents", rows: 1 }), "{refused}");
    let refused = copy(End::Shared(&postgres), End::File(&first), &Purpose::Move).unwrap_err();
    assert!(matches!(refused, CopyError::NotEmpty { .. }), "{refused}");
    assert_eq!(server.sql("db0", "SELECT COUNT(*) FROM incidents"), "1");
}

/// The target refuses in the middle: nothing of the copy is left.
#[test]
fn a_copy_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = PostgresServer::start();
    let first = filled(&folder.path().join("first.db"));
    let postgres = Postgres::open(&server.database()).unwrap();
    server.sql("db0", "ALTER TABLE timers ADD CONSTRAINT none CHECK (due < 0)");
    let failed = copy(End::File(&first), End::Shared(&postgres), &Purpose::Move).unwrap_err();
    assert!(failed.to_string().contains("none"), "{failed}");
    assert_eq!(
        server.sql("db0", "SELECT (SELECT COUNT(*) FROM incidents) + (SELECT COUNT(*) FROM events)"),
        "0"
    );
}

#[test]
fn what_a_target_changes_on_its_own_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let server = PostgresServer::start();
    let first = filled(&folder.path().join("first.db"));
    let postgres = Postgres::open(&server.database()).unwrap();
    let meddles = "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS \
        'BEGIN IF NEW.person = ''ana'' THEN NEW.created_at := 1; END IF; RETURN NEW; END'; \
        CREATE TRIGGER meddle BEFORE INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION meddle()";
    server.sql("db0", meddles);
    let failed = copy(End::File(&first), End::Shared(&postgres), &Purpose::Move).unwrap_err();
    assert!(matches!(failed, CopyError::Differs { table: "accounts", sent: 5, found: 5 }), "{failed}");
    assert_eq!(server.sql("db0", "SELECT COUNT(*) FROM incidents"), "0");
}

#[test]
fn a_backup_is_taken_while_the_server_writes_and_asks_when_it_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live.db");
    let server = filled(&live);
    let mut journal = server.journal().unwrap();
    let backup = Sqlite::open(&folder.path().join("backup.db")).unwrap();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for version in 2..200 {
                journal.commit(&Batch { streams: vec![sample::notes(3, version, &["more"])] }).unwrap();
            }
        });
        copy(End::FileInUse(&live), End::File(&backup), &Purpose::Move).unwrap();
        writing.join().unwrap();
    });
    // As of one moment: no stream is longer than its row says.
    assert!(backup.archive().stream(sample::id(3)).unwrap().is_some());
    let restored = Sqlite::open(&folder.path().join("restored.db")).unwrap();
    let purpose = Purpose::Restore { at: sample::at(50), source: "backup.db".to_owned() };
    copy(End::File(&backup), End::File(&restored), &purpose).unwrap();
    let asks = restored.restored(sample::at(400)).unwrap().expect("it asks");
    assert_eq!((asks.at, asks.source.as_str()), (sample::at(50), "backup.db"));
    assert_eq!((asks.timers, asks.work), (100, 2 * u64::from(INCIDENTS)));
    restored.let_go().unwrap();
    assert_eq!(restored.restored(sample::at(400)).unwrap(), None);
}
