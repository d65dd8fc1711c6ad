//! The routes of sessions: made, shown, prompted, paused, resumed, ended, and opened as a WebSocket.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::session::objects::Object;
use super::session::start::NotDone;
use super::session::state::{Phase, Prompted};
use super::session::{prompt, start};
use super::settings::Settings;
use super::worker::{Call, Reply, Stop, Upgrade, reply, who};
use crate::chance;

/// Whoever makes a session hears at once what came of it, when it does not take longer than this.
const START_LOOK: Duration = Duration::from_secs(3);
/// Characters of a prompt: a pasted file, and no more.
const PROMPT_BYTES_MAX: usize = 100_000;
/// A message id that a client made up.
const ID_BYTES_MAX: usize = 80;
/// What a session works on when nobody says.
const REPOSITORY: &str = "demo/small";

#[derive(Debug, Default, Deserialize)]
struct Wish {
    repository: Option<String>,
}

/// What a client says.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    /// The client's id of the message; a message of the same id is taken once.
    id: Option<String>,
    text: String,
}

pub(super) async fn create(call: &mut Call) -> Result<Reply, Stop> {
    let (user, token) = who(call).await?;
    let wish: Wish = if call.body.is_empty() { Wish::default() } else { read(&call.body)? };
    let repository = wish.repository.unwrap_or_else(|| REPOSITORY.to_owned());
    let (object, gone) = call.platform.objects.make(&user, &repository).await?;
    for old in gone {
        let platform = Arc::clone(&call.platform);
        call.platform.post.life.tasks.spawn(async move { start::end(&platform, &old).await });
    }
    let starting = start::start(Arc::clone(&call.platform), Arc::clone(&object), token);
    let mut starting = call.platform.post.life.tasks.spawn(starting);
    call.notes.push(format!("session {} of {user} begins", object.id));
    match timeout(START_LOOK, &mut starting).await {
        Ok(Ok(Err(error))) => {
            call.notes.push(format!("Failed to create session {}: {error}", object.id));
            call.platform.objects.end(&object);
            Err(Stop::Reply(failed(&error)))
        }
        // Running, or still under way, or given up because the edge ends.
        Ok(Ok(Ok(())) | Err(_)) | Err(_) => Ok(reply(201, shown(call, &object).await?)),
    }
}

/// What a client is told when a session could not be made.
fn failed(error: &NotDone) -> Reply {
    let status = match error {
        NotDone::Exception(_) => 500,
        NotDone::Answer(_) => 502,
        NotDone::Call(_) => 503,
    };
    reply(status, json!({ "error": "Failed to create session", "reason": error.to_string() }))
}

pub(super) async fn show(call: &mut Call, id: &str) -> Result<Reply, Stop> {
    let object = own(call, id).await?;
    call.notes.push(format!("streaming state of {id}"));
    Ok(reply(200, shown(call, &object).await?))
}

async fn shown(call: &mut Call, object: &Object) -> Result<Value, Stop> {
    let version = call.version.clone();
    let shown = object.event(&version, &mut call.notes, |agent, _| {
        let kept = &agent.kept;
        Ok(json!({
            "id": kept.id, "state": kept.phase, "reason": kept.reason, "repository": kept.repository,
            "created_ms": kept.created_ms, "messages": agent.messages,
        }))
    });
    Ok(shown.await?)
}

pub(super) async fn end(call: &mut Call, id: &str) -> Result<Reply, Stop> {
    let object = own(call, id).await?;
    start::end(&call.platform, &object).await;
    call.notes.push(format!("session {id} ended by its user"));
    Ok(reply(200, json!({ "id": id, "state": "ended" })))
}

pub(super) async fn prompt(call: &mut Call, id: &str) -> Result<Reply, Stop> {
    let object = own(call, id).await?;
    let said: Said = read(&call.body)?;
    say(call, &object, said).await
}

/// Takes what a client says over either way.
pub(super) async fn say(call: &mut Call, object: &Arc<Object>, said: Said) -> Result<Reply, Stop> {
    if said.text.len() > PROMPT_BYTES_MAX {
        let limit = format!("a prompt has at most {PROMPT_BYTES_MAX} bytes");
        return Ok(reply(413, json!({ "error": limit })));
    }
    let id = said.id.unwrap_or_else(|| chance::short_id("msg"));
    if id.is_empty() || id.len() > ID_BYTES_MAX {
        return Ok(reply(400, json!({ "error": format!("a message id has 1 to {ID_BYTES_MAX} bytes") })));
    }
    let version = call.version.clone();
    let prompted = object.event(&version, &mut call.notes, |agent, turn| agent.prompt(turn, &id, &said.text));
    Ok(match prompted.await? {
        Prompted::Taken(workplace) => {
            let (platform, object) = (Arc::clone(&call.platform), Arc::clone(object));
            let carried = prompt::carry(platform, object, workplace, (id.clone(), said.text));
            call.platform.post.life.tasks.spawn(carried);
            reply(202, json!({ "message": id }))
        }
        Prompted::Repeat => reply(200, json!({ "message": id, "repeat": true })),
        Prompted::NotNow(phase) => {
            reply(409, json!({ "error": format!("session is {}", phase.text()), "state": phase }))
        }
        Prompted::Full => reply(409, json!({ "error": "session is full: begin a new one" })),
    })
}

pub(super) async fn pause(call: &mut Call, id: &str) -> Result<Reply, Stop> {
    let object = own(call, id).await?;
    in_phase(&object, Phase::Running).await?;
    changed(start::pause(&call.platform, &object, "user").await, Phase::Paused, id)
}

pub(super) async fn resume(call: &mut Call, id: &str) -> Result<Reply, Stop> {
    let object = own(call, id).await?;
    in_phase(&object, Phase::Paused).await?;
    changed(start::resume(&call.platform, &object).await, Phase::Running, id)
}

async fn in_phase(object: &Object, wanted: Phase) -> Result<(), Stop> {
    match object.phase().await {
        Some(phase) if phase == wanted => Ok(()),
        Some(phase) => Err(Stop::Reply(reply(
            409,
            json!({ "error": format!("session is {}", phase.text()), "state": phase }),
        ))),
        None => Err(Stop::Reply(no_such_session())),
    }
}

fn changed(done: Result<(), NotDone>, phase: Phase, id: &str) -> Result<Reply, Stop> {
    match done {
        Ok(()) => Ok(reply(200, json!({ "id": id, "state": phase }))),
        Err(NotDone::Exception(exception)) => Err(Stop::Exception(exception)),
        Err(error @ (NotDone::Call(_) | NotDone::Answer(_))) => {
            Ok(reply(503, json!({ "error": "Something went wrong", "reason": error.to_string() })))
        }
    }
}

pub(super) async fn open_socket(call: &mut Call, id: &str) -> Result<Reply, Stop> {
    if call.upgrade == Upgrade::NotAsked {
        call.notes.push(format!("ws upgrade header missing for {id}"));
        return Ok(reply(426, json!({ "error": "Upgrade Required" })));
    }
    let refused = |call: &mut Call, why: &str, answer: Reply| {
        call.notes.push(format!("ws upgrade refused for {id}: {why}"));
        let labels = [("result", "refused")];
        call.platform.post.metrics.count("edge_ws_upgrades_total", "WebSocket upgrades.", &labels);
        answer
    };
    if let Some(origin) = call.origin.clone()
        && !Settings::of(&call.version).allows(&origin)?
    {
        let why = format!("CORS: origin {origin} is not in ALLOWED_ORIGINS");
        return Ok(refused(call, &why, reply(403, json!({ "error": "origin not allowed" }))));
    }
    let object = match own(call, id).await {
        Ok(object) => object,
        Err(Stop::Reply(answer)) => {
            return Ok(refused(call, &format!("status {}", answer.status), answer));
        }
        Err(Stop::Exception(exception)) => return Err(Stop::Exception(exception)),
    };
    // The object is woken before the connection changes over: one that cannot be has no WebSocket.
    let version = call.version.clone();
    let woken = object.event(&version, &mut call.notes, |_, _| Ok(())).await;
    let result = if woken.is_ok() { "accepted" } else { "failed" };
    let labels = [("result", result)];
    call.platform.post.metrics.count("edge_ws_upgrades_total", "WebSocket upgrades.", &labels);
    if let Err(exception) = woken {
        call.notes.push(format!("ws upgrade failed for {id}"));
        return Err(Stop::Exception(exception));
    }
    call.notes.push(format!("ws upgrade accepted for {id}"));
    Ok(reply(101, Value::Null))
}

/// The session of that id, when it belongs to whoever asks.
pub(super) async fn own(call: &mut Call, id: &str) -> Result<Arc<Object>, Stop> {
    let (user, _) = who(call).await?;
    let object = call.platform.objects.find(id).ok_or_else(|| Stop::Reply(no_such_session()))?;
    match object.user().await {
        Some(owner) if owner == user => Ok(object),
        Some(_) => Err(Stop::Reply(reply(403, json!({ "error": "not your session" })))),
        None => Err(Stop::Reply(no_such_session())),
    }
}

fn no_such_session() -> Reply {
    reply(404, json!({ "error": "no such session" }))
}

/// Reads a body; what is wrong with it is told.
pub(super) fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, Stop> {
    serde_json::from_slice(body)
        .map_err(|error| Stop::Reply(reply(400, json!({ "error": format!("body: {error}") }))))
}
