//! Numbers with their units in what was printed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use playbook::speaks_alike;

/// So many lines of one output are read, the newest.
const LINES_MAX: usize = 200;

/// Units of time, by what people and programs call them, in seconds.
const TIMES: &[(&str, f64)] = &[
    ("ms", 0.001),
    ("msec", 0.001),
    ("milliseconds", 0.001),
    ("s", 1.0),
    ("sec", 1.0),
    ("secs", 1.0),
    ("second", 1.0),
    ("seconds", 1.0),
    ("m", 60.0),
    ("min", 60.0),
    ("mins", 60.0),
    ("minute", 60.0),
    ("minutes", 60.0),
    ("h", 3600.0),
    ("hour", 3600.0),
    ("hours", 3600.0),
];

/// A measurement beside two limits.
pub(crate) struct InRange {
    /// Whether it lies outside of them.
    pub(crate) beyond: bool,
    /// In words.
    pub(crate) text: String,
    /// The line it stood in.
    pub(crate) line: String,
}

/// The newest number outside of the limits, or that all lie between them. Lines that speak of what is measured are read; of an
/// output that has a single such number, that one.
pub(crate) fn in_range(wanted: (f64, f64, &str), about: &str, output: &str) -> Option<InRange> {
    let (from, to, unit) = wanted;
    let found = move || {
        let lines = output.lines().rev().take(LINES_MAX);
        lines.flat_map(move |line| amounts(line, unit).into_iter().map(move |number| (number, line)))
    };
    let speaks = |line: &str| speaks_alike(&without(line, unit), about);
    let alike: Vec<(f64, &str)> = found().filter(|(_, line)| speaks(line)).collect();
    // Several numbers of which nothing is said are other things.
    let alone = alike.is_empty().then(|| found().take(2).collect()).filter(|few: &Vec<_>| few.len() == 1);
    let read = alone.unwrap_or(alike);
    let (number, line) = read.iter().find(|(number, _)| *number < from || *number > to).or(read.first())?;
    let beyond = *number < from || *number > to;
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    let says = format!("between {from}{unit} and {to}{unit}");
    let text = match beyond {
        true => format!("{number}{unit} where the playbook says {says}"),
        false => format!("{number}{unit}, {says} as the playbook says"),
    };
    Some(InRange { beyond, text, line: String::from(*line) })
}

/// A line without a unit, which is no word that it shares with the document.
pub(crate) fn without(line: &str, unit: &str) -> String {
    line.split(' ').filter(|word| *word != unit).collect::<Vec<_>>().join(" ")
}

/// The numbers of a line in a unit; times in any unit of time, counts where a line has a single one.
fn amounts(line: &str, unit: &str) -> Vec<f64> {
    let numbers = numbers(line);
    if unit.is_empty() {
        // Of several plain numbers nobody knows which one is meant.
        let plain: Vec<f64> =
            numbers.iter().filter(|(_, unit)| !is_unit(unit)).map(|(number, _)| *number).collect();
        return if plain.len() == 1 { plain } else { Vec::new() };
    }
    let times = |name: &str| TIMES.iter().find(|(known, _)| *known == name).map(|(_, seconds)| *seconds);
    let in_unit = |(number, of): (f64, &str)| match (times(unit), times(of)) {
        // Whole numbers stay whole where the units are the same.
        (Some(wanted), Some(given)) if wanted < given || given < wanted => Some(number * given / wanted),
        (Some(_), Some(_)) => Some(number),
        _ => (of == unit || (unit == "%" && of == "percent")).then_some(number),
    };
    numbers.into_iter().filter_map(in_unit).collect()
}

fn is_unit(word: &str) -> bool {
    matches!(word, "%" | "percent" | "bytes" | "kb" | "mb" | "gb")
        || TIMES.iter().any(|(name, _)| *name == word)
}

/// Every number that stands for itself, with the word or sign after it.
fn numbers(line: &str) -> Vec<(f64, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = line.get(from..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())) {
        let start = from + at;
        let rest = line.get(start..).unwrap_or_default();
        let length = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        from = start + length.max(1);
        let text = rest.get(..length).unwrap_or_default().trim_end_matches('.');
        let glued = |c: char| c.is_alphanumeric() || "-_./:#".contains(c);
        let own = !line.get(..start).unwrap_or_default().ends_with(glued);
        let after = line.get(from..).unwrap_or_default();
        let joined = after.starts_with(['-', '_', '/', ':']) && !after.starts_with(": ");
        if let (true, false, Ok(number)) = (own, joined, text.parse::<f64>()) {
            found.push((number, unit_of(after)));
        }
    }
    found
}

fn unit_of(after: &str) -> &str {
    let after = after.strip_prefix(' ').unwrap_or(after);
    if after.starts_with('%') {
        return "%";
    }
    let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
    after.get(..end).unwrap_or_default()
}

/// Numbers that stand before exactly this unit, such as `540000 ms` and `540000ms`.
pub(crate) fn with_unit(line: &str, unit: &str) -> Vec<f64> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices(unit) {
        let (before, after) = (line.get(..at).unwrap_or(""), line.get(at + unit.len()..).unwrap_or(""));
        let ends = !after.starts_with(|c: char| c.is_alphanumeric());
        let before = before.trim_end_matches(' ');
        let start = before.rfind(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(0, |at| {
            at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
        if let (true, Some(Ok(number))) = (ends, before.get(start..).map(str::parse::<f64>)) {
            found.push(number);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(wanted: (f64, f64, &str), output: &str) -> Option<bool> {
        in_range(wanted, "answer time Measure the queue", output).map(|found| found.beyond)
    }

    #[test]
    fn a_range_is_judged_in_times_shares_and_counts() {
        let times = (3.0, 5.0, "s");
        assert_eq!(judged(times, "42 s\n"), Some(true));
        assert_eq!(judged(times, "4200 ms\n"), Some(false));
        assert_eq!(judged(times, "1 min\n"), Some(true));
        assert_eq!(judged(times, "2.9s\n"), Some(true));
        assert_eq!(judged(times, "3 s"), Some(false));
        assert_eq!(judged(times, "5 s"), Some(false));
        assert_eq!(judged(times, "no time at all, v3.4.5, 10:20:30"), None);
        assert_eq!(judged((0.0, 5.0, "%"), "12 %"), Some(true));
        assert_eq!(judged((0.0, 5.0, "%"), "1.5% of them"), Some(false));
        assert_eq!(judged((2.0, 4.0, ""), "7\n"), Some(true));
        assert_eq!(judged((2.0, 4.0, ""), "3 replicas\n"), Some(false));
        assert_eq!(judged((2.0, 4.0, ""), "7 s\n"), None);
    }

    #[test]
    fn of_several_numbers_those_count_that_the_line_says_something_of() {
        let times = (3.0, 5.0, "s");
        assert_eq!(judged(times, "sandbox up for 900 s\nqueue waits 4 s\n"), Some(false));
        assert_eq!(judged(times, "sandbox up for 900 s\nqueue waits 9 s\n"), Some(true));
        assert_eq!(judged(times, "sandbox up for 900 s\nsandbox asleep for 4 s\n"), None);
    }

    #[test]
    fn numbers_are_read_with_their_unit_alone() {
        assert_eq!(
            with_unit("alarm set for 540000 ms (was 60000ms, msg 7 msx)", "ms"),
            [540_000.0, 60_000.0]
        );
        assert_eq!(with_unit("ms 5", "ms"), Vec::<f64>::new());
        assert_eq!(with_unit("日本 5ms", "ms"), [5.0]);
    }
}
