//! Ninety days of each component: how much of each day it was up, how much was measured, and by what. Pure; each rounding is
//! down, so that a hundred means a hundred.

use super::site::{Component, Site};
use super::told::Told;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use std::collections::BTreeMap;

/// How many days a bar has.
pub(crate) const DAYS: i32 = 90;

/// A whole in parts.
const WHOLE: u64 = 1_000_000;

/// An hour, as probes' looks are counted.
pub(crate) const HOUR_S: i64 = 3_600;

/// A share in hundredths of a percent, rounded down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Share(pub(crate) u32);

/// By what a component is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Probes,
    Words,
}

/// A component's ninety days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) by: By,
    /// The oldest first.
    pub(crate) days: Vec<Day>,
    /// Of all that was measured.
    pub(crate) up: Option<Share>,
    pub(crate) measured: SignedDuration,
    pub(crate) window: SignedDuration,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) date: Date,
    /// `None`: not measured.
    pub(crate) up: Option<Share>,
    pub(crate) incidents: usize,
}

/// The looks of an hour that came to an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Looks {
    pub(crate) passes: u32,
    pub(crate) fails: u32,
}

/// Each probe's hours, by the second at which they begin.
pub(crate) type Hours = BTreeMap<String, BTreeMap<i64, Looks>>;

/// What was measured of a stretch of time.
#[derive(Clone, Copy, Debug, Default)]
struct Measure {
    seconds: u64,
    /// Seconds times the share of them, in parts of a whole.
    up: u64,
}

impl Measure {
    fn add(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.up += other.up;
    }

    fn share(self) -> Option<Share> {
        let whole = self.up.checked_div(self.seconds)?;
        Some(Share(u32::try_from(whole * 10_000 / WHOLE).unwrap_or_default()))
    }
}

/// When the bars of a page begin.
pub(crate) fn begins(site: &Site) -> Timestamp {
    site.begins(days(site).next().unwrap_or_default())
}

fn days(site: &Site) -> impl Iterator<Item = Date> {
    let today = site.day(site.now);
    (0..DAYS).rev().map(move |back| today.saturating_sub(back.days()))
}

/// A component's days.
pub(crate) fn bar(site: &Site, told: &[Told], component: &Component, hours: &Hours) -> Bar {
    let own: Vec<&Told> = told.iter().filter(|one| one.is_about(component)).collect();
    let by = if component.probes.is_empty() { By::Words } else { By::Probes };
    let mut whole = Measure::default();
    let day = |date: Date| {
        let from = site.begins(date);
        let until = site.begins(date.saturating_add(1.days())).min(site.now);
        let measure = match by {
            By::Probes => looked(component, hours, from, until),
            By::Words => said(&own, from.max(site.since), until),
        };
        let begun = |one: &Told| one.began_at() >= from;
        let touched = |one: &&&Told| {
            one.began_at() < until && (begun(one) || one.over_at.is_none_or(|over| over > from))
        };
        whole.add(measure);
        Day { date, up: measure.share(), incidents: own.iter().filter(touched).count() }
    };
    let days = days(site).map(day).collect();
    let measured = SignedDuration::from_secs(i64::try_from(whole.seconds).unwrap_or(i64::MAX));
    Bar { by, days, up: whole.share(), measured, window: site.now.duration_since(begins(site)) }
}

/// By the looks of its probes: each hour by the worst of those that looked in it.
fn looked(component: &Component, hours: &Hours, from: Timestamp, until: Timestamp) -> Measure {
    let mut worst: BTreeMap<i64, u64> = BTreeMap::new();
    for probe in component.probes.iter().filter_map(|probe| hours.get(probe)) {
        // Days of some zones begin within an hour: each day has its part of that.
        let (first, end) = (from.as_second() - HOUR_S + 1, until.as_second());
        for (&at, looks) in probe.range(first..end.max(first)) {
            let answered = u64::from(looks.passes) + u64::from(looks.fails);
            let Some(share) = (u64::from(looks.passes) * WHOLE).checked_div(answered) else { continue };
            let seen = worst.entry(at).or_insert(share);
            *seen = share.min(*seen);
        }
    }
    let mut measure = Measure::default();
    for (at, share) in worst {
        let (begin, end) = (at.max(from.as_second()), (at + HOUR_S).min(until.as_second()));
        let seconds = u64::try_from(end - begin).unwrap_or_default();
        measure.add(Measure { seconds, up: seconds * share });
    }
    measure
}

/// By what was said: the time in which no incident was open.
fn said(own: &[&Told], from: Timestamp, until: Timestamp) -> Measure {
    let mut stretches: Vec<(i64, i64)> = own
        .iter()
        .map(|one| (one.began_at().max(from), one.over_at.unwrap_or(until).min(until)))
        .filter(|(begin, end)| begin < end)
        .map(|(begin, end)| (begin.as_second(), ceil(end)))
        .collect();
    stretches.sort_unstable();
    let (mut ill, mut reached) = (0, i64::MIN);
    for (begin, end) in stretches {
        ill += (end - begin.max(reached)).max(0);
        reached = reached.max(end);
    }
    let seconds = (until.as_second() - from.as_second()).max(0);
    let of = |seconds: i64| u64::try_from(seconds).unwrap_or_default();
    Measure { seconds: of(seconds), up: of(seconds - ill) * WHOLE }
}

/// A second that has begun counts whole, against us.
fn ceil(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::public::site::Freshness;
    use crate::public::told::ToldUpdate;
    use incident::Phase;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn site(zone: &str) -> Site {
        Site {
            title: "Tabbi".to_owned(),
            url: "https://status.example.test".to_owned(),
            zone: TimeZone::get(zone).expect("a zone"),
            components: Vec::new(),
            planned: Vec::new(),
            now: at("2026-08-23T12:00:00Z"),
            since: at("2026-08-20T00:00:00Z"),
            fresh: Freshness::Fresh,
        }
    }

    fn incident(body: &str, from: &str, until: Option<&str>) -> Told {
        let update =
            ToldUpdate { number: 1, phase: Phase::Investigating, body: body.to_owned(), at: at(from) };
        Told {
            id: "a".to_owned(),
            name: "Errors".to_owned(),
            updates: vec![update],
            over_at: until.map(at),
            about: Vec::new(),
        }
    }

    fn settled<const N: usize>(site: &Site, mut told: [Told; N]) -> [Told; N] {
        site.settle(&mut told);
        told
    }

    fn named(name: &str, probes: &[&str]) -> Component {
        let probes = probes.iter().map(|probe| (*probe).to_owned()).collect();
        Component { name: name.to_owned(), probes, ..Component::default() }
    }

    fn looks(passes: u32, fails: u32) -> Looks {
        Looks { passes, fails }
    }

    #[test]
    fn by_words_a_day_is_up_while_no_incident_names_it() {
        let mut site = site("UTC");
        let (api, web) = (named("API", &[]), named("Web", &[]));
        site.components = vec![api.clone(), web.clone()];
        let told = [
            incident("the api fails", "2026-08-22T01:00:00Z", Some("2026-08-22T02:00:00Z")),
            incident("the API again", "2026-08-22T01:30:00Z", Some("2026-08-22T03:24:00Z")),
        ];
        let told = settled(&site, told);
        let bar_of = |component| bar(&site, &told, component, &Hours::new());
        let bar = bar_of(&api);
        assert_eq!(bar.days.len(), 90);
        let day = &bar.days[88];
        assert_eq!(
            (day.date, day.up, day.incidents),
            (date(2026, 8, 22), Some(Share(9_000)), 2),
            "counted once"
        );
        assert_eq!(bar.days[89].up, Some(Share(10_000)));
        assert_eq!(bar.days[85].up, None, "before the record began");
        assert_eq!(bar.measured, SignedDuration::from_hours(3 * 24 + 12));
        assert_eq!(bar.window, SignedDuration::from_hours(89 * 24 + 12));
        assert_eq!(bar.up, Some(Share(9_714)), "144 of 5040 minutes");
        assert_eq!(bar_of(&web).up, Some(Share(10_000)));
    }

    #[test]
    fn words_that_name_no_component_count_for_all_and_an_open_incident_until_now() {
        let mut site = site("UTC");
        site.components = vec![named("API", &[])];
        let told = [incident("something is slow", "2026-08-23T06:00:00Z", None)];
        assert_eq!(
            bar(&site, &settled(&site, told), &site.components[0], &Hours::new()).days[89].up,
            Some(Share(5_000))
        );
    }

    #[test]
    fn a_moment_of_trouble_is_never_rounded_away() {
        let mut site = site("UTC");
        site.components = vec![named("API", &[])];
        site.since = at("2026-01-01T00:00:00Z");
        let told = [incident("api", "2026-08-01T00:00:00Z", Some("2026-08-01T00:00:00.001Z"))];
        assert_eq!(
            bar(&site, &settled(&site, told), &site.components[0], &Hours::new()).up,
            Some(Share(9_999))
        );
    }

    #[test]
    fn by_probes_the_worst_counts_and_hours_without_a_look_do_not() {
        let site = site("UTC");
        let hour = |text: &str| at(text).as_second();
        let one =
            [(hour("2026-08-22T00:00:00Z"), looks(60, 0)), (hour("2026-08-22T01:00:00Z"), looks(30, 30))];
        let two = [(hour("2026-08-22T00:00:00Z"), looks(3, 1)), (hour("2026-08-22T05:00:00Z"), looks(0, 0))];
        let hours = Hours::from([("one".to_owned(), one.into()), ("two".to_owned(), two.into())]);
        let bar = bar(&site, &[], &named("API", &["one", "two", "gone"]), &hours);
        assert_eq!(bar.days[88].up, Some(Share(6_250)), "75 % and 50 %");
        assert_eq!(bar.measured, SignedDuration::from_hours(2));
        assert_eq!((bar.by, bar.days[89].up), (By::Probes, None));
    }

    #[test]
    fn the_hour_that_goes_on_counts_as_far_as_it_went() {
        let mut site = site("UTC");
        site.now = at("2026-08-23T12:15:00Z");
        let now = at("2026-08-23T12:00:00Z").as_second();
        let hours = Hours::from([("one".to_owned(), [(now, looks(1, 0))].into())]);
        assert_eq!(bar(&site, &[], &named("API", &["one"]), &hours).measured, SignedDuration::from_mins(15));
    }

    #[test]
    fn an_hour_in_which_a_day_begins_counts_for_both_days() {
        // Midnight in Kolkata is at 18:30 UTC.
        let site = site("Asia/Kolkata");
        let first = at("2026-08-20T18:00:00Z").as_second();
        let every = (0..48).map(|hour| (first + hour * HOUR_S, looks(60, 0)));
        let mut all: BTreeMap<i64, Looks> = every.collect();
        all.insert(first + 24 * HOUR_S, looks(0, 60));
        let bar = bar(&site, &[], &named("API", &["one"]), &Hours::from([("one".to_owned(), all)]));
        assert_eq!(bar.measured, SignedDuration::from_hours(48), "nothing between two days is lost");
        let half_an_hour_of_24 = Some(Share(9_791));
        assert_eq!(bar.days[88].date, date(2026, 8, 22));
        assert_eq!((bar.days[87].up, bar.days[88].up.is_some()), (half_an_hour_of_24, true));
    }

    #[test]
    fn days_are_those_of_the_pages_zone_when_clocks_change_as_well() {
        let mut site = site("Europe/Berlin");
        site.now = at("2026-10-26T11:00:00Z");
        site.since = at("2026-01-01T00:00:00Z");
        site.components = vec![named("API", &[])];
        let told = [incident("api", "2026-10-24T22:00:00Z", Some("2026-10-25T23:00:00Z"))];
        let bar = bar(&site, &settled(&site, told), &site.components[0], &Hours::new());
        assert_eq!(bar.days[88].date, date(2026, 10, 25));
        assert_eq!(bar.days[88].up, Some(Share(0)), "all 25 hours of it");
        assert_eq!((bar.days[87].up, bar.days[87].incidents), (Some(Share(10_000)), 0));
    }

    #[test]
    fn nothing_measured_is_no_number() {
        let mut site = site("UTC");
        site.since = site.now;
        site.components = vec![named("API", &[])];
        let bar = bar(&site, &[], &site.components[0], &Hours::new());
        assert_eq!((bar.up, bar.measured), (None, SignedDuration::ZERO));
    }
}
