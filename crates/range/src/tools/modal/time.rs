//! Times as `modal` takes them: `30m` ago, or an instant such as `2026-03-01T05:00:00`, in UTC here.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Milliseconds since 1970; the error is what was wrong.
pub(super) fn parse(text: &str, now_ms: i64) -> Result<i64, String> {
    if let Some(ago) = ago_ms(text) {
        return Ok(now_ms.saturating_sub(ago));
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant.as_millisecond());
    }
    let civil = text.parse::<DateTime>().ok().and_then(|at| TimeZone::UTC.to_timestamp(at).ok());
    civil.map(Timestamp::as_millisecond).ok_or_else(|| {
        format!(
            "Invalid time '{text}'. Use an ISO 8601 datetime or a relative time such as '1d', '2h', '30m'."
        )
    })
}

fn ago_ms(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let each = match unit {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        _ => return None,
    };
    let number: i64 = text.strip_suffix(unit)?.parse().ok().filter(|number| *number >= 0)?;
    number.checked_mul(each)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_relative_or_iso() {
        let now = 1_772_355_600_000;
        assert_eq!(parse("30m", now), Ok(now - 1_800_000));
        assert_eq!(parse("2026-03-01T09:00:00", 0), Ok(now));
        assert_eq!(parse("2026-03-01T09:00:00Z", 0), Ok(now));
        assert_eq!(parse("2026-03-01", 0), Ok(now - 9 * 3_600_000));
        for wrong in ["yesterday", "-5m", "m", "", "99999999999999999d"] {
            assert!(parse(wrong, now).is_err(), "{wrong}");
        }
    }
}
