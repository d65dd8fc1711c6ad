//! `POST /api/v2/alerts`: what Prometheus sends to an Alertmanager, and that API's answers.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use incident::{Alert, AlertStatus};
use jiff::{SignedDuration, Timestamp};

use crate::failure::{Failure, Rejected};
use crate::format::{Format, Parsed, Received, body_text, each, items};
use crate::json::Json;
use crate::labelled::{Labelled, Times};
use crate::limits::FAULTS_TOLD_MAX;
use crate::reply::{Coded, Reply};
use crate::time::instant;

/// How long an alert without `endsAt` goes on unless it is repeated; the Alertmanager's `resolve_timeout`.
const RESOLVE_TIMEOUT: SignedDuration = SignedDuration::from_mins(5);

const LABELS_MISSING: &str = "is required";

/// Reads a list of alerts. One that cannot be read is rejected by itself; the answer tells of it, the others are kept.
///
/// An alert whose `endsAt` lies ahead is firing until then; one whose `endsAt` has come is resolved.
///
/// # Errors
/// When the body is too large, not UTF-8, not JSON, too deep, or not a list.
pub fn prometheus(received: Received<'_>) -> Result<Parsed, Failure> {
    let text = body_text(Format::Prometheus, received.body)?;
    let json = Json::parse(&text)?;
    let (alerts, rejected) = each(items(&json, "")?, "", |item| alert(item, received));
    let reply = answer(&rejected);
    Ok(Parsed { alerts, rejected, reply })
}

fn alert(json: &Json<'_>, received: Received<'_>) -> Result<Alert, Rejected> {
    if json.get("labels").is_null() {
        return Err(Rejected::new("labels", LABELS_MISSING));
    }
    let labelled = Labelled::read(json)?;
    if labelled.labels.is_empty() {
        return Err(Rejected::new("labels", "at least one label pair required"));
    }
    let times = times(json, received.now)?;
    let key = labelled.labels.fingerprint();
    Ok(labelled.alert(received.source, key, times))
}

fn times(json: &Json<'_>, now: Timestamp) -> Result<Times, Rejected> {
    let starts = instant(json, "startsAt")?;
    let ends = instant(json, "endsAt")?;
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends < starts
    {
        return Err(Rejected::new("endsAt", "start time must be before end time"));
    }
    let over = ends.is_some_and(|ends| ends <= now);
    let expires = ends.or_else(|| now.checked_add(RESOLVE_TIMEOUT).ok());
    Ok(Times {
        status: if over { AlertStatus::Resolved } else { AlertStatus::Firing },
        // The real server takes `endsAt` for a missing start; of one that lies ahead only now is known.
        started_at: starts.or_else(|| Some(ends.map_or(now, |ends| ends.min(now)))),
        expires_at: expires.filter(|_| !over),
    })
}

/// The recorded answers: nothing for success, code 602 for missing labels, else the faults as one JSON string.
fn answer(rejected: &[Rejected]) -> Reply {
    if rejected.is_empty() {
        return Reply::empty();
    }
    let missing = rejected.iter().find(|fault| fault.why == LABELS_MISSING);
    if let Some(fault) = missing {
        let place = fault.path.replace(['[', ']'], "");
        return Reply::json(422, &Coded { code: 602, message: &(place + " in body is required") });
    }
    let mut faults: Vec<_> = rejected.iter().take(FAULTS_TOLD_MAX).map(words).collect();
    let untold = rejected.len() - faults.len();
    if untold > 0 {
        faults.push(format!("and {untold} more"));
    }
    Reply::json(400, &faults.join("; "))
}

/// A fault that the real server knows in its words, any other with its path.
fn words(fault: &Rejected) -> String {
    match fault.why.as_str() {
        "at least one label pair required" | "start time must be before end time" => fault.why.clone(),
        "invalid name \"\"" => ["invalid label set: ", &fault.why].concat(),
        _ => fault.to_string(),
    }
}
