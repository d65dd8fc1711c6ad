//! What comes in and what goes out, the same for every format; and the checks before any format reads a byte.

use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;

use incident::Alert;
use jiff::Timestamp;

use crate::failure::{Failure, Rejected};
use crate::json::Json;
use crate::limits::ALERTS_MAX;
use crate::reply::Reply;
use crate::surrogate::mended;
use crate::{alertmanager, generic, pagerduty, prometheus};

/// One request's body and what a format may know about it.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The name of the source whose key came with the request; part of every alert's key.
    pub source: &'a str,
    /// The bytes, decompressed.
    pub body: &'a [u8],
    /// A fresh id, used as the key of a `PagerDuty` trigger that brings none.
    pub fresh: &'a str,
    /// When it came.
    pub now: Timestamp,
}

/// What a body held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The alerts to store, in the sender's order.
    pub alerts: Vec<Alert>,
    /// What could not be read beside them; worth counting where people see it.
    pub rejected: Vec<Rejected>,
    /// What the sender is told, once the alerts are stored.
    pub reply: Reply,
}

/// A wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `POST /api/v2/alerts` as Prometheus sends it to an Alertmanager.
    Prometheus,
    /// Alertmanager's webhook, version 4.
    Alertmanager,
    /// `PagerDuty` Events v2, `POST /v2/enqueue`.
    PagerDuty,
    /// Evenkeel's own JSON, for scripts.
    Generic,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Prometheus, Self::Alertmanager, Self::PagerDuty, Self::Generic];

    /// The largest body in bytes; refuse it while reading, before it is in memory.
    #[must_use]
    pub const fn body_bytes_max(self) -> usize {
        match self {
            Self::PagerDuty => 524_288,
            Self::Prometheus | Self::Alertmanager | Self::Generic => 4 * 1024 * 1024,
        }
    }

    /// The format's name in settings, counters and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Alertmanager => "alertmanager",
            Self::PagerDuty => "pagerduty",
            Self::Generic => "generic",
        }
    }
}

/// Reads a body in a format.
///
/// # Errors
/// When nothing of the body can be used; `failure_reply` has the answer.
pub fn parse(format: Format, received: Received<'_>) -> Result<Parsed, Failure> {
    match format {
        Format::Prometheus => prometheus::prometheus(received),
        Format::Alertmanager => alertmanager::alertmanager(received),
        Format::PagerDuty => pagerduty::pagerduty(received),
        Format::Generic => generic::generic(received),
    }
}

/// Checks the declared media type; only the Alertmanager API is particular about it, as its real server is.
///
/// # Errors
/// `Failure::MediaType` when the format's real server would refuse it.
pub fn check_media_type(format: Format, content_type: Option<&str>) -> Result<(), Failure> {
    let sent = content_type.unwrap_or("application/json");
    let bare = sent.split(';').next().unwrap_or_default().trim();
    match format {
        Format::Prometheus if !bare.eq_ignore_ascii_case("application/json") => {
            Err(Failure::MediaType { sent: crate::text::line(bare, 100) })
        }
        Format::Prometheus | Format::Alertmanager | Format::PagerDuty | Format::Generic => Ok(()),
    }
}

/// The body as text: not too large, UTF-8, without a byte order mark, half surrogates mended.
pub(crate) fn body_text(format: Format, body: &[u8]) -> Result<Cow<'_, str>, Failure> {
    let bytes_max = format.body_bytes_max();
    if body.len() > bytes_max {
        return Err(Failure::TooLarge { bytes_max });
    }
    let text = core::str::from_utf8(body).map_err(|error| not_utf8(body, error.valid_up_to()))?;
    Ok(mended(text.strip_prefix('\u{feff}').unwrap_or(text)))
}

fn not_utf8(body: &[u8], at: usize) -> Failure {
    let before = body.get(..at).unwrap_or(body);
    let line_ends = before.iter().filter(|byte| **byte == b'\n').count();
    let in_line = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    Failure::NotUtf8 { line: line_ends + 1, column: in_line + 1 }
}

/// The items of a list, unless there are too many.
pub(crate) fn items<'j, 'a>(list: &'j Json<'a>, path: &str) -> Result<&'j [Json<'a>], Failure> {
    match list {
        Json::List(items) if items.len() > ALERTS_MAX => Err(Failure::TooManyAlerts { sent: items.len() }),
        Json::List(items) => Ok(items),
        other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_)) => {
            let why = ["must be a list of alerts, is ", other.kind()].concat();
            Err(Rejected::new(path.to_string(), why).into())
        }
    }
}

/// Reads each item by itself, so that one bad alert does not lose the others.
pub(crate) fn each<'j, 'a>(
    items: &'j [Json<'a>],
    path: &str,
    read: impl Fn(&'j Json<'a>) -> Result<Alert, Rejected>,
) -> (Vec<Alert>, Vec<Rejected>) {
    let mut alerts = Vec::with_capacity(items.len());
    let mut rejected = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let alert = match item {
            Json::Object(_) => read(item),
            other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) => {
                Err(Rejected::new("", ["must be an object, is ", other.kind()].concat()))
            }
        };
        match alert {
            Ok(alert) => alerts.push(alert),
            Err(fault) => rejected.push(fault.under(&alloc::format!("{path}[{index}]"))),
        }
    }
    (alerts, rejected)
}
