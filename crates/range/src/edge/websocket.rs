//! Just enough WebSocket for a practice stack: the handshake, one greeting, a proper close. No messages are read.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper_util::rt::TokioIo;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use tokio::io::AsyncWriteExt as _;
use tokio_util::task::TaskTracker;

/// RFC 6455, section 1.3.
const HANDSHAKE: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const GREETING: &[u8] = b"{\"type\":\"connected\",\"practice\":true}";
/// A close frame with status 1000, RFC 6455, section 5.5.1.
const CLOSE: [u8; 4] = [0x88, 0x02, 0x03, 0xe8];

/// The client's handshake key, when the request asks for a WebSocket.
pub(crate) fn key_of(request: &Request) -> Option<String> {
    let headers = request.headers();
    let upgrade = headers.get(header::UPGRADE)?.to_str().ok()?;
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?.to_str().ok()?;
    upgrade.eq_ignore_ascii_case("websocket").then(|| key.to_owned())
}

/// Answers 101 and greets in a tracked task once the connection has changed over.
pub(crate) fn accept(key: &str, request: &mut Request, sockets: &TaskTracker) -> Response {
    let changed_over = hyper::upgrade::on(request);
    sockets.spawn(async move {
        if let Ok(connection) = changed_over.await {
            // The client may already be gone, which is its right.
            let _ = TokioIo::new(connection).write_all(&greeting_and_close()).await;
        }
    });
    let headers = [
        (header::CONNECTION, "Upgrade".to_owned()),
        (header::UPGRADE, "websocket".to_owned()),
        (header::SEC_WEBSOCKET_ACCEPT, accept_key(key)),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response()
}

fn greeting_and_close() -> Vec<u8> {
    let length = u8::try_from(GREETING.len()).expect("the greeting is shorter than 126 bytes");
    [&[0x81, length], GREETING, &CLOSE].concat()
}

fn accept_key(key: &str) -> String {
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{HANDSHAKE}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_key_is_the_rfc_s_own_example() {
        assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
