//! `evenkeel db`: a backup of a running server, brought back elsewhere, that asks before it wakes people.

use crate::postgres_server::PostgresServer;
use crate::world::{LIMIT, PLAYBOOK, Process, Server, Sink, evenkeel, settings, until};
use serde_json::json;

#[tokio::test]
async fn a_backup_of_a_running_server_comes_back_on_postgresql_and_asks_before_it_wakes_people() {
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url(""));
    let mut server = Server::start(&settings(&sink.url("/hook")), &playbook).await;
    let alert = json!({ "key": "quay-1", "title": "The quay is dark", "severity": "critical" });
    assert_eq!(server.alert(&alert).await.0, 200);
    until("the page is delivered", LIMIT, || async {
        let incident = server.incident_of("quay-1").await?;
        (incident["pages"][0]["state"] == "delivered").then_some(())
    })
    .await;
    let before = server.incident_of("quay-1").await.unwrap();
    let (config, backup) = (server.config(), server.path("kept.db"));
    let (config, backup) = (config.to_str().unwrap(), backup.to_str().unwrap());
    // While it runs.
    let said = evenkeel(&["db", "backup", "--config", config, backup]).await;
    let said = said.well();
    assert!(said.out.contains("incidents") && said.out.contains("the same at both ends"), "{}", said.out);
    let again = evenkeel(&["db", "backup", "--config", config, backup]).await;
    assert_eq!(again.code, 1, "a backup is never written over: {}", again.err);
    server.end().await;
    // The same settings, on a database that is new.
    let database = PostgresServer::start();
    let old = std::fs::read_to_string(config).unwrap();
    let elsewhere = server.path("elsewhere.toml");
    std::fs::write(&elsewhere, format!("database_url = \"{}\"\n{old}", database.database())).unwrap();
    let elsewhere = elsewhere.to_str().unwrap();
    let said = evenkeel(&["db", "restore", "--config", elsewhere, backup]).await;
    let said = said.well();
    assert!(said.out.contains("it was restored from kept.db"), "{}", said.out);
    let twice = evenkeel(&["db", "restore", "--config", elsewhere, backup]).await;
    assert!(twice.code == 1 && twice.err.contains("is not empty"), "{}: {}", twice.code, twice.err);
    let refused = evenkeel(&["serve", "--config", elsewhere]).await;
    assert!(
        refused.code == 1 && refused.err.contains("evenkeel db wake"),
        "{}: {}",
        refused.code,
        refused.err
    );
    assert_eq!(sink.hits().len(), 1, "nobody was woken");
    evenkeel(&["db", "wake", "--config", elsewhere]).await.well();
    let mut process = Process::evenkeel(&["serve", "--config", elsewhere], &server.path("log"));
    let mut url = None;
    while url.is_none() {
        let line = process.line().await.unwrap_or_else(|| panic!("it ended: {}", process.log()));
        url = line.strip_prefix("console").map(|rest| rest.trim().to_owned());
    }
    let path = format!("{}/api/incidents/{}", url.unwrap(), before["id"].as_str().unwrap());
    let shown = crate::world::client().get(path).bearer_auth(&server.token).send().await.unwrap();
    let after: serde_json::Value = shown.json().await.unwrap();
    assert_eq!(after["timeline"], before["timeline"]);
    assert_eq!(process.terminate().await, Some(0));
    // And back into a folder.
    let back = server.path("back");
    let said = evenkeel(&["db", "copy", elsewhere, back.to_str().unwrap()]).await;
    let said = said.well();
    assert!(said.out.contains("incidents"), "{}", said.out);
    assert_eq!(sink.hits().len(), 1, "nobody was woken twice");
}
