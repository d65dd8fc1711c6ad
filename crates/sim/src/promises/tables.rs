//! What the state of an incident asks for, and whether anything holds it.

use super::UNDER_WAY_MAX_MS;
use crate::team::PLAN;
use crate::time::Time;
use engine::ports::{ClaimedWork, Schedule};
use incident::{Escalation, Incident, Page, PageState, Run, Silence, Status, TimerKey, Work};
use playbook::Approval;

/// An alert that is held back by a silence that is over.
pub(super) fn held_by_nothing(incident: &Incident, active: &[Silence]) -> Option<String> {
    let hold = incident.hold.as_ref().filter(|_| incident.status == Status::Held)?;
    let holds = active.iter().any(|silence| silence.id.to_string() == hold.silence);
    (!holds).then(|| format!("{} is held back by {}, which is over", incident.id, hold.silence))
}

/// Whether a run needs nobody's word, or has it of a person.
pub(super) fn has_word(run: &Run) -> bool {
    let needed = PLAN.policy.approval(run.request.effect) == Approval::Needed;
    !needed || run.approved_by.as_ref().is_some_and(|by| by.person().is_some())
}

/// What an incident's state asks for and no row holds.
pub(super) fn missing(incident: &Incident, timers: &[Schedule], work: &[ClaimedWork]) -> Option<String> {
    let id = incident.id;
    let set = |key: TimerKey| timers.iter().any(|timer| timer.key == key);
    let held = |wanted: Work| work.iter().any(|row| row.work == wanted);
    let open = incident.status == Status::Open;
    let escalating = match incident.escalation {
        Escalation::Waiting { .. } | Escalation::Resting { .. } | Escalation::Unpaged { .. } => true,
        Escalation::Idle | Escalation::Exhausted { .. } | Escalation::Stopped => false,
    };
    if incident.status == Status::Held && !set(TimerKey::Hold) {
        return Some(format!("{id} is held back and no timer is set"));
    }
    if open && incident.acknowledged.is_none() && escalating && !set(TimerKey::Escalation) {
        return Some(format!("{id} escalates and no timer is set: {:?}", incident.escalation));
    }
    if open && incident.acknowledged.is_some() && !set(TimerKey::Acknowledgement) {
        return Some(format!("{id} is acknowledged and no timer is set"));
    }
    if open && incident.recovery.is_some() && !set(TimerKey::Recovery) {
        return Some(format!("the recovery of {id} is watched and no timer is set"));
    }
    for page in &incident.pages {
        let number = page.number;
        match page.state {
            PageState::Pending if !held(Work::Page(number)) => {
                return Some(format!("page {number} of {id} is on its way and nobody holds it"));
            }
            PageState::Retrying { .. } | PageState::Planned { .. } if !set(TimerKey::PageRetry(number)) => {
                return Some(format!("page {number} of {id} is to be tried again and no timer is set"));
            }
            _ => {}
        }
    }
    incident.runs.iter().find_map(|run| {
        let number = run.number;
        let waits = run.is_under_way() && !run.waits_for_looks && !held(Work::Run(number));
        waits.then(|| format!("run {number} of {id} is {:?} and nobody holds it", run.state))
    })
}

/// What still waits though it had time enough.
pub(super) fn waits_for_nobody(incident: &Incident, now: i64) -> Option<String> {
    let id = incident.id;
    let idle = incident.status == Status::Open
        && incident.acknowledged.is_none()
        && match incident.escalation {
            Escalation::Idle => true,
            Escalation::Stopped => incident.action_items.is_empty(),
            Escalation::Waiting { .. }
            | Escalation::Resting { .. }
            | Escalation::Exhausted { .. }
            | Escalation::Unpaged { .. } => false,
        };
    if idle {
        return Some(format!("{id} is open and nobody is asked for: {:?}", incident.escalation));
    }
    let long_ago = Time::at(now - UNDER_WAY_MAX_MS);
    // From when it was to go out: what waited for a later way or for the morning was decided long before.
    let old_page = |page: &&Page| page.state == PageState::Pending && page.due_at < long_ago;
    let page = incident.pages.iter().find(old_page);
    if let Some(page) = page {
        return Some(format!("page {} of {id} is still on its way", page.number));
    }
    let old_run = |run: &&Run| run.is_under_way() && run.asked_at < long_ago;
    let run = incident.runs.iter().find(old_run);
    run.map(|run| format!("run {} of {id} is still {:?}", run.number, run.state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use incident::{Channel, Event, EventKind, IncidentId, PageDecision, PagePurpose, PersonId, evolve};
    use std::sync::Arc;

    const HOUR_MS: i64 = 3_600_000;

    /// A page that was decided at the beginning of time and goes out two hours later.
    fn waited_two_hours() -> Incident {
        let decided = EventKind::PageDecided(PageDecision {
            page: 1,
            responder: PersonId("ana".into()),
            channel: Channel::Email,
            address: "ana".into(),
            level: 0,
            rule: String::new(),
            purpose: PagePurpose::Escalation,
            not_before: Some(Time::at(2 * HOUR_MS)),
            waits: Some("quiet hours".into()),
        });
        let events = [(0, decided), (2 * HOUR_MS, EventKind::PageDue { page: 1 })];
        let new = Incident::new(IncidentId::from_parts(1, 1), Arc::clone(&PLAN));
        events.into_iter().fold(new, |incident, (ms, kind)| {
            evolve(incident, &Event { at: Time::at(ms), by: incident::Actor::System, kind })
        })
    }

    /// Seed 335949: a story that ended in the second in which a page went out that had waited for the end of quiet hours.
    #[test]
    fn a_page_is_under_way_from_when_it_was_to_go_out() {
        let incident = waited_two_hours();
        assert_eq!(waits_for_nobody(&incident, 2 * HOUR_MS + 616), None);
        let late = waits_for_nobody(&incident, 2 * HOUR_MS + UNDER_WAY_MAX_MS + 1);
        assert!(late.is_some_and(|how| how.ends_with("is still on its way")));
    }
}
