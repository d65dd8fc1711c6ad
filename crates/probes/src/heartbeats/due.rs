//! When a heartbeat is late, and how it stands. Pure.
//!
//! Our own outage is no silence of theirs: the sign may have come while nobody was here, so there is a whole period, with
//! its grace, from our return. That is given once between two signs, so that a server which is started over and over
//! forgives nobody for ever; what outages come after that only add the time that they took.

use super::setting::Heartbeat;
use engine::ports::{HeartbeatState, HeartbeatView, Pulse};
use incident::later;
use jiff::{SignedDuration, Timestamp};

/// When its silence is told unless it is heard before. What has begun must end within the grace.
pub(super) fn due(heartbeat: &Heartbeat, pulse: &Pulse) -> Timestamp {
    let period = heartbeat.every.saturating_add(heartbeat.grace);
    let due = match pulse.begun_at {
        Some(begun) => later(begun, heartbeat.grace),
        None => later(pulse.alive_at.unwrap_or(pulse.since), period),
    };
    let due = pulse.back_at.map_or(due, |back| due.max(later(back, period)));
    later(due, SignedDuration::from_micros(pulse.deaf_us.max(0)))
}

/// How it stands by what is kept of it; `Silent` only once that is written down.
pub(super) fn state(pulse: &Pulse) -> HeartbeatState {
    if pulse.failed_at.is_some() {
        HeartbeatState::Failed
    } else if pulse.silent_at.is_some() {
        HeartbeatState::Silent
    } else if pulse.begun_at.is_some() {
        HeartbeatState::Running
    } else if pulse.alive_at.is_some() {
        HeartbeatState::Alive
    } else {
        HeartbeatState::New
    }
}

/// Whether its silence is to be written down.
pub(super) fn is_late(heartbeat: &Heartbeat, pulse: &Pulse, now: Timestamp) -> bool {
    !state(pulse).is_alerting() && due(heartbeat, pulse) <= now
}

/// As it is shown.
pub(super) fn view(heartbeat: &Heartbeat, pulse: &Pulse) -> HeartbeatView {
    let seconds = |length: SignedDuration| u64::try_from(length.as_secs()).unwrap_or_default();
    HeartbeatView {
        name: heartbeat.name.clone(),
        state: state(pulse),
        every_s: seconds(heartbeat.every),
        grace_s: seconds(heartbeat.grace),
        severity: heartbeat.severity.clone(),
        service: heartbeat.service.clone(),
        alive_at: pulse.alive_at,
        begun_at: pulse.begun_at,
        due_at: due(heartbeat, pulse),
        back_at: pulse.back_at,
        said: pulse.said.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn heartbeat() -> Heartbeat {
        Heartbeat {
            name: "a".to_owned(),
            every: SignedDuration::from_secs(100),
            grace: SignedDuration::from_secs(30),
            severity: None,
            service: None,
            labels: BTreeMap::new(),
        }
    }

    #[test]
    fn a_sign_is_due_one_period_and_the_grace_after_the_last() {
        let new = Pulse::new("a".to_owned(), at(1_000));
        assert_eq!((due(&heartbeat(), &new), state(&new)), (at(1_130), HeartbeatState::New));
        let alive = Pulse { alive_at: Some(at(1_200)), ..new };
        assert_eq!((due(&heartbeat(), &alive), state(&alive)), (at(1_330), HeartbeatState::Alive));
        assert!(!is_late(&heartbeat(), &alive, at(1_329)));
        assert!(is_late(&heartbeat(), &alive, at(1_330)));
        let running = Pulse { begun_at: Some(at(1_320)), ..alive };
        assert_eq!((due(&heartbeat(), &running), state(&running)), (at(1_350), HeartbeatState::Running));
    }

    #[test]
    fn our_own_outage_is_no_silence_and_forgives_one_period_once() {
        let alive = Pulse { alive_at: Some(at(0)), ..Pulse::new("a".to_owned(), at(0)) };
        let back = Pulse { back_at: Some(at(100)), ..alive };
        assert_eq!(due(&heartbeat(), &back), at(230), "it may have come while nobody was here");
        let again = Pulse { deaf_us: 50_000_000, ..back };
        assert_eq!(due(&heartbeat(), &again), at(280), "the next outage adds no more than it took");
        let running = Pulse { begun_at: Some(at(90)), ..again };
        assert_eq!(due(&heartbeat(), &running), at(280), "its end may have come as well");
    }

    #[test]
    fn what_is_written_down_as_silent_or_failed_is_not_late_again() {
        let silent = Pulse { silent_at: Some(at(5)), ..Pulse::new("a".to_owned(), at(0)) };
        assert!(!is_late(&heartbeat(), &silent, at(9_999)));
        let failed = Pulse { failed_at: Some(at(6)), ..silent };
        assert_eq!(state(&failed), HeartbeatState::Failed);
        assert!(!is_late(&heartbeat(), &failed, at(9_999)));
    }

    #[test]
    fn the_end_of_time_is_late_enough() {
        let odd = Pulse { deaf_us: i64::MAX, ..Pulse::new("a".to_owned(), Timestamp::MAX) };
        assert_eq!(due(&heartbeat(), &odd), Timestamp::MAX);
    }
}
