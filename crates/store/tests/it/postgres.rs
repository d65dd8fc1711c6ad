//! PostgreSQL against the checks of the ports, and what a server, a pooler and other nodes can do to it.

use crate::cutting::{Cut, Network};
use crate::pooler::Pooler;
use crate::postgres_server::{PostgresServer, command, url, url_of};
use engine::conformance::{self, sample};
use engine::ports::{
    Access, Archive, Batch, Filter, Journal, NodeStanding, ProbeHistory, StreamWrite, TimerWrite,
};
use incident::TimerKey;
use store::{Postgres, PostgresJournal, StoreError};

fn batch(streams: Vec<StreamWrite>) -> Batch {
    Batch { streams }
}

fn open(server: &PostgresServer) -> Postgres {
    Postgres::open(&server.database()).expect("an empty database")
}

#[test]
fn postgres_is_a_journal() {
    let server = PostgresServer::start();
    conformance::journal(&mut || Box::new(open(&server).journal("node")));
}

#[test]
fn postgres_is_an_archive() {
    let server = PostgresServer::start();
    conformance::archive(&mut || {
        let postgres = open(&server);
        (Box::new(postgres.journal("node")), Box::new(postgres.archive()))
    });
}

#[test]
fn postgres_keeps_who_may_come_in() {
    let server = PostgresServer::start();
    conformance::access(&mut || Box::new(open(&server).access()));
}

#[test]
fn postgres_keeps_what_probes_saw() {
    let server = PostgresServer::start();
    conformance::probes(&mut || Box::new(open(&server).probes()));
}

#[test]
fn postgres_keeps_overrides() {
    let server = PostgresServer::start();
    conformance::overrides(&mut || {
        let postgres = open(&server);
        (Box::new(postgres.journal("node")), Box::new(postgres.archive()))
    });
}

#[test]
fn postgres_keeps_silences() {
    let server = PostgresServer::start();
    conformance::silences(&mut || {
        let postgres = open(&server);
        (Box::new(postgres.journal("node")), Box::new(postgres.archive()))
    });
}

#[test]
fn postgres_keeps_what_was_heard_of_heartbeats() {
    let server = PostgresServer::start();
    conformance::heartbeats(&mut || Box::new(open(&server).probes()));
}

#[test]
fn the_next_process_finds_what_was_committed() {
    let server = PostgresServer::start();
    let url = server.database();
    let mut node = 0;
    conformance::restart(&mut || {
        node += 1;
        Box::new(Postgres::open(&url).unwrap().journal(&format!("node-{node}")))
    });
}

/// The answer to a commit is lost. Whether it was kept is found out before anything is written again.
#[test]
fn a_commit_whose_answer_is_lost_is_written_once() {
    let server = PostgresServer::start();
    let network = Network::before(server.folder());
    for (cut, number) in [(Cut::After, 1), (Cut::Before, 2)] {
        let name = server.database().rsplit('/').next().unwrap().to_owned();
        let postgres = Postgres::open(&url(network.folder(), &name)).unwrap();
        let mut journal = postgres.journal("node");
        journal.commit(&batch(vec![sample::opening(number)])).unwrap();
        network.next(cut);
        journal.commit(&batch(vec![sample::notes(number, 2, &["once"])])).unwrap();
        assert!(network.has_cut(), "{cut:?}");
        assert_eq!(journal.events(sample::id(number)).unwrap().len(), 3, "{cut:?}");
        journal.commit(&batch(vec![sample::notes(number, 3, &["twice"])])).unwrap();
        let (_, events) = postgres.archive().stream(sample::id(number)).unwrap().unwrap();
        assert_eq!(events.len(), 4, "{cut:?}");
    }
}

/// A commit that was given up for lost arrives after all: its place is taken, so it can do nothing.
#[test]
fn a_commit_that_arrives_after_it_was_given_up_changes_nothing() {
    let server = PostgresServer::start();
    let network = Network::before(server.folder());
    let name = server.database().rsplit('/').next().unwrap().to_owned();
    let postgres = Postgres::open(&url(network.folder(), &name)).unwrap();
    let mut journal = postgres.journal("node");
    network.next(Cut::Late);
    journal.commit(&batch(vec![sample::opening(1)])).unwrap();
    assert!(network.has_cut());
    let before = server.sql(&name, "SELECT COUNT(*) FROM events");
    let said = String::from_utf8_lossy(&network.let_go()).into_owned();
    assert!(said.contains("ERROR"), "the server refuses it: {said:?}");
    assert_eq!(server.sql(&name, "SELECT COUNT(*) FROM events"), before);
    assert_eq!(journal.events(sample::id(1)).unwrap(), sample::opening(1).events);
    // Even when nothing of the batch itself is in its way.
    network.next(Cut::Late);
    let mut write = sample::notes(1, 2, &[]);
    write.timers = vec![TimerWrite::Set { key: TimerKey::Update, due: sample::at(9) }];
    journal.commit(&batch(vec![write])).unwrap();
    let mut write = sample::notes(1, 2, &[]);
    write.timers = vec![TimerWrite::Clear { key: TimerKey::Update }];
    journal.commit(&batch(vec![write])).unwrap();
    let said = String::from_utf8_lossy(&network.let_go()).into_owned();
    assert!(said.contains("ERROR"), "the server refuses it: {said:?}");
    assert_eq!(journal.timers().unwrap(), []);
}

/// Whether the old primary is lost, or stands there and takes nothing any more.
#[test]
fn a_journal_follows_its_database_to_the_standby() {
    for lost in [true, false] {
        let mut server = PostgresServer::start();
        server.database();
        let standby = server.standby();
        let both = url_of(&[server.folder(), standby.folder()], "db0");
        let mut journal = Postgres::open(&both).expect("an empty database").journal("node");
        journal.commit(&batch(vec![sample::opening(1)])).expect("is kept by both");
        if lost {
            server.crash();
        } else {
            server.sql("postgres", "ALTER SYSTEM SET default_transaction_read_only = on");
            server.sql("postgres", "SELECT pg_reload_conf()");
        }
        standby.promote();
        // What is tried first may end at the old one.
        let goes_on = batch(vec![sample::notes(1, 2, &["goes on"])]);
        let kept = (0..20).any(|_| journal.commit(&goes_on).is_ok());
        assert!(kept, "lost: {lost}");
        assert_eq!(journal.events(sample::id(1)).expect("can be read").len(), 3, "lost: {lost}");
        assert_eq!(standby.sql("db0", "SELECT count(*) FROM incidents"), "1", "lost: {lost}");
    }
}

fn standing(journal: &mut PostgresJournal) -> NodeStanding {
    journal.catch_up().expect("it can be reached").standing
}

/// A node that was taken for dead hears so, once, whatever it did first.
#[test]
fn a_node_that_was_taken_for_dead_hears_of_it() {
    let server = PostgresServer::start();
    let mut journal = open(&server).journal("node");
    assert_eq!(standing(&mut journal), NodeStanding::Held, "it arrives");
    let lapse = || server.sql("db0", "UPDATE nodes SET alive_until = '-infinity'");
    lapse();
    assert_eq!(standing(&mut journal), NodeStanding::Lapsed);
    assert_eq!(standing(&mut journal), NodeStanding::Held, "it has heard of it");
    lapse();
    journal.try_write().unwrap();
    let alive = "SELECT COUNT(*) FROM nodes WHERE alive_until > clock_timestamp()";
    assert_eq!(server.sql("db0", alive), "0", "to try a write is not to be heard of");
    assert_eq!(standing(&mut journal), NodeStanding::Lapsed);
    journal.try_write().unwrap();
    assert_eq!(standing(&mut journal), NodeStanding::Held);
    // It may write before it has arrived, too.
    let mut other = open(&server).journal("other");
    other.try_write().unwrap();
    assert_eq!(standing(&mut other), NodeStanding::Held);
}

/// It is taken for dead between its reading and its being heard of again.
#[test]
fn a_node_that_is_taken_for_dead_just_before_it_is_heard_of_hears_of_it() {
    let server = PostgresServer::start();
    let mut journal = open(&server).journal("node");
    standing(&mut journal);
    // It will want to be heard of again.
    server.sql("db0", "UPDATE nodes SET alive_until = clock_timestamp() + interval '9 s'");
    let lapse_once_it_waits = "DO $$ BEGIN
        UPDATE nodes SET alive_until = '-infinity';
        PERFORM pg_advisory_xact_lock(1);
        FOR tries IN 1..2000 LOOP
            EXIT WHEN EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted);
            PERFORM pg_sleep(0.01);
        END LOOP;
    END $$";
    std::thread::scope(|scope| {
        let lapse = scope.spawn(|| server.sql("db0", lapse_once_it_waits));
        let locked = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory'";
        while server.sql("db0", locked) == "0" {
            assert!(!lapse.is_finished(), "it waits for the node");
        }
        assert_eq!(standing(&mut journal), NodeStanding::Lapsed);
        lapse.join().unwrap();
    });
    assert_eq!(standing(&mut journal), NodeStanding::Held);
}

#[test]
fn two_nodes_bring_an_empty_database_up_to_date_at_once() {
    let server = PostgresServer::start();
    let url = server.database();
    std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..4).map(|_| scope.spawn(|| Postgres::open(&url).map(drop))).collect();
        for node in nodes {
            node.join().unwrap().unwrap();
        }
    });
    // Each once: as many as the last has for its number.
    let counts = "SELECT (SELECT COUNT(*) - MAX(version) FROM migrations), (SELECT COUNT(*) - MAX(version) FROM node_migrations)";
    assert_eq!(server.sql("db0", counts), "0|0");
}

#[test]
fn a_strangers_database_is_refused_and_left_alone() {
    let server = PostgresServer::start();
    let url = server.database();
    server.sql("db0", "CREATE TABLE recipes (name TEXT)");
    let error = Postgres::open(&url).unwrap_err();
    assert!(matches!(error, StoreError::NotOurs { .. }), "{error}");
    assert_eq!(
        server.sql("db0", "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'"),
        "1"
    );
}

#[test]
fn a_database_of_another_version_is_refused() {
    let server = PostgresServer::start();
    let (newer, edited) = (server.database(), server.database());
    for url in [&newer, &edited] {
        Postgres::open(url).unwrap();
    }
    server.sql("db0", "INSERT INTO migrations (version, checksum) VALUES (4711, 'later')");
    server.sql("db1", "UPDATE node_migrations SET checksum = 'other'");
    let error = Postgres::open(&newer).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 4_711, .. }), "{error}");
    let error = Postgres::open(&edited).unwrap_err();
    assert!(matches!(error, StoreError::OtherMigration { version: 1, .. }), "{error}");
}

#[test]
fn an_address_that_leads_nowhere_is_said_so_without_its_password() {
    for url in [
        "postgres://",
        "mysql://x",
        "postgres://ek:geheim@127.0.0.1:1/ek",
        "postgres://ek:geheim@h/ek?what=1",
    ] {
        let error = Postgres::open(url).unwrap_err().to_string();
        assert!(!error.contains("geheim"), "{error}");
    }
}

/// Signs that PostgreSQL has no place for do not keep an alert out.
#[test]
fn a_title_with_the_character_zero_is_kept() {
    let server = PostgresServer::start();
    let postgres = open(&server);
    let mut write = sample::opening(1);
    write.summary.title = "disk\0full".to_owned();
    postgres.journal("node").commit(&batch(vec![write.clone()])).unwrap();
    let rows = postgres.archive().summaries(&Filter::default()).unwrap();
    assert_eq!(rows, [write.summary]);
    let text = Some("disk\0full".to_owned());
    assert_eq!(postgres.archive().summaries(&Filter { text, ..Filter::default() }).unwrap().len(), 1);
    assert_eq!(postgres.access().account("nobody\0").unwrap(), None);
}

/// A pooler that hands out connections a transaction at a time: nothing of ours hangs on a session.
#[test]
fn a_transaction_pooler_may_stand_between() {
    let server = PostgresServer::start();
    let pooler = Pooler::before(&server);
    let mut number = 0;
    conformance::journal(&mut || {
        number += 1;
        Box::new(Postgres::open(&pooler.url(&server.database())).unwrap().journal("node"))
    });
    assert!(number > 1);
    conformance::access(&mut || Box::new(Postgres::open(&pooler.url(&server.database())).unwrap().access()));
    let url = pooler.url(&server.database());
    let (mut one, mut two) =
        (Postgres::open(&url).unwrap().journal("one"), Postgres::open(&url).unwrap().journal("two"));
    one.catch_up().unwrap();
    two.catch_up().unwrap();
    one.commit(&batch(vec![sample::opening(1)])).unwrap();
    let heard: Vec<_> = two.catch_up().unwrap().changes.iter().map(|change| change.incident).collect();
    assert_eq!(heard, [sample::id(1)]);
}

/// Rows as each version left them in a file are rows that PostgreSQL holds just so.
#[test]
fn rows_of_every_version_are_read() {
    let server = PostgresServer::start();
    let postgres = open(&server);
    let rows = [
        include_str!("../../migrations/0001_first.rows.sql"),
        include_str!("../../migrations/0002_probes.rows.sql"),
        include_str!("../../migrations/0003_sponsors.rows.sql"),
        include_str!("../../migrations/0004_restored.rows.sql"),
    ];
    for rows in rows {
        server.sql("db0", &rows.replace("X'07", "'\\x07"));
    }
    let mut journal = postgres.journal("node");
    let live = journal.live(sample::at(0)).unwrap();
    assert_eq!(live.len(), 1);
    let (plan, events) = postgres.archive().stream(live[0].id).unwrap().unwrap();
    assert_eq!((plan.as_str(), events.len()), ("sample-plan", 3));
    assert!(journal.plan(&plan).unwrap().is_some());
    assert_eq!(journal.timers().unwrap().len(), 2);
    assert_eq!(postgres.access().tokens().unwrap().len(), 3);
    assert_eq!(postgres.access().secret("links", [0; 32]).unwrap(), [7; 32]);
    assert_eq!(postgres.probes().standings().unwrap().len(), 1);
    assert!(postgres.restored(sample::at(0)).unwrap().is_some());
}

const TLS_URL: &str = "EVENKEEL_STORE_TLS_URL";

/// A database on another machine is spoken with over TLS, and only when its certificate is good.
#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_and_a_good_one_is_not() {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = PostgresServer::start_with(|folder| {
        let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, cert.pem()).unwrap();
        std::fs::write(&key, signing_key.serialize_pem()).unwrap();
        PostgresServer::give(&key);
        vec![
            "ssl=on".to_owned(),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            format!("ssl_cert_file={}", certificate.display()),
            format!("ssl_key_file={}", key.display()),
        ]
    });
    let url = format!("postgres://evenkeel@localhost:{port}/postgres?sslmode=require&hostaddr=127.0.0.1");
    let refused = Postgres::open(&url).unwrap_err().to_string();
    assert!(refused.contains("certificate"), "{refused}");
    // Whom to trust is told by the environment, so another process is asked.
    let asked = command(std::env::current_exe().unwrap().to_str().unwrap())
        .args(["--exact", "postgres::opens_over_tls", "--ignored", "--nocapture"])
        .env("SSL_CERT_FILE", server.folder().join("cert.pem"))
        .env(TLS_URL, &url)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&asked.stdout).into_owned() + &String::from_utf8_lossy(&asked.stderr);
    assert!(asked.status.success() && said.contains("1 passed"), "{said}");
}

/// Not a test of its own, but this binary started again by the test above.
#[test]
#[ignore = "started by a_certificate_that_nobody_vouches_for_is_refused_and_a_good_one_is_not"]
fn opens_over_tls() {
    #[expect(clippy::disallowed_methods, reason = "how this binary tells itself which database to open")]
    let Ok(url) = std::env::var(TLS_URL) else { return };
    Postgres::open(&url).unwrap().journal("node").commit(&batch(vec![sample::opening(1)])).unwrap();
}
