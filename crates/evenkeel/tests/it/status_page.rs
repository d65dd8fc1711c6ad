//! The public page of the real server: it outlives its database, a copy of it can be believed or is refused, and a real client
//! of Statuspage's API reads it.

use crate::world::{LIMIT, PLAYBOOK, Server, Sink, client, evenkeel, run, settings, until};
use serde_json::{Value, json};
use std::path::Path;

const STATUS: &str = r#"
[status]
title = "Quays"
components = [{ name = "Quay", group = "Harbour", about = "where ships lie" }, "Crane"]

[[status.planned]]
title = "New ropes"
body = "The crane stands still."
components = ["Crane"]
from = "2099-01-01T00:00:00Z"
until = "2099-01-02T00:00:00Z"
"#;

/// A server whose page tells of an open incident.
async fn telling() -> (Sink, Server) {
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url(""));
    let server = Server::start(&format!("{}{STATUS}", settings(&sink.url("/hook"))), &playbook).await;
    let alert = json!({ "key": "quay-1", "title": "The quay is dark", "severity": "critical" });
    assert_eq!(server.alert(&alert).await.0, 200);
    let incident = server.incident_of("quay-1").await.unwrap();
    let path = format!("/api/incidents/{}/updates", incident["id"].as_str().unwrap());
    let update = json!({
        "phase": "investigating",
        "audience": "public",
        "public_title": "Lights are out",
        "body": "The quay has no light.",
    });
    let (status, said) = server.post(&path, &update).await;
    assert!(status < 300, "{status} {said}");
    (sink, server)
}

async fn shows(server: &Server, path: &str, wanted: &str) -> String {
    let address = format!("{}{path}", server.status_url);
    let http = client();
    until("the page says it", LIMIT, || async {
        let text = http.get(&address).send().await.ok()?.text().await.ok()?;
        text.contains(wanted).then_some(text)
    })
    .await
}

#[tokio::test]
async fn the_page_outlives_its_database_and_says_as_of_when_it_is() {
    let (_sink, mut server) = telling().await;
    let before = shows(&server, "/en/", "The quay has no light.").await;
    let as_of = |page: &str| {
        page.split("<footer>").nth(1).and_then(|rest| rest.split("</time>").next()).map(str::to_owned)
    };
    assert!(as_of(&before).unwrap().contains("As of <time datetime=\"20"));
    let data = server.path("data");
    let files: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()).collect();
    let databases = files.iter().filter(|file| file.display().to_string().contains("evenkeel.db"));
    let mut gone = 0;
    for file in databases {
        std::fs::remove_file(file).unwrap();
        gone += 1;
    }
    assert!(gone > 0, "{files:?}");
    for path in ["/en/", "/ar/", "/history.atom", "/api/v2/summary.json", "/badge.svg"] {
        let answer = client().get(format!("{}{path}", server.status_url)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    let after = shows(&server, "/en/", "The quay has no light.").await;
    assert!(as_of(&after).unwrap().contains("As of <time datetime=\"20"));
    server.kill9().await;
}

#[tokio::test]
async fn a_copy_is_believed_while_it_is_whole_and_young_and_signed_by_the_key() {
    let (_sink, server) = telling().await;
    shows(&server, "/en/", "The quay has no light.").await;
    let copy = server.path("copy");
    let dir = copy.to_str().unwrap();
    let told = server.cli(&["--json", "status", "export", dir]).await;
    let key = told.well().json()["key"].as_str().unwrap().to_owned();
    let again = server.cli(&["status", "export", dir]).await;
    assert!(again.well().out.contains(&format!("signed by {key}")), "one key for all copies: {}", again.out);
    let text = |file: &str| std::fs::read_to_string(copy.join(file)).unwrap();
    assert!(
        text("index.html").contains("The quay has no light.")
            && text("index.html").contains("href=\"./de/\"")
    );
    assert!(text("de/index.html").contains("Aktuelle Störungen"));
    let summary: Value = serde_json::from_str(&text("api/v2/summary.json")).unwrap();
    let id = summary["incidents"][0]["id"].as_str().unwrap();
    assert!(text(&format!("incidents/{id}/index.html")).contains("Lights are out"), "where links lead");

    let verify = |more: &'static [&'static str]| {
        let args = [&["status", "verify", dir, "--key", &key][..], more].concat();
        async move { evenkeel(&args).await }
    };
    assert!(verify(&[]).await.well().out.starts_with("whole and signed:"));
    let refused = |said: crate::world::Said, words: &str| {
        assert_eq!(said.code, 1, "{}{}", said.out, said.err);
        assert!(said.err.contains(words), "{words} in {}", said.err);
    };
    let whole = text("index.html");
    std::fs::write(copy.join("index.html"), whole.replace("no light", "lots of light")).unwrap();
    refused(verify(&[]).await, "index.html: has ");
    std::fs::write(copy.join("index.html"), whole.replace("no light", "NO light")).unwrap();
    refused(verify(&[]).await, "index.html: was changed");
    std::fs::write(copy.join("index.html"), whole).unwrap();
    std::fs::write(copy.join("more.html"), "of somebody else").unwrap();
    refused(verify(&[]).await, "more.html: is not in the list");
    std::fs::rename(copy.join("more.html"), server.path("more.html")).unwrap();
    let badge = text("badge.svg");
    std::fs::remove_file(copy.join("badge.svg")).unwrap();
    refused(verify(&[]).await, "badge.svg: is missing");
    std::fs::write(copy.join("badge.svg"), badge).unwrap();
    assert_eq!(verify(&[]).await.code, 0);
    let manifest = text("manifest.json");
    std::fs::write(copy.join("manifest.json"), manifest.replacen("\"as_of\": \"20", "\"as_of\": \"21", 1))
        .unwrap();
    refused(verify(&[]).await, "manifest.json: it is not signed by this key");
    std::fs::write(copy.join("manifest.json"), manifest).unwrap();
    let other = "0".repeat(64);
    refused(evenkeel(&["status", "verify", dir, "--key", &other]).await, "not signed by this key");
    refused(evenkeel(&["status", "verify", dir, "--key", "mine"]).await, "64 hexadecimal digits");
    until("it grows old", LIMIT, || async { (verify(&["--max-age", "0"]).await.code == 1).then_some(()) })
        .await;
    refused(verify(&["--max-age", "0"]).await, "manifest.json: what it says is of ");

    let full = server.cli(&["status", "export", server.folder.path().to_str().unwrap()]).await;
    assert_eq!(full.code, 4);
    assert!(full.err.contains("it holds other files, which would be lost"), "{}", full.err);
    // A copy to which its owner added something is more than a copy, and a manifest may be of something else.
    std::fs::write(copy.join("CNAME"), "status.example.test").unwrap();
    let added = server.cli(&["status", "export", dir]).await;
    assert!(added.code == 4 && added.err.contains("such as CNAME"), "{}", added.err);
    let app = server.path("app");
    std::fs::create_dir(&app).unwrap();
    std::fs::write(app.join("manifest.json"), r#"{"name":"an app"}"#).unwrap();
    assert_eq!(server.cli(&["status", "export", app.to_str().unwrap()]).await.code, 4);
    assert!(app.join("manifest.json").is_file() && copy.join("CNAME").is_file(), "nothing is lost");
    server.stop().await;
}

#[tokio::test]
async fn the_truth_of_the_page_is_checked() {
    let (_sink, server) = telling().await;
    let said = server.cli(&["status", "check"]).await;
    assert_eq!(said.well().out.trim(), "the status page says nothing that is not so");
    server.stop().await;
}

/// Statuspage's own consumers use it; it is fetched once through npm.
const CLIENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/statuspage");

#[tokio::test]
async fn a_real_client_of_statuspage_reads_it() {
    let (_sink, server) = telling().await;
    shows(&server, "/api/v2/summary.json", "Lights are out").await;
    if !Path::new(CLIENT).join("node_modules/statuspage.io").exists() {
        println!("the client is not there: npm install --prefix {CLIENT} statuspage.io");
        std::fs::create_dir_all(CLIENT).unwrap();
        run("npm", &["install", "--no-audit", "--no-fund", "--prefix", CLIENT, "statuspage.io"]).await.well();
    }
    let program = format!(
        "const {{ Statuspage }} = require('{CLIENT}/node_modules/statuspage.io');
         const page = new Statuspage('x'); page.setApiUrl('{}');
         (async () => console.log(JSON.stringify([
           await page.api.getSummary(), await page.api.getStatus(), await page.api.getComponents(),
           await page.api.incidents.getAll(), await page.api.incidents.getUnresolved(),
           await page.api.scheduledMaintenances.getAll()])))();",
        server.status_url
    );
    let read = run("node", &["-e", &program]).await;
    let read = read.well().json();
    assert_eq!(read[0]["incidents"][0]["name"], "Lights are out");
    assert_eq!(read[1]["status"]["description"], "Partially Degraded Service");
    let names: Vec<&str> =
        read[2]["components"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Harbour", "Quay", "Crane"]);
    assert_eq!(read[3]["incidents"][0]["incident_updates"][0]["body"], "The quay has no light.");
    assert_eq!(read[4]["incidents"].as_array().map(Vec::len), Some(1));
    assert_eq!(read[5]["scheduled_maintenances"][0]["name"], "New ropes");
    server.stop().await;
}
