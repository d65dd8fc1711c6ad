//! The one place where bodies are read: with a limit counted while reading, and a time for the whole of it.

use crate::error::Problem;
use axum::body::Body;
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use core::time::Duration;
use http_body_util::BodyExt as _;

/// How long a whole body may take to arrive.
pub(crate) const BODY_TIME_MAX: Duration = Duration::from_secs(30);

/// A body that was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// More bytes than the limit.
    #[error("body is larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// It took too long.
    #[error("body took longer than {} s to arrive", BODY_TIME_MAX.as_secs())]
    TooSlow,
    /// The connection broke.
    #[error("body ended before its end")]
    Broken,
}

/// The whole body, up to a limit, within the time for it.
pub(crate) async fn read(body: Body, bytes_max: usize) -> Result<Bytes, BodyError> {
    let read = collect(body, bytes_max);
    tokio::time::timeout(BODY_TIME_MAX, read).await.unwrap_or(Err(BodyError::TooSlow))
}

async fn collect(mut body: Body, bytes_max: usize) -> Result<Bytes, BodyError> {
    let mut first: Option<Bytes> = None;
    let mut more = BytesMut::new();
    let mut total = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        total = total.saturating_add(data.len());
        if total > bytes_max {
            return Err(BodyError::TooLarge { bytes_max });
        }
        match first.take() {
            None if more.is_empty() => first = Some(data),
            None => more.extend_from_slice(&data),
            Some(begun) => {
                more.extend_from_slice(&begun);
                more.extend_from_slice(&data);
            }
        }
    }
    // Most bodies come in one piece, which is then not copied.
    Ok(first.unwrap_or_else(|| more.freeze()))
}

/// The whole body as text.
pub(crate) async fn text(body: Body, bytes_max: usize) -> Result<String, Problem> {
    let bytes = read(body, bytes_max).await?;
    String::from_utf8(bytes.into())
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "not-utf8", "the body is not UTF-8"))
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        let (status, code) = match error {
            BodyError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too-slow"),
            BodyError::Broken => (StatusCode::BAD_REQUEST, "broken-body"),
        };
        Self::new(status, code, error.to_string())
    }
}
