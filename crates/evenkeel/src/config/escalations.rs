//! The setting `escalations`: who is woken one after another, for some severities and services, in place of the playbook's own
//! path.

use super::named::{self, Named, twice};
use super::{Config, hours, nearest};
use incident::{EscalationPolicy, Level, Plan};
use serde::Deserialize;
use serde::de::Deserializer;

/// A path with more levels than these reaches nobody in time.
const LEVELS_MAX: usize = 20;
/// More targets than these are a role or a schedule.
const TARGETS_MAX: usize = 50;
/// No level waits longer: a week.
const AFTER_MIN_MAX: u32 = 7 * 24 * 60;
/// How often a path may begin again.
const REPEAT_MAX: u32 = 1_000;

/// One `[[escalations]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EscalationSetting {
    /// Its name, on the timeline and in answers to "why?".
    name: String,
    /// For these severities; left out: for all that wake somebody.
    #[serde(default)]
    severities: Vec<String>,
    /// For incidents whose alerts have one of these as label `service` or `component`; left out: for all.
    #[serde(default)]
    services: Vec<String>,
    /// Whom to wake, one level after another.
    levels: Vec<LevelSetting>,
    /// How often the path begins again; left out: `policy.escalation_repeats_max`.
    repeat: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelSetting {
    /// Roles, people or schedules.
    targets: Vec<String>,
    /// So many minutes after the level before.
    #[serde(default)]
    after_min: u32,
    /// One of the targets for each incident, in turn, instead of all of them.
    #[serde(default)]
    round_robin: bool,
}

/// Every `[[escalations]]`.
pub(super) fn checked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<EscalationPolicy>, D::Error> {
    named::checked::<EscalationSetting, D>(deserializer)
}

impl Named for EscalationSetting {
    const ONE: &str = "escalation";
    const MANY: &str = "escalations";
    const MAX: usize = 100;
    type Checked = EscalationPolicy;

    fn name(&self) -> &str {
        &self.name
    }

    fn read(self) -> Result<EscalationPolicy, String> {
        if self.levels.is_empty() || self.levels.len() > LEVELS_MAX {
            return Err(format!("it has 1 to {LEVELS_MAX} levels, not {}", self.levels.len()));
        }
        if self.services.iter().chain(&self.severities).any(|name| name.trim().is_empty()) {
            return Err(
                "a severity or a service without a name fits nothing; leave the key out for all".to_owned()
            );
        }
        if self.repeat.is_some_and(|times| times > REPEAT_MAX) {
            return Err(format!("repeat is over {REPEAT_MAX}"));
        }
        let mut elapsed = 0_u32;
        let mut levels = Vec::new();
        for (number, level) in (1_u32..).zip(self.levels) {
            level.check(number).map_err(|why| format!("level {number}: {why}"))?;
            elapsed = elapsed.saturating_add(level.after_min);
            levels.push(Level { targets: level.targets, after_min: elapsed, round_robin: level.round_robin });
        }
        Ok(EscalationPolicy {
            name: self.name,
            severities: self.severities,
            services: self.services,
            levels,
            repeats_max: self.repeat,
        })
    }
}

impl LevelSetting {
    fn check(&self, number: u32) -> Result<(), String> {
        if self.targets.is_empty() || self.targets.len() > TARGETS_MAX {
            return Err(format!("it has 1 to {TARGETS_MAX} targets, not {}", self.targets.len()));
        }
        if let Some(twice) = twice(&self.targets) {
            return Err(format!("{twice:?} is named twice"));
        }
        if self.round_robin && self.targets.len() == 1 {
            return Err("round_robin needs targets to take turns, and there is one".to_owned());
        }
        match (number, self.after_min) {
            (1, 0) | (2.., 1..=AFTER_MIN_MAX) => Ok(()),
            (1, _) => Err("the first level is woken at once; leave after_min out".to_owned()),
            (_, minutes) => Err(format!(
                "after_min is {minutes}; it counts from the level before and must be from 1 to {AFTER_MIN_MAX}"
            )),
        }
    }
}

/// Every target is a role that is bound, a person or a schedule.
pub(super) fn targets(config: &Config) -> Result<(), (String, String)> {
    let roster = config.roster();
    for policy in &config.escalations {
        for target in policy.levels.iter().flat_map(|level| &level.targets) {
            if !roster.knows(target) {
                let people = config.people.iter().map(|person| person.id.as_str());
                let schedules = config.schedules.iter().map(|schedule| schedule.id.as_str());
                let known: Vec<&str> =
                    config.roles.keys().map(String::as_str).chain(people).chain(schedules).collect();
                let why = format!(
                    "escalation {:?} wakes {target:?}, which is no role under [roles], no person and no schedule",
                    policy.name
                );
                return Err((why, nearest(target, &known)));
            }
        }
    }
    Ok(())
}

/// What can be told only with the playbook: the severities are its own.
pub(super) fn agree(plan: &Plan) -> Result<(), (String, String)> {
    for policy in &plan.policy.escalations {
        let key = format!("escalation {:?}", policy.name);
        policy.severities.iter().try_for_each(|name| hours::known(plan, &key, name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rest: &str) -> Result<Config, String> {
        toml::from_str(&format!("playbook = 'p.md'\n{rest}")).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn words_become_an_escalation_with_times_from_the_start() {
        let text = "[[escalations]]\nname = 'storage'\nseverities = ['P1']\nservices = ['Database']\nrepeat = 2\n\
            levels = [{ targets = ['ana', 'ben'], round_robin = true }, { targets = ['Lead'], after_min = 10 }, { targets = ['cto'], after_min = 20 }]";
        let config = read(text).unwrap();
        let [policy] = config.policy().escalations.try_into().unwrap();
        let times: Vec<u32> = policy.levels.iter().map(|level| level.after_min).collect();
        assert_eq!(times, [0, 10, 30]);
        assert!(policy.levels[0].round_robin && !policy.levels[1].round_robin);
        assert_eq!((policy.repeats_max, policy.services), (Some(2), vec!["Database".to_owned()]));
    }

    #[test]
    fn what_cannot_be_meant_is_told_by_its_key() {
        let one = |levels: &str| format!("[[escalations]]\nname = 'a'\nlevels = {levels}");
        for (text, words) in [
            (one("[]"), "1 to 20 levels, not 0"),
            (one("[{ targets = [] }]"), "level 1: it has 1 to 50 targets, not 0"),
            (one("[{ targets = ['a', 'a'] }]"), "named twice"),
            (one("[{ targets = ['a'], after_min = 5 }]"), "the first level is woken at once"),
            (one("[{ targets = ['a'] }, { targets = ['b'] }]"), "level 2: after_min is 0"),
            (one("[{ targets = ['a'], round_robin = true }]"), "round_robin needs targets"),
            (one("[{ target = 'a' }]"), "unknown field `target`"),
            (format!("{}\nrepeat = 1001", one("[{ targets = ['a'] }]")), "repeat is over 1000"),
            (format!("{}\nservices = [' ']", one("[{ targets = ['a'] }]")), "fits nothing"),
            (format!("{0}\n{0}", one("[{ targets = ['a'] }]")), "two escalations have the name \"a\""),
            (one("[{ targets = ['a'] }]").replace("'a'\n", "'a b'\n"), "name must be"),
        ] {
            let said = read(&text).map(|_| ()).unwrap_err();
            assert!(said.contains(words), "{text}: {said}");
        }
    }

    #[test]
    fn targets_must_be_there_and_severities_the_playbooks() {
        let people = "[[people]]\nid = 'ana'\nname = 'Ana'\n[roles]\n'On-call Primary' = ['ana']\n";
        let one = |target: &str, severity: &str| {
            let levels = format!("levels = [{{ targets = ['{target}'] }}]");
            read(&format!("{people}[[escalations]]\nname = 'a'\nseverities = ['{severity}']\n{levels}"))
                .unwrap()
        };
        assert_eq!(targets(&one("@on call primary", "P1")), Ok(()));
        assert_eq!(targets(&one("ana", "P1")), Ok(()));
        let (why, hint) = targets(&one("anna", "P1")).unwrap_err();
        assert!(why.contains("escalation \"a\" wakes \"anna\"") && hint.contains("`ana`"), "{why} {hint}");
        let said = one("ana", "P11").plan(playbook::Playbook::default()).unwrap_err().to_string();
        assert!(said.contains("escalation \"a\" names \"P11\""), "{said}");
        assert!(one("ana", "p1").plan(playbook::Playbook::default()).is_ok());
    }
}
