//! A world for the program to run in: its folder and settings, its process, a page sink, and one way to wait.
//!
//! Lives here: what starts, stops and asks. Must never be here: what a test expects of the answers.

mod http;
mod oncall;
mod process;
mod server;
mod sink;

pub(crate) use http::client;
pub(crate) use oncall::{PLAYBOOK, settings};
pub(crate) use process::{Process, Said, beside_a_playbook, evenkeel, later, run, seed, serve_with};
pub(crate) use server::Server;
pub(crate) use sink::{Fate, Hit, Mode, Sink};

use std::future::Future;
use std::time::Duration;

/// How long anything that should come about may take on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Looks again and again until there is something to see, and fails by name when there is not within the limit.
pub(crate) async fn until<T, F>(what: &str, limit: Duration, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let mut pause = tokio::time::interval(PAUSE);
    pause.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let looking = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            pause.tick().await;
        }
    };
    match tokio::time::timeout(limit, looking).await {
        Ok(seen) => seen,
        Err(_) => panic!("not within {} s: {what}", limit.as_secs()),
    }
}

/// Lets so much time pass: the random moment of a kill, never a wait for something to happen.
pub(crate) async fn pass(time: Duration) {
    // An interval's first tick comes at once.
    let mut ticks = tokio::time::interval(time.max(Duration::from_micros(1)));
    ticks.tick().await;
    ticks.tick().await;
}
