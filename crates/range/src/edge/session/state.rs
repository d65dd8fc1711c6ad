//! What a session is, and how events change it: states, messages, repeats, alarms. Synchronous, without clock, files or
//! network; what must be told to listeners and kept in storage is handed back.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::CLASS;
use crate::edge::limits::Cpu;
use crate::edge::settings::{ALARMS, AUTO_PAUSE_TIMEOUT_MS, MESSAGE_IDS, RENDERING, STATE_SCHEMA, Settings};
use crate::edge::worker::Exception;

/// The shape of [`Kept`] that this code writes.
pub(super) const SCHEMA: i64 = 1;
/// Messages of one session; a longer chat needs a new one.
const MESSAGES_MAX: usize = 400;
/// Passes over a transcript that the server-side rendering makes for each piece of an answer.
const RENDER_PASSES: usize = 4_000;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Phase {
    /// Made, and nothing asked for yet.
    Idle,
    /// Its sandbox is being made.
    Starting,
    /// It takes prompts.
    Running,
    /// Its sandbox is a snapshot; it can be resumed.
    Paused,
    /// It could not be started, or lost its sandbox.
    Error,
}

impl Phase {
    /// As clients and logs name it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Error => "error",
        }
    }
}

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    User,
    Assistant,
}

/// One message of the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) role: Role,
    pub(crate) text: String,
    pub(crate) at_ms: i64,
}

/// Where a session's work is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Workplace {
    /// The sandbox's id.
    pub(crate) sandbox: String,
    /// Where its agent answers.
    pub(crate) agent_url: String,
    /// The agent's own session.
    pub(crate) agent_session: String,
}

/// What is kept of a session beside its messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) schema: i64,
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) repository: String,
    pub(crate) phase: Phase,
    pub(crate) reason: Option<String>,
    pub(crate) workplace: Option<Workplace>,
    pub(crate) created_ms: i64,
    pub(crate) active_ms: i64,
    /// How many messages the backend has taken over.
    pub(crate) synced: usize,
}

/// A session that is awake.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SessionAgent {
    pub(crate) kept: Kept,
    pub(crate) messages: Vec<Message>,
    /// The answer that is coming in: its id, and its text so far.
    coming: Option<(String, String)>,
    seen: BTreeSet<String>,
}

/// What one event brings about, beside the new state.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    pub(crate) settings: Settings<'a>,
    pub(crate) now_ms: i64,
    /// Processor time of this invocation.
    pub(crate) cpu: Cpu,
    /// Lines for the log.
    pub(crate) notes: Vec<String>,
    /// Frames for the listeners.
    pub(crate) frames: Vec<Value>,
    /// When the object wants to be woken.
    pub(crate) alarms: Vec<i64>,
}

/// What became of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Prompted {
    /// It goes to the agent there.
    Taken(Workplace),
    /// A message of that id was taken before.
    Repeat,
    /// The session does not take prompts now.
    NotNow(Phase),
    /// It has as many messages as it may.
    Full,
}

impl SessionAgent {
    /// A session that was just made.
    pub(crate) fn made(id: &str, user: &str, repository: &str, now_ms: i64) -> Self {
        let kept = Kept {
            schema: SCHEMA,
            id: id.to_owned(),
            user: user.to_owned(),
            repository: repository.to_owned(),
            phase: Phase::Idle,
            reason: None,
            workplace: None,
            created_ms: now_ms,
            active_ms: now_ms,
            synced: 0,
        };
        Self { kept, messages: Vec::new(), coming: None, seen: BTreeSet::new() }
    }

    /// A session read from its storage; the code must know the shape it was stored in.
    pub(crate) fn woken(
        kept: Kept,
        messages: Vec<Message>,
        settings: Settings<'_>,
    ) -> Result<Self, Exception> {
        let wanted = settings.number(STATE_SCHEMA)?;
        if kept.schema != wanted {
            let (id, found) = (&kept.id, kept.schema);
            return Err(Exception::raised(format!(
                "{CLASS}: stored state of {id} has shape {found}, this version reads shape {wanted}"
            )));
        }
        let seen = messages.iter().map(|message| message.id.clone()).collect();
        Ok(Self { kept, messages, coming: None, seen })
    }

    /// Whether an answer is coming in.
    pub(crate) fn is_busy(&self) -> bool {
        self.coming.is_some() || self.kept.phase == Phase::Starting
    }

    /// Goes to another state and tells everybody.
    pub(crate) fn go(&mut self, turn: &mut Turn<'_>, phase: Phase, reason: Option<&str>) {
        let (id, was) = (&self.kept.id, self.kept.phase);
        turn.notes.push(format!("session {id}: {} → {}", was.text(), phase.text()));
        self.kept.phase = phase;
        self.kept.reason = reason.map(str::to_owned);
        turn.frames.push(self.state_frame());
    }

    /// What a listener is told about the state.
    pub(crate) fn state_frame(&self) -> Value {
        let mut frame = json!({ "type": "state", "state": self.kept.phase });
        if let Some(reason) = &self.kept.reason {
            frame["reason"] = json!(reason);
        }
        frame
    }

    /// Somebody did something: the pause begins anew.
    pub(crate) fn active(&mut self, turn: &mut Turn<'_>) -> Result<(), Exception> {
        let pause_ms = turn.settings.number(AUTO_PAUSE_TIMEOUT_MS)?;
        let due = turn.now_ms.saturating_add(pause_ms);
        let each_time = !turn.settings.is(ALARMS, "one-a-session")?;
        if !each_time {
            turn.alarms.clear();
        }
        turn.alarms.push(due);
        self.kept.active_ms = turn.now_ms;
        turn.notes.push(format!("alarm set: pause {} after {pause_ms} ms", self.kept.id));
        if each_time {
            // Two handlers hear of the same activity, and each sets one.
            turn.alarms.push(due);
            turn.notes.push(format!("alarm set: pause {} after {pause_ms} ms", self.kept.id));
        }
        Ok(())
    }

    /// An alarm went off: whether the session is to be paused now.
    pub(crate) fn alarm(&mut self, turn: &mut Turn<'_>) -> bool {
        let id = &self.kept.id;
        let silent = turn.now_ms - self.kept.active_ms;
        if self.kept.phase != Phase::Running || self.coming.is_some() {
            turn.notes.push(format!("alarm fired: nothing to pause in {id}"));
            return false;
        }
        turn.notes.push(format!("alarm fired: pausing {id} after {silent} ms without activity"));
        true
    }

    /// A person says something.
    pub(crate) fn prompt(
        &mut self,
        turn: &mut Turn<'_>,
        id: &str,
        text: &str,
    ) -> Result<Prompted, Exception> {
        let Some(workplace) = self.kept.workplace.clone().filter(|_| self.kept.phase == Phase::Running)
        else {
            return Ok(Prompted::NotNow(self.kept.phase));
        };
        if self.messages.len() >= MESSAGES_MAX {
            return Ok(Prompted::Full);
        }
        if !self.seen.insert(id.to_owned()) {
            turn.notes.push(format!("streaming: message {id} dropped as a repeat"));
            return Ok(Prompted::Repeat);
        }
        self.active(turn)?;
        self.messages.push(Message {
            id: id.to_owned(),
            role: Role::User,
            text: text.to_owned(),
            at_ms: turn.now_ms,
        });
        turn.frames.push(json!({ "type": "message", "id": id, "role": "user", "text": text, "done": true }));
        turn.notes.push(format!("streaming: prompt {id} of {} goes to the agent", self.kept.id));
        Ok(Prompted::Taken(workplace))
    }

    /// A piece of an answer came in.
    pub(crate) fn piece(&mut self, turn: &mut Turn<'_>, id: &str, piece: &str) -> Result<(), Exception> {
        let id = self.own_id(turn, id)?;
        if self.seen.contains(&id) {
            return Ok(());
        }
        if self.coming.as_ref().is_none_or(|(coming, _)| *coming != id) {
            self.coming = Some((id.clone(), String::new()));
        }
        if turn.settings.is(RENDERING, "whole-transcript")? {
            self.render(turn)?;
        }
        if let Some((_, text)) = &mut self.coming {
            text.push_str(piece);
            turn.frames.push(json!({
                "type": "message", "id": id, "role": "assistant", "text": text, "part": piece, "done": false,
            }));
        }
        Ok(())
    }

    /// An answer is whole.
    pub(crate) fn answered(&mut self, turn: &mut Turn<'_>, id: &str) -> Result<(), Exception> {
        let id = self.own_id(turn, id)?;
        let text = self.coming.take().map(|(_, text)| text).unwrap_or_default();
        if !self.seen.insert(id.clone()) {
            turn.notes.push(format!("streaming: message {id} dropped as a repeat"));
            return Ok(());
        }
        turn.notes.push(format!("streaming: answer {id} of {} is whole", self.kept.id));
        let frame = json!({ "type": "message", "id": id, "role": "assistant", "text": text, "done": true });
        turn.frames.push(frame);
        self.messages.push(Message { id, role: Role::Assistant, text, at_ms: turn.now_ms });
        self.active(turn)
    }

    /// An answer will not come.
    pub(crate) fn unanswered(&mut self, turn: &mut Turn<'_>, reason: &str) {
        self.coming = None;
        turn.notes.push(format!("streaming: the answer in {} was lost: {reason}", self.kept.id));
        turn.frames.push(json!({ "type": "error", "error": "Something went wrong" }));
    }

    /// The id under which the chat shows an answer.
    fn own_id(&self, turn: &Turn<'_>, agent_s: &str) -> Result<String, Exception> {
        if turn.settings.is(MESSAGE_IDS, "unique")? {
            return Ok(agent_s.to_owned());
        }
        let minute = turn.now_ms / 60_000;
        Ok(format!("{}-{minute}", self.kept.id))
    }

    /// Renders the whole transcript, as a version does that renders on the server: work without an effect.
    fn render(&self, turn: &Turn<'_>) -> Result<(), Exception> {
        let said = self.messages.iter().map(|message| message.text.as_str());
        let text: String = said.chain(self.coming.as_ref().map(|(_, text)| text.as_str())).collect();
        let mut html = String::new();
        for _ in 0..RENDER_PASSES {
            turn.cpu.check()?;
            html = text.replace('&', "&amp;").replace('<', "&lt;").replace("**", "<b>");
        }
        std::hint::black_box(html);
        Ok(())
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
