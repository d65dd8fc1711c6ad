//! What a session asks of the services behind it beside prompts: its sandbox made, paused, resumed and ended.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::objects::Object;
use super::state::{Phase, Workplace};
use crate::call::{self, CallError};
use crate::edge::platform::Platform;
use crate::edge::worker::Exception;
use crate::log::ServiceName;

/// The backend answers in milliseconds when it is well.
pub(in crate::edge) const BACKEND_WAIT: Duration = Duration::from_secs(10);
/// A sandbox that is not there by then never will be; the sandbox service's own limit is 30 s.
const CREATE_WAIT: Duration = Duration::from_secs(35);
/// Pause, resume and end of a sandbox.
const CHANGE_WAIT: Duration = Duration::from_secs(15);
/// The agent of a sandbox that is ready answers at once.
const AGENT_WAIT: Duration = Duration::from_secs(10);

/// Why a session was not started, or not changed.
#[derive(Debug, thiserror::Error)]
pub(in crate::edge) enum NotDone {
    /// A service behind refused, or was not there.
    #[error("{0}")]
    Call(#[from] CallError),
    /// A service answered something that the edge cannot use.
    #[error("{0}")]
    Answer(String),
    /// The worker's own code failed.
    #[error("{}", .0.text)]
    Exception(Exception),
}

impl From<Exception> for NotDone {
    fn from(exception: Exception) -> Self {
        Self::Exception(exception)
    }
}

/// Makes the sandbox of a session and brings the session to `running`, or to `error` with the reason.
pub(in crate::edge) async fn start(
    platform: Arc<Platform>,
    object: Arc<Object>,
    token: String,
) -> Result<(), NotDone> {
    let started = try_to_start(&platform, &object, &token).await;
    let result = if started.is_ok() { "ok" } else { "failed" };
    platform.post.metrics.count("edge_session_starts_total", "Sessions started.", &[("result", result)]);
    let Err(error) = started else { return Ok(()) };
    if platform.objects.find(&object.id).is_none() {
        // It was ended meanwhile: an event would store it again.
        return Err(error);
    }
    let reason = error.to_string();
    platform
        .object_event(&object, "start", |agent, turn| {
            turn.notes.push(format!("Failed to create session {}: {reason}", agent.kept.id));
            agent.go(turn, Phase::Error, Some(&reason));
            Ok(())
        })
        .await?;
    Err(error)
}

async fn try_to_start(platform: &Arc<Platform>, object: &Object, token: &str) -> Result<(), NotDone> {
    let kept = platform
        .object_event(object, "start", |agent, turn| {
            agent.go(turn, Phase::Starting, None);
            agent.active(turn)?;
            Ok(agent.kept.clone())
        })
        .await?;
    let caller = &platform.caller;
    let row = json!({ "token": token, "id": kept.id, "user": kept.user, "repository": kept.repository });
    caller.post(ServiceName::Backend, "/sessions", &row, BACKEND_WAIT).await?;
    let bearer = json!({ "token": token, "user": kept.user });
    let git = caller.post(ServiceName::Backend, "/git-tokens", &bearer, BACKEND_WAIT).await?;
    let wanted =
        json!({ "session": kept.id, "repository": kept.repository, "token": text_of(&git, "token")? });
    let made = caller.post(ServiceName::Sandbox, "/sandboxes", &wanted, CREATE_WAIT).await?;
    let workplace = match begin_work(&made).await {
        Ok(workplace) if platform.objects.find(&object.id).is_some() => workplace,
        unused => {
            // Nobody else would end it before its time is up. What is refused now ends then.
            let _ = change(platform, &text_of(&made, "id")?, "terminate").await;
            let ended = || NotDone::Answer("it was ended while it started".to_owned());
            return Err(unused.err().unwrap_or_else(ended));
        }
    };
    platform
        .object_event(object, "start", move |agent, turn| {
            agent.kept.workplace = Some(workplace);
            agent.go(turn, Phase::Running, None);
            agent.active(turn)
        })
        .await?;
    tell_backend(platform, &kept.id, Phase::Running).await;
    Ok(())
}

/// Greets the agent of a sandbox and opens a session there.
async fn begin_work(sandbox: &Value) -> Result<Workplace, NotDone> {
    let (id, url) = (text_of(sandbox, "id")?, text_of(sandbox, "agent_url")?);
    let (at, base) = agent_address(&url)?;
    let health = call::plain_request(Method::GET, at, &format!("{base}/global/health"));
    call::exchange("agent", at, health, AGENT_WAIT).await?;
    let open = call::json_request(Method::POST, at, &format!("{base}/session"), &json!({}));
    let session = call::exchange("agent", at, open, AGENT_WAIT).await?;
    Ok(Workplace { sandbox: id, agent_url: url, agent_session: text_of(&session, "id")? })
}

/// Pauses a session: its sandbox becomes a snapshot.
pub(in crate::edge) async fn pause(
    platform: &Arc<Platform>,
    object: &Object,
    why: &'static str,
) -> Result<(), NotDone> {
    let workplace = workplace_of(platform, object).await?;
    change(platform, &workplace.sandbox, "pause").await?;
    platform
        .object_event(object, why, |agent, turn| {
            turn.alarms.clear();
            agent.go(turn, Phase::Paused, None);
            Ok(())
        })
        .await?;
    platform.post.metrics.count("edge_pauses_total", "Sessions paused, by whom.", &[("by", why)]);
    tell_backend(platform, &object.id, Phase::Paused).await;
    Ok(())
}

/// Resumes a paused session on a fresh agent.
pub(in crate::edge) async fn resume(platform: &Arc<Platform>, object: &Object) -> Result<(), NotDone> {
    let workplace = workplace_of(platform, object).await?;
    let sandbox = change(platform, &workplace.sandbox, "resume").await?;
    let fresh = begin_work(&sandbox).await?;
    platform
        .object_event(object, "resume", move |agent, turn| {
            agent.kept.workplace = Some(fresh);
            agent.go(turn, Phase::Running, None);
            agent.active(turn)
        })
        .await?;
    tell_backend(platform, &object.id, Phase::Running).await;
    Ok(())
}

/// Ends a session and its sandbox. What the sandbox service refuses now, it ends by its own limit later.
pub(in crate::edge) async fn end(platform: &Arc<Platform>, object: &Object) {
    if let Ok(workplace) = workplace_of(platform, object).await {
        let _ = change(platform, &workplace.sandbox, "terminate").await;
    }
    platform.objects.end(object);
}

async fn change(platform: &Platform, sandbox: &str, act: &str) -> Result<Value, CallError> {
    let path = format!("/sandboxes/{sandbox}/{act}");
    platform.caller.post(ServiceName::Sandbox, &path, &json!({}), CHANGE_WAIT).await
}

/// The row of the session follows its state; a row that is behind is put right by the next change.
pub(super) async fn tell_backend(platform: &Platform, id: &str, phase: Phase) {
    let path = format!("/sessions/{id}");
    let change = json!({ "state": phase });
    let told = platform.caller.post(ServiceName::Backend, &path, &change, BACKEND_WAIT).await;
    if told.is_err() {
        platform.post.metrics.count("edge_rows_behind_total", "Session rows that were not changed.", &[]);
    }
}

async fn workplace_of(platform: &Arc<Platform>, object: &Object) -> Result<Workplace, NotDone> {
    let found = platform.object_event(object, "look", |agent, _| Ok(agent.kept.workplace.clone())).await?;
    found.ok_or_else(|| NotDone::Answer(format!("session {} has no sandbox", object.id)))
}

fn text_of(value: &Value, field: &str) -> Result<String, NotDone> {
    let text = value.get(field).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| NotDone::Answer(format!("an answer lacks its `{field}`")))
}

/// The loopback address of an agent, and the path before its routes.
pub(super) fn agent_address(url: &str) -> Result<(SocketAddr, &str), NotDone> {
    let unusable = || NotDone::Answer(format!("agent_url {url:?} is no address on loopback"));
    let rest = url.strip_prefix("http://").ok_or_else(unusable)?;
    let (host, base) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let at: SocketAddr = host.parse().map_err(|_| unusable())?;
    if at.ip().is_loopback() { Ok((at, base.trim_end_matches('/'))) } else { Err(unusable()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_on_loopback_alone() {
        let (at, base) = agent_address("http://127.0.0.1:81/agent/").unwrap();
        assert_eq!((at.port(), base), (81, "/agent"));
        assert_eq!(agent_address("http://127.0.0.1:81").unwrap().1, "");
        for url in ["http://10.0.0.1:80", "https://127.0.0.1:80", "http://localhost:80", "nonsense"] {
            assert!(agent_address(url).is_err(), "{url}");
        }
    }
}
