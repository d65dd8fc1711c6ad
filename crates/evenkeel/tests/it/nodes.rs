//! Several real servers on one PostgreSQL: killed, stopped and woken again, and asked in turn.

use crate::postgres_server::PostgresServer;
use crate::world::{LIMIT, Mode, PLAYBOOK, Server, Sink, client, settings, until};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

struct World {
    sink: Sink,
    a: Server,
    b: Server,
    _database: PostgresServer,
}

async fn world() -> World {
    let database = PostgresServer::start();
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url(""));
    let shared = format!("database_url = \"{}\"\n{}", database.database(), settings(&sink.url("/hook")));
    let a = Server::start(&shared, &playbook).await;
    let b = a.join().await;
    World { sink, a, b, _database: database }
}

fn alert(key: &str) -> Value {
    json!({ "key": key, "title": "The quay is dark", "severity": "critical" })
}

async fn hits(sink: &Sink, count: usize) {
    until("the pages come", LIMIT, || async { (sink.hits().len() >= count).then_some(()) }).await;
}

async fn delivered(server: &Server, key: &str) -> Value {
    until("the page is delivered", LIMIT, || async {
        let incident = server.incident_of(key).await?;
        (incident["pages"][0]["state"] == "delivered").then_some(incident)
    })
    .await
}

#[tokio::test]
async fn a_node_that_is_killed_leaves_its_page_to_the_other() {
    let mut world = world().await;
    world.sink.set(Mode::Hang);
    assert_eq!(world.a.alert(&alert("quay-1")).await.0, 200);
    hits(&world.sink, 1).await;
    world.a.kill9().await;
    world.sink.set(Mode::Accept);
    hits(&world.sink, 2).await;
    let both = world.sink.hits();
    assert_eq!(both[0].id, both[1].id);
    assert_eq!((both[0].possible_repeat, both[1].possible_repeat), (false, true));
    let incident = delivered(&world.b, "quay-1").await;
    assert_eq!(incident["pages"].as_array().unwrap().len(), 1, "{incident}");
    // It comes back, and nobody is woken for that.
    world.a.start_again().await;
    assert_eq!(world.a.alert(&alert("quay-1")).await.0, 200);
    let now = world.a.incident_of("quay-1").await.unwrap();
    assert_eq!(now["id"], incident["id"]);
    assert_eq!(world.sink.hits().len(), 2);
    world.a.stop().await;
    world.b.stop().await;
}

#[tokio::test]
async fn a_node_that_stood_still_wakes_late_and_changes_nothing() {
    let world = world().await;
    world.sink.set(Mode::Hang);
    assert_eq!(world.a.alert(&alert("quay-1")).await.0, 200);
    hits(&world.sink, 1).await;
    world.a.signal("STOP").await;
    world.sink.set(Mode::Accept);
    hits(&world.sink, 2).await;
    let incident = delivered(&world.b, "quay-1").await;
    let id = incident["id"].as_str().unwrap().to_owned();
    let acknowledge = format!("/api/incidents/{id}/acknowledge");
    assert_eq!(world.b.post(&acknowledge, &json!({ "intent": "on_it" })).await.0, 200);
    let before = world.b.incident_of("quay-1").await.unwrap();
    world.a.signal("CONT").await;
    let after = world.a.incident_of("quay-1").await.unwrap();
    assert_eq!(after, before, "it shows what stands");
    // Its courier's wait ends with its limit; by then it has long been told that the page is not its own any more.
    assert_eq!(world.a.alert(&alert("quay-2")).await.0, 200);
    delivered(&world.b, "quay-2").await;
    let again = world.b.incident_of("quay-1").await.unwrap();
    assert_eq!(again["timeline"], before["timeline"]);
    let of_first = world.sink.hits().iter().filter(|hit| hit.incident == id).count();
    assert_eq!(of_first, 2, "one page, and its one repeat");
    world.a.stop().await;
    world.b.stop().await;
}

#[tokio::test]
async fn either_node_answers_for_both() {
    let world = world().await;
    let keys: Vec<String> = (0..12).map(|number| format!("berth-{number}")).collect();
    let all = keys.iter().map(|key| async {
        let body = alert(key);
        let (a, b) = tokio::join!(world.a.alert(&body), world.b.alert(&body));
        assert_eq!((a.0, b.0), (200, 200));
    });
    futures_util::future::join_all(all).await;
    let (rows_a, rows_b) = (world.a.incidents().await, world.b.incidents().await);
    assert_eq!(rows_a.len(), keys.len());
    assert_eq!(rows_a.len(), rows_b.len());
    for key in &keys {
        delivered(&world.b, key).await;
    }
    assert_eq!(world.sink.hits().len(), keys.len(), "nobody is woken twice");
    // A key that was made at one is good at the other soon after.
    let body = json!({ "name": "second source", "scope": "alerts" });
    let (made, token) = world.a.post("/api/tokens", &body).await;
    assert!((200..300).contains(&made), "{made} {token}");
    let path = format!("{}/in/{}/alerts", world.b.url, token["token"].as_str().unwrap());
    until("the other node knows the key", LIMIT, || async {
        let sent = client().post(&path).json(&alert("by-second")).send().await.unwrap();
        sent.status().is_success().then_some(())
    })
    .await;
    world.a.stop().await;
    world.b.stop().await;
}

#[tokio::test]
async fn a_server_whose_database_is_gone_says_so_and_lets_the_dead_mans_switch_go() {
    let mut database = PostgresServer::start();
    let sink = Sink::start().await;
    let outside = sink.url("/slow");
    let shared = format!(
        "database_url = \"{}\"\n{}[channels.dead_mans_switch]\nurl = \"{outside}\"\nevery_s = 1\n",
        database.database(),
        settings(&sink.url("/hook"))
    );
    let server = Server::start(&shared, &PLAYBOOK.replace("SINK", &sink.url(""))).await;
    let ready = || async { client().get(server.at("/readyz")).send().await.unwrap().status().is_success() };
    until("it is held", LIMIT, || async { (sink.looks() >= 2).then_some(()) }).await;
    assert!(ready().await);
    database.crash();
    until("it is not ready", LIMIT, || async { (!ready().await).then_some(()) }).await;
    let log = || server.process().log().contains("the dead man's switch is not held");
    until("the switch is let go", LIMIT, || async { log().then_some(()) }).await;
    let held = sink.looks();
    assert!(!ready().await);
    database.resume();
    until("it is ready again", LIMIT, || async { ready().await.then_some(()) }).await;
    until("it is held again", LIMIT, || async { (sink.looks() > held).then_some(()) }).await;
    server.stop().await;
}

#[tokio::test]
async fn an_invitation_made_beside_the_servers_is_good_at_each() {
    let world = world().await;
    let config = world.a.config();
    let said =
        world.a.cli(&["person", "invite", "ben", "--config", config.to_str().unwrap(), "--json"]).await;
    let link = said.json()["link"].as_str().unwrap().to_owned();
    let path =
        link.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path).unwrap();
    for server in [&world.a, &world.b] {
        let page = client().get(server.at(&format!("/{path}"))).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("name=\"password\""), "{page}");
    }
    world.a.stop().await;
    world.b.stop().await;
}

#[tokio::test]
async fn whoever_follows_one_node_hears_what_happens_at_the_other() {
    let world = world().await;
    let follow = client().get(world.b.at("/api/events")).bearer_auth(&world.b.token).send().await.unwrap();
    assert!(follow.status().is_success(), "{}", follow.status());
    let mut told = follow.bytes_stream();
    let (_, answer) = world.a.alert(&alert("quay-1")).await;
    let id = world.a.incident_of("quay-1").await.unwrap()["id"].as_str().unwrap().to_owned();
    let heard = async {
        let mut text = String::new();
        while !text.contains(&id) {
            text.push_str(&String::from_utf8_lossy(&told.next().await.unwrap().unwrap()));
        }
    };
    tokio::time::timeout(LIMIT, heard).await.unwrap_or_else(|_| panic!("not told: {answer}"));
    drop(told);
    world.a.stop().await;
    world.b.stop().await;
}
