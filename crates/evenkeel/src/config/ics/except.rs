//! What a series goes without: occurrences that are left out (`EXDATE`), and such as were moved or called off and stand by
//! themselves (`RECURRENCE-ID`). One that is meant and not there is told: its people would be on call who are not to be.

use super::lines::Line;
use super::times::{self, When};
use super::{Found, Read};
use incident::Recurring;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The beginnings of the occurrences that a series' own lines leave out.
pub(super) fn left_out<'a>(
    series: &Recurring,
    lines: impl Iterator<Item = &'a Line>,
) -> Result<Vec<Timestamp>, String> {
    let mut except = Vec::new();
    for line in lines {
        for when in times::times(line, &series.zone)? {
            except.push(begins(series, &when).ok_or_else(|| none(line))?);
        }
    }
    Ok(except)
}

/// Takes out of each series what stands for one of it elsewhere in the file.
pub(super) fn moved<'a>(read: &mut [Read<'a>], here: &TimeZone) -> Result<(), String> {
    let own = |one: &Read<'a>| Some((one.begins, one.uid.clone(), one.instead_of?));
    let moved: Vec<(usize, String, &Line)> = read.iter().filter_map(own).collect();
    for (event, uid, line) in moved {
        let wrong = |why: String| format!("the event at line {event}: {why}");
        if uid.is_empty() {
            let why = "RECURRENCE-ID means one of a series, and without a UID nobody knows of which";
            return Err(wrong(format!("line {}: {why}", line.number)));
        }
        // Where the file does not have the series, there is nothing to take out of.
        times::one(line, here).map_err(wrong)?;
        let (mut there, mut met) = (false, false);
        for one in read.iter_mut().filter(|one| one.uid == uid && one.instead_of.is_none()) {
            let Found::Again(series) = &mut one.event else { continue };
            there = true;
            let at = begins(series, &times::one(line, &series.zone).map_err(wrong)?);
            if let Some(at) = at.filter(|at| series.last.is_none_or(|last| *at <= last)) {
                series.except.push(at);
                met = true;
            }
        }
        if there && !met {
            return Err(wrong(none(line)));
        }
    }
    Ok(())
}

/// When the occurrence begins that a time or a day means. One after the end of the series counts: leaving it out changes nothing.
fn begins(series: &Recurring, when: &When) -> Option<Timestamp> {
    if when.is_day {
        return series.by_rule(when.at.date()).map(|(from, _)| from);
    }
    let at = when.instant()?;
    let (from, _) = series.by_rule(series.zone.to_datetime(at).date())?;
    (from == at).then_some(from)
}

fn none(line: &Line) -> String {
    format!(
        "line {}: {}:{} meets none of its series, which would go on without it; export the calendar again, or take the line out",
        line.number, line.name, line.value
    )
}
