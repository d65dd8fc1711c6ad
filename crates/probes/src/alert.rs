//! The alert that a probe's state is told as.

use crate::probe::Probe;
use crate::telling;
use engine::ports::{ProbeState, Standing};
use incident::{Alert, AlertKey, AlertStatus};
use std::collections::BTreeMap;

/// The alert of a probe as things stand. Its key stays the same for ever, so that whatever was told before a restart is
/// ended by what is told after it.
pub(crate) fn of(probe: &Probe, standing: &Standing) -> Alert {
    let firing = standing.state.is_alerting();
    let telling = &probe.telling;
    let labels = [
        ("probe", Some(probe.name.clone())),
        ("kind", Some(probe.kind.name().to_owned())),
        ("target", Some(probe.target.clone())),
        ("service", telling.service.clone()),
        ("component", telling.component.clone()),
        ("origin", telling.origin.clone()),
    ];
    let labels: BTreeMap<String, String> =
        labels.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Alert {
        key: AlertKey::of_probe(&probe.name),
        status: if firing { AlertStatus::Firing } else { AlertStatus::Resolved },
        title: title(probe, standing.state),
        description: description(probe, standing),
        severity: telling.severity.clone(),
        labels,
        link: None,
        started_at: standing.failing_since.or(standing.since),
        expires_at: None,
    }
}

/// The end of the alert of a probe that is in the settings no more.
pub(crate) fn orphaned(name: &str) -> Alert {
    let title = format!("{name} is no longer looked at");
    telling::orphaned(AlertKey::of_probe(name), title, "The probe was taken out of the settings.")
}

fn title(probe: &Probe, state: ProbeState) -> String {
    match (&probe.telling.title, state) {
        (Some(title), _) => title.clone(),
        (None, ProbeState::Flapping) => format!("{} is flapping", probe.name),
        (None, ProbeState::Down) => format!("{} is down", probe.name),
        (None, ProbeState::Up | ProbeState::Unknown) => format!("{} is up", probe.name),
    }
}

fn description(probe: &Probe, standing: &Standing) -> String {
    let rules = &probe.rules;
    let down = rules.down;
    let rule = if down.fails == down.of {
        format!("{} failures in a row", down.fails)
    } else {
        format!("{} failures of {} looks", down.fails, down.of)
    };
    let said = match standing.state {
        ProbeState::Down => format!("Down after {rule}: {}", standing.reason),
        ProbeState::Flapping => format!("Goes to and fro; the last failure: {}", standing.reason),
        ProbeState::Up | ProbeState::Unknown => format!("Up after {} passes in a row", rules.up_after),
    };
    format!("{said}\n{} probe of {}", probe.kind.name(), probe.target)
}
