//! English.

use super::{Lang, Words, name_of};
use jiff::civil::Date;

pub(super) const LANG: Lang = Lang {
    code: "en",
    name: "English",
    dir: "ltr",
    point: '.',
    percent: " %",
    date,
    month,
    incidents,
    degraded,
    words: WORDS,
};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WORDS: Words = Words {
    skip: "Skip to the status",
    well: "All systems operational",
    maintenance: "Planned work is under way",
    current: "Current incidents",
    planned: "Planned work",
    components: "Components",
    past: "The last 14 days",
    no_incidents: "No incidents.",
    goes_on: "An incident that began on this day",
    goes_on_link: "goes on",
    operational: "operational",
    ill: "degraded",
    under_maintenance: "under maintenance",
    investigating: "Investigating",
    identified: "Identified",
    monitoring: "Monitoring",
    resolved: "Resolved",
    scheduled: "Scheduled",
    in_progress: "In progress",
    completed: "Completed",
    until: "until",
    day_by_day: "Day by day",
    up: "up",
    not_measured: "not measured",
    uptime: "Uptime of 90 days",
    measured: "measured",
    by_probes: "by probes",
    by_words: "by what was said",
    how: "How this is counted",
    how_state: "A component counts as degraded while the words of a current incident name it; when they name none, all do.",
    how_probes: "By probes: our own probes look from outside. An hour counts by the share of its looks that passed, of several probes by the worst. Uptime is the mean of the hours in which they looked, planned work included, rounded down. Hours without a look are not measured and not counted.",
    how_words: "By what was said: the share of the time in which no incident on this page named the component, or, naming none, all of them, rounded down. Planned work counts as no incident. Time before this page kept a record is not measured and not counted.",
    history: "History",
    back: "Current status",
    feeds: "Feeds",
    languages: "Languages",
    as_of: "As of",
    stale: "This page could not be refreshed since. What it says may no longer hold.",
};

fn date(date: Date) -> String {
    format!("{} {} {}", date.day(), name_of(date, MONTHS), date.year())
}

fn month(date: Date) -> String {
    format!("{} {}", name_of(date, MONTHS), date.year())
}

fn incidents(count: usize) -> String {
    match count {
        1 => "1 incident".to_owned(),
        _ => format!("{count} incidents"),
    }
}

fn degraded(count: usize) -> String {
    match count {
        1 => "Service is degraded: one incident".to_owned(),
        _ => format!("Service is degraded: {count} incidents"),
    }
}
