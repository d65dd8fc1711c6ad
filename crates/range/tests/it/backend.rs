//! The backend from outside: tokens, what it keeps over restarts, what a page may read, and who may ask what.

use range::{Load, ServiceAddress, ServiceName};
use serde_json::{Value, json};

use crate::chat::{Answer, Person};
use crate::stage::Stage;

const API: &str = "https://cheery-anaconda-510.convex.site/api";

/// Asks the backend as the page does.
pub(crate) async fn page_asks(stage: &Stage, token: &str, path: &str) -> Answer {
    let line = format!("curl -s -w '\\n%{{http_code}}' -H 'Authorization: Bearer {token}' {API}{path}");
    let ended = stage.sh(&line).await;
    let (body, status) = ended.out.rsplit_once('\n').unwrap_or_else(|| panic!("{line}: {ended:?}"));
    Answer { status: status.parse().unwrap(), body: serde_json::from_str(body).unwrap_or_default() }
}

/// The texts of a session's history, as the page reads them.
pub(crate) async fn history(stage: &Stage, token: &str, session: &str) -> Vec<String> {
    let answer = page_asks(stage, token, &format!("/sessions/{session}/messages")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let messages = answer.body["messages"].as_array().unwrap();
    messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

/// Waits until the backend has said something.
pub(crate) async fn backend_logs(stage: &Stage, text: &str) {
    let line = format!("timeout 30 npx convex logs --prod --history | grep -m 1 -F '{text}'");
    let found = stage.sh(&line).await;
    assert!(found.out.contains(text), "no {text:?} in the backend's log: {found:?}");
}

#[tokio::test]
async fn tokens_sessions_and_messages_outlive_the_process_and_no_token_is_on_disk() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    ada.chat(&session).await.is_answered("m1", "hello").await;
    backend_logs(&stage, &format!("messages: 2 of 2 of {session} stored")).await;
    let found = stage.sh(&format!("grep -rl '{}' {}/backend", ada.token, stage.range.dir().display())).await;
    assert_eq!((found.code, found.out.as_str()), (Some(1), ""), "the token itself is nowhere");

    stage.restarted(ServiceName::Backend).await;
    let listed = page_asks(&stage, &ada.token, "/sessions").await;
    assert_eq!((listed.status, &listed.body["sessions"][0]["id"]), (200, &json!(session)));
    assert_eq!(listed.body["sessions"][0]["state"], "running");
    let texts = history(&stage, &ada.token, &session).await;
    assert_eq!(texts[0], "hello");
    assert_eq!(texts.len(), 2);
    ada.chat(&session).await.is_answered("m2", "again").await;
}

#[tokio::test]
async fn nobody_reads_another_s_history_and_a_token_that_was_given_back_is_no_good() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let grace = Person::signed_in(&stage, "grace").await;
    let session = ada.session().await;
    let path = format!("/sessions/{session}/messages");
    assert_eq!(page_asks(&stage, &grace.token, &path).await.status, 404);
    assert_eq!(page_asks(&stage, "tbi_0", &path).await.status, 401);
    assert_eq!(page_asks(&stage, &"x".repeat(5_000), &path).await.status, 401);
    let out =
        format!("curl -s -o /dev/null -X POST -H 'Authorization: Bearer {}' {API}/auth/signout", ada.token);
    assert_eq!(stage.sh(&out).await.code, Some(0));
    assert_eq!(page_asks(&stage, &ada.token, &path).await.status, 401);
    assert_eq!(ada.ask("GET", &format!("/sessions/{session}"), &Value::Null).await.status, 401);
    assert_eq!(page_asks(&stage, &grace.token, "/sessions").await.status, 200);
}

#[tokio::test]
async fn what_is_for_the_edge_is_not_for_the_web() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let body = format!("-H 'content-type: application/json' -d '{{\"token\":\"{}\"}}'", ada.token);
    for path in ["/tokens/validate", "/git-tokens", "/sessions", "/messages/sync"] {
        let outside = format!("{body} https://cheery-anaconda-510.convex.site{path}");
        assert_eq!(stage.curl_status(&outside).await, 404, "{path}");
    }
    let inside = ServiceAddress::read(stage.range.dir(), ServiceName::Backend).unwrap().unwrap().http;
    assert_eq!(stage.curl_status(&format!("{body} http://{inside}/tokens/validate")).await, 200);
    let broken = format!("-H 'content-type: application/json' -d '{{' http://{inside}/tokens/validate");
    assert_eq!(stage.curl_status(&broken).await, 400);
    let batch = r#"{"session":"../rows","messages":[]}"#;
    let sync = format!("-d '{batch}' http://{inside}/messages/sync");
    assert_eq!(stage.curl_status(&format!("-H 'content-type: application/json' {sync}")).await, 400);
    assert_eq!(
        stage.curl_status(&format!("-H 'content-type: text/plain' {sync}")).await,
        404,
        "as pages can send"
    );
}

#[tokio::test]
async fn a_browser_shows_answers_to_the_product_s_pages_alone() {
    let stage = Stage::up(Load::Off).await;
    for (origin, allowed) in [("https://tabbi.dev", 1), ("https://evil.example", 0)] {
        for verb in ["GET", "OPTIONS"] {
            let line = format!(
                "curl -s -o /dev/null -D - -X {verb} -H 'Origin: {origin}' {API}/sessions \
                 | grep -ci 'access-control-allow-origin: {origin}'"
            );
            assert_eq!(stage.sh(&line).await.out.trim(), allowed.to_string(), "{verb} {origin}");
        }
    }
    let back = |to: &str| format!("'{API}/auth/signin/github?login=ada&return_to={to}'");
    assert_eq!(
        stage.curl_status(&back("https://evil.example/")).await,
        400,
        "a token is handed to nobody else"
    );
    assert_eq!(stage.curl_status(&back("https://tabbi.dev/")).await, 303);
}
