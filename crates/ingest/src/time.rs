//! The ways senders write an instant. Asking what time it is happens elsewhere.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::failure::Rejected;
use crate::json::Json;

/// The first instant after 0001-01-01, which Go programs send for "none".
const NONE_BEFORE_SECOND: i64 = -62_135_596_800 + 86_400;

/// The field's instant; absent, null, empty, zero and the year 1 are none.
///
/// RFC 3339 with any fraction, with or without the offset's colon, without offset (read as UTC), with a `Z` after the
/// offset, and counted from 1970 in seconds, milli-, micro- or nanoseconds.
pub(crate) fn instant(object: &Json<'_>, name: &str) -> Result<Option<Timestamp>, Rejected> {
    let wrong = |why| Rejected::new(name, why);
    match object.get(name) {
        Json::Null => Ok(None),
        Json::Text(text) => written(text.trim()).map_err(wrong),
        Json::Number(number) => {
            let count = number.as_i64().map_or_else(|| number.as_f64().and_then(seconds), counted);
            count.map(some_instant).ok_or_else(|| wrong("is not an instant".into()))
        }
        other @ (Json::Bool(_) | Json::List(_) | Json::Object(_)) => {
            Err(wrong(format!("must be an RFC 3339 time, is {}", other.kind())))
        }
    }
}

fn written(text: &str) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(some_instant(at));
    }
    let bare = text.strip_suffix(['Z', 'z']).map_or(Cow::Borrowed(text), |bare| Cow::Owned(bare.into()));
    let read = bare.parse::<Timestamp>().ok();
    let read = read.or_else(|| Offset::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok());
    let read = read.or_else(|| counted(text.parse().ok()?));
    let read = read.or_else(|| beyond(bare.parse().ok()?));
    let short = crate::text::line(text, 40);
    read.map(some_instant).ok_or_else(|| format!("{short:?} is not an RFC 3339 time"))
}

/// A date in the last hours that can be written, which programs send for "never": the last instant that can be kept.
fn beyond(date: DateTime) -> Option<Timestamp> {
    (date.year() == 9_999).then_some(Timestamp::MAX)
}

fn some_instant(at: Timestamp) -> Option<Timestamp> {
    (at.as_second() >= NONE_BEFORE_SECOND && at != Timestamp::UNIX_EPOCH).then_some(at)
}

/// A count since 1970; its size tells its unit until the year 5138.
fn counted(count: i64) -> Option<Timestamp> {
    match count.unsigned_abs() {
        0..100_000_000_000 => Timestamp::from_second(count).ok(),
        100_000_000_000..100_000_000_000_000 => Timestamp::from_millisecond(count).ok(),
        100_000_000_000_000..100_000_000_000_000_000 => Timestamp::from_microsecond(count).ok(),
        100_000_000_000_000_000.. => Timestamp::from_nanosecond(i128::from(count)).ok(),
    }
}

/// Seconds with a fraction, as Python's `time.time()`, to the millisecond.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and what is out of range becomes no instant"
)]
fn seconds(count: f64) -> Option<Timestamp> {
    Timestamp::from_millisecond((count * 1_000.0) as i64).ok()
}
