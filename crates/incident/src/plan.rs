//! The plan that an incident pins when it opens: the compiled playbook and the settings read beside it.

use crate::path::{EscalationPolicy, Level};
use crate::people::{Moment, PersonId};
use crate::place::Serves;
use crate::severity::{Severity, Urgency};
use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use jiff::SignedDuration;
use playbook::{Approval, CheckKind, DelayBasis, Effect, Playbook, StepKind};
use serde::{Deserialize, Serialize};

/// How the delays of an escalation path are read where the playbook does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DelayReading {
    /// Each delay counts from the page before it: `A → (5 min) → B → (10 min) → C` wakes C at 15 minutes.
    #[default]
    PerHop,
    /// Each delay counts from the start: the same path wakes C at 10 minutes.
    FromStart,
}

/// What the playbook leaves open, as set by the team. Minutes throughout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// How the delays of the escalation path are read where the playbook does not say.
    pub escalation_delays: DelayReading,
    /// The playbook's severity for each word that alert sources use.
    pub severity_map: BTreeMap<String, String>,
    /// The severity of an alert whose word is not known; empty for the playbook's second worst.
    pub unknown_severity: String,
    /// How urgent severities are, by name; where it is not said, what wakes somebody is of high urgency.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub urgency: BTreeMap<String, Urgency>,
    /// Severities of low urgency that wake nobody before the team's working hours begin, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub in_working_hours: Vec<String>,
    /// An acknowledgement without news lapses after this long.
    pub acknowledge_lapse_min: u32,
    /// The same for severities of their own, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub acknowledge_lapse_severity_min: BTreeMap<String, u32>,
    /// So long before it lapses whoever has it is asked whether they still do; 0 for not at all.
    pub acknowledge_reminder_min: u32,
    /// After the last level has been paged, the path begins again after this long.
    pub escalation_repeat_min: u32,
    /// How often the path begins again before the incident stands as unanswered.
    pub escalation_repeats_max: u32,
    /// Escalations beside the playbook's own, the first that fits counts; set under `[[escalations]]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub escalations: Vec<EscalationPolicy>,
    /// A status update is due this long after the last one, by severity rank; the last entry serves all that follow.
    pub update_every_min: Vec<u32>,
    /// So long before an update is due whoever tells people is paged, and again when it does not come; 0 for not at all.
    pub update_reminder_min: u32,
    /// How long recovery is watched when the playbook does not say.
    pub recovery_watch_min: u32,
    /// An alert that fires again within this long after resolution reopens its incident.
    pub reopen_within_min: u32,
    /// An approved command that has not begun within this long waits for a word again.
    pub approval_valid_min: u32,
    /// Commands that only look wait for a person's word, too: where they cannot be confined, or where a team wants it so.
    pub looks_need_word: bool,
    /// A word counts for what was shown at most this long before.
    pub approval_shown_min: u32,
    /// What needs the word of two people, by what a command can do; set under `[runner]`.
    pub two_person: Vec<Effect>,
    /// Who may give the second word, by the playbook's roles; empty: whoever can be woken. Set under `[runner]`.
    pub second_word_roles: Vec<String>,
    /// How often one page is tried on one channel.
    pub page_attempts_max: u32,
    /// An agent that was not heard for so many seconds is away: what it had not taken does not begin, what it had is lost.
    pub agent_away_s: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            escalation_delays: DelayReading::PerHop,
            severity_map: BTreeMap::new(),
            unknown_severity: String::new(),
            urgency: BTreeMap::new(),
            in_working_hours: Vec::new(),
            acknowledge_lapse_min: 60,
            acknowledge_lapse_severity_min: BTreeMap::new(),
            acknowledge_reminder_min: 5,
            escalation_repeat_min: 15,
            escalation_repeats_max: 5,
            escalations: Vec::new(),
            update_every_min: [30, 60, 240].to_vec(),
            update_reminder_min: 10,
            recovery_watch_min: 5,
            reopen_within_min: 30,
            approval_valid_min: 15,
            looks_need_word: false,
            approval_shown_min: 5,
            two_person: Vec::new(),
            second_word_roles: Vec::new(),
            page_attempts_max: 6,
            agent_away_s: 45,
        }
    }
}

impl Policy {
    /// How long an acknowledgement without news lasts at a severity.
    #[must_use]
    pub fn acknowledge_lapse(&self, severity: &Severity) -> SignedDuration {
        let own = self
            .acknowledge_lapse_severity_min
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&severity.name));
        let minutes = own.map_or(self.acknowledge_lapse_min, |(_, minutes)| *minutes);
        SignedDuration::from_mins(i64::from(minutes.max(1)))
    }

    /// Whether a command that can do this needs a person's word before it runs.
    #[must_use]
    pub fn approval(&self, effect: Effect) -> Approval {
        if self.looks_need_word { Approval::Needed } else { effect.approval() }
    }

    /// Whether a command that can do this needs the word of two people. What nobody knows is treated as what destroys.
    #[must_use]
    pub fn needs_two(&self, effect: Effect) -> bool {
        let named = |effect| self.two_person.contains(&effect);
        named(effect) || (effect == Effect::Unknown && named(Effect::Destroys))
    }

    /// Whether this person may give the second word at this instant: whoever holds one of the roles, or whoever can be
    /// woken where no role is named. An override that somebody made gives nobody the right: anybody who answers may make one.
    #[must_use]
    pub fn may_confirm(&self, person: &PersonId, now: &Moment<'_>) -> bool {
        let holds =
            |role: &String| now.roster.holders_as_set(role, now.at).iter().any(|holder| holder.id == *person);
        now.roster.person(person).is_some()
            && (self.second_word_roles.is_empty() || self.second_word_roles.iter().any(holds))
    }
}

/// The compiled playbook and the settings read beside it; pinned by digest when an incident opens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The digest of playbook and settings together.
    pub digest: String,
    /// What the team wrote.
    pub playbook: Playbook,
    /// What the team set beside it.
    pub policy: Policy,
    /// The names of the variables that the environment of a run gives; never their values.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub given: BTreeSet<String>,
    /// What each agent is for, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub agents: BTreeMap<String, Serves>,
}

/// The field's usual words, worst first, for a playbook without a severity matrix.
const HOUSE_SEVERITIES: [&str; 4] = ["P0", "P1", "P2", "P3"];

impl Plan {
    /// The severities, worst first: the playbook's, or the house's when it has none.
    #[must_use]
    pub fn severities(&self) -> Vec<Severity> {
        let name = |(rank, name): (usize, &str)| Severity {
            rank: u8::try_from(rank).unwrap_or(u8::MAX),
            name: name.to_owned(),
        };
        if self.playbook.severities.is_empty() {
            return HOUSE_SEVERITIES.into_iter().enumerate().map(name).collect();
        }
        self.playbook.severities.iter().map(|row| row.name.as_str()).enumerate().map(name).collect()
    }

    /// A severity by name, ignoring case.
    #[must_use]
    pub fn severity(&self, name: &str) -> Option<Severity> {
        self.severities().into_iter().find(|severity| severity.name.eq_ignore_ascii_case(name.trim()))
    }

    /// The severity for a source's word, or `None` when nobody has said what the word means.
    #[must_use]
    pub fn severity_for_word(&self, word: &str) -> Option<Severity> {
        let word = word.trim();
        let mapped = self.policy.severity_map.iter().find(|(from, _)| from.eq_ignore_ascii_case(word));
        if let Some((_, name)) = mapped {
            return self.severity(name);
        }
        self.severity(word).or_else(|| self.house_word(word))
    }

    /// The severity for an alert that names none, or one that nobody knows: it must still wake someone.
    #[must_use]
    pub fn unknown_severity(&self) -> Severity {
        let all = self.severities();
        self.severity(&self.policy.unknown_severity)
            .or_else(|| all.get(1).or(all.first()).cloned())
            .unwrap_or(Severity { rank: 0, name: "P0".to_owned() })
    }

    /// The words that monitoring programs share, read as ranks.
    fn house_word(&self, word: &str) -> Option<Severity> {
        let rank = match word.to_ascii_lowercase().as_str() {
            "emergency" | "disaster" | "sev0" | "s0" | "p0" => 0,
            "critical" | "page" | "high" | "error" | "sev1" | "s1" | "p1" => 1,
            "warning" | "warn" | "medium" | "average" | "sev2" | "s2" | "p2" => 2,
            "info" | "low" | "notice" | "none" | "sev3" | "s3" | "p3" => 3,
            _ => return None,
        };
        let all = self.severities();
        all.get(rank).or(all.last()).cloned()
    }

    /// The playbook's escalation path of a severity with times from the start: its own, or the one for all that have none.
    /// `None`: the playbook has no path for it.
    #[must_use]
    pub fn levels(&self, severity: &Severity) -> Option<Vec<Level>> {
        let own = self.playbook.escalation.iter().find(|(name, _)| name.eq_ignore_ascii_case(&severity.name));
        let otherwise = &self.playbook.escalation_otherwise;
        let hops = own.map(|(_, hops)| hops).or((!otherwise.is_empty()).then_some(otherwise))?;
        let mut elapsed = 0_u32;
        let levels = hops.iter().map(|hop| {
            elapsed = match (hop.counted, self.policy.escalation_delays) {
                (DelayBasis::Previous, _) | (DelayBasis::Unsaid, DelayReading::PerHop) => {
                    elapsed.saturating_add(hop.delay_min)
                }
                (DelayBasis::Start, _) | (DelayBasis::Unsaid, DelayReading::FromStart) => {
                    elapsed.max(hop.delay_min)
                }
            };
            Level::one(&hop.target, elapsed)
        });
        Some(levels.collect())
    }

    /// How urgent a severity is: as set, else high unless a ticket is filed in place of waking somebody.
    #[must_use]
    pub fn urgency(&self, severity: &Severity) -> Urgency {
        let set = self.policy.urgency.iter().find(|(name, _)| name.eq_ignore_ascii_case(&severity.name));
        let wakes = self.levels(severity).is_some_and(|levels| !levels.is_empty())
            || self.policies_for(severity).next().is_some();
        match set {
            Some((_, urgency)) => *urgency,
            None if wakes || self.ticket(severity).is_none() => Urgency::High,
            None => Urgency::Low,
        }
    }

    /// Whether a severity waits for working hours: never one of high urgency.
    #[must_use]
    pub fn waits_for_working_hours(&self, severity: &Severity) -> bool {
        let named = self.policy.in_working_hours.iter().any(|name| name.eq_ignore_ascii_case(&severity.name));
        named && self.urgency(severity) == Urgency::Low
    }

    /// What is filed instead of waking someone, for a severity that wakes nobody.
    #[must_use]
    pub fn ticket(&self, severity: &Severity) -> Option<&str> {
        let tickets = &self.playbook.escalation_tickets;
        let ticket = tickets.iter().find(|(name, _)| name.eq_ignore_ascii_case(&severity.name));
        ticket.map(|(_, text)| text.as_str())
    }

    /// How long after one status update the next is due.
    #[must_use]
    pub fn update_every(&self, severity: &Severity) -> SignedDuration {
        let table = &self.policy.update_every_min;
        let minutes = table.get(usize::from(severity.rank)).or(table.last()).copied().unwrap_or(60);
        SignedDuration::from_mins(i64::from(minutes.max(1)))
    }

    /// How long recovery is watched: the runbook's own time, else the setting.
    #[must_use]
    pub fn recovery_watch(&self, runbook: Option<&str>) -> SignedDuration {
        let steps = runbook.and_then(|id| self.playbook.runbook(id)).map(|runbook| runbook.steps.as_slice());
        let watch = steps.unwrap_or_default().iter().filter(|step| step.kind == StepKind::Verify);
        let minutes = watch.flat_map(|step| &step.checks).find_map(|check| match check.kind {
            CheckKind::Watch { minutes } => Some(minutes),
            CheckKind::HttpStatus { .. }
            | CheckKind::Threshold { .. }
            | CheckKind::Range { .. }
            | CheckKind::Words => None,
        });
        SignedDuration::from_mins(i64::from(minutes.unwrap_or(self.policy.recovery_watch_min)))
    }
}
