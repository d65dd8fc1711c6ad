//! The alert that a heartbeat's state is told as.

use super::due;
use super::setting::Heartbeat;
use crate::telling;
use engine::ports::{HeartbeatState, Pulse};
use incident::{Alert, AlertKey, AlertStatus};
use jiff::{SignedDuration, Timestamp};

/// The source of every heartbeat's alert.
const SOURCE: &str = "heartbeats";

/// The alert as things stand. Its key stays the same for ever, whoever tells it.
pub(super) fn of(heartbeat: &Heartbeat, pulse: &Pulse) -> Alert {
    let state = due::state(pulse);
    let mut labels = heartbeat.labels.clone();
    labels.extend(heartbeat.service.clone().map(|service| ("service".to_owned(), service)));
    labels.insert("heartbeat".to_owned(), heartbeat.name.clone());
    Alert {
        key: key(&heartbeat.name),
        status: if state.is_alerting() { AlertStatus::Firing } else { AlertStatus::Resolved },
        title: title(heartbeat, pulse, state),
        description: description(heartbeat, pulse),
        severity: heartbeat.severity.clone(),
        labels,
        link: None,
        started_at: pulse.failed_at.or_else(|| Some(due::due(heartbeat, pulse))),
        expires_at: None,
    }
}

/// The end of the alert of a heartbeat that is in the settings no more.
pub(super) fn orphaned(name: &str) -> Alert {
    let title = format!("{name} is no longer waited for");
    telling::orphaned(key(name), title, "The heartbeat was taken out of the settings.")
}

fn key(name: &str) -> AlertKey {
    AlertKey { source: SOURCE.to_owned(), key: format!("heartbeat:{name}") }
}

fn title(heartbeat: &Heartbeat, pulse: &Pulse, state: HeartbeatState) -> String {
    let Heartbeat { name, every, grace, .. } = heartbeat;
    let every = length(*every);
    match (state, pulse.begun_at, pulse.alive_at) {
        (HeartbeatState::Failed, _, _) => format!("{name} says that it failed"),
        (HeartbeatState::Silent, Some(begun), _) => {
            let (begun, grace) = (moment(begun), length(*grace));
            format!("{name} began {begun} and has not ended; it may take {grace}")
        }
        (HeartbeatState::Silent, None, Some(alive)) => {
            format!("{name} is silent since {}; it is expected every {every}", moment(alive))
        }
        (HeartbeatState::Silent, None, None) => {
            let since = moment(pulse.since);
            format!("{name} was never heard, and is waited for since {since}; it is expected every {every}")
        }
        (HeartbeatState::New | HeartbeatState::Alive | HeartbeatState::Running, _, _) => {
            format!("{name} is heard")
        }
    }
}

fn description(heartbeat: &Heartbeat, pulse: &Pulse) -> String {
    let (every, grace) = (length(heartbeat.every), length(heartbeat.grace));
    let mut lines = vec![format!("Expected every {every}, with {grace} of grace.")];
    if !pulse.said.is_empty() {
        lines.push(format!("It said: {}", pulse.said));
    }
    if let Some(back) = pulse.back_at {
        let back = moment(back);
        lines.push(format!(
            "Evenkeel itself was away for a while since then, and back at {back}; that is not counted."
        ));
    }
    lines.join("\n")
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A length of time as people say it: in the largest unit that leaves nothing over.
fn length(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    let units = [(86_400, "day"), (3_600, "h"), (60, "min")];
    let whole = units.into_iter().find(|(size, _)| seconds >= *size && seconds % size == 0);
    match whole {
        Some((86_400, _)) if seconds > 86_400 => format!("{} days", seconds / 86_400),
        Some((size, unit)) => format!("{} {unit}", seconds / size),
        None => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn heartbeat() -> Heartbeat {
        Heartbeat {
            name: "backup".to_owned(),
            every: SignedDuration::from_hours(24),
            grace: SignedDuration::from_mins(90),
            severity: Some("P2".to_owned()),
            service: Some("Database".to_owned()),
            labels: BTreeMap::from([("team".to_owned(), "data".to_owned())]),
        }
    }

    #[test]
    fn the_title_says_since_when_and_how_often() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let new = Pulse::new("backup".to_owned(), at("2026-11-01T08:00:00Z"));
        let silent = Pulse { silent_at: Some(at("2026-11-03T08:00:00Z")), ..new };
        let title = |pulse: &Pulse| of(&heartbeat(), pulse).title;
        assert_eq!(
            title(&silent),
            "backup was never heard, and is waited for since 2026-11-01 08:00 UTC; it is expected every 1 day"
        );
        let silent = Pulse { alive_at: Some(at("2026-11-02T03:14:15Z")), ..silent };
        assert_eq!(title(&silent), "backup is silent since 2026-11-02 03:14 UTC; it is expected every 1 day");
        let silent = Pulse { begun_at: Some(at("2026-11-03T03:14:15Z")), ..silent };
        assert_eq!(title(&silent), "backup began 2026-11-03 03:14 UTC and has not ended; it may take 90 min");
        let failed =
            Pulse { failed_at: Some(at("2026-11-03T04:00:00Z")), said: "no space".to_owned(), ..silent };
        let alert = of(&heartbeat(), &failed);
        assert_eq!((alert.title.as_str(), alert.status), ("backup says that it failed", AlertStatus::Firing));
        assert!(alert.description.contains("It said: no space"), "{}", alert.description);
        let labels: Vec<_> =
            alert.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(labels, [("heartbeat", "backup"), ("service", "Database"), ("team", "data")]);
    }

    #[test]
    fn lengths_are_said_in_one_unit() {
        for (seconds, words) in
            [(86_400, "1 day"), (172_800, "2 days"), (5_400, "90 min"), (90, "90 s"), (0, "0 s")]
        {
            assert_eq!(length(SignedDuration::from_secs(seconds)), words);
        }
    }
}
