//! A sink for pages: a webhook that keeps every one it gets and can be told to refuse them or to leave them unanswered.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// What the sink does with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Takes it.
    Accept,
    /// Answers 500, and asks to be asked again in a second.
    Fail,
    /// Reads it and never answers.
    Hang,
}

/// What became of one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It may have woken somebody.
    Reached,
    /// The sender was told that it did not.
    Refused,
}

/// One page as it came.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// `webhook-id`: the same for each attempt of one page.
    pub(crate) id: String,
    /// The incident.
    pub(crate) incident: String,
    /// Its link, which begins with the address of the server that sent it.
    pub(crate) link: String,
    /// Whether the page says that it may be a repeat.
    pub(crate) possible_repeat: bool,
    /// What became of it.
    pub(crate) fate: Fate,
}

struct Kept {
    mode: Mode,
    hits: Vec<Hit>,
    looks: u32,
}

/// The sink; it ends with the test's runtime.
#[derive(Clone)]
pub(crate) struct Sink {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

impl Sink {
    /// Starts it on a free port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let kept = Arc::new(Mutex::new(Kept { mode: Mode::Accept, hits: Vec::new(), looks: 0 }));
        let sink = Self { address: listener.local_addr().unwrap(), kept };
        let router =
            Router::new().route("/hook", post(page)).route("/slow", get(look)).with_state(sink.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        sink
    }

    /// Its address.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What to do with the pages that come from now on.
    pub(crate) fn set(&self, mode: Mode) {
        self.kept.lock().unwrap().mode = mode;
    }

    /// Every page so far.
    pub(crate) fn hits(&self) -> Vec<Hit> {
        self.kept.lock().unwrap().hits.clone()
    }

    /// How often a runbook's command looked at `/slow`.
    pub(crate) fn looks(&self) -> u32 {
        self.kept.lock().unwrap().looks
    }
}

async fn page(State(sink): State<Sink>, headers: HeaderMap, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    let data = &body["data"];
    let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
    let mode = {
        let mut kept = sink.kept.lock().unwrap();
        let fate = if kept.mode == Mode::Fail { Fate::Refused } else { Fate::Reached };
        kept.hits.push(Hit {
            id: headers["webhook-id"].to_str().unwrap().to_owned(),
            incident: text("incident"),
            link: text("link"),
            possible_repeat: data["possible_repeat"].as_bool().unwrap(),
            fate,
        });
        kept.mode
    };
    match mode {
        Mode::Accept => StatusCode::NO_CONTENT.into_response(),
        Mode::Fail => {
            (StatusCode::INTERNAL_SERVER_ERROR, [("retry-after", "1")], "told to fail").into_response()
        }
        Mode::Hang => pending().await,
    }
}

/// Answers only after a while, so that a kill can meet the command while it runs.
async fn look(State(sink): State<Sink>) -> &'static str {
    sink.kept.lock().unwrap().looks += 1;
    super::pass(std::time::Duration::from_millis(250)).await;
    "the disk is 97 % full\n"
}
