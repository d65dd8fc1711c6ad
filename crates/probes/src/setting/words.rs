//! Lengths of time and shares, as people write them.

use crate::judge::Share;
use core::time::Duration;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// A length of time in words: `500 ms`, `60s`, `10 min`, `14 days`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length(Duration);

impl Length {
    /// The same as the machine counts it.
    #[must_use]
    pub const fn time(self) -> Duration {
        self.0
    }

    /// `None` when it is no length of time.
    #[must_use]
    pub fn read(words: &str) -> Option<Self> {
        let words = words.trim();
        let unit_at = words.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = words.split_at(unit_at);
        let number: f64 = number.parse().ok()?;
        let unit_ms = match unit.trim() {
            "ms" => 1.0,
            "s" | "sec" | "second" | "seconds" => 1e3,
            "m" | "min" | "minute" | "minutes" => 60e3,
            "h" | "hour" | "hours" => 3_600e3,
            "d" | "day" | "days" => 86_400e3,
            _ => return None,
        };
        Duration::try_from_secs_f64((number * unit_ms).round() / 1e3).ok().map(Self)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| {
            D::Error::custom(format!("{text:?} is no length of time; some are `500 ms`, `60s`, `10 min`"))
        })
    }
}

/// `3`, or `"3 of 5"`, or `"60 % of 10"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Whole {
    Row(u32),
    Words(String),
}

impl Whole {
    pub(crate) fn share(&self) -> Result<Share, String> {
        let share = match self {
            Self::Row(fails) => Share::new(*fails, *fails),
            Self::Words(words) => read(words),
        };
        let said = || match self {
            Self::Row(fails) => fails.to_string(),
            Self::Words(words) => format!("{words:?}"),
        };
        share.ok_or_else(|| format!("down_after is {}; some are 3, \"3 of 5\", \"60 % of 10\"", said()))
    }
}

fn read(words: &str) -> Option<Share> {
    let Some((part, of)) = words.split_once(" of ") else {
        let row = words.trim().parse().ok()?;
        return Share::new(row, row);
    };
    let of: u32 = of.trim().parse().ok()?;
    let part = part.trim();
    let fails = match part.strip_suffix('%') {
        // A share that falls between two counts is reached by the greater.
        Some(percent) => {
            let percent: u32 = percent.trim().parse().ok().filter(|percent| *percent <= 100)?;
            percent.checked_mul(of)?.div_ceil(100)
        }
        None => part.parse().ok()?,
    };
    Share::new(fails, of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        for (words, ms) in [
            ("500 ms", 500),
            ("60s", 60_000),
            ("1.5 s", 1_500),
            ("10 min", 600_000),
            ("14 days", 1_209_600_000),
        ] {
            assert_eq!(Length::read(words), Some(Length(Duration::from_millis(ms))), "{words}");
        }
        for words in ["", "60", "s", "soon", "1 fortnight", "-3 s", "1..2 s", "99999999999999999999999 d"] {
            assert_eq!(Length::read(words), None, "{words}");
        }
    }

    #[test]
    fn shares() {
        let share =
            |words: &str| Whole::Words(words.to_owned()).share().ok().map(|share| (share.fails, share.of));
        assert_eq!(share("3 of 5"), Some((3, 5)));
        assert_eq!(share("60 % of 10"), Some((6, 10)));
        assert_eq!(share("50% of 5"), Some((3, 5)));
        assert_eq!(share("4"), Some((4, 4)));
        for words in ["6 of 5", "0 of 5", "0 % of 5", "120 % of 5", "half", "3 of", "3 of 100000"] {
            assert_eq!(share(words), None, "{words}");
        }
        assert_eq!(Whole::Row(3).share().map(|share| share.of), Ok(3));
        assert!(Whole::Row(0).share().is_err());
    }
}
