//! The coming weeks of a schedule as a calendar: a strip a week, a colour a person with the name on it, gaps in red. The
//! list beside it says the same in words.

use crate::calendar::names;
use crate::schedules::{DAYS, Slot};
use incident::{PersonId, Roster};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// So many colours there are; people beyond share them.
const COLOURS: usize = 6;
/// More pieces in a week than these nobody sees.
const PIECES_MAX: usize = 200;
/// A gap of minutes is seen all the same, in percent of a week.
const LEAST_GAP: f64 = 0.4;

/// One week, from its Monday in the schedule's zone.
pub(crate) struct Week {
    /// Its Monday, such as "30 Nov".
    pub(crate) monday: String,
    pub(crate) pieces: Vec<Piece>,
    /// Where its other days begin, in percent of its length: one of them is longer or shorter where clocks change.
    pub(crate) days: Vec<String>,
}

/// What of a shift lies in a week.
pub(crate) struct Piece {
    /// In percent of the week's length.
    pub(crate) x: String,
    pub(crate) width: String,
    /// `gap`, or `p0` to `p5`.
    pub(crate) class: String,
    pub(crate) words: String,
}

/// The weeks ahead; none when a zone has no such days.
pub(crate) fn weeks(roster: &Roster, zone: &TimeZone, shifts: &[Slot], now: Timestamp) -> Vec<Week> {
    let end = now + SignedDuration::from_hours(24 * i64::from(DAYS));
    let mut seen: Vec<&PersonId> = Vec::new();
    let coloured: Vec<(&Slot, String)> = shifts.iter().map(|slot| (slot, class(slot, &mut seen))).collect();
    let today = now.to_zoned_datetime(zone.clone()).date();
    let back = i64::from(today.weekday().since(Weekday::Monday));
    let mondays = (0..).map(|week: i64| today.checked_add((7 * week - back).days()).ok());
    mondays.map_while(|monday| week(roster, zone, &coloured, monday?, end)).collect()
}

fn class<'a>(slot: &'a Slot, seen: &mut Vec<&'a PersonId>) -> String {
    let Some(first) = slot.people.first() else { return "gap".to_owned() };
    let index = seen.iter().position(|known| *known == first).unwrap_or_else(|| {
        seen.push(first);
        seen.len() - 1
    });
    format!("p{}", index % COLOURS)
}

/// The week from that Monday, `None` when it begins after the end.
fn week(
    roster: &Roster,
    zone: &TimeZone,
    shifts: &[(&Slot, String)],
    monday: Date,
    end: Timestamp,
) -> Option<Week> {
    let midnight = |day: i64| {
        let date = monday.checked_add(day.days()).ok()?;
        zone.to_timestamp(date.to_datetime(Time::midnight())).ok()
    };
    let (from, until) = (midnight(0).filter(|from| *from < end)?, midnight(7)?);
    let whole = until.duration_since(from).as_secs_f64();
    let place = |at: Timestamp| 100.0 * at.clamp(from, until).duration_since(from).as_secs_f64() / whole;
    let inside = shifts.iter().filter(|(slot, _)| slot.from < until && slot.until > from);
    let piece = |(slot, class): &(&Slot, String)| {
        let (x, end) = (place(slot.from), place(slot.until));
        let who = names(roster, &slot.people);
        Piece {
            x: percent(x),
            width: percent((end - x).max(if slot.people.is_empty() { LEAST_GAP } else { 0.0 })),
            class: class.clone(),
            words: if who.is_empty() { "nobody".to_owned() } else { who },
        }
    };
    Some(Week {
        monday: monday.strftime("%-d %b").to_string(),
        pieces: inside.take(PIECES_MAX).map(piece).collect(),
        days: (1..7).filter_map(midnight).map(|day| percent(place(day))).collect(),
    })
}

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}
