//! Alertmanager's webhook, version 4, and what is sent in its shape (Grafana among others).

use incident::{Alert, AlertStatus};
use jiff::Timestamp;

use crate::failure::{Failure, Rejected};
use crate::field;
use crate::format::{Format, Parsed, Received, body_text, each, items};
use crate::json::Json;
use crate::labelled::{Labelled, Times};
use crate::reply::Reply;
use crate::time::instant;

/// Reads a group's alerts, firing and resolved ones. `version` is not looked at: new fields came while it stayed "4".
///
/// Alerts which the sender left out (`truncatedAlerts`) are in no list and so change nothing.
///
/// # Errors
/// When the body is too large, not UTF-8, not JSON, too deep, or has no list `alerts`.
pub fn alertmanager(received: Received<'_>) -> Result<Parsed, Failure> {
    let text = body_text(Format::Alertmanager, received.body)?;
    let json = Json::parse(&text)?;
    let (alerts, rejected) =
        each(items(json.get("alerts"), "alerts")?, "alerts", |item| alert(item, received));
    let reply = if rejected.is_empty() { Reply::empty() } else { Reply::partly(alerts.len(), &rejected) };
    Ok(Parsed { alerts, rejected, reply })
}

fn alert(json: &Json<'_>, received: Received<'_>) -> Result<Alert, Rejected> {
    let labelled = Labelled::read(json)?;
    // Computed rather than taken, so that the same labels have the same key whoever brings them.
    let key = if labelled.labels.is_empty() {
        let sent = field::key(json, "fingerprint")?;
        field::stored(&sent.ok_or_else(|| Rejected::new("labels", "at least one label pair required"))?)
    } else {
        labelled.labels.fingerprint()
    };
    let times = times(json, received.now)?;
    Ok(labelled.alert(received.source, key, times))
}

/// `status` decides; `endsAt` only where it is missing. Without "resolved" an alert goes on: waking somebody is safer.
fn times(json: &Json<'_>, now: Timestamp) -> Result<Times, Rejected> {
    let ends = instant(json, "endsAt")?;
    let over = match field::text(json, "status")? {
        Some(status) => status.eq_ignore_ascii_case("resolved"),
        None => ends.is_some_and(|ends| ends <= now),
    };
    Ok(Times {
        status: if over { AlertStatus::Resolved } else { AlertStatus::Firing },
        started_at: instant(json, "startsAt")?,
        // Alertmanager says itself when it is over, and repeats only after hours.
        expires_at: None,
    })
}
