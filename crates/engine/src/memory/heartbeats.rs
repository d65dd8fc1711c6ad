//! What was heard of heartbeats, in memory.

use super::Memory;
use crate::ports::{HeartbeatError, HeartbeatRecords, Pulse, Sign};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// What is kept of all heartbeats.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pulses: BTreeMap<String, Pulse>,
    listened_at: Option<Timestamp>,
}

impl Memory {
    /// When anybody last listened for heartbeats.
    #[must_use]
    pub fn listened_at(&self) -> Option<Timestamp> {
        self.shelves().heard.listened_at
    }
}

impl HeartbeatRecords for Memory {
    fn sign(&self, name: &str, sign: Sign, at: Timestamp, said: &str) -> Result<bool, HeartbeatError> {
        let mut shelves = self.shelves();
        let known = shelves.heard.pulses.entry(name.to_owned());
        let pulse = known.or_insert_with(|| Pulse::new(name.to_owned(), at));
        let ends = pulse.silent_at.is_some() || pulse.failed_at.is_some();
        match sign {
            Sign::Alive if pulse.alive_at.is_some_and(|last| last > at) => Ok(false),
            Sign::Alive => {
                *pulse = Pulse { alive_at: Some(at), ..Pulse::new(name.to_owned(), pulse.since) };
                Ok(ends)
            }
            Sign::Begun => {
                if pulse.begun_at.is_none() {
                    (pulse.begun_at, pulse.back_at, pulse.deaf_us) = (Some(at), None, 0);
                }
                Ok(false)
            }
            Sign::Failed => {
                if pulse.failed_at.is_none() {
                    (pulse.failed_at, pulse.said) = (Some(at), said.to_owned());
                }
                pulse.begun_at = None;
                Ok(false)
            }
        }
    }

    fn listen(&self, names: &[String], now: Timestamp, outage_us: i64) -> Result<Vec<Pulse>, HeartbeatError> {
        let mut shelves = self.shelves();
        let heard = &mut shelves.heard;
        let before = heard.listened_at.replace(now).unwrap_or(now);
        let deaf = now.duration_since(before);
        for pulse in heard.pulses.values_mut() {
            let well = pulse.silent_at.is_none() && pulse.failed_at.is_none();
            if !well || deaf <= SignedDuration::from_micros(outage_us) {
                continue;
            }
            if pulse.back_at.replace(pulse.back_at.unwrap_or(now)).is_some() {
                pulse.deaf_us += i64::try_from(deaf.as_micros()).unwrap_or(i64::MAX);
            }
        }
        for name in names {
            let fresh = || Pulse::new(name.clone(), now);
            heard.pulses.entry(name.clone()).or_insert_with(fresh);
        }
        Ok(heard.pulses.values().cloned().collect())
    }

    fn silent(&self, read: &Pulse, at: Timestamp) -> Result<(), HeartbeatError> {
        let mut shelves = self.shelves();
        if let Some(pulse) = shelves.heard.pulses.get_mut(&read.name).filter(|pulse| *pulse == read) {
            pulse.silent_at = Some(at);
        }
        Ok(())
    }

    fn forget(&self, name: &str) -> Result<(), HeartbeatError> {
        self.shelves().heard.pulses.remove(name);
        Ok(())
    }
}
