//! A prompt on its way: told to the agent in the sandbox, and its answer read from the agent's stream of events, piece by
//! piece, into the session and so to its listeners.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::objects::Object;
use super::start::{BACKEND_WAIT, NotDone, agent_address};
use super::state::Workplace;
use crate::call;
use crate::edge::platform::Platform;
use crate::log::ServiceName;

/// An agent that is well greets at once, and says something all the while.
const SILENCE_MAX: Duration = Duration::from_secs(20);
/// Messages that go to the backend at once.
const SYNC_MAX: usize = 50;
/// One event; a longer line is nobody's.
const EVENT_BYTES_MAX: usize = 256 * 1024;

/// Takes a prompt to the agent and its answer to the listeners; whatever goes wrong, the listeners hear of it.
pub(in crate::edge) async fn carry(
    platform: Arc<Platform>,
    object: Arc<Object>,
    workplace: Workplace,
    (id, text): (String, String),
) {
    let carried = try_to_carry(&platform, &object, &workplace, (&id, &text)).await;
    let result = if carried.is_ok() { "answered" } else { "lost" };
    platform.post.metrics.count(
        "edge_prompts_total",
        "Prompts, by what became of them.",
        &[("result", result)],
    );
    if let Err(error) = carried {
        if matches!(error, NotDone::Exception(_)) {
            // The object has logged it, gone back to what is stored, and told its listeners.
            return;
        }
        let reason = error.to_string();
        // An object that cannot even be told has logged why.
        let _ = platform
            .object_event(&object, "stream", |agent, turn| {
                agent.unanswered(turn, &reason);
                Ok(())
            })
            .await;
        return;
    }
    sync(&platform, &object).await;
}

async fn try_to_carry(
    platform: &Arc<Platform>,
    object: &Object,
    workplace: &Workplace,
    (id, text): (&str, &str),
) -> Result<(), NotDone> {
    let (at, base) = agent_address(&workplace.agent_url)?;
    let listen = call::plain_request(Method::GET, at, &format!("{base}/event"));
    let late = |_| NotDone::Answer(silent());
    let stream = timeout(SILENCE_MAX, call::send("agent", at, listen)).await.map_err(late)??;
    if stream.status() != StatusCode::OK {
        return Err(NotDone::Answer(format!("the agent's event stream answered {}", stream.status())));
    }
    let mut events = Events { body: stream.into_body(), begun: Vec::new() };
    // The greeting: from here on nothing is missed.
    events.next().await?;
    let path = format!("{base}/session/{}/message", workplace.agent_session);
    let part = json!({ "type": "text", "text": text });
    let prompt = json!({ "messageID": id, "id": id, "text": text, "parts": [part] });
    let request = call::json_request(Method::POST, at, &path, &prompt);
    call::exchange("agent", at, request, SILENCE_MAX).await?;
    loop {
        let event = events.next().await?;
        let about = &event["properties"];
        if about["sessionID"] != workplace.agent_session.as_str() {
            continue;
        }
        let message = about["messageID"].as_str().unwrap_or_default();
        match event["type"].as_str() {
            Some("message.part.updated") => {
                let piece = about["part"]["text"].as_str().unwrap_or_default();
                platform
                    .object_event(object, "stream", |agent, turn| agent.piece(turn, message, piece))
                    .await?;
            }
            Some("message.completed") => {
                platform.object_event(object, "stream", |agent, turn| agent.answered(turn, message)).await?;
                return Ok(());
            }
            Some(_) | None => {}
        }
    }
}

/// Hands messages to the backend, which keeps what the web page shows as history. What it does not take stays here and
/// goes with the next ones.
async fn sync(platform: &Arc<Platform>, object: &Object) {
    let open = platform.object_event(object, "stream", |agent, _| {
        let synced = agent.kept.synced;
        let batch: Vec<_> = agent.messages.iter().skip(synced).take(SYNC_MAX).cloned().collect();
        Ok((synced + batch.len(), batch))
    });
    // An object that failed has logged why.
    let Ok((upto, messages)) = open.await else { return };
    let batch = json!({ "session": object.id, "messages": messages });
    let synced = platform.caller.post(ServiceName::Backend, "/messages/sync", &batch, BACKEND_WAIT).await;
    let result = if synced.is_ok() { "ok" } else { "failed" };
    platform.post.metrics.count("edge_syncs_total", "Hand-overs to the backend.", &[("result", result)]);
    match synced {
        Ok(_) => {
            let done = platform.object_event(object, "stream", |agent, _| {
                agent.kept.synced = upto;
                Ok(())
            });
            drop(done.await);
        }
        Err(error) => {
            let note = format!("streaming: messages of {} were not synced: {error}", object.id);
            platform.note("sync", vec![note], None);
        }
    }
}

/// The events of an agent, one `data:` line each.
struct Events {
    body: Incoming,
    /// Bytes of a line that is not whole yet.
    begun: Vec<u8>,
}

impl Events {
    async fn next(&mut self) -> Result<Value, NotDone> {
        loop {
            if let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.begun.drain(..=end).collect();
                match line.strip_prefix(b"data:") {
                    Some(data) => return Ok(serde_json::from_slice(data).unwrap_or_default()),
                    None => continue,
                }
            }
            if self.begun.len() > EVENT_BYTES_MAX {
                return Err(NotDone::Answer(format!("an event of more than {EVENT_BYTES_MAX} bytes")));
            }
            let frame = timeout(SILENCE_MAX, self.body.frame()).await;
            match frame.map_err(|_| NotDone::Answer(silent()))? {
                Some(Ok(frame)) => {
                    if let Some(bytes) = frame.data_ref() {
                        self.begun.extend_from_slice(bytes);
                    }
                }
                Some(Err(error)) => return Err(NotDone::Answer(format!("the event stream broke: {error}"))),
                None => return Err(NotDone::Answer("the event stream ended before the answer".to_owned())),
            }
        }
    }
}

fn silent() -> String {
    format!("the agent said nothing for {} s", SILENCE_MAX.as_secs())
}
