//! Each fault of the backend from outside: made to happen, seen as a user sees it, repaired as its tool repairs it, gone.

use range::{Load, ServiceName};
use serde_json::{Value, json};

use crate::backend::{backend_logs, history};
use crate::chat::Person;
use crate::faults::{broken, repaired};
use crate::stage::Stage;

const DEPLOY: &str = "npx convex deploy --yes";

#[tokio::test]
async fn token_expiry_wrong_signs_people_out_at_once() {
    let stage = Stage::up(Load::Off).await;
    let before = Person::signed_in(&stage, "grace").await;
    broken(&stage, "token-expiry-wrong");
    let ada = Person::signed_in(&stage, "ada").await;
    let first = ada.ask("POST", "/sessions", &json!({})).await.status;
    assert!([201, 401].contains(&first), "{first}");
    let refused = async { while ada.ask("GET", "/sessions/none", &Value::Null).await.status != 401 {} };
    tokio::time::timeout(crate::stage::LIMIT, refused).await.expect("the token runs out");
    backend_logs(&stage, "validate-token refused: token expired").await;
    before.session().await;
    repaired(&stage, DEPLOY).await;
    let ada = Person::signed_in(&stage, "ada").await;
    backend_logs(&stage, "ada signed in, token good for 86400000 ms").await;
    ada.session().await;
}

#[tokio::test]
async fn duplicate_message_ids_lose_history_and_not_the_live_chat() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    broken(&stage, "duplicate-message-ids");
    let mut chat = ada.chat(&session).await;
    // The minute may turn between two of them, but not between each two of three.
    for n in 0..3 {
        chat.is_answered(&format!("m{n}"), &format!("question {n}")).await;
    }
    backend_logs(&stage, "messages: duplicate key").await;
    let shown = ada.ask("GET", &format!("/sessions/{session}"), &Value::Null).await;
    assert_eq!(shown.body["messages"].as_array().unwrap().len(), 6, "the live chat has them all");
    assert!(history(&stage, &ada.token, &session).await.len() < 6);
    repaired(&stage, DEPLOY).await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    for n in 0..2 {
        chat.is_answered(&format!("n{n}"), "hello").await;
        backend_logs(&stage, &format!("messages: 2 of 2 of {session} stored")).await;
    }
    chat.is_answered("n2", "hello").await;
    let whole = async { while history(&stage, &ada.token, &session).await.len() < 6 {} };
    tokio::time::timeout(crate::stage::LIMIT, whole).await.expect("every message is there");
}

#[tokio::test]
async fn write_limit_low_fails_new_sessions_and_leaves_running_ones() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    broken(&stage, "write-limit-low");
    // The minute may turn once meanwhile.
    let mut refused = Vec::new();
    for _ in 0..4 {
        let made = ada.ask("POST", "/sessions", &json!({})).await;
        refused.extend((made.status != 201).then_some(made));
    }
    let last = refused.last().expect("some fail");
    assert_eq!((last.status, &last.body["error"]), (503, &json!("Failed to create session")));
    backend_logs(&stage, "Uncaught TooManyWrites").await;
    chat.is_answered("m1", "hello").await;
    repaired(&stage, "npx convex env set WRITES_PER_MINUTE 60000 --prod").await;
    ada.session().await;
}

#[tokio::test]
async fn oauth_callback_wrong_stops_people_at_the_provider() {
    let stage = Stage::up(Load::Off).await;
    let grace = Person::signed_in(&stage, "grace").await;
    broken(&stage, "oauth-callback-wrong");
    let met = stage.range.sign_in("ada").await.unwrap_err();
    assert_eq!(met.to_string(), "status 400");
    let begin = "https://cheery-anaconda-510.convex.site/api/auth/signin/github?return_to=https://tabbi.dev/";
    let page = stage.sh(&format!("curl -sL '{begin}'")).await;
    assert!(page.out.contains("is not associated with this application"), "{page:?}");
    grace.session().await;
    repaired(&stage, "npx convex env remove AUTH_CALLBACK_URL --prod").await;
    Person::signed_in(&stage, "ada").await.session().await;
}

#[tokio::test]
async fn oauth_secret_wrong_sends_people_back_without_a_token() {
    let stage = Stage::up(Load::Off).await;
    broken(&stage, "oauth-secret-wrong");
    assert_eq!(stage.range.sign_in("ada").await.unwrap_err().to_string(), "sign-in failed");
    backend_logs(&stage, "Uncaught Error: sign-in failed: GitHub: incorrect_client_credentials").await;
    repaired(&stage, "npx convex env set AUTH_GITHUB_SECRET practice-app-password --prod").await;
    Person::signed_in(&stage, "ada").await.session().await;
}

#[tokio::test]
async fn git_token_expired_fails_new_sessions_until_people_sign_in_again() {
    let stage = Stage::up(Load::Off).await;
    assert!(stage.range.break_it("git-token-expired").is_err(), "nobody has a token yet");
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    broken(&stage, "git-token-expired");
    let refused = ada.ask("POST", "/sessions", &json!({})).await;
    assert_eq!((refused.status, &refused.body["error"]), (503, &json!("Failed to create session")));
    assert!(refused.body["reason"].as_str().unwrap().contains("sign in again"), "{refused:?}");
    backend_logs(&stage, "token refresh failed for ada: GitHub: bad_refresh_token").await;
    ada.chat(&session).await.is_answered("m1", "hello").await;
    Person::signed_in(&stage, "grace").await.session().await;
    // Now the person has to sign in again, as the page then says.
    repaired(&stage, "npx convex run github:signOutExpired --prod").await;
    assert_eq!(ada.ask("POST", "/sessions", &json!({})).await.status, 401);
    Person::signed_in(&stage, "ada").await.session().await;
}

#[tokio::test]
async fn a_person_who_signs_in_again_has_a_good_git_token() {
    let stage = Stage::up(Load::Off).await;
    Person::signed_in(&stage, "ada").await;
    broken(&stage, "git-token-expired");
    Person::signed_in(&stage, "ada").await.session().await;
    assert_eq!(stage.range.faults_on().unwrap(), [""; 0]);
}

#[tokio::test]
async fn provider_down_stops_sign_ins_alone() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    broken(&stage, "provider-down");
    stage.until_gone(ServiceName::Provider).await;
    assert!(stage.range.sign_in("grace").await.is_err());
    assert_eq!(stage.curl_status("https://github.com/login/oauth/authorize").await, 503);
    assert_eq!(stage.curl_status("https://cheery-anaconda-510.convex.site/api/health").await, 200);
    ada.session().await;
    stage.range.set_back("provider-down").unwrap();
    stage.until_there(ServiceName::Provider).await;
    assert_eq!(stage.range.faults_on().unwrap(), [""; 0]);
    Person::signed_in(&stage, "grace").await.session().await;
    // Grants outlive the provider's process.
    ada.session().await;
}

#[tokio::test]
async fn sync_stalled_leaves_history_behind_and_the_chat_alone() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    broken(&stage, "sync-stalled");
    chat.is_answered("m1", "hello").await;
    stage.edge_logs(&format!("messages of {session} were not synced")).await;
    backend_logs(&stage, "Uncaught messages: no worker took the batch within 5000 ms, there are 0").await;
    assert_eq!(history(&stage, &ada.token, &session).await, [""; 0]);
    repaired(&stage, "npx convex env set SYNC_WORKERS 4 --prod").await;
    chat.is_answered("m2", "again").await;
    // What stayed behind goes with it.
    backend_logs(&stage, &format!("messages: 4 of 4 of {session} stored")).await;
    assert_eq!(history(&stage, &ada.token, &session).await.len(), 4);
}
