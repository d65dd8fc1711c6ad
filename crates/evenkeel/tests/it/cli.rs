//! Every verb of the command line, with `--json`, against a running server; and every way in which the program refuses.

use crate::world::{
    LIMIT, PLAYBOOK, Process, Server, Sink, beside_a_playbook, client, evenkeel, serve_with, settings, until,
};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;

async fn world() -> (Sink, Server) {
    let sink = Sink::start().await;
    let folder = std::env::temp_dir();
    let playbook = PLAYBOOK.replace("SINK", &sink.url("")).replace("FOLDER", folder.to_str().unwrap());
    let server = Server::start(&settings(&sink.url("/hook")), &playbook).await;
    (sink, server)
}

/// An open incident, made by the command line itself.
async fn incident(server: &Server) -> String {
    let args = [
        "alert",
        "send",
        "--key",
        "disk-7",
        "--title",
        "The disk of berth 7 is full",
        "--severity",
        "critical",
    ];
    let sent = server.cli(&[&args[..], &["--label", "berth=7", "--json"]].concat()).await.json();
    assert_eq!(sent["accepted"], 1);
    server.incident_of("disk-7").await.unwrap()["id"].as_str().unwrap().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

#[tokio::test]
async fn an_incident_from_alert_to_postmortem() {
    let (sink, server) = world().await;
    let id = incident(&server).await;

    let listed = server.cli(&["incident", "list", "--json"]).await.json();
    assert_eq!(listed["incidents"][0]["id"], *id);
    assert_eq!(listed["incidents"][0]["severity"], "P1");
    assert!(
        list(
            &server.cli(&["incident", "list", "--text", "no such thing", "--json"]).await.json()["incidents"]
        )
        .is_empty()
    );
    let shown = server.cli(&["incident", "show", &id, "--json"]).await.json();
    assert_eq!(shown["alerts"][0]["labels"]["berth"], "7");

    until("the page goes out", LIMIT, || async { (!sink.hits().is_empty()).then_some(()) }).await;
    let acknowledged = server.cli(&["incident", "ack", &id, "--json"]).await.json();
    assert!(acknowledged["events"].as_u64() > Some(0));
    let why = server.cli(&["incident", "why", &id, "--json"]).await.json();
    let about: Vec<&str> = list(&why).iter().map(|line| line["person"].as_str().unwrap()).collect();
    assert_eq!(about, ["ana", "ben", "mute"], "{why}");
    let why = server.cli(&["incident", "why", &id, "ben", "--json"]).await.json();
    assert!(why[0]["because"].as_str().unwrap().contains("before that level"), "{why}");

    server.cli(&["incident", "why", &id, "nobody"]).await.ended(1, &["nobody named \"nobody\""]);
    let refused = server.cli(&["incident", "why", &id, "nobody", "--json"]).await;
    let told: Value = serde_json::from_str(&refused.ended(1, &[]).err).expect("a refusal is JSON as well");
    assert_eq!(told["code"], 1, "{told}");
    assert!(told["error"].as_str().unwrap().contains("nobody"), "{told}");

    server.cli(&["incident", "note", &id, "old logs fill it", "--json"]).await.json();
    server.cli(&["incident", "severity", &id, "P2", "--json"]).await.ended(1, &["reason"]);
    server.cli(&["incident", "severity", &id, "P2", "--reason", "one berth only", "--json"]).await.json();
    let shown = server.cli(&["incident", "show", &id, "--json"]).await.json();
    assert_eq!(shown["severity"]["name"], "P2");
    assert_eq!(shown["acknowledged"]["by"], "ana");
    assert!(list(&shown["timeline"]).iter().any(|entry| entry["text"] == "old logs fill it"));
    let people = server.cli(&["incident", "show", &id]).await;
    assert!(people.well().out.contains("old logs fill it"), "{}", people.out);

    server.cli(&["incident", "resolve", &id, "removed the old logs", "--json"]).await.json();
    server.cli(&["incident", "resolve", &id, "once more"]).await.ended(1, &["resolved"]);
    let open = server.cli(&["incident", "list", "--json"]).await.json();
    assert!(list(&open["incidents"]).is_empty());
    let all = server.cli(&["incident", "list", "--all", "--json"]).await.json();
    assert_eq!(all["incidents"][0]["status"], "resolved");

    let draft = server.cli(&["postmortem", "draft", &id]).await;
    assert!(draft.well().out.trim_start().starts_with('#'), "not Markdown: {}", draft.out);
    assert!(draft.out.contains("old logs fill it"), "{}", draft.out);
    let draft = server.cli(&["postmortem", "draft", &id, "--json"]).await.json();
    assert!(draft["markdown"].as_str().unwrap().trim_start().starts_with('#'), "{draft}");
    server.stop().await;
}

#[tokio::test]
async fn an_acknowledgement_for_later_and_one_that_passes_on() {
    let (sink, server) = world().await;
    let id = incident(&server).await;
    until("the page goes out", LIMIT, || async { (!sink.hits().is_empty()).then_some(()) }).await;
    server.cli(&["incident", "ack", &id, "--within", "20", "--json"]).await.json();
    let shown = server.cli(&["incident", "show", &id, "--json"]).await.json();
    assert_eq!(shown["acknowledged"]["intent"]["in_minutes"], 20);
    server.cli(&["incident", "ack", &id, "--cannot", "--json"]).await.json();
    let shown = server.cli(&["incident", "show", &id, "--json"]).await.json();
    assert!(shown["acknowledged"].is_null());
    server.cli(&["incident", "ack", &id, "--cannot", "--within", "5"]).await.ended(2, &[]);
    server.stop().await;
}

#[tokio::test]
async fn runbooks_are_matched_run_and_approved() {
    let (sink, server) = world().await;
    let found = server.cli(&["runbook", "match", "no space left on device", "--json"]).await.json();
    assert_eq!(found["matches"][0]["runbook"], "issue-disk-full", "{found}");
    assert!(!list(&found["matches"][0]["reasons"]).is_empty());
    let none = server.cli(&["runbook", "match", "the coffee is cold"]).await;
    assert_eq!(none.well().out.trim(), "no runbook fits");
    let file = server.path("playbook.md");
    let here = ["runbook", "match", "the disk is full", "--playbook", file.to_str().unwrap(), "--json"];
    assert_eq!(evenkeel(&here).await.json()[0]["runbook"], "issue-disk-full");

    let id = incident(&server).await;
    let looked = || async {
        let shown = server.cli(&["incident", "show", &id, "--json"]).await.json();
        list(&shown["runs"]).iter().any(|run| run["state"] == "ended").then_some(())
    };
    until("the runbook looked by itself", LIMIT, looked).await;
    let run = server.cli(&["runbook", "run", &id, "--step", "1", "--json"]).await.json();
    let number = run["number"].as_u64().unwrap();
    until("it looked again", LIMIT, || async { (sink.looks() == 2).then_some(()) }).await;
    let ended = until("the run has ended", LIMIT, || async {
        let shown = server.cli(&["incident", "show", &id, "--json"]).await.json();
        let run = list(&shown["runs"]).iter().find(|run| run["number"] == number).cloned()?;
        (run["state"] == "ended").then_some(run)
    })
    .await;
    assert_eq!(
        (&ended["ending"]["exited"]["code"], &ended["approved_by"]),
        (&0.into(), &Value::Null),
        "{ended}"
    );
    assert!(ended["output"].as_str().unwrap().contains("97 % full"));

    server.cli(&["runbook", "run", &id, "--step", "2"]).await.ended(1, &["409", "it waits for a word"]);
    let shown = server.cli(&["incident", "show", &id, "--json"]).await.json();
    let mut laid_out = list(&shown["runs"]).iter().filter(|run| run["state"] == "proposed");
    let waiting = laid_out.find(|run| run["step"] == 2).unwrap()["number"].as_u64().unwrap();
    let waits = waiting.to_string();
    let other = ["runbook", "approve", &id, &waits, "--command", "touch /somewhere/else"];
    server.cli(&other).await.ended(1, &["409"]);
    let shown = server.cli(&["incident", "show", &id, "--json"]).await.json();
    let run = list(&shown["runs"]).iter().find(|run| run["number"] == waiting).cloned().unwrap();
    assert_eq!(run["state"], "proposed", "it waits for a word: {run}");
    let source = run["source"].as_str().unwrap();
    server.cli(&["runbook", "approve", &id, &waits, "--command", source, "--json"]).await.json();
    let again = server.cli(&["runbook", "approve", &id, &waits, "--command", source]).await;
    again.ended(1, &["does not wait", "by ana"]);
    until("the change has ended", LIMIT, || async {
        let shown = server.cli(&["incident", "show", &id, "--json"]).await.json();
        list(&shown["runs"])
            .iter()
            .any(|run| run["number"] == waiting && run["state"] == "ended")
            .then_some(())
    })
    .await;
    let looks = server.cli(&["runbook", "run", &id, "--step", "1"]).await;
    assert!(looks.well().out.trim().ends_with(" begins"), "{}", looks.out);
    let waits = server.cli(&["runbook", "run", &id, "--step", "2"]).await;
    assert!(
        waits.well().out.contains(" waits for a person's word; `evenkeel runbook approve "),
        "{}",
        waits.out
    );
    server.cli(&["runbook", "run", &id, "--step", "99"]).await.ended(1, &["99"]);
    server.stop().await;
}

#[tokio::test]
async fn a_status_update_goes_out_only_without_blanks() {
    let (_sink, server) = world().await;
    let id = incident(&server).await;
    let open = server.cli(&["status", "post", &id]).await;
    open.ended(1, &["What ships notice", "422"]);
    assert!(list(&server.get(&format!("/api/incidents/{id}")).await["updates"]).is_empty());

    let filled = [
        "status",
        "post",
        &id,
        "--set",
        "What ships notice=They wait.",
        "--set",
        "Brief Description=A full disk",
    ];
    let posted = server.cli(&[&filled[..], &["--set", "Time=12:00", "--json"]].concat()).await.json();
    assert_eq!(posted["number"], 1);
    let public = ["status", "post", &id, "--public", "--body", "Ships wait at berth 7.", "--json"];
    server.cli(&public).await.ended(1, &["title"]);
    let posted = server.cli(&[&public[..], &["--title", "Berth 7 waits"]].concat()).await.json();
    assert_eq!(posted["number"], 2);

    let shown = server.cli(&["status", "show", "--json"]).await.json();
    assert_eq!(shown["incidents"][0]["title"], "Berth 7 waits", "{shown}");
    let words = server.cli(&["status", "show"]).await;
    assert!(words.well().out.contains("Berth 7 waits"), "{}", words.out);
    let page = until("the public page says it", LIMIT, || async {
        let page = crate::world::client().get(&server.status_url).send().await.unwrap().text().await.unwrap();
        (page.contains("Berth 7 waits") && page.contains("Ships wait at berth 7.")).then_some(page)
    })
    .await;
    assert!(!page.contains("A full disk"), "what is for the team is not for everyone");
    server.stop().await;
}

#[tokio::test]
async fn tokens_are_made_while_the_server_runs_and_good_at_once() {
    let (_sink, server) = world().await;
    let made = server.cli(&["token", "create", "backup", "--json"]).await.json();
    let key = made["token"].as_str().unwrap();
    assert_eq!(key.len(), 32);
    let url = server.at(&format!("/in/{key}/alerts"));
    let body = serde_json::json!({ "key": "nightly" });
    let answer = crate::world::client().post(url).json(&body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(server.incidents().await[0]["keys"][0]["source"], "backup");
    server.cli(&["token", "create", "backup"]).await.ended(1, &["backup"]);

    let args = ["--server", server.url.as_str(), "incident", "list"];
    evenkeel(&args).await.ended(1, &["401", "token create"]);
    evenkeel(&[&args[..], &["--token", key]].concat()).await.ended(1, &["403"]);
    let config = server.config();
    let offline = ["token", "create", "other", "--config", config.to_str().unwrap()];
    evenkeel(&offline).await.ended(4, &[&server.process().pid().to_string()]);
    let invite = ["person", "invite", "ben", "--config", config.to_str().unwrap()];
    evenkeel(&invite).await.ended(4, &[&server.process().pid().to_string()]);
    server.stop().await;
}

#[tokio::test]
async fn whoever_runs_the_server_invites_a_person_past_everybody_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evenkeel.toml");
    let text = "playbook = \"p.md\"\nconsole_url = \"https://evenkeel.example.test/\"\n";
    std::fs::write(&file, text).unwrap();
    let config = file.to_str().unwrap();
    let link = evenkeel(&["person", "invite", "ben", "--config", config]).await;
    assert!(link.well().out.starts_with("https://evenkeel.example.test/join/ben."), "{}", link.out);
    assert!(!link.out.contains('~'), "nobody else has seen it: {}", link.out);
    let told = evenkeel(&["person", "invite", "ben", "--config", config, "--json"]).await.json();
    assert_eq!(told["person"], "ben", "{told}");
    evenkeel(&["person", "invite", "no name", "--config", config]).await.ended(1, &["short name"]);
}

#[tokio::test]
async fn doctor_finds_by_day_what_would_fail_at_night() {
    let (_sink, server) = world().await;
    let config = server.config();
    let said = evenkeel(&["doctor", "--config", config.to_str().unwrap(), "--json"]).await;
    said.ended(3, &["would fail at night"]);
    let looks: Value = serde_json::from_str(&said.out).unwrap();
    let of = |about: &str| list(&looks).iter().find(|look| look["about"] == about).cloned().unwrap();
    assert_eq!(of("roles")["well"], false);
    assert!(of("roles")["said"].as_str().unwrap().contains("Harbour Master"));
    assert_eq!(of("people")["well"], false);
    assert_eq!(of("playbook")["well"], true);
    assert_eq!(of("storage")["well"], true, "a running server is no fault: {}", of("storage"));
    server.stop().await;
}

#[tokio::test]
async fn preflight_names_the_hour_in_which_nobody_would_hear_it() {
    let (_folder, file) = beside_a_playbook();
    let config = file.to_str().unwrap();
    let roles = r#"playbook = "p.md"
[roles]
"Primary" = ["round"]
"Secondary" = ["round"]
"Harbour Master" = ["ana"]
"Harbour Pilot" = ["ben"]
[[people]]
id = "ana"
name = "Ana"
contacts = [{ channel = "handset", address = "ana" }]
[[people]]
id = "ben"
name = "Ben"
contacts = [{ channel = "handset", address = "ben" }]
[[schedules]]
id = "round"
zone = "Europe/Berlin"
[[schedules.layers]]
people = [["ana", "ben"]]
every = "1 day"
from = "2026-01-01 00:00"
"#;
    std::fs::write(&file, roles).unwrap();
    let well = evenkeel(&["preflight", "--config", config]).await;
    assert!(well.well().out.contains("somebody on its path is woken"), "{}", well.out);
    std::fs::write(&file, format!("{roles}hours = [\"mon-sun 03:30-02:30\"]\n")).unwrap();
    let ill = evenkeel(&["preflight", "--days", "7", "--config", config]).await;
    ill.ended(3, &["would go wrong"]);
    assert!(ill.out.contains("02:30 to 03:30 (C"), "{}", ill.out);
    assert!(ill.out.contains("nobody on the path of P0, P1 would hear it"), "{}", ill.out);
    let told = evenkeel(&["preflight", "--config", config, "--json"]).await;
    let found: Value = serde_json::from_str(&told.out).unwrap();
    let empty = list(&found["findings"]).iter().find(|one| one["trouble"] == "path_empty").unwrap();
    assert!((88..=91).contains(&list(&empty["stretches"]).len()), "{empty}");
    // What the settings say of a channel that has none counts as no contact.
    let mute = roles.replace("channel = \"handset\"", "channel = \"webhook\"");
    std::fs::write(&file, mute).unwrap();
    let mute = evenkeel(&["preflight", "--config", config]).await;
    mute.ended(3, &["would go wrong"]);
    assert!(mute.out.contains("always: nobody would hear a P0, P1, P2"), "{}", mute.out);
}

/// Whoever starts the server, or looks by day, hears of an escalation that would wake nobody.
#[tokio::test]
async fn an_escalation_that_cannot_be_meant_is_refused_by_every_verb() {
    let (_folder, file) = beside_a_playbook();
    let config = file.to_str().unwrap();
    let settings = r#"playbook = "p.md"
listen = "127.0.0.1:0"
status_listen = "127.0.0.1:0"
[[people]]
id = "ana"
name = "Ana"
contacts = [{ channel = "handset", address = "ana" }]
[[people]]
id = "ben"
name = "Ben"
[[escalations]]
name = "storage"
"#;
    for (rest, words) in [
        ("levels = []", "1 to 20 levels, not 0"),
        ("levels = [{ targets = ['anna'] }]", "wakes \"anna\""),
        ("severities = ['P77']\nlevels = [{ targets = ['ana'] }]", "names \"P77\""),
    ] {
        std::fs::write(&file, format!("{settings}{rest}\n")).unwrap();
        // The playbook may have been edited since: a server that is started again at night must not stay away for that.
        let of_the_playbook = rest.contains("P77");
        let verbs: &[&str] =
            if of_the_playbook { &["doctor", "preflight"] } else { &["serve", "doctor", "preflight"] };
        for verb in verbs {
            evenkeel(&[verb, "--config", config]).await.ended(3, &["storage", words]);
        }
    }
    std::fs::write(&file, format!("{settings}levels = [{{ targets = ['ben'] }}]\n")).unwrap();
    let told = evenkeel(&["preflight", "--config", config]).await;
    told.ended(3, &["would go wrong"]);
    let said = "ben of P0 by \"storage\"";
    assert!(told.out.contains(said), "{}", told.out);
    assert!(told.out.contains("whoever holds \"ben\" has no way to be reached"), "{}", told.out);
}

#[tokio::test]
async fn a_server_starts_though_the_playbook_has_lost_a_severity_that_the_settings_name() {
    let sink = Sink::start().await;
    let escalation =
        "[[escalations]]\nname = 'storage'\nseverities = ['P77']\nlevels = [{ targets = ['ana'] }]\n";
    let settings = format!("{}{escalation}", settings(&sink.url("/hook")));
    let server = Server::start(&settings, &PLAYBOOK.replace("SINK", &sink.url(""))).await;
    assert!(server.process().log().contains("P77"), "{}", server.process().log());
    server.stop().await;
}

#[tokio::test]
async fn a_running_server_says_what_would_go_wrong() {
    let (_sink, server) = world().await;
    let found = until("it has looked ahead", LIMIT, || async {
        let found = server.get("/api/preflight").await;
        found["findings"].is_array().then_some(found)
    })
    .await;
    let said: Vec<&str> = list(&found["findings"]).iter().filter_map(|one| one["said"].as_str()).collect();
    assert!(said.iter().any(|line| line.starts_with("always: ") && line.contains("P2")), "{said:?}");
    let log = server.process().log();
    assert!(log.contains("to mend it, "), "{log}");
    let metrics = client().get(server.at("/metrics")).bearer_auth(&server.token).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("\nevenkeel_preflight_findings "), "{metrics}");
    server.stop().await;
}

#[tokio::test]
async fn completions_are_for_the_shell_that_is_asked_for() {
    for (shell, word) in
        [("bash", "complete -F"), ("zsh", "#compdef evenkeel"), ("fish", "complete -c evenkeel")]
    {
        let said = evenkeel(&["completions", shell]).await;
        assert!(said.well().out.contains(word), "{shell}");
        assert!(said.out.contains("postmortem"), "{shell}");
    }
    evenkeel(&["completions", "cmd"]).await.ended(2, &["cmd"]);
}

#[tokio::test]
async fn an_unknown_setting_is_told_with_its_line_and_the_nearest_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evenkeel.toml");
    std::fs::write(&file, "playbook = \"p.md\"\n\n[policy]\nrecovery_watch_mni = 3\n").unwrap();
    for verb in ["serve", "doctor"] {
        let said = evenkeel(&[verb, "--config", file.to_str().unwrap()]).await;
        said.ended(3, &["evenkeel.toml:4:1", "recovery_watch_mni", "did you mean `recovery_watch_min`?"]);
    }
    let gone = folder.path().join("gone.toml");
    evenkeel(&["serve", "--config", gone.to_str().unwrap()]).await.ended(3, &["gone.toml"]);
    std::fs::write(&file, "playbook = \"p.md\"\n").unwrap();
    evenkeel(&["serve", "--config", file.to_str().unwrap()]).await.ended(3, &["p.md"]);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_code_4() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for verb in [&["incident", "list"][..], &["status", "show"], &["token", "create", "x"]] {
        let said = evenkeel(&[&["--server", &nobody], verb].concat()).await;
        said.ended(4, &["cannot reach", "evenkeel serve"]);
    }
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../playbooks/tabbi.md")
}

#[tokio::test]
async fn the_check_of_a_playbook_ends_by_what_it_finds() {
    let shipped = shipped();
    let file = shipped.to_str().unwrap();
    let said = evenkeel(&["playbook", "check", file]).await;
    assert!(said.well().out.contains("0 error(s)"), "{}", said.out);
    let found = evenkeel(&["playbook", "check", file, "--deny", "never", "--json"]).await.json();
    let worst = if list(&found).is_empty() { 0 } else { 5 };
    assert_eq!(evenkeel(&["playbook", "check", file, "--deny", "info"]).await.code, worst);

    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.md");
    let text = "# A playbook\n\n### Issue: Slow\n\n**Runbook**:\n\n1. **Look**\n\n   ```bash\n   wrangler tail --filter error\n   ```\n";
    std::fs::write(&bad, text).unwrap();
    let said = evenkeel(&["playbook", "check", bad.to_str().unwrap()]).await;
    assert_eq!(said.code, 5, "{}{}", said.out, said.err);
    assert!(
        said.out.contains("bad.md:10:") && said.out.contains("--filter") && said.out.contains('^'),
        "{}",
        said.out
    );
    assert_eq!(evenkeel(&["playbook", "check", bad.to_str().unwrap(), "--deny", "never"]).await.code, 0);
    evenkeel(&["playbook", "check", "/nowhere/at/all.md"]).await.ended(3, &["/nowhere/at/all.md"]);
}

#[tokio::test]
async fn the_shipped_playbook_is_understood_whole() {
    let shown = evenkeel(&["playbook", "show", shipped().to_str().unwrap(), "--json"]).await.json();
    let runbooks = list(&shown["runbooks"]);
    let sum = |part: &dyn Fn(&Value) -> usize| runbooks.iter().map(part).sum::<usize>();
    let steps = |runbook: &Value| list(&runbook["steps"]).to_vec();
    assert_eq!(runbooks.len(), 7);
    assert_eq!(sum(&|runbook| list(&runbook["symptoms"]).len()), 21);
    assert!(sum(&|runbook| steps(runbook).len()) >= 35);
    assert!(sum(&|runbook| steps(runbook).iter().map(|step| list(&step["commands"]).len()).sum()) >= 17);
    assert_eq!(sum(&|runbook| steps(runbook).iter().map(|step| list(&step["causes"]).len()).sum()), 9);
    let phases = list(&shown["checklist"]["phases"]);
    assert_eq!(phases.len(), 6);
    assert_eq!(phases.iter().map(|phase| list(&phase["items"]).len()).sum::<usize>(), 16);
    assert_eq!(list(&shown["quick_diagnostics"]).len(), 6);
    assert_eq!(list(&shown["severities"]).len(), 4);
    assert_eq!(list(&shown["services"]).len(), 4);
    assert_eq!(list(&shown["templates"]).len(), 4);
    let hops = |name: &str| {
        list(&shown["escalation"][name]).iter().map(|hop| hop["delay_min"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(hops("P0"), [0, 5, 10, 15]);
    assert_eq!(hops("P1"), [0, 30, 60]);
    assert_eq!(hops("P2"), [0, 240]);
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_so() {
    let (_sink, server) = world().await;
    let taken = server.url.strip_prefix("http://").unwrap();
    serve_with(&format!("listen = \"{taken}\"\nstatus_listen = \"127.0.0.1:0\"\n"))
        .await
        .ended(4, &[taken, "another program has it"]);
    server.stop().await;
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_by_the_first_ones_number() {
    let (_sink, server) = world().await;
    let pid = server.process().pid().to_string();
    let config = server.config();
    evenkeel(&["serve", "--config", config.to_str().unwrap()]).await.ended(4, &[&pid, "in use"]);
    let health = crate::world::client().get(server.at("/api/health")).send().await.unwrap();
    assert!(health.status().is_success(), "the first one goes on");
    server.stop().await;
}

#[tokio::test]
async fn the_first_account_is_offered_by_a_link_that_works_once() {
    let (_sink, server) = world().await;
    let config = server.config();
    let config = config.to_str().unwrap().to_owned();
    let log = server.path("log");
    // The server's folder outlives this server.
    let folder = tempfile::tempdir().unwrap();
    for name in ["evenkeel.toml", "playbook.md"] {
        std::fs::copy(server.path(name), folder.path().join(name)).unwrap();
    }
    let own = folder.path().join("evenkeel.toml");
    let mut process = Process::evenkeel(&["serve", "--config", own.to_str().unwrap()], &log);
    let mut link = None;
    while link.is_none() {
        let line = process.line().await.unwrap_or_else(|| panic!("it ended: {config} {}", process.log()));
        link = line
            .trim()
            .starts_with("http://")
            .then(|| line.trim().to_owned())
            .filter(|line| line.contains("/setup?key="));
    }
    let link = link.unwrap();
    let (origin, key) = link.split_once("/setup?key=").unwrap();
    let http = crate::world::client();
    assert!(http.get(&link).send().await.unwrap().status().is_success());
    let form = [("key", key), ("person", "ana"), ("password", "a long enough pass phrase")];
    let made =
        http.post(format!("{origin}/setup")).header("origin", origin).form(&form).send().await.unwrap();
    assert_eq!(made.status().as_u16(), 303, "{}", made.text().await.unwrap());
    let again = http.get(&link).send().await.unwrap().status().as_u16();
    assert!((400..500).contains(&again), "{again}");
    assert_eq!(process.terminate().await, Some(0));
    server.stop().await;
}
