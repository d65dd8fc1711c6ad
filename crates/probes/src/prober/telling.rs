//! Telling the engine what became of a target, until the engine has kept it.

use super::{Again, Done, Prober, Told};
use crate::alert;
use crate::timetable::Due;
use engine::ports::ProbeState;
use engine::{Engine, EngineError};
use incident::Refusal;
use jiff::SignedDuration;

/// An outage that goes on is told again this often, as every source does: an incident that somebody closed too early
/// opens again.
const REPEAT: SignedDuration = SignedDuration::from_mins(5);

/// How long until an alert that could not be kept is offered again.
const AGAIN: SignedDuration = SignedDuration::from_secs(2);

impl Prober {
    /// Tells the engine how things stand, unless it knows already.
    pub(super) fn tell(&mut self, at: usize, again: Again) {
        let now = self.clock.now();
        let Some(desk) = self.desks.get_mut(at) else { return };
        let told = match desk.judge.standing().state {
            ProbeState::Unknown => return,
            ProbeState::Down | ProbeState::Flapping => Told::Firing,
            // Also after a start: what an earlier process told may still be firing.
            ProbeState::Up => Told::Over,
        };
        // What was put down before the target was up in between does not count.
        let repeat = again == Again::Yes && told == Told::Firing && now >= desk.repeat_at;
        if desk.telling || (desk.told == Some(told) && !repeat) {
            return;
        }
        desk.telling = true;
        let alert = alert::of(&desk.probe, desk.judge.standing());
        let engine = self.engine.clone();
        self.work.spawn(async move {
            let kept = tell(&engine, alert).await;
            Done::Told { at, told, kept }
        });
    }

    pub(super) fn kept(&mut self, at: usize, told: Told, kept: bool) {
        let now = self.clock.now();
        let Some(desk) = self.desks.get_mut(at) else { return };
        desk.telling = false;
        if !kept {
            self.table.add(now + AGAIN, Due::Tell(at));
            return;
        }
        desk.told = Some(told);
        if told == Told::Firing {
            desk.repeat_at = now + REPEAT;
            self.table.add(desk.repeat_at, Due::Tell(at));
        }
        // What changed meanwhile.
        self.tell(at, Again::No);
    }

    /// Ends the alert of a probe that is in the settings no more: nobody else would.
    pub(super) fn bury(&mut self, orphan: usize) {
        let Some(name) = self.orphans.get(orphan) else { return };
        let alert = alert::orphaned(name);
        let engine = self.engine.clone();
        self.work.spawn(async move {
            let kept = tell(&engine, alert).await;
            Done::Buried { orphan, kept }
        });
    }

    pub(super) fn buried(&mut self, orphan: usize, kept: bool) {
        let now = self.clock.now();
        if !kept {
            self.table.add(now + AGAIN, Due::Bury(orphan));
        } else if let Some(name) = self.orphans.get(orphan) {
            self.keeper.gone(name.clone());
            self.write_soon(now);
        }
    }
}

/// Whether the engine has kept it, or has no use for it.
async fn tell(engine: &Engine, alert: incident::Alert) -> bool {
    let key = alert.key.key.clone();
    let answer = match engine.alerts(vec![alert]).await {
        Ok(mut answers) => answers.pop().unwrap_or(Err(EngineError::Stopping)),
        Err(error) => Err(error),
    };
    match answer {
        Ok(_) => true,
        // The end of something that never began, or was ended by a person.
        Err(EngineError::Refused(Refusal::NothingOpen | Refusal::AlreadyResolved)) => true,
        Err(
            error @ (EngineError::Busy
            | EngineError::Unavailable(_)
            | EngineError::Refused(_)
            | EngineError::NoIncident(_)),
        ) => {
            tracing::warn!(key, %error, "a probe's alert cannot be kept yet; it is told again");
            false
        }
        Err(EngineError::Stopping) => false,
    }
}
