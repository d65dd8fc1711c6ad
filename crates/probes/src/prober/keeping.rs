//! What was seen before this process began, and what this one saw: both by way of the history.

use super::{Desk, Done, Prober};
use crate::board::LAST_MAX;
use crate::keeper::WRITE_EVERY;
use crate::timetable::Due;
use engine::ports::{Bucket, BucketWidth, ProbeHistory, ProbeHistoryError, ProbeWrite, Sample, Standing};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was seen longer ago than so many periods, or this time, says nothing of now.
const STALE_PERIODS: i32 = 10;
const STALE: SignedDuration = SignedDuration::from_mins(10);

/// What the history holds of one probe.
struct Recalled {
    samples: Vec<Sample>,
    open: Vec<(BucketWidth, Bucket)>,
}

impl Prober {
    /// Takes up what an earlier process saw and held. Without it everything begins anew, and says so.
    pub(super) async fn recall(&mut self, now: Timestamp) {
        let wants: Vec<(String, Timestamp, u32)> = self.desks.iter().map(|desk| wanted(desk, now)).collect();
        let history = Arc::clone(&self.history);
        let read = tokio::task::spawn_blocking(move || {
            let standings = history.standings()?;
            let read = |(name, from, count): &(String, Timestamp, u32)| {
                recalled(&*history, name, (*from, *count), now)
            };
            Ok::<_, ProbeHistoryError>((standings, wants.iter().map(read).collect::<Result<Vec<_>, _>>()?))
        });
        let (standings, recalled) = match read.await {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => return tracing::warn!(%error, "probes begin without their history"),
            Err(error) => return tracing::error!(%error, "probes begin without their history"),
        };
        let mut standings: BTreeMap<String, Standing> = standings.into_iter().collect();
        for (at, recalled) in recalled.into_iter().enumerate() {
            let Some(desk) = self.desks.get_mut(at) else { break };
            for (width, bucket) in recalled.open {
                self.keeper.resume(&desk.probe.name, width, bucket);
            }
            let kept = standings.remove(&desk.probe.name);
            desk.judge.recall(&recalled.samples, kept.as_ref());
            self.board.recall(at, recalled.samples, desk.judge.standing());
        }
        for (name, standing) in standings {
            if standing.state.is_alerting() {
                self.table.add(now, Due::Bury(self.orphans.len()));
                self.orphans.push(name);
            } else {
                self.keeper.gone(name);
                self.write_soon(now);
            }
        }
    }

    /// Puts the next writing into the timetable.
    pub(super) fn write_soon(&mut self, now: Timestamp) {
        if !core::mem::replace(&mut self.writing, true) {
            self.table.add(now + WRITE_EVERY, Due::Write);
        }
    }

    pub(super) fn write(&mut self) {
        let Some(write) = self.keeper.take() else {
            self.writing = false;
            return;
        };
        let (history, forget) = (Arc::clone(&self.history), self.keeper.forget(self.clock.now()));
        self.books.spawn_blocking(move || {
            let written =
                history.write(&write).and_then(|()| forget.map_or(Ok(()), |before| history.forget(before)));
            Done::Written(written.map_err(|error| (write, error)))
        });
    }

    pub(super) fn written(&mut self, written: Result<(), (ProbeWrite, ProbeHistoryError)>) {
        self.writing = false;
        if let Err((write, error)) = written {
            let lost = self.keeper.take_back(write);
            tracing::warn!(%error, lost, "what probes saw cannot be kept at the moment");
            self.write_soon(self.clock.now());
        } else if self.keeper.is_waiting() {
            self.write_soon(self.clock.now());
        }
    }

    /// At the end, what still waits.
    pub(super) async fn write_the_rest(&mut self) {
        let Some(write) = self.keeper.take() else { return };
        let history = Arc::clone(&self.history);
        match tokio::task::spawn_blocking(move || history.write(&write)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last looks of the probes are not kept"),
            Err(error) => tracing::error!(%error, "the last looks of the probes are not kept"),
        }
    }
}

/// Which looks of a probe are wanted: from when, and how many at most.
fn wanted(desk: &Desk, now: Timestamp) -> (String, Timestamp, u32) {
    let (count, window) = desk.judge.reach();
    let every = SignedDuration::try_from(desk.probe.every).unwrap_or(SignedDuration::MAX);
    let stale = every.checked_mul(STALE_PERIODS).unwrap_or(SignedDuration::MAX).max(STALE);
    let back = stale.max(window);
    let count = count.max(u32::try_from(LAST_MAX).unwrap_or(u32::MAX));
    // A window may hold more looks than the counting reaches back.
    let in_window = window.as_millis() / every.as_millis().max(1);
    let count = count.max(u32::try_from(in_window).unwrap_or(u32::MAX));
    (desk.probe.name.clone(), now.checked_sub(back).unwrap_or(Timestamp::MIN), count)
}

fn recalled(
    history: &dyn ProbeHistory,
    name: &str,
    (from, count): (Timestamp, u32),
    now: Timestamp,
) -> Result<Recalled, ProbeHistoryError> {
    let mut open = Vec::new();
    for width in [BucketWidth::Minute, BucketWidth::Hour] {
        let at_s = now.as_second().div_euclid(width.seconds()) * width.seconds();
        open.extend(history.buckets(name, width, at_s)?.into_iter().map(|bucket| (width, bucket)).take(1));
    }
    Ok(Recalled { samples: history.samples(name, from, count)?, open })
}
