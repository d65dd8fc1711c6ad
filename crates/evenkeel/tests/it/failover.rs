//! Three real servers on PostgreSQL with a synchronous standby, under load, while nearly everything goes wrong: one is
//! killed, one stands still, the database is restarted, and at last it is lost and its standby takes over.

use crate::postgres_server::{PostgresServer, url_of};
use crate::world::{Hit, LIMIT, PLAYBOOK, Server, Sink, client, pass, settings, until};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Longer than a server counts as alive after it was heard of.
const STANDS_STILL: Duration = Duration::from_secs(20);

/// Between two alerts.
const PACE: Duration = Duration::from_millis(150);

/// How often something goes wrong here that can make a page go out again.
const DISTURBANCES: usize = 5;

/// A source that sends each alert to one server after the other until one of them takes it.
struct Source {
    urls: Arc<Mutex<Vec<String>>>,
    accepted: Arc<Mutex<Vec<String>>>,
    sending: JoinHandle<()>,
}

impl Source {
    fn start(servers: [&Server; 3]) -> Self {
        let key = servers[0].key.clone();
        let urls = Arc::new(Mutex::new(servers.iter().map(|server| server.url.clone()).collect::<Vec<_>>()));
        let accepted = Arc::new(Mutex::new(Vec::new()));
        let (to, taken) = (Arc::clone(&urls), Arc::clone(&accepted));
        let sending = tokio::spawn(async move {
            let mut turn = 0;
            for number in 0.. {
                let name = format!("berth-{number}");
                let alert = json!({ "key": name, "title": "The quay is dark", "severity": "critical" });
                loop {
                    turn += 1;
                    let url = {
                        let urls = to.lock().unwrap();
                        format!("{}/in/{key}/alerts", urls[turn % urls.len()])
                    };
                    let sent = client().post(url).timeout(Duration::from_secs(2)).json(&alert).send().await;
                    if sent.is_ok_and(|answer| answer.status().is_success()) {
                        break;
                    }
                    pass(PACE).await;
                }
                taken.lock().unwrap().push(name);
                pass(PACE).await;
            }
        });
        Self { urls, accepted, sending }
    }

    /// Waits until so many more alerts were taken.
    async fn goes_on(&self, what: &str) {
        let before = self.accepted.lock().unwrap().len();
        until(what, LIMIT * 2, || async {
            (self.accepted.lock().unwrap().len() >= before + 15).then_some(())
        })
        .await;
    }

    fn end(self) -> Vec<String> {
        self.sending.abort();
        let accepted = self.accepted.lock().unwrap();
        accepted.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_lose_nothing_while_one_dies_one_stands_still_and_the_database_fails_over() {
    let mut database = PostgresServer::start();
    let name = database.database().rsplit_once('/').unwrap().1.to_owned();
    let standby = database.standby();
    let url = url_of(&[database.folder(), standby.folder()], &name);
    let sink = Sink::start().await;
    let shared = format!("database_url = \"{url}\"\n{}", settings(&sink.url("/hook")));
    let mut a = Server::start(&shared, &PLAYBOOK.replace("SINK", &sink.url(""))).await;
    let (b, c) = (a.join().await, a.join().await);
    let source = Source::start([&a, &b, &c]);
    source.goes_on("three servers take alerts").await;

    a.kill9().await;
    source.goes_on("two of them take alerts").await;

    b.signal("STOP").await;
    pass(STANDS_STILL).await;
    source.goes_on("one of them takes alerts").await;

    database.crash();
    database.resume();
    source.goes_on("it goes on after the database was restarted").await;

    a.start_again().await;
    source.urls.lock().unwrap()[0] = a.url.clone();
    b.signal("CONT").await;
    source.goes_on("all of them are back").await;

    database.crash();
    standby.promote();
    source.goes_on("it goes on with the standby").await;

    let accepted = source.end();
    for key in &accepted {
        paged(&c, key).await;
    }
    nothing_went_out_unsaid(&sink.hits());
    let shown = c.incidents().await;
    assert!(shown.len() >= accepted.len(), "{} incidents of {} alerts", shown.len(), accepted.len());
    for server in [&a, &b] {
        let ids = |rows: &[Value]| rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(&server.incidents().await), ids(&shown), "each shows the same");
    }
    for server in [a, b, c] {
        server.stop().await;
    }
}

/// The alert has its fate: somebody was woken for it.
async fn paged(server: &Server, key: &str) {
    let incident = until("the page is delivered", LIMIT * 2, || async {
        let incident = server.incident_of(key).await?;
        (incident["pages"][0]["state"] == "delivered").then_some(incident)
    })
    .await;
    let of_key = |held: &Value| held["key"] == key;
    assert!(incident["alerts"].as_array().is_some_and(|alerts| alerts.iter().any(of_key)), "{incident}");
}

/// Whatever was handed over again says that it may be a repeat, and nothing went out more often than something went wrong.
fn nothing_went_out_unsaid(hits: &[Hit]) {
    let mut pages: BTreeMap<&str, Vec<&Hit>> = BTreeMap::new();
    for hit in hits {
        pages.entry(hit.id.as_str()).or_default().push(hit);
    }
    for (page, hits) in pages {
        assert!(hits.iter().skip(1).all(|hit| hit.possible_repeat), "{page}: {hits:?}");
        assert!(hits.len() <= 1 + DISTURBANCES, "{page}: {hits:?}");
    }
}
