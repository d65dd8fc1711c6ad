//! Values that can be read and cannot be meant: each is told by its key and its bounds before the server starts.

use super::{Config, RunnerSettings};
use core::ops::RangeInclusive;
use playbook::Approval;
use reqwest::Url;

/// No pause of a policy is longer: a year.
const MINUTES_MAX: u32 = 365 * 24 * 60;

/// An agent is heard every ten seconds when all is well; with less than this a single slow answer would lose its runs.
const AGENT_AWAY_S_MIN: u32 = 12;

/// How often the dead man's switch may be held, in seconds.
const SWITCH_S: RangeInclusive<u64> = 1..=24 * 60 * 60;

/// No command is given longer: a day.
const RUN_SECONDS_MAX: u64 = 24 * 60 * 60;
/// With less memory a shell and its tools do not start.
const RUN_MIB_MIN: u64 = 64;
/// No run is given more memory or disk: a tebibyte.
const MIB_MAX: u64 = 1 << 20;

/// The first value that cannot be meant, in words.
pub(super) fn check(config: &Config) -> Result<(), String> {
    policy(config)?;
    run(&config.runner)?;
    super::agents::check(config)?;
    two_person(config)?;
    address("console_url", config.console_url.as_deref())?;
    address("status.url", config.status.url.as_deref())?;
    switch(config)?;
    super::hours::check(config)?;
    people(config)
}

/// A service outside is asked as often as its own alarm needs, and no more often than it likes.
fn switch(config: &Config) -> Result<(), String> {
    let Some(switch) = &config.channels.dead_mans_switch else { return Ok(()) };
    within("channels.dead_mans_switch.every_s", switch.every_s, SWITCH_S)?;
    let well = Url::parse(switch.url.reveal()).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    // The address is a secret: it is not repeated.
    if well {
        Ok(())
    } else {
        Err("channels.dead_mans_switch.url begins with neither http nor https".to_owned())
    }
}

pub(super) fn run(runner: &RunnerSettings) -> Result<(), String> {
    let seconds = |name, set: Option<u64>| within(name, set.unwrap_or(1), 1..=RUN_SECONDS_MAX);
    seconds("runner.time_limit_s", runner.time_limit_s)?;
    seconds("runner.follow_limit_s", runner.follow_limit_s)?;
    within("runner.memory_mib_max", runner.memory_mib_max.unwrap_or(RUN_MIB_MIN), RUN_MIB_MIN..=MIB_MAX)?;
    within("runner.scratch_mib_max", runner.scratch_mib_max.unwrap_or(1), 1..=MIB_MAX)?;
    within("runner.processes_max", runner.processes_max.unwrap_or(4), 4..=32_768)?;
    within("runner.open_files_max", runner.open_files_max.unwrap_or(16), 16..=1_048_576)
}

/// Only what needs a word at all can need two.
fn two_person(config: &Config) -> Result<(), String> {
    if !config.policy.two_person.is_empty() || !config.policy.second_word_roles.is_empty() {
        return Err("two_person and second_word_roles stand under [runner], not under [policy]".to_owned());
    }
    match config.runner.two_person.iter().find(|effect| effect.approval() == Approval::NotNeeded) {
        Some(effect) => {
            Err(format!("runner.two_person names {effect:?}, which only looks and needs nobody's word"))
        }
        None => Ok(()),
    }
}

fn policy(config: &Config) -> Result<(), String> {
    let policy = &config.policy;
    if !policy.escalations.is_empty() {
        return Err("escalations stand under [[escalations]], not under [policy]".to_owned());
    }
    let minutes = |name: &str, set| within(name, set, 1..=MINUTES_MAX);
    minutes("policy.acknowledge_lapse_min", policy.acknowledge_lapse_min)?;
    for (severity, lapse) in &policy.acknowledge_lapse_severity_min {
        minutes(&format!("policy.acknowledge_lapse_severity_min.{severity}"), *lapse)?;
    }
    within("policy.acknowledge_reminder_min", policy.acknowledge_reminder_min, 0..=MINUTES_MAX)?;
    minutes("policy.escalation_repeat_min", policy.escalation_repeat_min)?;
    within("policy.update_reminder_min", policy.update_reminder_min, 0..=MINUTES_MAX)?;
    for every in &policy.update_every_min {
        minutes("policy.update_every_min", *every)?;
    }
    within("policy.recovery_watch_min", policy.recovery_watch_min, 0..=MINUTES_MAX)?;
    within("policy.reopen_within_min", policy.reopen_within_min, 0..=MINUTES_MAX)?;
    minutes("policy.approval_valid_min", policy.approval_valid_min)?;
    minutes("policy.approval_shown_min", policy.approval_shown_min)?;
    within("policy.escalation_repeats_max", policy.escalation_repeats_max, 0..=1_000)?;
    within("policy.page_attempts_max", policy.page_attempts_max, 1..=100)?;
    within("policy.agent_away_s", policy.agent_away_s, AGENT_AWAY_S_MIN..=3_600)
}

fn within<T: Copy + PartialOrd + std::fmt::Display>(
    name: &str,
    set: T,
    bounds: RangeInclusive<T>,
) -> Result<(), String> {
    if bounds.contains(&set) {
        return Ok(());
    }
    Err(format!("{name} is {set}; it must be from {} to {}", bounds.start(), bounds.end()))
}

/// Addresses stand in pages' links, so one that is none makes every page useless.
fn address(name: &str, set: Option<&str>) -> Result<(), String> {
    let Some(text) = set else { return Ok(()) };
    let read =
        Url::parse(text).map_err(|error| format!("{name} is {text:?}, which is no address: {error}"))?;
    if matches!(read.scheme(), "http" | "https") && read.query().is_none() && read.fragment().is_none() {
        return Ok(());
    }
    Err(format!("{name} is {text:?}; it must look like https://oncall.example.test"))
}

/// Ids are names to sign in by.
fn people(config: &Config) -> Result<(), String> {
    let mut ids = config.people.iter().map(|person| &person.id);
    match ids.find(|id| !web::auth::is_short_name(id)) {
        Some(id) => Err(format!("the person's id {id:?} must be 1 to 60 letters, digits, or any of - _ . @")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(rest: &str) -> Result<(), String> {
        check(&toml::from_str(&format!("playbook = 'p.md'\n{rest}")).unwrap())
    }

    #[test]
    fn the_defaults_can_be_meant() {
        assert_eq!(said(""), Ok(()));
        assert_eq!(said("console_url = 'https://oncall.example.test/'"), Ok(()));
        assert_eq!(
            said("[policy]\nrecovery_watch_min = 0\nreopen_within_min = 0\nescalation_repeats_max = 0"),
            Ok(())
        );
    }

    #[test]
    fn what_would_never_page_or_never_stop_is_refused_by_its_name() {
        for (text, name) in [
            ("[policy]\npage_attempts_max = 0", "policy.page_attempts_max"),
            ("[policy]\nescalation_repeat_min = 0", "policy.escalation_repeat_min"),
            ("[policy]\nupdate_every_min = [30, 0]", "policy.update_every_min"),
            ("[policy]\nacknowledge_lapse_min = 4294967295", "policy.acknowledge_lapse_min"),
            ("[runner]\ntime_limit_s = 0", "runner.time_limit_s"),
            ("[runner]\nmemory_mib_max = 1", "runner.memory_mib_max"),
            ("[runner]\nprocesses_max = 0", "runner.processes_max"),
            ("[runner]\nopen_files_max = 3", "runner.open_files_max"),
            ("[runner]\nscratch_mib_max = 0", "runner.scratch_mib_max"),
            ("[runner]\ntwo_person = ['reads-world']", "runner.two_person"),
            ("[policy]\ntwo_person = ['destroys']", "under [runner]"),
            ("[policy]\napproval_shown_min = 0", "policy.approval_shown_min"),
            ("[policy]\nagent_away_s = 5", "policy.agent_away_s"),
            ("console_url = 'oncall.example.test'", "console_url"),
            ("[status]\nurl = 'javascript:alert(1)'", "status.url"),
            ("[[people]]\nid = 'a b'\nname = 'A'", "\"a b\""),
        ] {
            let said = said(text).unwrap_err();
            assert!(said.contains(name), "{text}: {said}");
        }
    }
}
