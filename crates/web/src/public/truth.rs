//! Whether the public page tells the truth: what it says against what is known inside. Pure; what it finds is for the team.

use super::site::{Component, Site, Standing};
use super::told::Told;
use engine::ports::{ProbeState, ProbeView};
use incident::words::{clock, date, duration};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Nobody is told of trouble that is over before somebody has looked at it.
const UNTOLD_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// A probe that holds something for so long is believed against the page.
const SEEN_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// An open incident, as the team knows it.
pub(crate) struct OpenIncident {
    pub(crate) id: String,
    pub(crate) severity: String,
    /// Its severity's rank, 0 is the worst.
    pub(crate) rank: u8,
    pub(crate) opened_at: Timestamp,
    /// When the next words are due: as they were promised, else by the playbook's rhythm.
    pub(crate) due_at: Option<Timestamp>,
    /// What strangers were told.
    pub(crate) told: Option<Told>,
}

/// One thing on the page that is not so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Untruth {
    /// A stable word for it.
    pub(crate) code: &'static str,
    /// What it is about: an incident's id, or a component's name.
    pub(crate) about: String,
    /// The same in words, with what to do.
    pub(crate) said: String,
}

/// The worst of severities that people outside feel: incidents of a lower rank may stay inside.
const FELT_RANK_MAX: u8 = 1;

/// Everything on the page that is not so.
pub(crate) fn untruths(
    site: &Site,
    told: &[Told],
    open: &[OpenIncident],
    probes: &[ProbeView],
) -> Vec<Untruth> {
    let mut found = Vec::new();
    found.extend(open.iter().filter_map(|one| silent(one, site.now)));
    found.extend(open.iter().filter_map(|one| untold(one, site, told)));
    for component in &site.components {
        found.extend(against_probes(site, told, component, probes));
    }
    found
}

/// Nothing was said by the time that was promised.
fn silent(one: &OpenIncident, now: Timestamp) -> Option<Untruth> {
    let told = one.told.as_ref().filter(|told| told.over_at.is_none())?;
    let due = one.due_at.filter(|due| *due < now)?;
    let (late, last) = (duration(now.duration_since(due)), said(told.changed_at()));
    let said = format!(
        "{}: the next words were due at {}, {late} ago, and the last were said at {last}; post an update",
        one.id,
        said(due)
    );
    Some(Untruth { code: "silence", about: one.id.clone(), said })
}

/// Something that people feel goes on, and the page is all green.
fn untold(one: &OpenIncident, site: &Site, told: &[Told]) -> Option<Untruth> {
    let lasts = site.now.duration_since(one.opened_at);
    let is_told =
        one.told.as_ref().is_some_and(|told| told.over_at.is_none()) || site.overall(told) == Standing::Ill;
    if is_told || one.rank > FELT_RANK_MAX || lasts < UNTOLD_AFTER {
        return None;
    }
    let said = format!(
        "{}, {}: it goes on for {}, and the page says that all is well; tell the public, or lower its severity",
        one.id,
        one.severity,
        duration(lasts)
    );
    Some(Untruth { code: "open-and-green", about: one.id.clone(), said })
}

/// The page says otherwise than the component's own probes.
fn against_probes(
    site: &Site,
    told: &[Told],
    component: &Component,
    probes: &[ProbeView],
) -> Option<Untruth> {
    let own: Vec<&ProbeView> = probes.iter().filter(|probe| component.probes.contains(&probe.name)).collect();
    let for_long = |probe: &&&ProbeView| {
        probe.standing.since.is_some_and(|since| site.now.duration_since(since) >= SEEN_AFTER)
    };
    let name = &component.name;
    match site.standing(told, component) {
        Standing::Operational => {
            let down = own.iter().filter(for_long).find(|probe| probe.standing.state.is_alerting())?;
            let (probe, state) = (&down.name, down.standing.state.name());
            let since = said(down.standing.since?);
            let said = format!(
                "{name}: the page says operational, and the probe {probe} holds it {state} since {since}; tell the public, or mend the probe"
            );
            Some(Untruth { code: "green-against-samples", about: name.clone(), said })
        }
        Standing::Ill => {
            let all_up =
                own.iter().filter(for_long).filter(|probe| probe.standing.state == ProbeState::Up).count();
            if own.is_empty() || all_up < own.len() {
                return None;
            }
            let said = format!(
                "{name}: the page says degraded, and each of its probes finds it up for more than {}; say so, or name other components",
                duration(SEEN_AFTER)
            );
            Some(Untruth { code: "red-against-samples", about: name.clone(), said })
        }
        // Work is under way there: probes may find anything.
        Standing::Maintenance => None,
    }
}

fn said(at: Timestamp) -> String {
    format!("{} {}", date(at), clock(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::public::site::{Freshness, Planned};
    use crate::public::told::ToldUpdate;
    use engine::ports::Standing as Held;
    use incident::Phase;
    use jiff::tz::TimeZone;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-24T{text}:00Z").parse().expect("a time")
    }

    fn site() -> Site {
        let api =
            Component { name: "API".to_owned(), probes: vec!["home".to_owned()], ..Component::default() };
        Site {
            title: "Tabbi".to_owned(),
            url: String::new(),
            zone: TimeZone::UTC,
            components: vec![api],
            planned: Vec::new(),
            now: at("12:00"),
            since: at("00:00"),
            fresh: Freshness::Fresh,
        }
    }

    fn told() -> Told {
        let body = "The API fails.".to_owned();
        let update = ToldUpdate { number: 1, phase: Phase::Investigating, body, at: at("11:00") };
        Told {
            id: "a".to_owned(),
            name: "Errors".to_owned(),
            updates: vec![update],
            over_at: None,
            about: vec!["API".to_owned()],
        }
    }

    fn open(rank: u8, opened: &str, due: Option<&str>, told: Option<Told>) -> OpenIncident {
        OpenIncident {
            id: "inc_1".to_owned(),
            severity: format!("P{rank}"),
            rank,
            opened_at: at(opened),
            due_at: due.map(at),
            told,
        }
    }

    fn probe(state: ProbeState, since: &str) -> ProbeView {
        ProbeView {
            name: "home".to_owned(),
            kind: "http",
            target: String::new(),
            every_s: 60.0,
            severity: None,
            service: None,
            origin: None,
            standing: Held { state, since: Some(at(since)), ..Held::default() },
            last: Vec::new(),
            phases_s: Vec::new(),
            status: None,
            expires_at: None,
        }
    }

    fn codes(site: &Site, open: &[OpenIncident], probes: &[ProbeView]) -> Vec<&'static str> {
        let told: Vec<Told> = open.iter().filter_map(|one| one.told.clone()).collect();
        untruths(site, &told, open, probes).into_iter().map(|one| one.code).collect()
    }

    #[test]
    fn every_lie_is_found_and_no_truth_is_called_one() {
        let up = || probe(ProbeState::Up, "09:00");
        let down = || probe(ProbeState::Down, "11:00");
        let none: Vec<OpenIncident> = Vec::new();
        let telling = |due| vec![open(0, "10:00", due, Some(told()))];
        for (open_ones, probes, wanted) in [
            (none, vec![up()], vec![]),
            (Vec::new(), vec![down()], vec!["green-against-samples"]),
            (Vec::new(), vec![probe(ProbeState::Flapping, "11:00")], vec!["green-against-samples"]),
            (Vec::new(), vec![probe(ProbeState::Down, "11:55")], vec![]),
            (Vec::new(), vec![probe(ProbeState::Unknown, "09:00")], vec![]),
            (telling(Some("12:30")), vec![down()], vec![]),
            (telling(Some("11:30")), vec![down()], vec!["silence"]),
            (telling(None), vec![up()], vec!["red-against-samples"]),
            (telling(None), vec![], vec![]),
            (vec![open(0, "11:00", None, None)], vec![up()], vec!["open-and-green"]),
            (vec![open(1, "11:50", None, None)], vec![up()], vec![]),
            (vec![open(2, "09:00", None, None)], vec![up()], vec![]),
        ] {
            let said: Vec<String> =
                open_ones.iter().map(|one| format!("{} {:?}", one.severity, one.due_at)).collect();
            assert_eq!(codes(&site(), &open_ones, &probes), wanted, "{said:?} {probes:?}");
        }
    }

    #[test]
    fn while_work_is_under_way_probes_may_find_anything() {
        let work = Planned {
            title: "Disks".to_owned(),
            body: String::new(),
            components: vec!["API".to_owned()],
            from: at("11:00"),
            until: at("13:00"),
        };
        let site = Site { planned: vec![work], ..site() };
        assert_eq!(codes(&site, &[], &[probe(ProbeState::Down, "11:00")]), Vec::<&str>::new());
    }

    #[test]
    fn it_says_what_is_wrong_since_when_and_what_to_do() {
        let open = [open(0, "10:00", Some("11:30"), Some(told()))];
        let found = untruths(&site(), &[told()], &open, &[]);
        assert_eq!(
            found[0].said,
            "inc_1: the next words were due at 2026-11-24 11:30 UTC, 30 min ago, and the last were said at 2026-11-24 \
             11:00 UTC; post an update"
        );
    }
}
