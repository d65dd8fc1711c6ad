//! Answers "why?" for every page that was sent, and for everybody who was not woken.

use crate::event::{PagePurpose, StopReason};
use crate::path::Level;
use crate::people::{Moment, PersonId, Roster};
use crate::schedule::{Entry, Layer};
use crate::state::{Escalation, Incident, Page, PageState, Status};
use crate::words::clock;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyLine {
    /// About whom.
    pub person: PersonId,
    /// The page's number, when there was one.
    pub page: Option<u32>,
    /// `paged`, `not paged`, `failed`, `withdrawn`, in the ledger's words.
    pub fate: String,
    /// The answer in words.
    pub because: String,
}

/// An answer for every page of the incident, and for everyone in the roster who got none.
#[must_use]
pub fn why(incident: &Incident, now: &Moment<'_>) -> Vec<WhyLine> {
    let roster = now.roster;
    let mut lines: Vec<WhyLine> = incident.pages.iter().map(|page| paged(incident, page, roster)).collect();
    let spared =
        roster.people().filter(|person| !incident.pages.iter().any(|page| page.responder == person.id));
    lines.extend(spared.map(|person| WhyLine {
        person: person.id.clone(),
        page: None,
        fate: "not paged".to_string(),
        because: not_paged(incident, now, &person.id),
    }));
    lines
}

fn paged(incident: &Incident, page: &Page, roster: &Roster) -> WhyLine {
    let (fate, how) = match &page.state {
        PageState::Planned { at } if page.waits.is_some() => {
            let waits = page.waits.as_deref().unwrap_or_default();
            let way = page.channel.name();
            ("not paged yet", format!("{waits}; over {way} at {} unless somebody answers", clock(*at)))
        }
        PageState::Planned { at } => {
            ("planned", format!("over {} at {} unless somebody answers", page.channel.name(), clock(*at)))
        }
        PageState::Pending => ("on its way", format!("attempt {}", page.attempt)),
        PageState::Retrying { at } => {
            let error = page.last_error.as_deref().unwrap_or("it failed");
            ("retrying", format!("{}: {error}; again at {}", page.channel.name(), clock(*at)))
        }
        PageState::Delivered { at } => (
            "paged",
            format!("taken over by {} at {}, attempt {}", page.channel.name(), clock(*at), page.attempt),
        ),
        PageState::Failed { error } => ("failed", format!("{}: {error}", page.channel.name())),
        PageState::Withdrawn => {
            let because = page.withdrawn_because.as_ref().map_or("not needed any more", StopReason::words);
            ("withdrawn", format!("taken back before it went out: {because}"))
        }
    };
    let repeat = match page.possible_repeat {
        0 => String::new(),
        times => format!("; possibly repeated {times} time(s) after a restart"),
    };
    let answer = match page.answer {
        Some(crate::AckIntent::OnIt) => "; answered: on it".to_string(),
        Some(crate::AckIntent::InMinutes(minutes)) => format!("; answered: in {minutes} min"),
        Some(crate::AckIntent::Cannot) => "; answered: cannot".to_string(),
        None => String::new(),
    };
    WhyLine {
        person: page.responder.clone(),
        page: Some(page.number),
        fate: fate.to_string(),
        because: format!(
            "{}{} (decided {}); {how}{repeat}{answer}",
            page.rule,
            reason(incident, page, roster),
            clock(page.decided_at)
        ),
    }
}

/// Why the override was made that put somebody on call for this page; the page itself does not say it.
fn reason(incident: &Incident, page: &Page, roster: &Roster) -> String {
    let path = incident.path();
    let level = usize::try_from(page.level).ok().and_then(|level| path.levels.get(level));
    let level = level.filter(|_| page.purpose == PagePurpose::Escalation);
    let targets = level.into_iter().flat_map(|level| &level.targets);
    let made = targets.flat_map(|target| roster.schedules_of(target)).find_map(|schedule| {
        let (people, entry) = schedule.on_call(page.decided_at);
        schedule.made(entry).filter(|_| people.contains(&page.responder))
    });
    made.map(|made| format!("; {}'s reason for it: {}", made.by, made.reason)).unwrap_or_default()
}

fn not_paged(incident: &Incident, now: &Moment<'_>, person: &PersonId) -> String {
    let severity = incident.severity();
    let path = incident.path();
    let levels = &path.levels;
    // Of an incident that is over, who was on call when it ended.
    let at = if incident.status == Status::Resolved { incident.updated_at } else { now.at };
    let holds = |target: &String| now.roster.holders(target, at).iter().any(|holder| holder.id == *person);
    let held = |level: &Level| level.targets.iter().any(holds);
    let Some((number, level)) = levels.iter().enumerate().find(|(_, level)| held(level)) else {
        return match incident.plan.ticket(&severity) {
            Some(ticket) if levels.is_empty() => format!("{severity} wakes nobody: {ticket}"),
            Some(_) | None => holds_none(incident, now.roster, at, person),
        };
    };
    let place = format!("{} is level {} of {severity}{}", level.name(), number + 1, path.said());
    let at_level =
        |page: &&Page| page.purpose == PagePurpose::Escalation && usize::try_from(page.level) == Ok(number);
    let anybody = incident.pages.iter().rfind(at_level).filter(|_| level.round_robin);
    let ended = match (&incident.status, &incident.acknowledged, &incident.escalation) {
        _ if now.roster.person(person).is_some_and(|person| person.contacts.is_empty()) => {
            format!("{person} has no way to be reached")
        }
        _ if anybody.is_some() => {
            let whose = anybody.map_or("somebody else", |page| page.responder.0.as_str());
            format!(
                "they share it, each as often as the others over many incidents; for this one {whose} was chosen"
            )
        }
        (Status::Resolved, _, _) => "the incident was resolved before that level was reached".to_string(),
        (_, Some(holder), _) => {
            format!("{} had it from {}, before that level was reached", holder.by, clock(holder.at))
        }
        (_, None, Escalation::Waiting { level: at, .. })
            if usize::try_from(*at).is_ok_and(|at| number <= at) =>
        {
            let what = incident.pages.iter().find(at_level).map_or("passed over", |_| "reached");
            format!("that level was {what} before {person} held it")
        }
        (_, None, Escalation::Waiting { next_due: Some(due), level: at, .. }) => {
            let levels_between = number.saturating_sub(usize::try_from(*at).unwrap_or(0)).saturating_sub(1);
            match levels_between {
                0 => format!("woken at {} unless somebody answers before", clock(*due)),
                more => format!("{more} level(s) come first, the next at {}", clock(*due)),
            }
        }
        (_, None, Escalation::Resting { level: first, .. })
            if usize::try_from(*first).is_ok_and(|first| number < first) =>
        {
            format!("that level was reached before {person} held it")
        }
        (_, None, Escalation::Resting { why, .. }) => why.clone(),
        (_, None, Escalation::Unpaged { why, .. }) => why.clone(),
        (_, None, Escalation::Exhausted { .. }) => {
            format!("every level was woken as often as the limit allows before {person} held it")
        }
        (_, None, _) => "the escalation stopped before that level was reached".to_string(),
    };
    format!("{place}; {ended}")
}

/// No role at all, or one that is somebody else's turn.
fn holds_none(incident: &Incident, roster: &Roster, at: Timestamp, person: &PersonId) -> String {
    let severity = incident.severity();
    let path = incident.path();
    let targets = path.levels.iter().flat_map(|level| &level.targets);
    let in_turn = targets.flat_map(|target| roster.schedules_of(target)).find(|schedule| {
        let turns = schedule.layers.iter().flat_map(Layer::people);
        let overrides = schedule.overrides.iter().flat_map(|one| &one.people);
        turns.chain(overrides).any(|id| id == person)
    });
    match in_turn {
        Some(schedule) => {
            let by = match schedule.on_call(at).1 {
                entry @ Entry::Override(_) => format!(" by {}", schedule.told_with_reason(entry)),
                Entry::Layer(_) | Entry::Nobody => String::new(),
            };
            format!("is in the schedule {:?}, and it is somebody else's turn{by}", schedule.name)
        }
        None => format!("holds no role on the {severity} path{}", path.said()),
    }
}
