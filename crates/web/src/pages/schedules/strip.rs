//! The coming weeks of a schedule as one strip: a colour a person, gaps in red. The list beside it says the same in words.

use crate::calendar::names;
use crate::schedules::{DAYS, Slot};
use incident::{PersonId, Roster};
use jiff::{SignedDuration, Timestamp};

/// How wide the strip is, in its own units.
const WIDTH: i64 = 1_000;
/// So many colours there are; people beyond share them.
const COLOURS: usize = 6;
/// More pieces than these nobody sees.
const PIECES_MAX: usize = 400;

/// A strip.
pub(crate) struct Strip {
    pub(crate) pieces: Vec<Piece>,
    /// Where weeks after now begin.
    pub(crate) weeks: Vec<i64>,
}

/// One shift on it.
pub(crate) struct Piece {
    pub(crate) x: i64,
    pub(crate) width: i64,
    /// `gap`, or `p0` to `p5`.
    pub(crate) class: String,
    pub(crate) words: String,
}

impl Strip {
    pub(crate) fn new(roster: &Roster, shifts: &[Slot], now: Timestamp) -> Self {
        let whole = SignedDuration::from_hours(24 * i64::from(DAYS)).as_secs();
        let place = |at: Timestamp| (at.duration_since(now).as_secs().clamp(0, whole) * WIDTH) / whole;
        let mut seen: Vec<&PersonId> = Vec::new();
        let mut pieces = Vec::new();
        for slot in shifts.iter().take(PIECES_MAX) {
            let class = match slot.people.first() {
                None => "gap".to_owned(),
                Some(first) => {
                    let index = seen.iter().position(|known| *known == first).unwrap_or_else(|| {
                        seen.push(first);
                        seen.len() - 1
                    });
                    format!("p{}", index % COLOURS)
                }
            };
            let (x, end) = (place(slot.from), place(slot.until));
            let who = names(roster, &slot.people);
            let words = if who.is_empty() { "nobody".to_owned() } else { who };
            // A gap of minutes is seen all the same.
            pieces.push(Piece { x, width: (end - x).max(if class == "gap" { 3 } else { 1 }), class, words });
        }
        let weeks = (1..i64::from(DAYS) / 7).map(|week| week * 7 * WIDTH / i64::from(DAYS)).collect();
        Self { pieces, weeks }
    }
}
