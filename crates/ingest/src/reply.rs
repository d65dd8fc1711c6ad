//! What a sender is told when a whole body is refused, in the shape of the API it believes it speaks to; and the pieces
//! which the formats answer with. Retry rules of the senders decide the codes: Alertmanager retries 503 and never 429,
//! `PagerDuty`'s clients the other way round.

use alloc::format;
use alloc::string::{String, ToString};

use serde::Serialize;

use crate::failure::{Failure, Rejected};
use crate::format::Format;
use crate::limits::FAULTS_TOLD_MAX;

/// An answer, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The media type; none for an empty body.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: String,
    /// `Retry-After` in seconds, where waiting helps.
    pub retry_after_seconds: Option<u32>,
}

/// Seconds a sender is asked to wait when alerts cannot be stored; a few commits of the journal.
const RETRY_AFTER_SECONDS: u32 = 2;

/// The answer for a body of which nothing was taken.
#[must_use]
pub fn failure_reply(format: Format, failure: &Failure) -> Reply {
    let reply = match format {
        Format::Prometheus => prometheus(failure),
        Format::PagerDuty => pagerduty(failure),
        Format::Alertmanager | Format::Generic => problem(failure),
    };
    let retry_after_seconds =
        matches!(failure, Failure::Busy | Failure::Unkept).then_some(RETRY_AFTER_SECONDS);
    Reply { retry_after_seconds, ..reply }
}

impl Reply {
    /// Success, with nothing to say.
    pub(crate) const fn empty() -> Self {
        Self { status: 200, content_type: None, body: String::new(), retry_after_seconds: None }
    }

    /// A JSON body; serialising our own structs of text and numbers cannot fail, and an empty body would be no harm.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status, content_type: Some("application/json"), body, retry_after_seconds: None }
    }

    /// An RFC 9457 problem about some alerts of a body whose others were taken.
    pub(crate) fn partly(accepted: usize, rejected: &[Rejected]) -> Self {
        let detail = format!("{} of {} alerts rejected", rejected.len(), accepted + rejected.len());
        let faults = rejected.iter().take(FAULTS_TOLD_MAX).map(Fault::from).collect();
        problem_json(&Problem { title: title(400), status: 400, detail, accepted, errors: faults })
    }
}

/// The error body of Alertmanager's API.
#[derive(Serialize)]
pub(crate) struct Coded<'a> {
    pub(crate) code: u16,
    pub(crate) message: &'a str,
}

fn prometheus(failure: &Failure) -> Reply {
    let status = failure.status();
    let message = match failure {
        Failure::NotUtf8 { .. } | Failure::NotJson { .. } | Failure::TooDeep { .. } | Failure::Shape(_) => {
            format!("parsing alerts body from \"\" failed, because {failure}")
        }
        Failure::TooLarge { .. }
        | Failure::TooManyValues
        | Failure::TooManyAlerts { .. }
        | Failure::MediaType { .. }
        | Failure::UnknownSource
        | Failure::Busy
        | Failure::Unkept => failure.to_string(),
    };
    Reply::json(status, &Coded { code: status, message: &message })
}

#[derive(Serialize)]
struct Invalid<'a> {
    status: &'a str,
    message: &'a str,
    errors: [&'a str; 1],
}

fn pagerduty(failure: &Failure) -> Reply {
    let words = failure.to_string();
    let (status, kind, message, error) = match failure {
        Failure::NotUtf8 { .. } | Failure::NotJson { .. } => {
            (400, "Unrecognized object", "Event object format is unrecognized", "JSON parse error")
        }
        Failure::UnknownSource => (400, "invalid event", "Event object is invalid", "Invalid routing key"),
        Failure::Busy => (429, "throttled", "Too many events", words.as_str()),
        Failure::Unkept => (503, "unavailable", "Events cannot be kept", words.as_str()),
        Failure::Shape(rejected)
            if rejected.path == "routing_key" && rejected.why.starts_with("Length of") =>
        {
            (400, "invalid event", "Event object is invalid", rejected.why.as_str())
        }
        Failure::TooLarge { .. }
        | Failure::TooDeep { .. }
        | Failure::TooManyValues
        | Failure::TooManyAlerts { .. }
        | Failure::Shape(_)
        | Failure::MediaType { .. } => {
            (failure.status(), "invalid event", "Event object is invalid", words.as_str())
        }
    };
    Reply::json(status, &Invalid { status: kind, message, errors: [error] })
}

#[derive(Serialize)]
struct Problem<'a> {
    title: &'a str,
    status: u16,
    detail: String,
    accepted: usize,
    errors: alloc::vec::Vec<Fault<'a>>,
}

#[derive(Serialize)]
struct Fault<'a> {
    path: &'a str,
    detail: &'a str,
}

impl<'a> From<&'a Rejected> for Fault<'a> {
    fn from(rejected: &'a Rejected) -> Self {
        Self { path: &rejected.path, detail: &rejected.why }
    }
}

fn problem(failure: &Failure) -> Reply {
    let status = failure.status();
    let errors = match failure {
        Failure::Shape(rejected) => alloc::vec![Fault::from(rejected)],
        Failure::TooLarge { .. }
        | Failure::NotUtf8 { .. }
        | Failure::NotJson { .. }
        | Failure::TooDeep { .. }
        | Failure::TooManyValues
        | Failure::TooManyAlerts { .. }
        | Failure::MediaType { .. }
        | Failure::UnknownSource
        | Failure::Busy
        | Failure::Unkept => alloc::vec![],
    };
    problem_json(&Problem { title: title(status), status, detail: failure.to_string(), accepted: 0, errors })
}

fn problem_json(problem: &Problem<'_>) -> Reply {
    Reply { content_type: Some("application/problem+json"), ..Reply::json(problem.status, problem) }
}

const fn title(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        503 => "Service Unavailable",
        _ => "Bad Request",
    }
}
