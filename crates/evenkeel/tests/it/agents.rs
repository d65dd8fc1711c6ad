//! Agents as processes of their own: real commands on "another host", and everything that can be cut in between.

mod cutter;
mod fleet;

use crate::world::{evenkeel, until};
use cutter::{Cut, Cutter};
use fleet::{Fleet, PATIENCE};
use serde_json::{Value, json};

fn ending(run: &Value) -> String {
    run["ending"].to_string()
}

#[tokio::test]
async fn a_runbooks_commands_run_on_the_agents_host_and_show_where() {
    let mut fleet = Fleet::start("").await;
    let mut agent = fleet.agent(&[]).await;
    let id = fleet.incident().await;
    let look =
        fleet.run_that(&id, "the look has ended", |run| run["number"] == 1 && run["state"] == "ended").await;
    assert_eq!(look["place"], json!({ "agent": "far" }), "{look}");
    let output = look["output"].as_str().unwrap();
    assert!(
        output.contains("secret [masked]"),
        "its own secret is masked before it leaves the host: {output}"
    );
    assert!(output.contains("from far"), "it gets the environment of the agent: {output}");
    let change = fleet.waiting(&id).await;
    assert_eq!(change["place"], json!({ "agent": "far" }), "{change}");
    fleet.approve(&id, &change).await;
    let ended = fleet.comes_to(&id, &change, "ended").await;
    assert_eq!(ended["ending"]["exited"]["code"], 0, "{ended}");
    assert_eq!(fleet.marks(), ["begun", "ended"]);
    let timeline = fleet.server.get(&format!("/api/incidents/{id}")).await["timeline"].to_string();
    assert!(timeline.contains("on the agent far"), "{timeline}");
    let listed = fleet.server.cli(&["agents"]).await;
    assert!(listed.well().out.contains("present") && listed.out.contains("far"), "{}", listed.out);
    let metrics = fleet.metrics().await;
    assert!(metrics.contains("evenkeel_agent_up{agent=\"far\"} 1"), "{metrics}");
    // It leaves: what is asked now does not wait for it.
    assert_eq!(agent.terminate().await, Some(0), "{}", agent.log());
    fleet.ask_again(&id, 1).await;
    let refused = fleet.run_that(&id, "the look is refused", |run| ending(run).contains("ended at")).await;
    assert!(ending(&refused).contains("evenkeel agent --name far"), "{refused}");
    fleet.server.stop().await;
}

#[tokio::test]
async fn a_change_is_lost_with_its_agent_and_never_begins_again() {
    let mut fleet = Fleet::start("").await;
    let mut agent = fleet.agent(&[]).await;
    let id = fleet.incident().await;
    let change = fleet.half_done(&id).await;
    agent.kill9().await;
    // The one that is started in its place is told that the name is taken, until the first one counts as away.
    let mut second = fleet.agent_process(&[]);
    // A look that had not been told of is lost as well, and taken again.
    let lost = fleet.comes_to(&id, &change, "lost").await;
    assert_eq!(lost["in_doubt"], json!(true));
    fleet.release();
    fleet.present("the second one is there").await;
    fleet.ask_again(&id, 1).await;
    fleet
        .run_that(&id, "a look runs on it", |run| {
            run["number"].as_u64() > change["number"].as_u64() && run["state"] == "ended"
        })
        .await;
    assert_eq!(fleet.marks(), ["begun"], "it began once, and died with its agent");
    assert!(second.log().contains("another process on"), "{}", second.log());
    assert_eq!(second.terminate().await, Some(0), "{}", second.log());
    fleet.server.stop().await;
}

#[tokio::test]
async fn a_server_that_dies_in_a_change_loses_it_and_the_agent_ends_it() {
    let mut fleet = Fleet::start("").await;
    let listen = fleet.fix_address();
    fleet.server.end().await;
    fleet.server.start_at(&listen).await;
    let mut agent = fleet.agent(&[]).await;
    let id = fleet.incident().await;
    let change = fleet.half_done(&id).await;
    fleet.server.kill9().await;
    fleet.server.start_at(&listen).await;
    // A look that had not been told of is lost as well, and taken again.
    fleet.comes_to(&id, &change, "lost").await;
    until("the agent ends it and says so", PATIENCE, || async {
        agent.log().contains("counts it as lost").then_some(())
    })
    .await;
    fleet.release();
    assert_eq!(fleet.marks(), ["begun"], "ended by the agent, and begun once");
    assert_eq!(agent.terminate().await, Some(0), "{}", agent.log());
    fleet.server.stop().await;
}

#[tokio::test]
async fn whatever_is_cut_on_the_way_a_change_begins_once() {
    for cut in [Cut::AnswerOfAsk, Cut::AnswerOfTake, Cut::TwiceTake, Cut::AnswerOfReport] {
        let mut fleet = Fleet::start("").await;
        let cutter = Cutter::start(&fleet.server.url).await;
        let mut agent = fleet.agent_by(&cutter.url, &[]).await;
        let id = fleet.incident().await;
        let change = fleet.waiting(&id).await;
        cutter.next(cut);
        fleet.approve(&id, &change).await;
        let ended = fleet.comes_to(&id, &change, "ended").await;
        assert_eq!(ended["ending"]["exited"]["code"], 0, "{cut:?}: {ended}");
        assert_eq!(fleet.marks(), ["begun", "ended"], "{cut:?}");
        assert_eq!(cutter.left(), None, "{cut:?} was cut");
        assert_eq!(agent.terminate().await, Some(0), "{}", agent.log());
        fleet.server.stop().await;
    }
}

#[tokio::test]
async fn a_stop_reaches_what_runs_on_the_agent() {
    let mut fleet = Fleet::start("").await;
    let mut agent = fleet.agent(&[]).await;
    let id = fleet.incident().await;
    let change = fleet.half_done(&id).await;
    let stop = format!("/api/incidents/{id}/runs/{}/stop", change["number"]);
    assert_eq!(fleet.server.post(&stop, &json!({})).await.0, 200);
    let ended = fleet.comes_to(&id, &change, "ended").await;
    assert_eq!((&ended["ending"], &ended["in_doubt"]), (&json!("stopped"), &json!(true)), "{ended}");
    assert_eq!(agent.terminate().await, Some(0), "{}", agent.log());
    fleet.server.stop().await;
}

#[tokio::test]
async fn an_agent_that_only_looks_runs_no_change_whoever_gave_the_word() {
    let mut fleet = Fleet::start("").await;
    let mut agent = fleet.agent(&["--looks-only"]).await;
    let id = fleet.incident().await;
    fleet
        .run_that(&id, "the look has ended", |run| run["number"] == 1 && run["ending"]["exited"]["code"] == 0)
        .await;
    let change = fleet.waiting(&id).await;
    fleet.approve(&id, &change).await;
    let ended = fleet.comes_to(&id, &change, "ended").await;
    assert!(ending(&ended).contains("only what looks"), "{ended}");
    assert!(fleet.marks().is_empty(), "{:?}", fleet.marks());
    assert_eq!(agent.terminate().await, Some(0), "{}", agent.log());
    fleet.server.stop().await;
}

#[tokio::test]
async fn a_wrong_token_name_or_address_ends_the_agent_with_what_to_do() {
    let fleet = Fleet::start("").await;
    let url = fleet.server.url.clone();
    let file = fleet.server.path("wrong.token");
    let start = async |name: &str, token: &str| {
        std::fs::write(&file, token).unwrap();
        evenkeel(&["agent", "--server", &url, "--name", name, "--token-file", file.to_str().unwrap()]).await
    };
    start("far", "ek_nobody-knows-this").await.ended(1, &["refuses this agent", "--scope agent"]);
    start("other", &fleet.agent_token).await.ended(1, &["is of the agent", "\"far\""]);
    start("far", &fleet.server.token).await.ended(1, &["for agents alone"]);
    start("far", "").await.ended(3, &["there is no token", "EVENKEEL_AGENT_TOKEN"]);
    start("a b", "x").await.ended(2, &["--name"]);
    let nowhere = ["agent", "--server", "ftp://x", "--name", "far", "--token-file", file.to_str().unwrap()];
    std::fs::write(&file, "x").unwrap();
    evenkeel(&nowhere).await.ended(2, &["--server", "https://oncall.example.test"]);
    fleet.server.stop().await;
}
