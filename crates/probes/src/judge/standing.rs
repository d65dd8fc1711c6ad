//! The machine that turns looks into a state. It answers to what was seen alone: given the same samples it says the same.

use super::flaps::Flaps;
use super::window::Window;
use super::{Rules, WindowRule};
use engine::ports::{ProbeState, Sample, Standing, Verdict};
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// Judges one target.
#[derive(Clone, Debug)]
pub struct Judge {
    rules: Rules,
    /// The last results since the target was last called up, the newest last: when, and whether it failed.
    recent: VecDeque<(Timestamp, bool)>,
    passes: u32,
    /// What the counting alone says, without flapping.
    counted: ProbeState,
    flaps: Flaps,
    window: Window,
    standing: Standing,
}

/// The target's state changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it was.
    pub from: ProbeState,
    /// What it is.
    pub to: ProbeState,
}

impl Judge {
    /// Nothing was seen yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            recent: VecDeque::new(),
            passes: 0,
            counted: ProbeState::Unknown,
            flaps: Flaps::default(),
            window: Window::default(),
            standing: Standing::default(),
        }
    }

    /// What is held of the target.
    #[must_use]
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Takes one look. The sample becomes a breach when its window is broken.
    pub fn take(&mut self, sample: &mut Sample) -> Option<Change> {
        if sample.verdict == Verdict::Blind {
            self.standing.blind_since.get_or_insert(sample.at);
            self.standing.blind_reason.clone_from(&sample.reason);
            return None;
        }
        self.standing.blind_since = None;
        self.standing.blind_reason.clear();
        self.measure(sample);
        self.count(sample);
        let state = self.state(sample);
        (state != self.standing.state).then(|| {
            let from = core::mem::replace(&mut self.standing.state, state);
            self.standing.since = Some(sample.at);
            if state == ProbeState::Up {
                self.standing.failing_since = None;
                self.standing.reason.clear();
            }
            Change { from, to: state }
        })
    }

    /// Judges the windows, which hold what each look was by itself.
    fn measure(&mut self, sample: &mut Sample) {
        let Some(longest) = self.rules.windows.iter().map(|rule| rule.over).max() else { return };
        self.window.take(sample.at, sample.took_ms, sample.verdict == Verdict::Fail, longest);
        if sample.verdict == Verdict::Fail {
            return;
        }
        let broken = |rule: &WindowRule| self.window.broken(rule, sample.at);
        let reasons: Vec<String> = self.rules.windows.iter().filter_map(broken).collect();
        if reasons.is_empty() {
            sample.verdict = Verdict::Pass;
        } else {
            sample.verdict = Verdict::Breach;
            sample.reason = reasons.join("; ");
        }
    }

    fn count(&mut self, sample: &Sample) {
        let failed = sample.verdict != Verdict::Pass;
        self.flaps.take(failed);
        self.passes = if failed { 0 } else { self.passes.saturating_add(1) };
        self.recent.push_back((sample.at, failed));
        while self.recent.len() > self.rules.down.of as usize {
            self.recent.pop_front();
        }
        if failed {
            self.standing.reason.clone_from(&sample.reason);
        }
        let fails = self.recent.iter().filter(|(_, failed)| *failed).count();
        if self.passes >= self.rules.up_after {
            self.counted = ProbeState::Up;
        } else if fails >= self.rules.down.fails as usize {
            self.counted = ProbeState::Down;
        }
        self.date();
        if self.counted == ProbeState::Up && self.passes >= self.rules.up_after {
            self.forget();
        }
    }

    /// What is wrong began with the first failure that still counts, and keeps its date while somebody is told of it.
    fn date(&mut self) {
        if !self.standing.state.is_alerting() {
            self.standing.failing_since = self.recent.iter().find(|(_, failed)| *failed).map(|(at, _)| *at);
        }
    }

    /// After a recovery old failures count no more, or the next single one would be the last of a share. While nothing was
    /// wrong there is nothing to forget.
    fn forget(&mut self) {
        if self.standing.state.is_alerting() {
            self.recent.clear();
        }
    }

    /// What is shown: flapping lasts until it is calm **and** the last look agrees with the counting, so that it ends in
    /// exactly one recovery or goes on as an outage.
    fn state(&self, sample: &Sample) -> ProbeState {
        if self.flaps.is_flapping() {
            return ProbeState::Flapping;
        }
        let agrees = match self.counted {
            ProbeState::Up => sample.verdict == Verdict::Pass,
            ProbeState::Down => sample.verdict != Verdict::Pass,
            ProbeState::Unknown | ProbeState::Flapping => false,
        };
        if self.standing.state == ProbeState::Flapping && !agrees {
            ProbeState::Flapping
        } else {
            self.counted
        }
    }

    /// Takes up what an earlier process saw, and since when it held what follows from it.
    pub fn recall(&mut self, samples: &[Sample], kept: Option<&Standing>) {
        for sample in samples {
            self.take(&mut sample.clone());
        }
        if let Some(kept) = kept.filter(|kept| kept.state == self.standing.state) {
            (self.standing.since, self.standing.failing_since) = (kept.since, kept.failing_since);
        }
    }

    /// How far back looks must be replayed after a restart: so many, and so long.
    #[must_use]
    pub fn reach(&self) -> (u32, SignedDuration) {
        let longest = self.rules.windows.iter().map(|rule| rule.over).max().unwrap_or_default();
        (self.rules.down.of.max(self.rules.up_after).max(super::flaps::RESULTS), longest)
    }
}

#[cfg(test)]
mod tests;
