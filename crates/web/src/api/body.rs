//! JSON bodies: within a limit, and told where they are wrong.

use crate::app::App;
use crate::error::Problem;
use crate::server::body;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

/// The largest body: a postmortem of a hundred pages fits.
const JSON_BYTES_MAX: usize = 256 * 1024;

/// The body of a request as one of our own types. No body at all is an empty object.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Self::Rejection> {
        let text = body::text(request.into_body(), JSON_BYTES_MAX).await?;
        let text = if text.trim().is_empty() { "{}" } else { text.as_str() };
        serde_json::from_str(text).map(Self).map_err(|error| {
            let status =
                if error.is_data() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_REQUEST };
            Problem::new(status, "body", format!("the body cannot be read: {error}"))
        })
    }
}
