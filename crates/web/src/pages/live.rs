//! Tells open browsers that something changed; they look again at the page that GET serves.

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::Problem;
use crate::streams;
use axum::extract::{Query, State};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use engine::Change;
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use incident::IncidentId;
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::timeout;

/// A browser that has heard nothing for two of these says that it is offline.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    incident: String,
}

/// One browser that follows.
struct Follower {
    feed: Receiver<Change>,
    only: Option<IncidentId>,
    greeted: bool,
    _place: OwnedSemaphorePermit,
}

/// What a follower heard.
enum Heard {
    Changed,
    End,
}

pub(crate) async fn follow(
    State(app): State<App>,
    _who: SignedIn,
    Query(wish): Query<Wish>,
) -> Result<Response, Problem> {
    let follower = Follower {
        feed: app.engine().feed(),
        only: wish.incident.parse().ok(),
        greeted: false,
        _place: app.own.followers.take()?,
    };
    let news = unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    Ok(Sse::new(news.take_until(Box::pin(streams::end(&app)))).into_response())
}

impl Follower {
    async fn next(&mut self) -> Option<Event> {
        if !self.greeted {
            self.greeted = true;
            return Some(beat());
        }
        match timeout(HEARTBEAT, self.heard()).await {
            Ok(Heard::Changed) => Some(Event::default().event("change").data("look again")),
            Ok(Heard::End) => None,
            Err(_) => Some(beat()),
        }
    }

    /// Waits for a change that concerns it. Several at once are one reason to look again.
    async fn heard(&mut self) -> Heard {
        loop {
            match self.feed.recv().await {
                Ok(change) if self.concerns(change) => {
                    self.drain();
                    return Heard::Changed;
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    self.drain();
                    return Heard::Changed;
                }
                Err(RecvError::Closed) => return Heard::End,
            }
        }
    }

    fn concerns(&self, change: Change) -> bool {
        self.only.is_none_or(|only| only == change.incident)
    }

    fn drain(&mut self) {
        while !matches!(self.feed.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
    }
}

fn beat() -> Event {
    Event::default().event("beat").data("15")
}
