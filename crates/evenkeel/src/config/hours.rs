//! The settings that say when something can wait: `[working_hours]`, the quiet hours of people, the urgency of severities.

use super::schedules::{windows, zone};
use super::{Config, Person};
use incident::{Hours, Plan, Urgency, Window};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::Deserializer;

/// `[working_hours]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkingHours {
    #[serde(deserialize_with = "zone")]
    zone: TimeZone,
    #[serde(deserialize_with = "windows")]
    hours: Vec<Window>,
}

pub(super) fn working<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hours>, D::Error> {
    let WorkingHours { zone, hours: windows } = WorkingHours::deserialize(deserializer)?;
    Ok(Some(Hours { zone, windows }))
}

/// What can be read and cannot be meant.
pub(super) fn check(config: &Config) -> Result<(), String> {
    config.people.iter().try_for_each(person)?;
    if config.working_hours.as_ref().is_some_and(|hours| hours.begin(Timestamp::UNIX_EPOCH).is_none()) {
        return Err("working_hours.hours has no hour in it; some are `mon-fri 09:00-18:00`".to_owned());
    }
    match config.policy.in_working_hours.first().filter(|_| config.working_hours.is_none()) {
        Some(severity) => Err(format!(
            "policy.in_working_hours names {severity:?}, and nothing says when those are: add [working_hours]"
        )),
        None => Ok(()),
    }
}

fn person(person: &Person) -> Result<(), String> {
    let id = &person.id;
    match (&person.zone, person.quiet.is_empty()) {
        (None, false) => {
            return Err(format!("people {id:?}: quiet hours need a zone, such as zone = \"Europe/Berlin\""));
        }
        (Some(_), true) => return Err(format!("people {id:?}: a zone without quiet hours says nothing")),
        (None, true) | (Some(_), false) => {}
    }
    if person.quiet_hours().is_some_and(|(_, hours)| hours.end(Timestamp::UNIX_EPOCH).is_none()) {
        return Err(format!(
            "people {id:?}: quiet hours that never end would keep what is not urgent for ever"
        ));
    }
    let without = |urgency| {
        let fits = |way: &super::Way| way.urgency.is_none_or(|only| only == urgency);
        !person.contacts.is_empty() && !person.contacts.iter().any(fits)
    };
    for (urgency, name) in [(Urgency::High, "high"), (Urgency::Low, "low")] {
        if without(urgency) {
            return Err(format!(
                "people {id:?}: no contact is for {name} urgency; add one, or leave `urgency` out of one"
            ));
        }
    }
    Ok(())
}

/// What can be told only with the playbook: the severities that the settings name are its own, and those that wait for working
/// hours are of low urgency.
pub(super) fn agree(plan: &Plan) -> Result<(), (String, String)> {
    let policy = &plan.policy;
    let named = policy.urgency.keys().map(|name| ("policy.urgency", name));
    let named = named.chain(policy.in_working_hours.iter().map(|name| ("policy.in_working_hours", name)));
    for (key, name) in named {
        known(plan, key, name)?;
    }
    let urgent = policy.in_working_hours.iter().filter_map(|name| plan.severity(name));
    match urgent.into_iter().find(|severity| plan.urgency(severity) == Urgency::High) {
        Some(severity) => Err((
            format!(
                "policy.in_working_hours names {severity}, which is of high urgency and waits for nothing"
            ),
            format!("set policy.urgency to {{ {severity} = \"low\" }} if it can wait"),
        )),
        None => Ok(()),
    }
}

/// A severity that the settings name must be the playbook's.
pub(super) fn known(plan: &Plan, key: &str, name: &str) -> Result<(), (String, String)> {
    if plan.severity(name).is_some() {
        return Ok(());
    }
    let names: Vec<String> = plan.severities().into_iter().map(|severity| severity.name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Err((
        format!("{key} names {name:?}, and the playbook has no such severity"),
        super::nearest(name, &names),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(rest: &str) -> Result<(), String> {
        check(&toml::from_str(&format!("playbook = 'p.md'\n{rest}")).map_err(|error| error.to_string())?)
    }

    #[test]
    fn quiet_hours_and_working_hours_are_read() {
        let text = "playbook = 'p.md'\n[working_hours]\nzone = 'Europe/Berlin'\nhours = ['mon-fri 09:00-18:00']\n\
            [[people]]\nid = 'ana'\nname = 'Ana'\nzone = 'Europe/Berlin'\nquiet = ['mon-sun 22:00-07:00']\n\
            contacts = [{ channel = 'handset', address = 'ana', urgency = 'high' }, { channel = 'email', address = 'a@b.test', after_min = 5 }]";
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!(check(&config), Ok(()));
        let roster = config.roster();
        let ana = incident::PersonId("ana".to_owned());
        let night: Timestamp = "2026-01-05T22:00:00Z".parse().unwrap();
        assert!(roster.quiet_hours(&ana).is_some_and(|hours| hours.cover(night)));
        let monday =
            roster.working_hours().and_then(|hours| hours.begin("2026-01-03T12:00:00Z".parse().unwrap()));
        assert_eq!(monday.map(|at| at.to_string()).as_deref(), Some("2026-01-05T08:00:00Z"));
        let low = roster.person(&ana).unwrap().ways(Urgency::Low).count();
        assert_eq!(low, 1, "the handset is for what is urgent");
    }

    #[test]
    fn what_cannot_be_meant_is_told_by_its_key() {
        let person = "[[people]]\nid = 'ana'\nname = 'Ana'\n";
        for (text, words) in [
            (format!("{person}quiet = ['mon-sun 22:00-07:00']"), "need a zone"),
            (format!("{person}zone = 'Europe/Berlin'"), "without quiet hours"),
            (format!("{person}zone = 'Mars/Base'\nquiet = ['mon 22:00-07:00']"), "no time zone"),
            (format!("{person}zone = 'UTC'\nquiet = ['22-7']"), "are no hours"),
            (format!("{person}zone = 'UTC'\nquiet = ['mon-sun 00:00-24:00']"), "never end"),
            (
                format!("{person}contacts = [{{ channel = 'handset', address = 'a', urgency = 'high' }}]"),
                "no contact is for low urgency",
            ),
            (
                format!("{person}contacts = [{{ channel = 'handset', address = 'a', urgency = 'mid' }}]"),
                "mid",
            ),
            ("[working_hours]\nzone = 'UTC'\nhours = []".to_owned(), "no hour in it"),
            ("[policy]\nin_working_hours = ['P2']".to_owned(), "add [working_hours]"),
            ("[policy]\nurgency = { P2 = 'lowish' }".to_owned(), "lowish"),
        ] {
            let said = said(&text).unwrap_err();
            assert!(said.contains(words), "{text}: {said}");
        }
    }

    #[test]
    fn severities_must_be_the_playbooks_and_what_waits_must_be_able_to() {
        let plan = |text: &str| {
            let text = format!("playbook = 'p.md'\n[policy]\n{text}");
            toml::from_str::<Config>(&text).unwrap().plan(playbook::Playbook::default())
        };
        for (text, words) in [
            ("urgency = { P9 = 'low' }", "policy.urgency names \"P9\""),
            ("in_working_hours = ['P22']", "policy.in_working_hours names \"P22\""),
            ("in_working_hours = ['P1']", "P1, which is of high urgency"),
        ] {
            let said = plan(text).unwrap_err().to_string();
            assert!(said.contains(words), "{text}: {said}");
        }
        assert!(plan("urgency = { p2 = 'low' }\nin_working_hours = ['P2']").is_ok());
    }
}
