//! A client of the edge API as a browser is one: requests with a token, and the WebSocket of a session.

use axum::http::{HeaderValue, header};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::stage::{LIMIT, Stage};

/// The origin of the product's page.
pub(crate) const PAGE: &str = "https://tabbi.dev";

/// Somebody who is signed in.
pub(crate) struct Person<'a> {
    stage: &'a Stage,
    pub(crate) token: String,
}

/// An answer of the edge.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// An open WebSocket.
pub(crate) struct Chat {
    socket: WebSocketStream<TcpStream>,
    /// What the server chose of the offered subprotocols.
    pub(crate) protocol: Option<String>,
}

/// What came over a WebSocket.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Frame(Value),
    /// Its close code; 1006 when the connection just went away.
    Closed(u16),
}

impl<'a> Person<'a> {
    pub(crate) async fn signed_in(stage: &'a Stage, login: &str) -> Self {
        Self { stage, token: stage.range.sign_in(login).await.unwrap() }
    }

    /// A request to the edge with the token.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("-H 'Authorization: Bearer {}'", self.token);
        ask(self.stage, &format!("-X {method} {bearer}"), path, body).await
    }

    /// The id of a new session that runs.
    pub(crate) async fn session(&self) -> String {
        let made = self.ask("POST", "/sessions", &json!({})).await;
        assert_eq!((made.status, &made.body["state"]), (201, &json!("running")), "{made:?}");
        made.body["id"].as_str().unwrap().to_owned()
    }

    /// Opens the WebSocket of a session from the product's page.
    pub(crate) async fn open(&self, session: &str) -> Result<Chat, u16> {
        open(self.stage, session, Some(&self.token), Some(PAGE)).await
    }

    /// Opens the WebSocket and hears that the session runs.
    pub(crate) async fn chat(&self, session: &str) -> Chat {
        let mut chat = self.open(session).await.expect("the WebSocket opens");
        let hello = chat.frame().await;
        assert_eq!((&hello["type"], &hello["state"]), (&json!("state"), &json!("running")), "{hello}");
        chat
    }
}

/// A request to the edge with curl's own arguments.
pub(crate) async fn ask(stage: &Stage, args: &str, path: &str, body: &Value) -> Answer {
    let body = match body {
        Value::Null => String::new(),
        body => {
            let file = stage.range.dir().join("body.json");
            std::fs::write(&file, body.to_string()).unwrap();
            format!("-H 'content-type: application/json' --data-binary @{}", file.display())
        }
    };
    let line = format!("curl -s -w '\\n%{{http_code}}' {args} {body} https://api.tabbi.dev{path}");
    let ended = stage.sh(&line).await;
    let (body, status) = ended.out.rsplit_once('\n').unwrap_or_else(|| panic!("{line}: {ended:?}"));
    Answer { status: status.parse().unwrap(), body: serde_json::from_str(body).unwrap_or_default() }
}

/// Opens the WebSocket of a session; the error is the status that refused it.
pub(crate) async fn open(
    stage: &Stage,
    session: &str,
    token: Option<&str>,
    origin: Option<&str>,
) -> Result<Chat, u16> {
    let mut request = format!("ws://api.tabbi.dev/sessions/{session}/ws").into_client_request().unwrap();
    if let Some(token) = token {
        let offered = HeaderValue::from_str(&format!("bearer, {token}")).unwrap();
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, offered);
    }
    if let Some(origin) = origin {
        request.headers_mut().insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
    }
    let stream = TcpStream::connect(stage.range.whereabouts().http).await.unwrap();
    match timeout(LIMIT, client_async(request, stream)).await.expect("the handshake ends") {
        Ok((socket, answer)) => {
            let chosen = answer.headers().get(header::SEC_WEBSOCKET_PROTOCOL);
            Ok(Chat { socket, protocol: chosen.map(|value| value.to_str().unwrap().to_owned()) })
        }
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

impl Chat {
    /// The next thing that comes.
    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            match timeout(LIMIT, self.socket.next()).await.expect("something comes") {
                Some(Ok(Message::Text(text))) => return Heard::Frame(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => {
                    return Heard::Closed(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Closed(1006),
            }
        }
    }

    /// The next frame; the connection stays.
    pub(crate) async fn frame(&mut self) -> Value {
        match self.hear().await {
            Heard::Frame(frame) => frame,
            Heard::Closed(code) => panic!("closed with {code}"),
        }
    }

    /// The next frame that says so.
    pub(crate) async fn frame_with(&mut self, field: &str, value: &str) -> Value {
        loop {
            let frame = self.frame().await;
            if frame[field] == value {
                return frame;
            }
        }
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, frame: &Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// Says something under an id.
    pub(crate) async fn say(&mut self, id: &str, text: &str) {
        self.send(&json!({ "type": "prompt", "id": id, "text": text })).await;
    }

    /// The frames up to the whole answer, or up to an error or a pause.
    pub(crate) async fn answer(&mut self) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let frame = self.frame().await;
            let over = (frame["role"] == "assistant" && frame["done"] == true)
                || frame["type"] == "error"
                || frame["state"] == "paused";
            frames.push(frame);
            if over {
                return frames;
            }
        }
    }

    /// Says something and expects a whole answer.
    pub(crate) async fn is_answered(&mut self, id: &str, text: &str) -> Value {
        self.say(id, text).await;
        let last = self.answer().await.pop().unwrap();
        assert_eq!((&last["type"], &last["done"]), (&json!("message"), &json!(true)), "{last}");
        last
    }
}
