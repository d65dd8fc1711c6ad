//! One delivery: key, limits, bytes, alerts, engine, answer.

use super::health::{Fate, IntakeRejection, UNKNOWN};
use super::key;
use crate::app::App;
use crate::error::Problem;
use crate::server::body::{self, BodyError};
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use engine::ports::Token;
use engine::{Answer, EngineError};
use incident::Refusal;
use ingest::{Failure, Format, Parsed, Received, Rejected, Reply};
use std::sync::Arc;

/// Why a delivery was not taken.
enum NotTaken {
    /// The format has an answer for it.
    Failure(Failure),
    /// It is no matter of the format: too slow, broken off, compressed.
    Problem(Problem),
    /// Nothing can be kept at the moment.
    Unavailable,
}

/// Whose delivery it is, as far as is known.
type Source = Option<Arc<Token>>;

/// Takes one delivery in a format.
pub(super) async fn take(app: &App, format: Format, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut source = None;
    match deliver(app, format, &mut source, (parts, body)).await {
        Ok(reply) => answer(&reply),
        Err(why) => refuse(app, format, &source, why),
    }
}

async fn deliver(
    app: &App,
    format: Format,
    source: &mut Source,
    (parts, body): (Parts, Body),
) -> Result<Reply, NotTaken> {
    if let Some(key) = key::beside(&parts.uri, &parts.headers) {
        // A key that is nobody's is refused before a byte of the body is read.
        *source = Some(key::source(app, &key).ok_or(Failure::UnknownSource)?);
    } else if format != Format::PagerDuty {
        return Err(Failure::UnknownSource.into());
    }
    check_headers(format, &parts.headers)?;
    let bytes = body::read(body, format.body_bytes_max()).await?;
    let token = match source {
        Some(token) => Arc::clone(token),
        None => Arc::clone(source.insert(named_inside(app, &bytes)?)),
    };
    // Only one format may leave its key out.
    let fresh = match format {
        Format::PagerDuty => crate::auth::source_key(app.parts.ids.as_ref()),
        Format::Prometheus | Format::Alertmanager | Format::Generic => String::new(),
    };
    let received = Received { source: &token.name, body: &bytes, fresh: &fresh, now: app.now() };
    let parsed = ingest::parse(format, received)?;
    keep(app, format, &token.name, parsed).await
}

/// The source whose key stands in the body. A body in which none can be found is told what is wrong with it.
fn named_inside(app: &App, bytes: &Bytes) -> Result<Arc<Token>, NotTaken> {
    match ingest::pagerduty_routing_key(bytes) {
        Some(key) => Ok(key::source(app, &key).ok_or(Failure::UnknownSource)?),
        None => {
            let received = Received { source: UNKNOWN, body: bytes, fresh: "", now: app.now() };
            Err(ingest::pagerduty(received).err().unwrap_or(Failure::UnknownSource).into())
        }
    }
}

fn check_headers(format: Format, headers: &HeaderMap) -> Result<(), NotTaken> {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    if let Some(encoding) =
        text(header::CONTENT_ENCODING).filter(|coding| !coding.eq_ignore_ascii_case("identity"))
    {
        let words = format!("content-encoding {encoding:?} is not accepted; send the body as it is");
        return Err(NotTaken::Problem(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding", words)));
    }
    Ok(ingest::check_media_type(format, text(header::CONTENT_TYPE))?)
}

/// Hands the alerts to the engine, and says so only when it has kept them all.
async fn keep(app: &App, format: Format, source: &str, parsed: Parsed) -> Result<Reply, NotTaken> {
    for rejected in &parsed.rejected {
        count(app, source, rejection(app, format, rejected.clone()));
    }
    let sent = u64::try_from(parsed.alerts.len()).unwrap_or(u64::MAX);
    if sent > 0 {
        let answers = app.engine().alerts(parsed.alerts).await.map_err(not_kept)?;
        for answer in answers {
            kept(answer)?;
        }
    }
    count(app, source, Fate::Accepted(sent));
    Ok(parsed.reply)
}

/// What the real servers accept and drop is accepted here: an end of something that never began, or a late word.
fn kept(answer: Result<Answer, EngineError>) -> Result<(), NotTaken> {
    match answer {
        Ok(_)
        | Err(EngineError::Refused(
            Refusal::NothingOpen
            | Refusal::AlreadyResolved
            | Refusal::AlreadyAcknowledged { .. }
            | Refusal::NotNow { .. }
            | Refusal::Stale,
        )) => Ok(()),
        Err(error) => Err(not_kept(error)),
    }
}

fn not_kept(error: EngineError) -> NotTaken {
    match error {
        EngineError::Busy => NotTaken::Failure(Failure::Busy),
        EngineError::Unavailable(cause) => {
            tracing::error!(cause, "alerts cannot be kept at the moment");
            NotTaken::Failure(Failure::Unkept)
        }
        EngineError::Stopping => NotTaken::Unavailable,
        refused @ (EngineError::Refused(_) | EngineError::NoIncident(_)) => {
            Failure::Shape(Rejected { path: String::new(), why: refused.to_string() }).into()
        }
    }
}

fn refuse(app: &App, format: Format, source: &Source, why: NotTaken) -> Response {
    let name = source.as_ref().map_or(UNKNOWN, |token| token.name.as_str());
    let fate = match &why {
        NotTaken::Failure(Failure::Busy | Failure::Unkept) | NotTaken::Unavailable => Fate::Postponed,
        NotTaken::Failure(Failure::Shape(rejected)) => rejection(app, format, rejected.clone()),
        NotTaken::Failure(failure) => whole(app, format, failure.to_string()),
        NotTaken::Problem(problem) => whole(app, format, problem.detail.clone()),
    };
    count(app, name, fate);
    match why {
        NotTaken::Failure(failure) => answer(&ingest::failure_reply(format, &failure)),
        NotTaken::Problem(problem) => problem.into_response(),
        // Every sender tries again after 503, or sends anew by itself.
        NotTaken::Unavailable => {
            answer(&Reply { status: 503, ..ingest::failure_reply(format, &Failure::Busy) })
        }
    }
}

fn whole(app: &App, format: Format, why: String) -> Fate {
    rejection(app, format, Rejected { path: String::new(), why })
}

fn rejection(app: &App, format: Format, rejected: Rejected) -> Fate {
    let Rejected { path, why } = rejected;
    Fate::Rejected(IntakeRejection { at: app.now(), format: format.name().to_owned(), path, why })
}

fn count(app: &App, source: &str, fate: Fate) {
    app.own.intake.count(source, app.now(), fate);
}

fn answer(reply: &Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body.clone()));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(kind) = reply.content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if let Some(seconds) = reply.retry_after_seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

impl From<Failure> for NotTaken {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<BodyError> for NotTaken {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { bytes_max } => Self::Failure(Failure::TooLarge { bytes_max }),
            BodyError::TooSlow | BodyError::Broken => Self::Problem(error.into()),
        }
    }
}
