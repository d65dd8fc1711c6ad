//! `websocket` against a real upgrade, and against servers that refuse one.

use crate::world::{answers, fails, passes, response, serve};
use futures_util::StreamExt as _;

fn websocket(port: u16, rest: &str) -> String {
    format!("kind = 'websocket'\nurl = 'ws://127.0.0.1:{port}/ws?room=1'\n{rest}")
}

#[tokio::test]
async fn a_real_upgrade_passes_and_is_closed_properly() {
    let (closed, mut was_closed) = tokio::sync::mpsc::channel(1);
    let port = serve(move |stream| {
        let closed = closed.clone();
        async move {
            let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
            let first = socket.next().await.unwrap().unwrap();
            let _ = closed.send(first.is_close()).await;
        }
    })
    .await;
    let seen = passes(&websocket(port, "")).await.seen.unwrap();
    assert_eq!(seen.status, Some(101));
    assert_eq!(was_closed.recv().await, Some(true));
}

#[tokio::test]
async fn a_refusal_is_a_status_like_any_other() {
    let port = answers(|head| {
        assert!(head.starts_with("GET /ws?room=1 HTTP/1.1\r\n"), "{head}");
        assert!(head.to_lowercase().contains("upgrade: websocket"), "{head}");
        response("426 Upgrade Required", "upgrade: h2c\r\n", "not here")
    })
    .await;
    fails(&websocket(port, ""), "status 426; expected is 101").await;
    passes(&websocket(port, "expect = { status = 426, headers = { upgrade = 'h2c' } }")).await;
    // The same address without asking for an upgrade.
    let plain = answers(|head| {
        assert!(!head.to_lowercase().contains("upgrade"), "{head}");
        response("426 Upgrade Required", "", "")
    })
    .await;
    passes(&format!("kind = 'http'\nurl = 'http://127.0.0.1:{plain}/ws'\nexpect = {{ status = 426 }}")).await;
}

#[tokio::test]
async fn an_upgrade_that_does_not_answer_our_key_is_none() {
    let port = answers(|_| {
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: bm8=\r\n\r\n".to_owned()
    })
    .await;
    fails(&websocket(port, ""), "no WebSocket").await;
}

#[tokio::test]
async fn a_protocol_that_is_asked_for_must_be_taken() {
    let port = serve(|stream| async move {
        let _ = tokio_tungstenite::accept_async(stream).await;
    })
    .await;
    fails(&websocket(port, "headers = { sec-websocket-protocol = 'bearer' }"), "no WebSocket").await;
}
