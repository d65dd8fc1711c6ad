//! A whole incident over the API, with the refusals that people get as well.

use crate::client::Reply;
use crate::world::{NOT_HELD, World};
use engine::ports::Scope;
use incident::{AckIntent, Actor, Alert, AlertKey, AlertStatus, Command, PersonId, RunState, Status};
use jiff::SignedDuration;
use serde_json::{Value, json};

struct Caller<'a> {
    world: &'a World,
    token: String,
    base: String,
}

impl Caller<'_> {
    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.world
            .ask("POST", &format!("{}{path}", self.base))
            .bearer(&self.token)
            .json(&body.to_string())
            .send()
            .await
    }

    async fn get(&self, path: &str) -> Reply {
        self.world.ask("GET", &format!("{}{path}", self.base)).bearer(&self.token).send().await
    }

    /// Posts what must go well.
    async fn done(&self, path: &str, body: Value) -> Value {
        let reply = self.post(path, &body).await;
        assert_eq!(reply.status, 200, "{path} {body}: {reply:?}");
        reply.json()
    }

    /// Posts what must be refused; its code.
    async fn refused(&self, path: &str, body: Value, status: u16) -> String {
        let reply = self.post(path, &body).await;
        assert_eq!(reply.status, status, "{path} {body}: {reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{path}");
        let told = reply.json();
        assert_eq!(told["status"], status);
        told["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned()
    }
}

async fn caller<'a>(world: &'a World, id: &str) -> Caller<'a> {
    Caller { world, token: world.responder_token().await, base: format!("/api/incidents/{id}") }
}

#[tokio::test]
async fn it_goes_from_one_to_another_over_the_api() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    let api = caller(&world, &id.to_string()).await;
    let other = Actor::Person(PersonId("secondary".into()));
    let on_it = Command::Acknowledge { intent: AckIntent::OnIt, page: None };
    world.engine.ask(id, other.clone(), on_it.clone()).await.unwrap();
    assert_eq!(api.refused("/hand-over", json!({"to": "lead"}), 409).await, "not-now");
    api.done("/take-over", json!({})).await;
    assert_eq!(api.get("").await.json()["acknowledged"]["by"], "primary");
    assert_eq!(api.refused("/snooze", json!({"minutes": 721}), 409).await, "not-now");
    api.done("/snooze", json!({"minutes": 60})).await;
    api.done("/help", json!({"to": "lead", "words": "who knows the queue?"})).await;
    api.done("/hand-over", json!({"to": "secondary", "words": "over to you"})).await;
    let shown = api.get("").await.json();
    assert_eq!(shown["acknowledged"]["handing_to"], "secondary");
    let purposes: Vec<&str> =
        shown["pages"].as_array().unwrap().iter().filter_map(|page| page["purpose"].as_str()).collect();
    assert_eq!(purposes, ["escalation", "help", "hand_over"]);
    world.engine.ask(id, other, on_it).await.unwrap();
    assert_eq!(api.get("").await.json()["acknowledged"]["by"], "secondary");
}

#[tokio::test]
async fn a_whole_incident_goes_over_the_api() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    let api = caller(&world, &id.to_string()).await;
    api.done("/acknowledge", json!({"intent": "in_minutes", "minutes": 5})).await;
    api.done("/notes", json!({"text": "looking at the last deployment"})).await;
    api.done("/severity", json!({"severity": "P0", "reason": "everyone is affected"})).await;
    api.done("/checklist", json!({"phase": 0, "item": 1, "done": true})).await;
    api.done("/roles", json!({"role": "scribe"})).await;
    api.done("/steps/1", json!({"outcome": "found_it"})).await;
    let item = api
        .done("/action-items", json!({"title": "alert earlier", "owner": "lead", "due": "2026-12-01"}))
        .await;
    assert_eq!(item["number"], 0);
    api.done("/action-items/0/complete", json!({})).await;
    assert_eq!(api.get("").await.json()["acknowledged"]["by"], "primary");
    api.done("/resolve", json!({"summary": "rolled back"})).await;
    api.done("/reopen", json!({"reason": "it is back"})).await;
    let shown = api.get("").await.json();
    assert_eq!(shown["severity"]["name"], "P0");
    assert_eq!(shown["checklist"][0]["items"][1]["done"], true);
    assert_eq!(shown["steps"]["1"]["outcome"], "found_it");
    assert_eq!(shown["action_items"][0]["owner"], "lead");
    assert_eq!(shown["status"], "open");
    assert_eq!(shown["pages"][0]["state"], "delivered");
    let said: Vec<&str> =
        shown["timeline"].as_array().unwrap().iter().filter_map(|line| line["text"].as_str()).collect();
    for words in ["looking at the last deployment", "resolved: rolled back", "reopened: it is back"] {
        assert!(said.contains(&words), "{words} in {said:?}");
    }
    let why = api.get("/why").await.json();
    let people: Vec<&str> =
        why["why"].as_array().unwrap().iter().filter_map(|l| l["person"].as_str()).collect();
    for person in ["primary", "secondary", "lead"] {
        assert!(people.contains(&person), "{person} in {people:?}");
    }
}

#[tokio::test]
async fn whoever_asks_for_a_run_hears_whether_it_begins_or_waits() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    let api = caller(&world, &id.to_string()).await;
    let over = |incident: &incident::Incident| !incident.runs.iter().any(incident::Run::is_under_way);
    let incident = world.until(id, over).await;
    let ended = incident.runs.iter().find(|run| matches!(run.state, RunState::Ended(_))).expect("it looked");
    let look = json!({"step": ended.request.step, "command": ended.request.command});
    let begun = api.done("/runs", look).await;
    assert!(["ready", "running", "ended"].contains(&begun["state"].as_str().unwrap()), "{begun}");
    let waiting = incident.runs.iter().find(|run| run.state == RunState::Proposed).expect("a change waits");
    api.done(&format!("/runs/{}/reject", waiting.number), json!({})).await;
    let change = json!({"step": waiting.request.step, "command": waiting.request.command});
    let laid_out = api.done("/runs", change).await;
    assert_eq!(laid_out["state"], "proposed", "{laid_out}");
    let note = api.done("/notes", json!({"text": "seen"})).await;
    assert!(note.get("state").is_none(), "{note}");
}

#[tokio::test]
async fn a_command_that_changes_something_runs_only_on_the_word_for_exactly_it() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    let api = caller(&world, &id.to_string()).await;
    let incident = world.engine.incident(id).await.unwrap();
    let steps = &incident.runbook().expect("a runbook fits").steps;
    let (step, command) = steps
        .iter()
        .flat_map(|step| {
            (0_u32..).zip(&step.commands).map(move |(index, command)| (step.number, index, command))
        })
        .find(|(_, _, command)| {
            command.effect.approval() == playbook::Approval::Needed && command.holes.is_empty()
        })
        .map(|(step, index, _)| (step, index))
        .expect("the runbook has a command that changes something");
    let again = json!({"step": step, "command": command});
    assert_eq!(api.refused("/runs", again, 409).await, "taken", "it is laid out already");
    let runs = api.get("").await.json()["runs"].clone();
    let mut waiting = runs.as_array().unwrap().iter().filter(|run| run["state"] == "proposed");
    let run = waiting.find(|run| run["step"] == step && run["command"] == command).unwrap().clone();
    let number = run["number"].clone();
    let approve = format!("/runs/{number}/approve");
    let word = |source: &str| json!({"source": source, "seen": run["seen"]});
    let source = run["source"].as_str().unwrap();
    assert_eq!(api.refused(&approve, word("rm -rf /"), 409).await, "not-that-command");
    api.refused(&approve, json!({}), 422).await;
    api.refused(&approve, json!({"source": source}), 422).await;
    let guess = json!({"source": source, "seen": "guess"});
    assert_eq!(api.refused(&approve, guess, 409).await, "not-as-shown");
    let other = world.token("phone", Scope::Respond, Some("secondary")).await;
    let other = Caller { world: &world, token: other, base: api.base.clone() };
    assert_eq!(other.refused(&approve, word(source), 409).await, "not-as-shown", "it was shown to another");
    let reader = world.token("screen", Scope::Read, Some("primary")).await;
    let reader = Caller { world: &world, token: reader, base: api.base.clone() };
    assert!(
        !reader.get("").await.body.contains(run["seen"].as_str().unwrap()),
        "who only reads gives no word"
    );
    world.pass(SignedDuration::from_mins(6));
    assert_eq!(api.refused(&approve, word(source), 409).await, "not-as-shown", "it was shown too long ago");
    let run = api.get("").await.json()["runs"][number.as_u64().unwrap() as usize - 1].clone();
    let word = json!({"source": source, "seen": run["seen"]});
    api.done(&approve, word.clone()).await;
    assert_eq!(api.refused(&approve, word, 409).await, "taken", "a word is used once");
    let number = u32::try_from(number.as_u64().unwrap()).unwrap();
    let incident =
        world.until(id, |incident| matches!(incident.run(number).unwrap().state, RunState::Ended(_))).await;
    assert_eq!(incident.run(number).unwrap().approved_by.as_ref().unwrap().to_string(), "primary");
    assert_eq!(run["not_held"], json!([]), "nothing is known of what has not run");
    let ended = api.get("").await.json()["runs"][number as usize - 1].clone();
    assert_eq!(ended["not_held"], json!([NOT_HELD]));
    assert!(api.get("").await.body.contains("approved run"));
}

#[tokio::test]
async fn an_update_in_a_template_is_refused_until_every_blank_is_filled() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    let api = caller(&world, &id.to_string()).await;
    let reply = api.post("/updates", &json!({"template": "initial"})).await;
    assert_eq!(reply.status, 422, "{reply:?}");
    let open: Vec<String> = serde_json::from_value(reply.json()["open"].clone()).unwrap();
    assert!(!open.is_empty(), "{reply:?}");
    assert_eq!(world.engine.incident(id).await.unwrap().updates.len(), 0);
    let values: serde_json::Map<String, Value> =
        open.into_iter().map(|name| (name, json!("known"))).collect();
    let posted = api.done("/updates", json!({"template": "initial", "values": values})).await;
    assert_eq!(posted["number"], 1);
    let free = json!({"phase": "monitoring", "audience": "public", "public_title": "Errors", "body": "Fixed; we watch."});
    api.done("/updates", free).await;
    let incident = world.engine.incident(id).await.unwrap();
    assert_eq!(incident.updates.len(), 2);
    let status = world.ask("GET", "/api/status").bearer(&api.token).send().await.json();
    assert_eq!(status["incidents"][0]["title"], "Errors");
    assert_eq!(status["incidents"][0]["updates"].as_array().unwrap().len(), 1, "the team's own stay inside");
}

#[tokio::test]
async fn a_template_for_everyone_is_not_filled_with_what_is_internal() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    let api = caller(&world, &id.to_string()).await;
    api.done("/acknowledge", json!({})).await;
    let mut values = json!({"What users notice": "Requests fail", "What is being tried now": "we look"});
    let draft = |values: &Value| json!({"template": "initial", "audience": "public", "public_title": "API trouble", "values": values});
    let refused = api.post("/updates", &draft(&values)).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert_eq!(refused.json()["open"], json!(["name"]), "whoever leads is not told to strangers");
    values["name"] = json!("our team");
    api.done("/updates", draft(&values)).await;
    let told = world.engine.incident(id).await.unwrap().updates[0].draft.body.clone();
    assert!(told.contains("INCIDENT: API trouble\n") && told.contains("@our team"), "{told}");
    assert!(!told.contains("5xx") && !told.contains("primary"), "{told}");
}

#[tokio::test]
async fn refusals_say_what_and_change_nothing() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    let api = caller(&world, &id.to_string()).await;
    world.settled(id).await;
    let before = world.version(id).await;
    let refusals = [
        ("/reopen", json!({"reason": "x"}), 409, "not-resolved"),
        ("/severity", json!({"severity": "P3"}), 422, "missing"),
        ("/severity", json!({}), 422, "invalid"),
        ("/severity", json!({"answers": ["perhaps"]}), 422, "invalid"),
        ("/severity", json!({"severity": "P9"}), 404, "unknown"),
        ("/notes", json!({"text": "x", "colour": "red"}), 422, "body"),
        ("/notes", json!([]), 422, "body"),
        ("/checklist", json!({"phase": 99, "item": 0, "done": true}), 404, "unknown"),
        ("/runs/99/approve", json!({"source": "x", "seen": "x"}), 409, "not-as-shown"),
        ("/runs/99/stop", json!({}), 404, "unknown"),
        ("/runs/x/approve", json!({"source": "x", "seen": "x"}), 404, "not-found"),
        ("/steps/99", json!({"outcome": "done"}), 404, "unknown"),
        ("/runbook", json!({"runbook": "nothing"}), 404, "unknown"),
        ("/updates", json!({"template": "nothing"}), 422, "invalid"),
        ("/updates", json!({}), 422, "invalid"),
    ];
    for (path, body, status, code) in refusals {
        assert_eq!(api.refused(path, body.clone(), status).await, code, "{path} {body}");
    }
    assert_eq!(world.version(id).await, before);
    let nobody = caller_of(&world, "inc_01HF7YAT00000000000000001A", &api.token);
    assert_eq!(nobody.refused("/notes", json!({"text": "x"}), 404).await, "not-found");
    assert_eq!(
        caller_of(&world, "nonsense", &api.token).refused("/resolve", json!({}), 404).await,
        "not-found"
    );
    let broken = world.ask("POST", &format!("{}/notes", api.base)).bearer(&api.token).json("{").send().await;
    assert_eq!(broken.status, 400);
}

fn caller_of<'a>(world: &'a World, id: &str, token: &str) -> Caller<'a> {
    Caller { world, token: token.to_owned(), base: format!("/api/incidents/{id}") }
}

#[tokio::test]
async fn a_report_opens_an_incident_that_lists_and_searches_find() {
    let world = World::new().await;
    let token = world.responder_token().await;
    let report = json!({"title": "Logins fail", "description": "since the release", "severity": "P1"});
    let made = world.ask("POST", "/api/incidents").bearer(&token).json(&report.to_string()).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["incident"].as_str().unwrap().to_owned();
    for (query, found) in [
        ("", 1),
        ("?status=open", 1),
        ("?status=resolved", 0),
        ("?text=logins", 1),
        ("?text=x1y", 0),
        ("?limit=1", 1),
    ] {
        let listed = world.ask("GET", &format!("/api/incidents{query}")).bearer(&token).send().await.json();
        assert_eq!(listed["incidents"].as_array().unwrap().len(), found, "{query}");
    }
    assert_eq!(world.ask("GET", "/api/incidents?status=odd").bearer(&token).send().await.status, 422);
    let shown = world.ask("GET", &format!("/api/incidents/{id}")).bearer(&token).send().await.json();
    assert_eq!(shown["title"], "Logins fail");
    let unknown = json!({"title": "x", "severity": "P9"});
    let refused = world.ask("POST", "/api/incidents").bearer(&token).json(&unknown.to_string()).send().await;
    assert!((400..500).contains(&refused.status), "{refused:?}");
}

#[tokio::test]
async fn the_postmortem_is_drafted_edited_and_not_overwritten() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    let api = caller(&world, &id.to_string()).await;
    api.done("/resolve", json!({"summary": "rolled back"})).await;
    world.until(id, |incident| incident.status == Status::Resolved).await;
    let path = format!("{}/postmortem", api.base);
    let markdown = world.ask("GET", &path).bearer(&api.token).header("accept", "text/markdown").send().await;
    assert_eq!(markdown.header("content-type"), Some("text/markdown; charset=utf-8"));
    assert!(markdown.body.starts_with("# Postmortem: API returning 5xx errors"), "{}", markdown.body);
    let put = |text: &str, revision: u32| {
        let body = json!({"text": text, "revision": revision}).to_string();
        world.ask("PUT", &path).bearer(&api.token).json(&body).send()
    };
    assert_eq!(api.get("/postmortem").await.json()["revision"], 0);
    assert_eq!(put("# Mine", 0).await.status, 200);
    assert_eq!(put("# Too late", 0).await.status, 409, "somebody else saved in between");
    assert_eq!(put("# Ours", 1).await.status, 200);
    let kept = api.get("/postmortem").await.json();
    assert_eq!((kept["text"].as_str(), kept["revision"].as_u64()), (Some("# Ours"), Some(2)));
}

#[tokio::test]
async fn a_draft_says_what_the_servers_own_probe_saw_and_leads_to_the_console() {
    let world = World::new().await;
    let down = Alert {
        key: AlertKey::of_probe("1"),
        status: AlertStatus::Firing,
        title: "1 is down".to_owned(),
        description: String::new(),
        severity: Some("P1".to_owned()),
        labels: std::collections::BTreeMap::new(),
        link: None,
        started_at: None,
        expires_at: None,
    };
    let opened = world.engine.alerts(vec![down]).await.expect("is kept");
    let id = opened[0].as_ref().expect("it opens").incident;
    let api = caller(&world, &id.to_string()).await;
    let path = format!("{}/postmortem", api.base);
    let said = "2 % of 60 looks failed, 10:00 to 10:01 UTC (probe 1)";
    let kept = api.get("/postmortem").await.json();
    let kept = kept["text"].as_str().expect("a text");
    assert!(kept.contains(&format!("| Errors | {said} [10:00 UTC](/incidents/{id}?all=1#e")), "{kept}");
    let read = world.ask("GET", &path).bearer(&api.token).header("accept", "text/markdown").send().await;
    let link = format!("| Errors | {said} [10:00 UTC](http://{}/incidents/{id}?all=1#e", world.console);
    assert!(read.body.contains(&link) && !read.body.contains("](/incidents"), "{}", read.body);
}

#[tokio::test]
async fn texts_are_matched_to_runbooks_and_the_playbook_is_shown() {
    let world = World::new().await;
    let token = world.responder_token().await;
    let found =
        world.ask("GET", "/api/runbooks/match?text=API%20returning%205xx").bearer(&token).send().await.json();
    assert!(found["matches"][0]["title"].as_str().unwrap().contains("5xx"), "{found}");
    assert!(!found["matches"][0]["reasons"].as_array().unwrap().is_empty());
    let playbook = world.ask("GET", "/api/playbook").bearer(&token).send().await.json();
    assert_eq!(playbook["runbooks"].as_array().unwrap().len(), 7);
}
