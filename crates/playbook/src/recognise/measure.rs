//! Numbers with units in prose: durations, limits, thresholds. Pure text in, plain values out.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A number with its unit, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quantity {
    pub(crate) value: f64,
    /// As written; empty when no known unit follows.
    pub(crate) unit: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

const UNITS: &[&str] = &[
    "%", "ns", "µs", "us", "ms", "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute",
    "minutes", "h", "hr", "hrs", "hour", "hours", "d", "day", "days", "w", "week", "weeks", "B", "byte",
    "bytes", "KB", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "rps", "qps", "rpm", "percent",
    "segundo", "segundos", "minuto", "minutos", "hora", "horas", "día", "días", "dia", "dias",
];

/// A longer row of digits is an id or a phone number; a number beyond it would not be exact either.
const DIGITS_MAX: usize = 15;
/// The same limit for what a product comes to.
const VALUE_MAX: f64 = 1e15;

/// No unit is longer.
const UNIT_BYTES_MAX: usize = 8;

/// Japanese writes what follows without a blank.
const JAPANESE_UNITS: &[&str] = &["秒", "分", "時間"];

/// Every number that stands alone (not within a word such as `P95` or `5xx`).
pub(crate) fn quantities(text: &str) -> Vec<Quantity> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text.get(at..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())) {
        let start = at + offset;
        let number = number_len(text.get(start..).unwrap_or_default());
        at = start + number;
        let before = text.get(..start).and_then(|t| t.chars().next_back());
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '#')) {
            continue;
        }
        let digits = text.get(start..at).unwrap_or_default();
        if number > 2 * DIGITS_MAX || digits.bytes().filter(u8::is_ascii_digit).count() > DIGITS_MAX {
            continue;
        }
        let value = match digits.rsplit_once(',') {
            // `1,000` is a thousand; `0,5` is a half where people write it so.
            Some((head, tail)) if tail.len() == 3 || head.contains([',', '.']) => {
                digits.replace(',', "").parse()
            }
            Some(_) => digits.replace(',', ".").parse(),
            None => digits.parse(),
        };
        let Ok(value) = value else { continue };
        let Some((unit, end)) = unit_after(text, at) else { continue };
        found.push(Quantity { value, unit, start, end });
        at = end;
    }
    found
}

fn number_len(text: &str) -> usize {
    let mut end = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        let digit_next = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if byte.is_ascii_digit() || (matches!(byte, b'.' | b',') && end > 0 && digit_next) {
            end += 1;
        } else {
            break;
        }
    }
    end
}

/// The unit after a number and where it ends; nothing when the number is part of a word such as `5xx`.
fn unit_after(text: &str, at: usize) -> Option<(String, usize)> {
    let rest = text.get(at..)?;
    let gap = rest.len() - rest.trim_start_matches([' ', '-', '\u{A0}']).len();
    let gap = if rest.starts_with("--") || rest.starts_with(" -") { 0 } else { gap.min(2) };
    let word = rest.get(gap..)?;
    let len = match word.strip_prefix('%') {
        Some(_) => 1,
        None => word.find(|c: char| !c.is_alphabetic()).unwrap_or(word.len()),
    };
    if word.starts_with(|c: char| !c.is_ascii())
        && let Some(unit) = JAPANESE_UNITS.iter().find(|unit| word.starts_with(**unit))
    {
        return Some(((*unit).to_string(), at + gap + unit.len()));
    }
    let unit = word.get(..len)?;
    if len <= UNIT_BYTES_MAX && (UNITS.contains(&unit) || UNITS.contains(&unit.to_lowercase().as_str())) {
        return Some((unit.to_string(), at + gap + len));
    }
    let glued = gap == 0 && len > 0;
    (!glued).then(|| (String::new(), at))
}

/// Minutes that a quantity of time stands for.
fn as_minutes(quantity: &Quantity) -> Option<f64> {
    let factor = match quantity.unit.to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" | "segundo" | "segundos" | "秒" => 1.0 / 60.0,
        "m" | "min" | "mins" | "minute" | "minutes" | "minuto" | "minutos" | "分" => 1.0,
        "h" | "hr" | "hrs" | "hour" | "hours" | "hora" | "horas" | "時間" => 60.0,
        "d" | "day" | "days" | "día" | "días" | "dia" | "dias" => 1440.0,
        "w" | "week" | "weeks" => 10_080.0,
        _ => return None,
    };
    Some(quantity.value * factor)
}

/// Whole minutes that a quantity of time stands for, rounded up.
pub(crate) fn minutes_of(quantity: &Quantity) -> Option<u32> {
    as_minutes(quantity).map(whole)
}

/// The first length of time in a text, in whole minutes, rounded up.
pub(crate) fn minutes(text: &str) -> Option<u32> {
    quantities(text).iter().find_map(as_minutes).map(whole)
}

/// A number that is known not to be negative, rounded up and capped.
fn whole(value: f64) -> u32 {
    let capped = value.ceil().clamp(0.0, f64::from(u32::MAX));
    // Within range by the clamp above, so nothing is cut off.
    capped as u32
}

/// The first small whole number of a text.
pub(crate) fn first_number(text: &str) -> Option<u32> {
    quantities(text).first().map(|q| whole(q.value))
}

/// `a-b` with any dash or `to`, in minutes, as in `(0-2 min)`.
pub(crate) fn minute_range(text: &str) -> Option<(u32, u32)> {
    let spread = text.replace(['–', '—', '−'], "-").replace(" to ", "-").replace('-', " - ");
    let found = quantities(&spread);
    let (from, to) = match found.as_slice() {
        [from, to, ..] => (from, to),
        _ => return None,
    };
    let between = spread.get(from.end..to.start)?.trim();
    let unit = if from.unit.is_empty() { &to.unit } else { &from.unit };
    let from_min = as_minutes(&Quantity { unit: unit.clone(), ..from.clone() })?;
    let to_min = as_minutes(to)?;
    (between == "-" && from_min <= to_min).then(|| (whole(from_min), whole(to_min)))
}

/// A product such as `9 * 60 * 1000`, also where a formatter has turned its stars into underscores.
pub(crate) fn product(text: &str, found: &[Quantity]) -> Option<f64> {
    let joined = |left: &Quantity, right: &Quantity| {
        let between = text.get(left.end..right.start).unwrap_or_default().trim();
        matches!(between, "*" | "_" | "×" | "x" | "\\*" | "·")
    };
    let first = found.windows(2).position(|two| joined(&two[0], &two[1]))?;
    let rest = found.get(first..)?;
    let factors = 1 + rest.windows(2).take_while(|two| joined(&two[0], &two[1])).count();
    Some(rest.iter().take(factors).map(|quantity| quantity.value).product())
        .filter(|value| *value < VALUE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_within_words_are_not_quantities() {
        let of = |text: &str| quantities(text).into_iter().map(|q| (q.value, q.unit)).collect::<Vec<_>>();
        assert_eq!(of("P95 latency > 2s, 5xx"), [(2.0, "s".to_string())]);
        assert_eq!(of("128KB per key, 1.5 GB"), [(128.0, "KB".to_string()), (1.5, "GB".to_string())]);
        assert_eq!(of("a 10-minute limit"), [(10.0, "minute".to_string())]);
        assert_eq!(of("get 426 (Upgrade)"), [(426.0, String::new())]);
        assert_eq!(of(&"9".repeat(400)), []);
    }

    #[test]
    fn durations_become_minutes() {
        assert_eq!(minutes("(1 hour)"), Some(60));
        assert_eq!(minutes("within 90 sec"), Some(2));
        assert_eq!(minutes("30m"), Some(30));
        assert_eq!(minutes("Next business day"), None);
        assert_eq!(minutes("500 MB"), None);
        assert_eq!(minutes("5分以内"), Some(5));
        assert_eq!(minutes("en 2 horas"), Some(120));
    }

    #[test]
    fn windows_take_any_dash() {
        assert_eq!(minute_range("NAME (0-2 min)"), Some((0, 2)));
        assert_eq!(minute_range("5 – 8 minutes"), Some((5, 8)));
        assert_eq!(minute_range("1 to 2 hours"), Some((60, 120)));
        assert_eq!(minute_range("2 min"), None);
    }

    #[test]
    fn products_survive_a_formatter() {
        let product = |text: &str| product(text, &quantities(text));
        assert_eq!(product("Should be 9 _ 60 _ 1000 = 540000ms"), Some(540_000.0));
        assert_eq!(product("9 * 60"), Some(540.0));
        assert_eq!(product("9 and 60"), None);
        assert_eq!(product("1, 9 * 60, 2 * 3"), Some(540.0));
        assert_eq!(product(&"999999 * ".repeat(99)), None);
    }
}
