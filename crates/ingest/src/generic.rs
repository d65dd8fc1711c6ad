//! Evenkeel's own JSON, for `curl`, cron and whatever has no format of its own. Documented in `docs/intake.md`.

use alloc::format;
use alloc::string::ToString;

use incident::{Alert, AlertKey, AlertStatus};
use serde::Serialize;

use crate::failure::{Failure, Rejected};
use crate::format::{Format, Parsed, Received, body_text, each, items};
use crate::json::Json;
use crate::labels::{Kept, LabelSet};
use crate::limits::{DESCRIPTION_CHARS_MAX, SEVERITY_CHARS_MAX, TITLE_CHARS_MAX};
use crate::reply::Reply;
use crate::{field, text, time};

/// Reads one alert, or `{"alerts": [...]}`; of several, each by itself.
///
/// # Errors
/// When the body is too large, not UTF-8, not JSON, too deep, or its only alert cannot be read.
pub fn generic(received: Received<'_>) -> Result<Parsed, Failure> {
    let text = body_text(Format::Generic, received.body)?;
    let json = Json::parse(&text)?;
    let (alerts, rejected) = match (&json, json.get("alerts")) {
        (Json::Object(_), Json::Null) => (alloc::vec![alert(&json, received.source)?], alloc::vec![]),
        (Json::Object(_), list) => {
            each(items(list, "alerts")?, "alerts", |item| alert(item, received.source))
        }
        (other, _) => {
            return Err(Rejected::new("", format!("must be an object, is {}", other.kind())).into());
        }
    };
    let reply = if rejected.is_empty() {
        Reply::json(200, &Accepted { accepted: alerts.len() })
    } else {
        Reply::partly(alerts.len(), &rejected)
    };
    Ok(Parsed { alerts, rejected, reply })
}

#[derive(Serialize)]
struct Accepted {
    accepted: usize,
}

fn alert(json: &Json<'_>, source: &str) -> Result<Alert, Rejected> {
    let status = status(json)?;
    let labels = LabelSet::read(json, "labels")?;
    let key = field::key(json, "key")?;
    let title = field::text(json, "title")?.map(|title| text::line(&title, TITLE_CHARS_MAX));
    let (key, title) = match (key, title.filter(|title| !title.is_empty())) {
        (Some(key), Some(title)) => (key, title),
        (Some(key), None) => (key.clone(), text::line(&field::stored(&key), TITLE_CHARS_MAX)),
        // The same title with the same labels is the same alert.
        (None, Some(title)) => (format!("{}-{title}", labels.fingerprint()), title),
        (None, None) => return Err(Rejected::new("title", "is required, or a key")),
    };
    let mut kept = Kept::default();
    for (name, value) in labels.iter() {
        kept.keep(name, value);
    }
    let severity = field::text(json, "severity")?;
    let sent_link = field::text(json, "link")?.unwrap_or_default();
    let link = field::link(&sent_link);
    if link.is_none() {
        kept.keep("link", &sent_link);
    }
    Ok(Alert {
        key: AlertKey { source: source.to_string(), key: field::stored(&key) },
        status,
        title,
        description: text::block(
            &field::text(json, "description")?.unwrap_or_default(),
            DESCRIPTION_CHARS_MAX,
        ),
        severity: severity.map(|word| text::line(&word, SEVERITY_CHARS_MAX)).filter(|word| !word.is_empty()),
        labels: kept.0,
        link,
        started_at: time::instant(json, "started_at")?,
        expires_at: time::instant(json, "expires_at")?.filter(|_| status == AlertStatus::Firing),
    })
}

fn status(json: &Json<'_>) -> Result<AlertStatus, Rejected> {
    match field::text(json, "status")?.as_deref() {
        None | Some("firing") => Ok(AlertStatus::Firing),
        Some("acknowledged") => Ok(AlertStatus::Acknowledged),
        Some("resolved") => Ok(AlertStatus::Resolved),
        Some(other) => {
            let other = text::line(other, 40);
            Err(Rejected::new("status", format!("{other:?} is not firing, acknowledged or resolved")))
        }
    }
}
