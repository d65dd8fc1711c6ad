//! `PagerDuty` Events v2: one event a body, the routing key inside it.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};

use incident::{Alert, AlertKey, AlertStatus};
use serde::Serialize;

use crate::failure::{Failure, Rejected};
use crate::format::{Format, Parsed, Received, body_text};
use crate::json::Json;
use crate::labels::Kept;
use crate::limits::{DESCRIPTION_CHARS_MAX, SEVERITY_CHARS_MAX, SUMMARY_CHARS_MAX, TITLE_CHARS_MAX};
use crate::reply::Reply;
use crate::{details, field, text, time};

/// Characters of a routing key.
const ROUTING_KEY_CHARS: usize = 32;

/// The routing key of an event, for the caller to find the source by.
///
/// None when the body is no event or its key has not 32 characters; `pagerduty` then fails and says why.
#[must_use]
pub fn pagerduty_routing_key(body: &[u8]) -> Option<String> {
    let text = body_text(Format::PagerDuty, body).ok()?;
    let json = Json::parse(&text).ok()?;
    routing_key(&json).ok().map(Cow::into_owned)
}

/// Reads one event. The caller has authenticated its routing key.
///
/// # Errors
/// When the body is too large, not UTF-8, not JSON, too deep, or the event breaks a rule of the API. A severity outside
/// the API's four words is taken as it is, and an unreadable timestamp left out: neither is worth a lost alert.
pub fn pagerduty(received: Received<'_>) -> Result<Parsed, Failure> {
    let text = body_text(Format::PagerDuty, received.body)?;
    let json = Json::parse(&text)?;
    if !matches!(json, Json::Object(_)) {
        return Err(Rejected::new("", format!("must be an event object, is {}", json.kind())).into());
    }
    routing_key(&json)?;
    let status = action(&json)?;
    let key = field::key(&json, "dedup_key")?;
    let key = match (key, status) {
        (Some(key), _) => key,
        (None, AlertStatus::Firing) => received.fresh.to_string(),
        (None, AlertStatus::Acknowledged | AlertStatus::Resolved) => {
            return Err(Rejected::new("dedup_key", "is required unless event_action is trigger").into());
        }
    };
    let alert = alert(&json, received.source, &key, status)?;
    let processed = Processed { status: "success", message: "Event processed", dedup_key: &key };
    let reply = Reply::json(202, &processed);
    Ok(Parsed { alerts: alloc::vec![alert], rejected: alloc::vec![], reply })
}

#[derive(Serialize)]
struct Processed<'a> {
    status: &'a str,
    message: &'a str,
    dedup_key: &'a str,
}

fn routing_key<'j>(json: &'j Json<'_>) -> Result<Cow<'j, str>, Rejected> {
    let key = field::required(json, "routing_key")?;
    if key.chars().count() == ROUTING_KEY_CHARS {
        return Ok(key);
    }
    let why = format!("Length of 'routing_key' is incorrect (should be {ROUTING_KEY_CHARS} characters)");
    Err(Rejected::new("routing_key", why))
}

fn action(json: &Json<'_>) -> Result<AlertStatus, Rejected> {
    match field::required(json, "event_action")?.as_ref() {
        "trigger" => Ok(AlertStatus::Firing),
        "acknowledge" => Ok(AlertStatus::Acknowledged),
        "resolve" => Ok(AlertStatus::Resolved),
        other => {
            let other = text::line(other, 40);
            Err(Rejected::new("event_action", format!("{other:?} is not trigger, acknowledge or resolve")))
        }
    }
}

fn alert(json: &Json<'_>, source: &str, key: &str, status: AlertStatus) -> Result<Alert, Rejected> {
    let payload = json.get("payload");
    let (title, severity) = match status {
        AlertStatus::Firing => told(payload).map_err(|fault| fault.under("payload"))?,
        // Alertmanager sends the payload with a resolve as well; nobody has to, so nothing in it can be wrong.
        AlertStatus::Acknowledged | AlertStatus::Resolved => {
            (payload.get("summary").scalar(), payload.get("severity").scalar())
        }
    };
    let title = title.map(|title| text::line(&title, TITLE_CHARS_MAX)).filter(|title| !title.is_empty());
    let mut kept = Kept::default();
    let link = keep_all(&mut kept, json);
    Ok(Alert {
        key: AlertKey { source: source.to_string(), key: field::stored(key) },
        status,
        title: title.unwrap_or_else(|| text::line(&field::stored(key), TITLE_CHARS_MAX)),
        description: description(payload.get("custom_details")),
        severity: severity.map(|word| text::line(&word, SEVERITY_CHARS_MAX)).filter(|word| !word.is_empty()),
        labels: kept.0,
        link,
        started_at: time::instant(payload, "timestamp").unwrap_or_default(),
        expires_at: None,
    })
}

type Told<'j> = (Option<Cow<'j, str>>, Option<Cow<'j, str>>);

/// A trigger's summary and severity, with the rules of the API.
fn told<'j>(payload: &'j Json<'_>) -> Result<Told<'j>, Rejected> {
    if !matches!(payload, Json::Object(_)) {
        return Err(Rejected::new("", format!("must be an object, is {}", payload.kind())));
    }
    let summary = field::required(payload, "summary")?;
    if !text::fits(&summary, SUMMARY_CHARS_MAX) {
        return Err(Rejected::new("summary", format!("is longer than {SUMMARY_CHARS_MAX} characters")));
    }
    field::required(payload, "source")?;
    let severity = field::required(payload, "severity")?;
    Ok((Some(summary), Some(severity)))
}

/// What the event tells beside its summary, as labels; and the link worth following first.
fn keep_all(kept: &mut Kept, json: &Json<'_>) -> Option<String> {
    let payload = json.get("payload");
    for name in ["source", "component", "group", "class"] {
        kept.keep(name, &payload.get(name).scalar().unwrap_or_default());
    }
    for name in ["client", "client_url"] {
        kept.keep(name, &json.get(name).scalar().unwrap_or_default());
    }
    details::keep(kept, "details", payload.get("custom_details"));
    keep_urls(kept, json.get("images"), "image", "src");
    let first = keep_urls(kept, json.get("links"), "link", "href");
    first.or_else(|| field::link(&json.get("client_url").scalar()?))
}

/// Keeps the URLs of a list as `<name>.1`, `<name>.2`; gives the first that is a web link.
fn keep_urls(kept: &mut Kept, list: &Json<'_>, name: &str, url: &str) -> Option<String> {
    let Json::List(entries) = list else { return None };
    let mut first = None;
    for (index, entry) in entries.iter().take(10).enumerate() {
        let Some(link) = entry.get(url).scalar().and_then(|url| field::link(&url)) else { continue };
        kept.keep(&format!("{name}.{}", index + 1), &link);
        first.get_or_insert(link);
    }
    first
}

/// The longer text which senders put among the details; `firing` is Alertmanager's.
fn description(details: &Json<'_>) -> String {
    let mut texts =
        ["description", "message", "firing"].into_iter().filter_map(|name| details.get(name).scalar());
    let text = texts.find(|text| !text.trim().is_empty()).unwrap_or_default();
    text::block(&text, DESCRIPTION_CHARS_MAX)
}
