//! Streams that stay open: how many there may be, and for how long. What they say is said where they are made.

use crate::app::App;
use crate::error::Problem;
use axum::http::StatusCode;
use core::future::Future;
use core::time::Duration;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many of one kind are open at once; each holds a connection.
const STREAMS_MAX: usize = 512;

/// How long a stream lasts before its reader has to come in again, so that signing out means something.
const STREAM_LIFE: Duration = Duration::from_mins(15);

/// The places of one kind of stream.
pub(crate) struct Streams(Arc<Semaphore>);

impl Default for Streams {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(STREAMS_MAX)))
    }
}

impl Streams {
    /// A place, taken for as long as the stream holds it.
    pub(crate) fn take(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.0).try_acquire_owned().map_err(|_| {
            let words = "too many streams are open; poll instead";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "streams", words).later(30)
        })
    }
}

/// Comes when a stream that begins now has to end: after its time, or when the server stops.
pub(crate) fn end(app: &App) -> impl Future<Output = ()> + Send + 'static {
    let mut closing = app.closing();
    async move {
        let _ = tokio::time::timeout(STREAM_LIFE, closing.wait_for(|closing| *closing)).await;
    }
}
