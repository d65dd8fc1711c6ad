//! Telling the engine what became of a target, until the engine has kept it.

use super::{Again, Done, Prober, Told};
use crate::alert;
use crate::telling::{AGAIN, REPEAT, kept};
use crate::timetable::Due;
use engine::ports::ProbeState;

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
            let kept = kept(&engine, vec![alert]).await == [true];
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
            let kept = kept(&engine, vec![alert]).await == [true];
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
