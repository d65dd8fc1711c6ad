//! The API client: how every verb that needs the server talks to it.

use crate::cli::Reach;
use crate::exit::{Failure, Kind};
use core::time::Duration;
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// A server that has not answered by then is not going to.
const LIMIT: Duration = Duration::from_secs(20);

/// A server and the right to ask it.
pub(crate) struct Client {
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    server: String,
    token: Option<String>,
}

impl Client {
    pub(crate) fn new(reach: &Reach) -> Result<Self, Failure> {
        crate::wiring::use_ring();
        let broken = |error: String| Failure::new(Kind::World, format!("cannot start the client: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| broken(error.to_string()))?;
        let http = reqwest::Client::builder()
            .timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| broken(error.to_string()))?;
        let server = reach.server.trim_end_matches('/').to_owned();
        Ok(Self { http, runtime, server, token: reach.token.clone() })
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::POST, path, Some(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::DELETE, path, None)
    }

    /// A page that is not JSON, such as a postmortem's Markdown.
    pub(crate) fn text(&self, path: &str) -> Result<String, Failure> {
        let (status, text) = self.send(Method::GET, path, None, "text/markdown")?;
        if status.is_success() { Ok(text) } else { Err(refused(status, &text)) }
    }

    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let (status, text) = self.send(method, path, body, "application/json")?;
        if !status.is_success() {
            return Err(refused(status, &text));
        }
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|error| {
            Failure::new(Kind::World, format!("{}{path} did not answer in JSON: {error}", self.server))
                .hint("is --server the address of an Evenkeel server?")
        })
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        accept: &str,
    ) -> Result<(StatusCode, String), Failure> {
        let address = format!("{}{path}", self.server);
        let mut request = self.http.request(method, address).header("accept", accept);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answered = self.runtime.block_on(async {
            let response = request.send().await?;
            let status = response.status();
            Ok::<_, reqwest::Error>((status, response.text().await?))
        });
        answered.map_err(|error| {
            let why = if error.is_timeout() { "no answer in time".to_owned() } else { innermost(&error) };
            Failure::new(Kind::World, format!("cannot reach {}: {why}", self.server))
                .hint("start it with `evenkeel serve`, or name another with --server")
        })
    }
}

/// What the server said, in its own words.
fn refused(status: StatusCode, text: &str) -> Failure {
    let Ok(problem) = serde_json::from_str::<Value>(text) else {
        let words = format!("the answer is {status}, and not in the words of an Evenkeel server");
        return Failure::new(Kind::Refused, words).hint("is --server the address of an Evenkeel server?");
    };
    let word = |key: &str| problem.get(key).and_then(Value::as_str).map(str::to_owned);
    let said = word("detail").or_else(|| word("title")).unwrap_or_else(|| text.trim().to_owned());
    let failure = Failure::new(Kind::Refused, format!("{said} ({status})"));
    if status == StatusCode::UNAUTHORIZED {
        return failure
            .hint("give a token with --token or EVENKEEL_TOKEN; `evenkeel token create` makes one");
    }
    failure
}

/// The cause at the bottom says what really happened.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
