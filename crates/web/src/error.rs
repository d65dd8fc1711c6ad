//! What goes wrong at the edge, once for programs (RFC 9457) and once for people. Causes are logged here, once; strangers
//! never see them.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use engine::EngineError;
use engine::ports::AccessError;
use incident::Refusal;
use serde::Serialize;

/// A failure as a program reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The status code.
    pub(crate) status: StatusCode,
    /// A stable word for it, the last part of `type`.
    pub(crate) code: &'static str,
    /// What happened, in words for whoever asked.
    pub(crate) detail: String,
    /// What is still to be filled in, when that is why.
    pub(crate) open: Vec<String>,
    /// After how many seconds it is worth trying again.
    pub(crate) retry_after_s: Option<u32>,
}

/// The same failure as a page for people.
#[derive(Clone, Debug)]
pub(crate) struct PageProblem(pub(crate) Problem);

#[derive(Serialize)]
struct ProblemBody<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    open: &'a [String],
}

#[derive(Template)]
#[template(path = "auth/problem.html")]
struct ProblemPage<'a> {
    title: &'a str,
    detail: &'a str,
    open: &'a [String],
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), open: Vec::new(), retry_after_s: None }
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    pub(crate) fn sign_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign-in", "sign in, or send a token: Authorization: Bearer …")
    }

    /// Our own fault. The cause is logged, not shown.
    pub(crate) fn bug(cause: &dyn core::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed by our own fault");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "bug", "this is a fault of the server; it is in its log")
    }

    pub(crate) fn later(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Failure")
    }

    fn dress(&self, mut response: Response) -> Response {
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            r#type: format!("urn:evenkeel:problem:{}", self.code),
            title: self.title(),
            status: self.status.as_u16(),
            detail: &self.detail,
            open: &self.open,
        };
        let mut response = axum::Json(body).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        self.dress(response)
    }
}

impl IntoResponse for PageProblem {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let page = ProblemPage { title: problem.title(), detail: &problem.detail, open: &problem.open };
        let html = page.render().unwrap_or_else(|_| problem.detail.clone());
        problem.dress(Html(html).into_response())
    }
}

impl<T: Into<Problem>> From<T> for PageProblem {
    fn from(problem: T) -> Self {
        Self(problem.into())
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        tracing::error!(%error, "accounts cannot be read or written");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "accounts cannot be read or written at the moment",
        )
        .later(1)
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(refusal) => refusal.into(),
            EngineError::NoIncident(id) => Self::not_found(format!("no incident {id}")),
            EngineError::Busy => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "too much waits already; try again in a second",
            )
            .later(1),
            EngineError::Unavailable(cause) => {
                tracing::error!(cause, "nothing can be kept at the moment");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "nothing can be kept at the moment, so nothing was changed",
                )
                .later(1)
            }
            EngineError::Stopping => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "the server is stopping").later(1)
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        let (status, code) = match &refusal {
            Refusal::Unknown { .. } => (StatusCode::NOT_FOUND, "unknown"),
            Refusal::Missing { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "missing"),
            Refusal::OpenPlaceholders { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "open-placeholders"),
            Refusal::OpenHoles { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "open-holes"),
            Refusal::BadValue { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "bad-value"),
            Refusal::PersonNeeded => (StatusCode::FORBIDDEN, "person-needed"),
            Refusal::NotAsShown { .. } => (StatusCode::CONFLICT, "not-as-shown"),
            Refusal::Taken { .. } => (StatusCode::CONFLICT, "taken"),
            Refusal::NotThatCommand { .. } => (StatusCode::CONFLICT, "not-that-command"),
            Refusal::AlreadyAcknowledged { .. } => (StatusCode::CONFLICT, "already-acknowledged"),
            Refusal::AlreadyResolved => (StatusCode::CONFLICT, "already-resolved"),
            Refusal::NothingOpen => (StatusCode::CONFLICT, "nothing-open"),
            Refusal::NotResolved => (StatusCode::CONFLICT, "not-resolved"),
            Refusal::NotNow { .. } => (StatusCode::CONFLICT, "not-now"),
            Refusal::Stale => (StatusCode::CONFLICT, "stale"),
        };
        let open = match refusal {
            Refusal::OpenPlaceholders { names } | Refusal::OpenHoles { names } => names,
            Refusal::BadValue { name, .. } => vec![name],
            Refusal::NothingOpen
            | Refusal::AlreadyAcknowledged { .. }
            | Refusal::AlreadyResolved
            | Refusal::NotResolved
            | Refusal::Unknown { .. }
            | Refusal::Missing { .. }
            | Refusal::NotThatCommand { .. }
            | Refusal::NotAsShown { .. }
            | Refusal::Taken { .. }
            | Refusal::NotNow { .. }
            | Refusal::PersonNeeded
            | Refusal::Stale => Vec::new(),
        };
        Self { open, ..Self::new(status, code, detail) }
    }
}
