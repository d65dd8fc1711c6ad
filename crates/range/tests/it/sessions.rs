//! Sessions from outside: their states, the WebSocket, who may do what, and what outlives a process.

use range::{Load, ServiceName};
use serde_json::{Value, json};

use crate::chat::{Heard, PAGE, Person, ask, open};
use crate::stage::Stage;

#[tokio::test]
async fn a_session_goes_from_sign_in_over_a_streamed_answer_to_its_end() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    assert_eq!(chat.protocol.as_deref(), Some("bearer"));

    chat.say("m1", "count to three please").await;
    let frames = chat.answer().await;
    assert_eq!((&frames[0]["id"], &frames[0]["role"]), (&json!("m1"), &json!("user")));
    let texts: Vec<&str> = frames[1..].iter().map(|frame| frame["text"].as_str().unwrap()).collect();
    assert!(texts.len() >= 3, "an answer comes in pieces: {frames:?}");
    assert!(texts.windows(2).all(|two| two[1].starts_with(two[0])), "each frame has more: {texts:?}");

    let path = format!("/sessions/{session}");
    let shown = ada.ask("GET", &path, &Value::Null).await;
    assert_eq!(shown.body["messages"].as_array().unwrap().len(), 2, "{shown:?}");

    assert_eq!(ada.ask("POST", &format!("{path}/pause"), &json!({})).await.body["state"], "paused");
    chat.frame_with("state", "paused").await;
    chat.say("m2", "are you there?").await;
    let refused = chat.frame().await;
    assert_eq!((&refused["type"], &refused["status"]), (&json!("error"), &json!(409)), "{refused}");
    assert_eq!(ada.ask("POST", &format!("{path}/pause"), &json!({})).await.status, 409, "paused already");
    assert_eq!(ada.ask("POST", &format!("{path}/resume"), &json!({})).await.body["state"], "running");
    chat.frame_with("state", "running").await;
    chat.is_answered("m2", "and now?").await;

    assert_eq!(ada.ask("DELETE", &path, &Value::Null).await.status, 200);
    assert_eq!(chat.hear().await, Heard::Closed(1000));
    assert_eq!(ada.ask("GET", &path, &Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_prompt_by_request_is_answered_over_the_websocket_and_taken_once() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    let prompt = json!({ "id": "m1", "text": "hello" });
    let path = format!("/sessions/{session}/prompt");
    assert_eq!(ada.ask("POST", &path, &prompt).await.status, 202);
    chat.answer().await;
    let again = ada.ask("POST", &path, &prompt).await;
    assert_eq!((again.status, &again.body["repeat"]), (200, &json!(true)));
    chat.send(&json!({ "type": "ping" })).await;
    assert_eq!(chat.frame().await["type"], "pong", "nothing came of the repeat");
}

#[tokio::test]
async fn strangers_and_nonsense_are_refused_with_the_reason() {
    let stage = Stage::up(Load::Off).await;
    let (ada, grace) = (Person::signed_in(&stage, "ada").await, Person::signed_in(&stage, "grace").await);
    let session = ada.session().await;
    let path = format!("/sessions/{session}");
    assert_eq!(ask(&stage, "-X POST", "/sessions", &json!({})).await.status, 401);
    assert_eq!(ask(&stage, "-H 'Authorization: Bearer nonsense'", &path, &Value::Null).await.status, 401);
    assert_eq!(grace.ask("GET", &path, &Value::Null).await.status, 403);
    assert_eq!(ada.ask("GET", "/sessions/ses_none", &Value::Null).await.status, 404);
    assert_eq!(ada.ask("PUT", &path, &json!({})).await.status, 405);
    let prompt = format!("{path}/prompt");
    let nonsense = ada.ask("POST", &prompt, &json!({ "texts": "x" })).await;
    assert_eq!(nonsense.status, 400);
    assert!(nonsense.body["error"].as_str().unwrap().contains("text"), "{nonsense:?}");
    let long = json!({ "text": "x".repeat(100_001) });
    assert_eq!(ada.ask("POST", &prompt, &long).await.status, 413);
    let longer = json!({ "text": "x".repeat(300_000) });
    assert_eq!(ada.ask("POST", &prompt, &longer).await.status, 413);
    assert_eq!(ada.ask("POST", &prompt, &json!({ "id": "", "text": "x" })).await.status, 400);

    assert_eq!(open(&stage, &session, None, Some(PAGE)).await.err(), Some(401));
    assert_eq!(open(&stage, &session, Some(&grace.token), Some(PAGE)).await.err(), Some(403));
    assert_eq!(open(&stage, "ses_none", Some(&ada.token), Some(PAGE)).await.err(), Some(404));
    assert_eq!(open(&stage, &session, Some(&ada.token), Some("https://evil.test")).await.err(), Some(403));
    let mut chat = ada.chat(&session).await;
    for frame in [json!({ "type": "dance" }), json!([]), json!({ "type": "prompt" })] {
        chat.send(&frame).await;
        assert_eq!(chat.frame().await["type"], "error", "{frame}");
    }
}

#[tokio::test]
async fn browsers_of_allowed_origins_may_ask_and_others_may_not() {
    let stage = Stage::up(Load::Off).await;
    let preflight = async |origin: &str| {
        let line = format!("curl -s -i -X OPTIONS -H 'Origin: {origin}' https://api.tabbi.dev/sessions");
        stage.sh(&line).await.out.to_ascii_lowercase()
    };
    let allowed = preflight(PAGE).await;
    assert!(allowed.starts_with("http/1.1 204"), "{allowed}");
    assert!(allowed.contains("access-control-allow-origin: https://tabbi.dev\r\n"), "{allowed}");
    assert!(allowed.contains("authorization"), "{allowed}");
    let refused = preflight("https://evil.test").await;
    assert!(refused.starts_with("http/1.1 403"), "{refused}");
    assert!(!refused.contains("access-control-allow-origin"), "{refused}");
}

#[tokio::test]
async fn a_session_outlives_the_process_of_the_edge() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    chat.is_answered("m1", "hello").await;
    stage.restarted(ServiceName::Edge).await;
    assert!(matches!(chat.hear().await, Heard::Closed(_)));
    let mut chat = ada.chat(&session).await;
    let shown = ada.ask("GET", &format!("/sessions/{session}"), &Value::Null).await;
    assert_eq!(shown.body["messages"].as_array().unwrap().len(), 2, "{shown:?}");
    chat.is_answered("m2", "still there?").await;
}

#[tokio::test]
async fn an_idle_session_is_paused_by_its_alarm_and_one_in_use_is_not() {
    let stage = Stage::up(Load::Off).await;
    stage.deploy_with("AUTO_PAUSE_TIMEOUT_MS", "1500").await;
    let ada = Person::signed_in(&stage, "ada").await;
    let (idle, used) = (ada.session().await, ada.session().await);
    let (mut idle, mut used) = (ada.chat(&idle).await, ada.chat(&used).await);
    // The one in use is asked until the idle one was paused.
    let asking = async {
        for n in 0.. {
            let last = used.is_answered(&format!("m{n}"), "still there?").await;
            assert_eq!(last["role"], "assistant");
            tokio::time::timeout(std::time::Duration::from_millis(200), core::future::pending::<()>())
                .await
                .unwrap_err();
        }
    };
    tokio::select! {
        () = asking => unreachable!("it goes on for ever"),
        frame = idle.frame_with("state", "paused") => assert_eq!(frame["type"], "state"),
    }
    let tail = stage.edge_log();
    assert!(tail.contains("alarm set: pause") && tail.contains("after 1500 ms"), "{tail}");
    assert!(tail.contains("alarm fired: pausing"), "{tail}");
}

#[tokio::test]
async fn every_service_tells_its_numbers() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    ada.chat(&session).await.is_answered("m1", "hello").await;
    let numbers = stage.metrics(ServiceName::Edge).await;
    for line in [
        "edge_requests_total{route=\"sessions\",status=\"201\"} 1",
        "edge_requests_total{route=\"ws\",status=\"101\"} 1",
        "edge_session_starts_total{result=\"ok\"} 1",
        "edge_ws_upgrades_total{result=\"accepted\"} 1",
    ] {
        assert!(numbers.lines().any(|found| found == line), "no `{line}` in\n{numbers}");
    }
    assert!(numbers.contains("edge_request_seconds_bucket{route=\"sessions\",le=\"30\"} 1"), "{numbers}");
    let numbers = stage.metrics(ServiceName::Front).await;
    assert!(numbers.contains("front_requests_total{service=\"edge\",status=\"201\"} 1"), "{numbers}");
}
