//! Events of an agent on their way to whoever listens, as server-sent events.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

/// Events a slow reader may lag behind.
const FEED_MAX: usize = 256;

/// The events of one agent; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Feed {
    events: broadcast::Sender<String>,
    /// Bytes after which a stream is ended; 0 lets it go on.
    bytes_max: u64,
    end: CancellationToken,
}

impl Feed {
    pub(super) fn new(bytes_max: u64, end: CancellationToken) -> Self {
        Self { events: broadcast::channel(FEED_MAX).0, bytes_max, end }
    }

    /// Tells whoever listens; nobody listening is no error.
    pub(super) fn tell(&self, kind: &str, properties: &Value) {
        let _ = self.events.send(frame(kind, properties));
    }

    /// A stream from now on, with a greeting first.
    pub(super) fn listen(&self) -> Response {
        let hello = frame("server.connected", &json!({}));
        let later = BroadcastStream::new(self.events.subscribe()).filter_map(async |event| event.ok());
        let all = stream::iter([hello]).chain(later);
        let bytes_max = self.bytes_max;
        let cut = all.scan(0_u64, move |sent, event| {
            *sent += event.len() as u64;
            let goes_on = bytes_max == 0 || *sent <= bytes_max;
            core::future::ready(goes_on.then_some(event))
        });
        let whole = cut.map(Ok::<_, Infallible>).take_until(self.end.clone().cancelled_owned());
        ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(whole)).into_response()
    }
}

fn frame(kind: &str, properties: &Value) -> String {
    format!("data: {}\n\n", json!({ "type": kind, "properties": properties }))
}
