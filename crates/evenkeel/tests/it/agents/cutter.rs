//! A proxy between an agent and its server that cuts one connection at a named place, or sends one request twice.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// What happens once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The server hands out an order, and the agent never hears of it.
    AnswerOfAsk,
    /// The server gives the order to the agent, and the agent does not hear that.
    AnswerOfTake,
    /// The agent's wish to take the order comes to the server twice.
    TwiceTake,
    /// The server hears the report, and the agent does not hear that it did.
    AnswerOfReport,
}

#[derive(Clone)]
pub(super) struct Cutter {
    /// Its address.
    pub(super) url: String,
    server: String,
    next: Arc<Mutex<Option<Cut>>>,
    http: reqwest::Client,
}

impl Cutter {
    pub(super) async fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cutter =
            Self { url, server: server.to_owned(), next: Arc::default(), http: crate::world::client() };
        let router = Router::new().fallback(pass_on).with_state(cutter.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        cutter
    }

    /// From now on this happens, once.
    pub(super) fn next(&self, cut: Cut) {
        *self.next.lock().unwrap() = Some(cut);
    }

    /// What has not happened yet.
    pub(super) fn left(&self) -> Option<Cut> {
        *self.next.lock().unwrap()
    }

    /// Whether this is the place, which it is once.
    fn is_now(&self, path: &str, answer: &str) -> bool {
        let mut next = self.next.lock().unwrap();
        let here = match *next {
            Some(Cut::AnswerOfAsk) => {
                let offers =
                    |answer: Value| answer["orders"].as_array().is_some_and(|orders| !orders.is_empty());
                path.ends_with("/ask") && serde_json::from_str(answer).is_ok_and(offers)
            }
            Some(Cut::AnswerOfTake | Cut::TwiceTake) => path.ends_with("/take"),
            Some(Cut::AnswerOfReport) => path.ends_with("/report"),
            None => false,
        };
        if here {
            *next = None;
        }
        here
    }

    async fn ask(&self, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> (StatusCode, String) {
        let address = format!("{}{uri}", self.server);
        let token = headers[header::AUTHORIZATION].clone();
        let request = self.http.post(address).header(header::AUTHORIZATION, token);
        let sent = request.header(header::CONTENT_TYPE, "application/json").body(body.clone()).send().await;
        let answer = sent.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }
}

async fn pass_on(State(cutter): State<Cutter>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let twice = cutter.left() == Some(Cut::TwiceTake);
    let (status, text) = cutter.ask(&uri, &headers, &body).await;
    if !cutter.is_now(uri.path(), &text) {
        return (status, text).into_response();
    }
    if twice {
        // The second answer is the one that the agent hears.
        return cutter.ask(&uri, &headers, &body).await.into_response();
    }
    // As a proxy answers whose connection broke.
    (StatusCode::BAD_GATEWAY, "cut").into_response()
}
