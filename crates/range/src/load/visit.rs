//! One visit of a synthetic user: a session from its start to its end, with the WebSocket open, prompts and their answers,
//! a pause and a resume.

use std::time::Duration;

use axum::http::Method;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::time::{interval, timeout, timeout_at};
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
/// So long a message may take from the chat into what the page shows when it is opened again.
const HISTORY_PATIENCE: Duration = Duration::from_secs(2);
/// How often the page is opened again meanwhile.
const HISTORY_ROUND: Duration = Duration::from_millis(400);
/// After an error it shows within this whether the session is lost with it.
const AFTERMATH: Duration = Duration::from_millis(400);

/// What somebody meets whose session ends in an error while they work.
const SESSION_LOST: &str = "the session was lost";

/// What users say in one visit; the last one comes after a pause.
const PROMPTS: [Prompt; 5] =
    [Prompt::Question, Prompt::Paste, Prompt::Paste, Prompt::Paste, Prompt::Question];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prompt {
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
        let (id, made) = self.begin().await?;
        let visited = self.work(&id, &made, &token).await;
        // Also what went wrong is tidied up.
        visited.and(self.leave(&id).await)
    }

    /// Ends a session. Whoever was signed out meanwhile signs in again for it: it is still theirs, and takes a place.
    pub(super) async fn leave(&mut self, id: &str) -> Outcome<()> {
        let path = format!("/sessions/{id}");
        let ended = self.ask("end", (Method::DELETE, &path), json!(null)).await;
        if ended.as_ref().is_err_and(|why| why == "status 401") {
            self.signed_in().await?;
            return self.ask("end", (Method::DELETE, &path), json!(null)).await.map(drop);
        }
        ended.map(drop)
    }

    /// Begins a session: its id, and what was answered.
    pub(super) async fn begin(&mut self) -> Outcome<(String, Value)> {
        let wish = json!({ "repository": "demo/small" });
        let made = self.ask("session", (Method::POST, "/sessions"), wish).await?;
        let id = made["id"].as_str().ok_or("an answer without an id")?.to_owned();
        Ok((id, made))
    }

    /// Opens the chat of a session that was begun, and waits until it runs.
    pub(super) async fn open(&mut self, id: &str, made: &Value, token: &str) -> Outcome<Socket> {
        let caller = self.caller.clone();
        let opening = async { request::open_socket(&caller, id, token).await };
        let mut socket = self.act("socket", opening).await?;
        if made["state"] != "running" {
            self.wait_for_start(&mut socket).await?;
        }
        Ok(socket)
    }

    async fn work(&mut self, id: &str, made: &Value, token: &str) -> Outcome<()> {
        let mut socket = self.open(id, made, token).await?;
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
        // What an old state shows is measured; the visit goes on.
        let _ = self.open_again(id, first.len() * 2).await;
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
    pub(super) async fn say(&mut self, socket: &mut Socket, prompt: Prompt) -> Outcome<()> {
        let id = chance::short_id("msg");
        let frame = request::prompt_frame(&id, &prompt.text());
        let said = async {
            socket.send(Message::text(frame)).await.map_err(|_| "Not connected".to_owned())?;
            let answered = timeout(PATIENCE, answer(socket));
            answered.await.unwrap_or_else(|_| Err("no answer appeared".to_owned()))
        };
        self.act("prompt", said).await
    }

    /// Opens the page again, which shows what the backend has: every message is to be there soon.
    async fn open_again(&mut self, id: &str, said: usize) -> Outcome<()> {
        let (caller, token) = (self.caller.clone(), self.token.clone().unwrap_or_default());
        let opened = async {
            let until = clock::instant() + HISTORY_PATIENCE;
            let mut rounds = interval(HISTORY_ROUND);
            loop {
                rounds.tick().await;
                let shown = request::history(&caller, id, &token).await?;
                if shown >= said {
                    return Ok(());
                }
                if clock::instant() >= until {
                    return Err("messages are missing".to_owned());
                }
            }
        };
        self.act("history", opened).await
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

/// Reads frames until an answer is whole. What goes wrong is told as whoever reads along sees it: no word of an answer, one
/// that breaks off, or a session that is lost.
async fn answer(socket: &mut Socket) -> Outcome<()> {
    let mut begun = false;
    loop {
        let frame = next_frame(socket).await?;
        if frame["role"] == "assistant" && frame["done"] == true {
            return Ok(());
        }
        begun |= frame["role"] == "assistant";
        if frame["type"] == "error" {
            if timeout(AFTERMATH, lost(socket)).await.is_ok() {
                return Err(SESSION_LOST.to_owned());
            }
            return Err(match begun {
                true => "the answer broke off".to_owned(),
                false => frame["error"].as_str().unwrap_or("an error").to_owned(),
            });
        }
        match frame["state"].as_str() {
            Some("paused") => return Err("Session paused".to_owned()),
            Some("error") => return Err(SESSION_LOST.to_owned()),
            Some(_) | None => {}
        }
    }
}

/// Reads frames until the session is lost; of a connection that ends it waits for ever.
async fn lost(socket: &mut Socket) {
    loop {
        match next_frame(socket).await {
            Ok(frame) if frame["state"] == "error" => return,
            Ok(_) => {}
            Err(_) => core::future::pending().await,
        }
    }
}

pub(super) async fn next_frame(socket: &mut Socket) -> Outcome<Value> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap_or_default()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err("Not connected".to_owned()),
            Some(Ok(_)) => {}
        }
    }
}
