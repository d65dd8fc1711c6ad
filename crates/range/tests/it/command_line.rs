//! `evenkeel range` as a process: what is on, two faults at once, and a repair that leaves nothing behind.

use range::{Load, ServiceName};
use serde_json::{Value, json};

use crate::chat::Person;
use crate::stage::{Ended, Stage};

async fn range(stage: &Stage, verb: &str) -> Ended {
    let ended = stage.sh(&format!("{} {verb}", env!("CARGO_BIN_EXE_range-tool"))).await;
    assert_eq!(ended.code, Some(0), "{verb}: {ended:?}");
    ended
}

/// The names that the list for programs has as being on.
async fn on(stage: &Stage) -> Vec<String> {
    let listed: Vec<Value> = serde_json::from_str(&range(stage, "faults --json").await.out).unwrap();
    assert!(listed.len() > 29 && listed.iter().all(|fault| fault["on"].is_boolean()), "{listed:?}");
    let on = listed.iter().filter(|fault| fault["on"] == true);
    on.map(|fault| fault["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_list_for_programs_says_what_is_on() {
    let stage = Stage::up(Load::Off).await;
    assert_eq!(on(&stage).await, [""; 0]);
    range(&stage, "break clone-slow").await;
    assert_eq!(on(&stage).await, ["clone-slow"]);
    range(&stage, "repair").await;
    assert_eq!(on(&stage).await, [""; 0]);
    let elsewhere = stage.range.dir().join("none");
    let listed = range(&stage, &format!("faults --json --dir {}", elsewhere.display())).await;
    let listed: Vec<Value> = serde_json::from_str(&listed.out).unwrap();
    assert!(listed.iter().all(|fault| fault["on"].is_null()), "where no range runs nobody knows: {listed:?}");
}

#[tokio::test]
async fn a_deployment_and_the_provider_are_two_faults_and_both_are_repaired() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    range(&stage, "break deployment-and-provider").await;
    assert_eq!(on(&stage).await, ["bad-deployment", "provider-down", "deployment-and-provider"]);
    assert_eq!(stage.curl_status("https://api.tabbi.dev/health").await, 500);
    stage.until_gone(ServiceName::Provider).await;
    assert_eq!(stage.sh("wrangler rollback --env production").await.code, Some(0));
    // Whoever is signed in works on, and nobody can sign in.
    assert_eq!(stage.curl_status("https://api.tabbi.dev/health").await, 200);
    ada.session().await;
    assert!(stage.range.sign_in("grace").await.is_err());
    let left = stage.range.faults_on().unwrap();
    assert_eq!(left, ["provider-down"]);
    assert!(range::faults::named("deployment-and-provider").unwrap().is_left(&left));
    range(&stage, "repair deployment-and-provider").await;
    stage.until_there(ServiceName::Provider).await;
    assert_eq!(on(&stage).await, [""; 0]);
    stage.range.sign_in("grace").await.unwrap();
}

#[tokio::test]
async fn a_queue_and_slow_clones_need_more_than_one_step_back() {
    let stage = Stage::up(Load::Off).await;
    range(&stage, "break queue-and-clone").await;
    assert_eq!(stage.range.faults_on().unwrap(), ["clone-slow", "queue-full"]);
    let back = async |to: &str| {
        let ended = stage.sh(&format!("modal app rollback coding-agent-sandbox {to}")).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        stage.range.faults_on().unwrap()
    };
    assert_eq!(back("").await, ["queue-full"], "one step back is the version with one container");
    assert_eq!(back("v1").await, [""; 0]);
    Person::signed_in(&stage, "ada").await.session().await;
}

#[tokio::test]
async fn a_fault_that_cannot_be_made_whole_is_not_made_by_half() {
    let stage = Stage::up(Load::Off).await;
    // The provider's process is the supervisor's; the deployment has nobody who could make it.
    let edge = stage.pid(ServiceName::Edge);
    assert_eq!(stage.sh(&format!("kill -STOP {edge}")).await.code, Some(0));
    let refused = stage.range.break_it("deployment-and-provider");
    assert_eq!(stage.sh(&format!("kill -CONT {edge}")).await.code, Some(0));
    assert!(refused.is_err());
    stage.until_there(ServiceName::Provider).await;
}

#[tokio::test]
async fn a_stopped_app_is_repaired_and_can_be_broken_again() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let stop = "modal app stop coding-agent-sandbox --yes";
    assert_eq!(stage.sh(stop).await.code, Some(0));
    assert_eq!(ada.ask("POST", "/sessions", &json!({})).await.status, 503);
    let repaired = range(&stage, "repair").await;
    assert!(repaired.out.contains("repaired: the sandbox app, which was stopped"), "{repaired:?}");
    ada.session().await;
    let again = range(&stage, "repair").await;
    assert!(again.out.contains("nothing to repair"), "{again:?}");

    assert_eq!(stage.sh(stop).await.code, Some(0));
    range(&stage, "break clone-slow").await;
    assert_eq!(stage.range.faults_on().unwrap(), ["clone-slow"]);
    assert_eq!(stage.sh("modal app rollback coding-agent-sandbox").await.code, Some(0));
    assert_eq!(stage.range.faults_on().unwrap(), [""; 0]);
    ada.session().await;
}
