//! The synthetic users, a process of their own: they sign in, start sessions, open the WebSocket, prompt, read the answer,
//! open the page again, pause, resume and leave, all through the front as any client does; a few stay for longer. What they
//! meet is measured as they meet it.

mod measure;
mod request;
mod stay;
mod user;
mod visit;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Query;
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval};

pub use measure::{Measured, Stats};

use crate::RangeError;
use crate::call::Caller;
use crate::client::Client;
use crate::log::ServiceName;
use crate::service::{Post, Rooms};
use measure::{Measure, WINDOW};

/// Users at the same time who come and go.
const USERS: usize = 4;
/// Users who stay in a session for longer.
const STAYERS: usize = 3;

/// How busy the synthetic users are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Load {
    /// Nobody is there.
    Off,
    /// One act in each such interval, by whoever is free.
    Every(Duration),
}

impl Load {
    /// The interval in milliseconds; 0 is nobody.
    pub(crate) fn milliseconds(self) -> u64 {
        match self {
            Self::Off => 0,
            Self::Every(pause) => u64::try_from(pause.as_millis()).unwrap_or(u64::MAX).max(1),
        }
    }
}

/// Starts the users, if there are to be any, and shows what they measure at `/stats`.
pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    let measure = Measure::new(post.metrics.clone());
    if post.settings.load_ms > 0 {
        let paces = Arc::new(Semaphore::new(0));
        post.life.tasks.spawn(pace(post.clone(), Arc::clone(&paces)));
        for number in 1..=USERS {
            let user = user::User::new(post, number, measure.clone(), Arc::clone(&paces));
            post.life.tasks.spawn(post.life.end.clone().run_until_cancelled_owned(user.live()));
        }
        for number in USERS + 1..=USERS + STAYERS {
            let user = user::User::new(post, number, measure.clone(), Arc::clone(&paces));
            post.life.tasks.spawn(post.life.end.clone().run_until_cancelled_owned(user.live_long()));
        }
    }
    let shown = async move |Query(look): Query<Look>| {
        let window = look.seconds.map_or(WINDOW, |seconds| Duration::from_secs(u64::from(seconds)));
        Json(measure.stats(window))
    };
    let stats = Router::new().route("/stats", get(shown));
    Ok(Rooms { public: stats.clone(), admin: stats, https: None })
}

/// How far back somebody looks.
#[derive(Debug, Deserialize)]
struct Look {
    seconds: Option<u32>,
}

/// The synthetic users of a running range, for whoever watches them as a monitor does. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Users {
    dir: PathBuf,
}

impl Users {
    pub(crate) fn of(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// What they met during the last so many seconds, at most a minute. Blocks.
    ///
    /// # Errors
    /// When the process of the users does not answer.
    pub fn met_in(&self, seconds: u32) -> Result<Stats, RangeError> {
        Client::to(&self.dir, ServiceName::Load)?.get(&format!("/stats?seconds={seconds}"))
    }

    /// The metrics of a service, in the text form that Prometheus reads.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn numbers_of(&self, service: ServiceName) -> Result<String, RangeError> {
        request::numbers(&Caller::new(&self.dir), service).await.map_err(RangeError::Refused)
    }

    /// Signs somebody in at the provider and returns their API token, as a monitor's own account does.
    ///
    /// # Errors
    /// What they met, in words.
    pub async fn sign_in(&self, login: &str) -> Result<String, RangeError> {
        sign_in(&self.dir, login).await.map_err(RangeError::Refused)
    }
}

/// Signs somebody in, as a synthetic user does; the error is what they met.
pub(crate) async fn sign_in(dir: &Path, login: &str) -> Result<String, String> {
    request::sign_in(&Caller::new(dir), login).await
}

/// Hands out one act after another; what nobody takes is not saved up.
async fn pace(post: Post, paces: Arc<Semaphore>) {
    let mut clock = interval(Duration::from_millis(post.settings.load_ms));
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let end = post.life.end.clone();
    while end.run_until_cancelled(clock.tick()).await.is_some() {
        if paces.available_permits() == 0 {
            paces.add_permits(1);
        }
    }
}
