//! Somebody who stays: a session that is in use for longer than a visit takes, with a word now and then. What happens only
//! to sessions of some age happens to these.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout_at};

use super::request::{Outcome, Socket};
use super::user::User;
use super::visit::{Prompt, next_frame};
use crate::clock;

/// How long somebody stays.
const STAY: Duration = Duration::from_secs(15);
/// How often they say something: whoever is here for long says little.
const SAYS_EVERY: Duration = Duration::from_secs(3);
/// Stays of one user begin so far apart at least: one that cannot begin is not tried again at once.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

impl User {
    /// Stays in one session after another until the range ends.
    pub(super) async fn live_long(mut self) {
        let mut rounds = interval(AGAIN_AFTER);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            // Failures are measured where they are met.
            let _ = self.visit_long().await;
        }
    }

    async fn visit_long(&mut self) -> Outcome<()> {
        let token = self.signed_in().await?;
        let (id, made) = self.begin().await?;
        let stayed = match self.open(&id, &made, &token).await {
            Ok(socket) => self.stay(socket).await,
            Err(why) => Err(why),
        };
        // Also what went wrong is tidied up.
        stayed.and(self.leave(&id).await)
    }

    /// One stay, noted when it is over: well, or by what broke it.
    async fn stay(&mut self, mut socket: Socket) -> Outcome<()> {
        let began = clock::instant();
        let mut stayed = Ok(());
        while stayed.is_ok() && began.elapsed() < STAY {
            stayed = match self.say(&mut socket, Prompt::Question).await {
                Ok(()) => undisturbed(&mut socket, SAYS_EVERY).await,
                Err(why) => Err(why),
            };
        }
        self.note("stay", began.elapsed(), stayed.as_ref().err().map(String::as_str));
        // The other side may have closed first.
        let _ = socket.close(None).await;
        stayed
    }
}

/// Reads along for so long; the error is what broke the quiet.
async fn undisturbed(socket: &mut Socket, time: Duration) -> Outcome<()> {
    let until = (clock::instant() + time).into();
    loop {
        match timeout_at(until, next_frame(socket)).await {
            Err(_) => return Ok(()),
            Ok(Ok(frame)) if frame["state"] == "paused" => return Err("Session paused".to_owned()),
            Ok(Ok(_)) => {}
            Ok(Err(why)) => return Err(why),
        }
    }
}
