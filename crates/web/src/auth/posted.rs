//! Forms: taken only from our own pages, within limits.

use super::SignedIn;
use super::session::NotSignedIn;
use crate::app::App;
use crate::error::{PageProblem, Problem};
use crate::server::body;
use axum::body::Body;
use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

/// The largest form: a postmortem of 30 pages fits.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// A form that a signed-in person sent from one of our own pages.
pub(crate) struct Posted<T>(pub(crate) SignedIn, pub(crate) T);

/// A form that somebody sent from one of our own pages, signed in or not.
pub(crate) struct OpenForm<T>(pub(crate) T);

/// The form was not taken.
pub(crate) enum NotPosted {
    /// Nobody is signed in.
    NotSignedIn(NotSignedIn),
    /// It is not as it must be.
    Problem(Problem),
}

impl<T: DeserializeOwned> FromRequest<App> for Posted<T> {
    type Rejection = NotPosted;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let who = SignedIn::from_request_parts(&mut parts, app).await.map_err(NotPosted::NotSignedIn)?;
        check_origin(app, &parts.headers)?;
        let text = body::text(body, FORM_BYTES_MAX).await?;
        let proof = text.split('&').find_map(|pair| pair.strip_prefix("csrf=")).unwrap_or_default();
        if !who.proven_by(app, proof) {
            return Err(Problem::forbidden(
                "the form was not made for this session; go back, reload the page and send it again",
            )
            .into());
        }
        let fields: Vec<&str> = text.split('&').filter(|pair| !pair.starts_with("csrf=")).collect();
        Ok(Self(who, fields_of(&fields.join("&")).await?))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for OpenForm<T> {
    type Rejection = NotPosted;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        check_origin(app, &parts.headers)?;
        let text = body::text(body, FORM_BYTES_MAX).await?;
        Ok(Self(fields_of(&text).await?))
    }
}

async fn fields_of<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let request = Request::post("/")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(text.to_owned()))
        .map_err(|error| Problem::bug(&error))?;
    let read = Form::<T>::from_request(request, &()).await;
    read.map(|Form(fields)| fields).map_err(|error| Problem::invalid(error.body_text()))
}

/// Browsers say where a form comes from; if they do, it must be us. Programs that say nothing hold no cookie.
pub(crate) fn check_origin(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let foreign = || {
        Problem::new(StatusCode::FORBIDDEN, "foreign-origin", "the request comes from another site's page")
    };
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site"))
        && !matches!(site, "same-origin" | "none")
    {
        return Err(foreign());
    }
    let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
    let host = text(header::HOST).unwrap_or_default();
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    let ours = origin == app.parts.console_url || (!host.is_empty() && authority == host);
    if ours { Ok(()) } else { Err(foreign()) }
}

impl From<Problem> for NotPosted {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for NotPosted {
    fn into_response(self) -> Response {
        match self {
            Self::NotSignedIn(rejection) => rejection.into_response(),
            Self::Problem(problem) => PageProblem(problem).into_response(),
        }
    }
}
