//! An agent that says back what it is told, piece by piece, over the same events as a real one.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

use crate::chance;

/// Events a slow reader may lag behind.
const FEED_MAX: usize = 256;

#[derive(Debug, Clone)]
struct Agent {
    feed: broadcast::Sender<String>,
    end: CancellationToken,
}

/// Its streams end when the token does.
pub(super) fn router(end: CancellationToken) -> Router {
    let (feed, _) = broadcast::channel(FEED_MAX);
    Router::new()
        .route("/global/health", get(async || Json(json!({ "healthy": true }))))
        .route("/session", post(async || Json(json!({ "id": chance::short_id("ses") }))))
        .route("/session/{id}/message", post(message))
        .route("/event", get(events))
        .with_state(Agent { feed, end })
}

async fn message(
    State(agent): State<Agent>,
    Path(session): Path<String>,
    Json(asked): Json<Value>,
) -> Json<Value> {
    let text = asked["parts"][0]["text"].as_str().unwrap_or_default();
    let (message, part) = (chance::short_id("msg"), chance::short_id("prt"));
    let said: String = format!("You said: {text}").chars().take(400).collect();
    for piece in said.split_inclusive(' ') {
        let part = json!({ "id": part, "type": "text", "text": piece });
        let more = json!({ "sessionID": session, "messageID": message, "part": part });
        agent.send(&json!({ "type": "message.part.updated", "properties": more }));
    }
    let done = json!({ "sessionID": session, "messageID": message });
    agent.send(&json!({ "type": "message.completed", "properties": done }));
    Json(json!({ "messageID": message }))
}

impl Agent {
    /// Nobody listening is no error.
    fn send(&self, event: &Value) {
        let _ = self.feed.send(frame(event));
    }
}

async fn events(State(agent): State<Agent>) -> Response {
    let hello = frame(&json!({ "type": "server.connected", "properties": {} }));
    let later = BroadcastStream::new(agent.feed.subscribe()).filter_map(async |event| event.ok());
    let all = stream::iter([hello]).chain(later).map(Ok::<_, Infallible>);
    let all = all.take_until(agent.end.cancelled_owned());
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(all)).into_response()
}

fn frame(event: &Value) -> String {
    format!("data: {event}\n\n")
}
