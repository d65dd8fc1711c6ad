//! What goes wrong around a node, and comes right again.

use super::{JUMP_MAX_MS, MINUTE, Story, seconds};
use crate::desk::End;
use crate::faults::Fault;
use crate::team::{NOBODY, TEAM};
use engine::Settings;
use engine::ports::Company;

impl Story {
    /// Something goes wrong around a node, or comes right again.
    pub(super) fn goes_wrong(&mut self, number: usize) {
        let ends = self.chance.below(3);
        let kind = self.chance.below(17);
        match kind {
            0 if self.outside.strikes(Fault::Crash, 1_000) && self.nodes[number].is_up() => {
                self.say(|| format!("node {number}: is killed"));
                self.kill(number);
            }
            1 => self.order(number, Fault::CrashBeforeCommit, End::CrashBefore),
            2 => self.order(number, Fault::CrashAfterCommit, End::CrashAfter),
            3 => self.order(number, Fault::CommitFails, End::Fails),
            4 if self.company == Company::Shared => self.order(number, Fault::AnswerLost, End::AnswerLost),
            5 => {
                let ms = self.chance.range(500, 40_000);
                self.order(number, Fault::SlowDatabase, End::Slow(ms));
            }
            6 if self.outside.strikes(Fault::Pause, 1_000) => {
                let ms = self.chance.range(1_000, 20 * MINUTE);
                self.say(|| format!("node {number}: stands still for {:.0} s", seconds(ms)));
                self.nodes[number].paused_until = self.time.now() + ms;
            }
            7 if ends == 0 => self.clock_jumps(number),
            14..17 if self.company == Company::Shared => self.order(number, Fault::Met, End::Met),
            8 => self.disk_fills(),
            9 => self.line_breaks(number, ends),
            10 => self.roster_changes(number),
            _ => self.outside.turn_spell(),
        }
    }

    fn order(&mut self, number: usize, fault: Fault, end: End) {
        let after = u32::try_from(self.chance.below(3)).unwrap_or(0);
        if self.outside.strikes(fault, 1_000) {
            self.say(|| format!("node {number}: a commit will end so: {end:?}"));
            self.desk.line(number, |line| line.ordered = Some((after, end)));
        }
    }

    fn clock_jumps(&mut self, number: usize) {
        let to = self.chance.range(-JUMP_MAX_MS, JUMP_MAX_MS);
        let fault = if to > self.time.skew(number) { Fault::ClockForward } else { Fault::ClockBack };
        if self.outside.strikes(fault, 1_000) {
            self.say(|| format!("node {number}: its clock is {:.0} s ahead now", seconds(to)));
            self.time.set_skew(number, to);
            self.time.wake();
            self.ledger.jumped = Some(self.time.now());
        }
    }

    fn disk_fills(&mut self) {
        let full = self.desk.state().full;
        if full || self.outside.strikes(Fault::DiskFull, 1_000) {
            self.say(|| if full { "the disk has room".to_owned() } else { "the disk is full".to_owned() });
            self.desk.state().full = !full;
        }
    }

    fn line_breaks(&mut self, number: usize, ends: usize) {
        let cut = self.desk.line(number, |line| line.cut);
        if cut || (ends == 0 && self.outside.strikes(Fault::CutOff, 1_000)) {
            self.say(|| format!("node {number}: {}", if cut { "reaches the storage" } else { "is cut off" }));
            self.desk.line(number, |line| line.cut = !cut);
        }
    }

    fn roster_changes(&mut self, number: usize) {
        let empty = self.chance.per_mille(150);
        if empty && !self.outside.strikes(Fault::EmptyRoster, 1_000) {
            return;
        }
        let settings: &Settings = if empty { &NOBODY } else { &TEAM };
        self.say(|| format!("node {number}: {} can be woken", if empty { "nobody" } else { "the team" }));
        self.nodes[number].read_settings(settings.clone());
    }
}
