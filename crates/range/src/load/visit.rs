//! One visit of a synthetic user: a session from its start to its end, with the WebSocket open, prompts and their answers,
//! a pause and a resume.

use std::time::Duration;

use axum::http::Method;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::time::{timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;

use super::request::{self, Outcome, PATIENCE, Socket};
use super::user::User;
use crate::{chance, clock};

/// A session that is still starting then is given up.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of the file that users paste into a prompt now and then.
const PASTE_BYTES: usize = 48_000;
/// A moment of reading in which nothing but the connection matters.
const READING: Duration = Duration::from_millis(700);

/// What users say in one visit; the last one comes after a pause.
const PROMPTS: [Prompt; 5] =
    [Prompt::Question, Prompt::Paste, Prompt::Paste, Prompt::Paste, Prompt::Question];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prompt {
    Question,
    Paste,
}

impl Prompt {
    fn text(self) -> String {
        match self {
            Self::Question => "What does this repository do?".to_owned(),
            Self::Paste => format!("Read this file: {}", "line of a file\n".repeat(PASTE_BYTES / 15)),
        }
    }
}

impl User {
    /// From sign-in to the end of a session; the first thing that fails ends the visit.
    pub(super) async fn visit(&mut self) -> Outcome<()> {
        let token = self.signed_in().await?;
        self.look_at_health().await;
        let wish = json!({ "repository": "demo/small" });
        let made = self.ask("session", (Method::POST, "/sessions"), wish).await?;
        let id = made["id"].as_str().ok_or("an answer without an id")?.to_owned();
        let visited = self.stay(&id, &made, &token).await;
        // Also what went wrong is tidied up.
        let ended = self.ask("end", (Method::DELETE, &format!("/sessions/{id}")), json!(null)).await;
        visited.and(ended.map(drop))
    }

    async fn stay(&mut self, id: &str, made: &Value, token: &str) -> Outcome<()> {
        let caller = self.caller.clone();
        let opening = async { request::open_socket(&caller, id, token).await };
        let mut socket = self.act("socket", opening).await?;
        if made["state"] != "running" {
            self.wait_for_start(&mut socket).await?;
        }
        let (last, first) = PROMPTS.split_last().ok_or("nothing to say")?;
        for prompt in first {
            self.say(&mut socket, *prompt).await?;
        }
        self.read_a_while(&mut socket).await?;
        let shown = self.ask("show", (Method::GET, &format!("/sessions/{id}")), json!(null)).await?;
        let kept = shown["messages"].as_array().map_or(0, Vec::len);
        if kept < first.len() * 2 {
            self.note("history", Duration::ZERO, Some("messages are missing"));
        }
        for (kind, verb) in [("pause", "pause"), ("resume", "resume")] {
            self.ask(kind, (Method::POST, &format!("/sessions/{id}/{verb}")), json!({})).await?;
        }
        hear_that_it_runs(&mut socket).await?;
        self.say(&mut socket, *last).await?;
        // The other side may have closed first.
        let _ = socket.close(None).await;
        Ok(())
    }

    /// Waits until the session says that it runs.
    async fn wait_for_start(&mut self, socket: &mut Socket) -> Outcome<()> {
        let began = clock::instant();
        let started = timeout(START_PATIENCE, started(socket)).await;
        let result = started.unwrap_or_else(|_| Err("stuck in starting".to_owned()));
        self.note("start", began.elapsed(), result.as_ref().err().map(String::as_str));
        result
    }

    /// Says something and reads the whole answer.
    async fn say(&mut self, socket: &mut Socket, prompt: Prompt) -> Outcome<()> {
        let id = chance::short_id("msg");
        let frame = request::prompt_frame(&id, &prompt.text());
        let said = async {
            socket.send(Message::text(frame)).await.map_err(|_| "Not connected".to_owned())?;
            let answered = timeout(PATIENCE, answer(socket));
            answered.await.unwrap_or_else(|_| Err("no answer appeared".to_owned()))
        };
        self.act("prompt", said).await
    }

    /// Reads what was answered, with the connection open and nothing on it.
    async fn read_a_while(&mut self, socket: &mut Socket) -> Outcome<()> {
        let began = clock::instant();
        let until = (began + READING).into();
        let disturbed = loop {
            match timeout_at(until, next_frame(socket)).await {
                Err(_) => break None,
                Ok(Ok(frame)) if frame["state"] == "paused" => break Some("Session paused".to_owned()),
                Ok(Ok(_)) => {}
                Ok(Err(why)) => break Some(why),
            }
        };
        self.note("reading", began.elapsed(), disturbed.as_deref());
        disturbed.map_or(Ok(()), Err)
    }
}

/// Reads frames until the session runs, or cannot.
async fn started(socket: &mut Socket) -> Outcome<()> {
    loop {
        let frame = next_frame(socket).await?;
        match frame["state"].as_str() {
            Some("running") => return Ok(()),
            Some("error") => return Err("Failed to create session".to_owned()),
            Some(_) | None => {}
        }
    }
}

/// Reads what a pause and a resume have left on the connection.
async fn hear_that_it_runs(socket: &mut Socket) -> Outcome<()> {
    timeout(PATIENCE, started(socket)).await.unwrap_or_else(|_| Err("no word of the resume".to_owned()))
}

/// Reads frames until an answer is whole.
async fn answer(socket: &mut Socket) -> Outcome<()> {
    loop {
        let frame = next_frame(socket).await?;
        if frame["role"] == "assistant" && frame["done"] == true {
            return Ok(());
        }
        if frame["type"] == "error" {
            return Err(frame["error"].as_str().unwrap_or("an error").to_owned());
        }
        if frame["state"] == "paused" {
            return Err("Session paused".to_owned());
        }
    }
}

async fn next_frame(socket: &mut Socket) -> Outcome<Value> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap_or_default()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err("Not connected".to_owned()),
            Some(Ok(_)) => {}
        }
    }
}
