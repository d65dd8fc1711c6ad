//! Drills as people run them, only faster: what breaks is found, mended on the stand-in's word and verified, the card says
//! so honestly, and it is kept.

use crate::world::{Said, evenkeel};
use serde_json::Value;
use std::path::Path;

/// Runs one drill with its cards in this folder.
async fn drill(name: &[&str], folder: &Path) -> (Said, Value) {
    let data = folder.join("data");
    let mut args =
        vec!["drill", "run", "--hands-off", "--json", "--speed", "60", "--data", data.to_str().unwrap()];
    args.extend(name);
    let said = evenkeel(&args).await;
    let card =
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}{}", said.out, said.err));
    (said, card)
}

#[tokio::test]
async fn a_bad_deployment_is_found_rolled_back_verified_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let transcript = folder.path().join("told.txt");
    let (said, card) =
        drill(&["bad-deployment", "--transcript", transcript.to_str().unwrap()], folder.path()).await;
    let told = std::fs::read_to_string(&transcript).unwrap();
    assert_eq!(said.code, 0, "{card:#}\n{told}\n{}", said.err);
    assert_eq!(
        (&card["runbook"]["right"], &card["cause"]["right"]),
        (&Value::from(true), &Value::from(true)),
        "{card:#}"
    );
    assert_eq!(card["repaired_by"], "playbook", "{card:#}");
    assert_eq!(card["fixes"][0], "wrangler rollback --env production", "{card:#}");
    let stages = ["detected", "paged", "acknowledged", "told", "approved", "fixed", "verified"];
    let times: Vec<u64> = stages.iter().map(|stage| card["times"][stage].as_u64().unwrap()).collect();
    assert!(times.is_sorted(), "{stages:?} {times:?}");
    assert!(told.contains("(stand-in)"), "the stand-in is not marked:\n{told}");
    let data = folder.path().join("data");
    let list = evenkeel(&["drill", "list", "--json", "--data", data.to_str().unwrap()]).await;
    let list: Value = serde_json::from_str(&list.out).unwrap();
    let listed =
        |name: &str| list.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
    assert_eq!(listed("bad-deployment")["last"], card, "the card is kept");
    assert!(listed("origin-missing")["last"].is_null() && listed("origin-missing")["seen"].is_string());
}

#[tokio::test]
async fn what_the_playbook_has_no_command_for_is_not_called_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let (said, card) = drill(&["backend-down"], folder.path()).await;
    assert_eq!(said.code, 1, "{card:#}\n{}", said.err);
    assert_eq!(card["repaired_by"], "operator", "{card:#}");
    assert!(card["times"]["verified"].is_u64(), "the recovery is watched all the same: {card:#}");
}

#[tokio::test]
async fn without_a_fault_nobody_is_paged() {
    let said = evenkeel(&["drill", "run", "none", "--for", "2", "--speed", "600", "--json"]).await;
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &told["incidents"]), (0, &serde_json::json!([])), "{}", said.err);
}

#[tokio::test]
async fn a_drill_that_is_not_there_is_refused_with_the_names_of_all() {
    let said = evenkeel(&["drill", "run", "bad-weather"]).await;
    assert_eq!(said.code, 1);
    assert!(said.err.contains("bad-weather") && said.err.contains("origin-missing"), "{}", said.err);
    let both = evenkeel(&["drill", "run", "bad-deployment", "--surprise"]).await;
    assert_eq!(both.code, 2, "{}", both.err);
}
