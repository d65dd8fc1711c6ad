//! One level is woken: a page over each way of everybody there, and the time of the next level.

use super::escalate::small;
use super::page::{self, Reason};
use super::whom::{self, Whom};
use super::{Draft, checklist, rest};
use crate::event::{EventKind, PagePurpose, Reaching};
use crate::later::later;
use crate::path::EscalationPath;
use crate::people::PersonId;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::{SignedDuration, Timestamp};

/// One level and everybody it wakes.
pub(super) struct Wake<'a> {
    pub(super) path: &'a EscalationPath,
    pub(super) number: usize,
    pub(super) round: u32,
    pub(super) rule: String,
    pub(super) whom: Whom,
}

pub(super) fn wake(draft: &mut Draft<'_>, wake: Wake<'_>) {
    let next_due = next_due(draft, &wake);
    let target = wake.whom.targets.join(", ");
    draft.push_own(EventKind::LevelReached(Reaching {
        round: wake.round,
        level: small(wake.number),
        target: target.clone(),
        policy: wake.path.policy.clone(),
        rule: wake.rule.clone(),
        next_due: Some(next_due),
    }));
    let reason = Reason {
        level: small(wake.number),
        rule: format!("{target}: {}", wake.rule),
        purpose: PagePurpose::Escalation,
    };
    for (responder, contact) in wake.whom.ways {
        if !rest::waits_already(draft, &responder, &contact) {
            let page = page::decided(draft, responder, contact, &reason);
            draft.push_own(page);
        }
    }
    if wake.number > 0 {
        checklist::tick_about(draft, &["escalat"], "the next level was woken");
    }
}

/// When the next level is due. While nobody of the whole path is told because of quiet hours, no time passes: the level has its
/// usual wait from when the first of its people is told, unless those of a later one are told before that.
fn next_due(draft: &Draft<'_>, wake: &Wake<'_>) -> Timestamp {
    let wait = wait_after(draft, wake);
    let usual = later(draft.now.at, wait);
    let here = wake.whom.ways.iter().map(|(person, _)| person);
    let Some(told) = told_from(draft, here) else { return usual };
    let elsewhere = |from: usize| {
        wake.path.levels.iter().skip(from).flat_map(|level| whom::on(draft, level)).collect::<Vec<_>>()
    };
    let of_path = elsewhere(0);
    if !of_path.is_empty() && told_from(draft, of_path.iter()).is_none() {
        return usual;
    }
    let own = later(told, wait);
    let others = elsewhere(wake.number.saturating_add(1));
    let sooner = told_from(draft, others.iter()).filter(|at| *at < told);
    sooner.map_or(own, |at| own.min(at.max(usual)))
}

/// When the first of these people is told, if none of them is told now.
fn told_from<'a>(draft: &Draft<'_>, people: impl Iterator<Item = &'a PersonId>) -> Option<Timestamp> {
    let times: Option<Vec<Timestamp>> = people.map(|person| rest::quiet_until(draft, person)).collect();
    times?.into_iter().min()
}

/// How long a level has before the next: the difference of their times, or the wait before the path begins again.
fn wait_after(draft: &Draft<'_>, wake: &Wake<'_>) -> SignedDuration {
    let here = wake.path.levels.get(wake.number).map(|level| level.after_min);
    let next = wake.path.levels.get(wake.number + 1).map(|level| level.after_min);
    let minutes = match (here, next) {
        (Some(here), Some(next)) => next.saturating_sub(here),
        (Some(_) | None, None | Some(_)) => repeat_min(draft),
    };
    SignedDuration::from_mins(i64::from(minutes))
}

/// The rest before a path is begun again, in minutes.
pub(super) fn repeat_min(draft: &Draft<'_>) -> u32 {
    draft.incident.plan.policy.escalation_repeat_min.max(1)
}
