//! One call of a function: what it has at hand, and how it ends, with a line in the function log and a number in the
//! metrics, whatever it came to.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::deployment::Deployment;
use super::gate::Gate;
use super::limits::Writes;
use super::settings::{Settings, WRITES_PER_MINUTE};
use super::sign_in::Pending;
use super::store::Store;
use crate::call::Caller;
use crate::log::{Outcome, Record, ServiceName};
use crate::service::Post;
use crate::{RangeError, clock};

/// Everything that a function may need.
#[derive(Debug)]
pub(super) struct Backend {
    pub(super) post: Post,
    pub(super) store: Store,
    pub(super) deployment: Deployment,
    pub(super) writes: Writes,
    pub(super) gate: Gate,
    pub(super) pending: Pending,
    pub(super) caller: Caller,
}

/// A function as the log names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Function {
    /// `file:name`.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// What a function may do, as the platform tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Reads.
    Query,
    /// Reads and writes; counted against the limit on writes.
    Mutation,
    /// Calls other services.
    Action,
    /// Answers a request of the web.
    Http,
}

impl Kind {
    /// The letter that the vendor's log shows.
    fn letter(self) -> &'static str {
        match self {
            Self::Query => "Q",
            Self::Mutation => "M",
            Self::Action => "A",
            Self::Http => "H",
        }
    }
}

/// Why a function did not return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// It refuses, in words for whoever asked.
    Refused(StatusCode, String),
    /// Its code raised an error, which strangers do not see.
    Raised(String),
}

impl Failure {
    pub(super) fn refused(status: StatusCode, why: impl Into<String>) -> Self {
        Self::Refused(status, why.into())
    }

    pub(super) fn raised(why: impl Into<String>) -> Self {
        Self::Raised(why.into())
    }

    /// In words for an operator.
    pub(super) fn why(&self) -> &str {
        match self {
            Self::Refused(_, why) | Self::Raised(why) => why,
        }
    }
}

impl From<RangeError> for Failure {
    fn from(error: RangeError) -> Self {
        Self::Raised(format!("Error: {error}"))
    }
}

/// One call.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) backend: Arc<Backend>,
    pub(super) settings: Settings,
    pub(super) now_ms: i64,
    function: Function,
    began: Instant,
    notes: Vec<String>,
    raised: Vec<String>,
}

impl Turn {
    pub(super) fn begin(backend: &Arc<Backend>, function: Function) -> Self {
        let backend = Arc::clone(backend);
        let settings = backend.deployment.live();
        Self {
            settings,
            now_ms: clock::now_ms(),
            function,
            began: clock::instant(),
            notes: Vec::new(),
            raised: Vec::new(),
            backend,
        }
    }

    /// What `console.log` would print.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// What its code caught, and reports nevertheless.
    pub(super) fn raise(&mut self, text: impl Into<String>) {
        self.raised.push(text.into());
    }

    /// Refuses a mutation when the deployment has written too much.
    pub(super) fn may_write(&self) -> Result<(), Failure> {
        let limit = self.settings.env_number(WRITES_PER_MINUTE)?;
        self.backend.writes.take(limit, self.now_ms).map_err(|written| {
            let why = format!("TooManyWrites: {written} writes in this minute, the limit is {limit}");
            Failure::refused(StatusCode::TOO_MANY_REQUESTS, why)
        })
    }

    /// Logs the call and says how it ended.
    pub(super) fn end(self, result: Result<Value, Failure>) -> Response {
        self.end_with(result, |value| Json(value).into_response())
    }

    /// The same, with an answer of another form.
    pub(super) fn end_with<T>(
        self,
        result: Result<T, Failure>,
        answer: impl FnOnce(T) -> Response,
    ) -> Response {
        let (response, exceptions) = match result {
            Ok(value) => (answer(value), Vec::new()),
            Err(Failure::Refused(status, why)) => {
                let said = json!({ "error": why });
                let raised = if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
                    vec![why]
                } else {
                    Vec::new()
                };
                ((status, Json(said)).into_response(), raised)
            }
            Err(Failure::Raised(why)) => {
                let said = Json(json!({ "error": "Server Error" }));
                ((StatusCode::INTERNAL_SERVER_ERROR, said).into_response(), vec![why])
            }
        };
        self.log(response.status(), exceptions);
        response
    }

    fn log(self, status: StatusCode, mut exceptions: Vec<String>) {
        let Self { backend, function, began, notes, raised, now_ms, .. } = self;
        exceptions.extend(raised);
        let metrics = &backend.post.metrics;
        let outcome = if exceptions.is_empty() { Outcome::Ok } else { Outcome::Exception };
        let result = if exceptions.is_empty() { "ok" } else { "failed" };
        let labels = [("function", function.name), ("result", result)];
        metrics.count("backend_calls_total", "Calls of functions, by what came of them.", &labels);
        let label = [("function", function.name)];
        metrics.observe("backend_call_seconds", "How long functions took.", &label, began.elapsed());
        backend.post.log.add(Record {
            at_ms: now_ms,
            service: ServiceName::Backend,
            function: function.name.to_owned(),
            method: function.kind.letter().to_owned(),
            url: String::new(),
            status: status.as_u16(),
            outcome,
            notes,
            exceptions,
        });
    }
}
