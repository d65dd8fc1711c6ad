//! The escalation: every level with its time, and every page with where it stands.

use super::Room;
use crate::view::{Tag, Until, When};
use incident::{AckIntent, Escalation, Incident, Page, PagePurpose, PageState, Status};
use jiff::SignedDuration;

/// The escalation.
pub(crate) struct Ladder {
    pub(crate) state: Tag,
    pub(crate) next: Option<Until>,
    pub(crate) round: Option<u32>,
    pub(crate) levels: Vec<LevelView>,
    pub(crate) pages: Vec<PageView>,
    pub(crate) ticket: Option<String>,
    /// The escalation of the settings, where it is not the playbook's own.
    pub(crate) policy: Option<String>,
}

/// One level.
pub(crate) struct LevelView {
    pub(crate) after: String,
    pub(crate) target: String,
    pub(crate) people: Vec<String>,
    pub(crate) class: &'static str,
    pub(crate) due: Option<Until>,
}

/// One page.
pub(crate) struct PageView {
    pub(crate) responder: String,
    pub(crate) channel: &'static str,
    pub(crate) handset: Option<String>,
    pub(crate) at: When,
    pub(crate) purpose: Option<&'static str>,
    pub(crate) state: Tag,
    pub(crate) answer: Option<Tag>,
    pub(crate) attempts: u32,
    pub(crate) repeat: bool,
}

impl Ladder {
    pub(super) fn new(room: &Room<'_>) -> Self {
        let incident = room.incident;
        let (next, round) = match &incident.escalation {
            Escalation::Waiting { next_due, round, .. } => {
                (next_due.map(|due| Until::at(due, room.frame.now)), Some(round + 1))
            }
            Escalation::Resting { until, round, .. } => {
                (Some(Until::at(*until, room.frame.now)), Some(round + 1))
            }
            Escalation::Idle
            | Escalation::Exhausted { .. }
            | Escalation::Unpaged { .. }
            | Escalation::Stopped => (None, None),
        };
        Self {
            state: state(incident),
            next,
            round: round.filter(|round| *round > 1),
            levels: levels(room),
            pages: incident.pages.iter().rev().map(page_view).collect(),
            policy: incident.path().policy,
            ticket: incident.plan.ticket(&incident.severity()).map(ToOwned::to_owned),
        }
    }
}

fn state(incident: &Incident) -> Tag {
    match (&incident.escalation, incident.status) {
        (Escalation::Waiting { .. }, _) => Tag::warn("waits for an answer"),
        (Escalation::Resting { why, .. }, _) => Tag::info(why.clone()),
        (Escalation::Exhausted { .. }, _) => Tag::loud("everybody was woken, nobody answered"),
        (Escalation::Unpaged { .. }, _) => Tag::loud("UNPAGED"),
        (Escalation::Stopped, Status::Resolved) => Tag::plain("over"),
        (Escalation::Stopped, Status::New | Status::Held | Status::Passed | Status::Open)
            if incident.acknowledged.is_some() =>
        {
            Tag::good("answered")
        }
        (Escalation::Stopped, Status::New | Status::Held | Status::Passed | Status::Open) => {
            Tag::plain("stopped")
        }
        (Escalation::Idle, _) => Tag::plain("wakes nobody"),
    }
}

fn levels(room: &Room<'_>) -> Vec<LevelView> {
    let incident = room.incident;
    let path = incident.path();
    let levels = path.levels;
    let of_levels = incident.pages.iter().filter(|page| page.purpose == PagePurpose::Escalation);
    let reached = of_levels.map(|page| (page.round, page.level));
    let last_round = reached.clone().map(|(round, _)| round).max().unwrap_or(0);
    let last_level = match &incident.escalation {
        Escalation::Waiting { level, .. } => Some(*level),
        Escalation::Idle
        | Escalation::Resting { .. }
        | Escalation::Exhausted { .. }
        | Escalation::Unpaged { .. }
        | Escalation::Stopped => {
            reached.filter(|(round, _)| *round == last_round).map(|(_, level)| level).max()
        }
    };
    let times: Vec<u32> = levels.iter().map(|level| level.after_min).collect();
    let view = |(number, level): (u32, incident::Level)| LevelView {
        after: format!("{} min", level.after_min),
        people: holders(room, &level),
        target: if level.round_robin { format!("in turn: {}", level.name()) } else { level.name() },
        class: if last_level.is_some_and(|last| number <= last) { "reached" } else { "" },
        due: due(room, number, &times),
    };
    let mut views: Vec<LevelView> = (0_u32..).zip(levels).map(view).collect();
    if let Some(next) = views.iter_mut().find(|level| level.due.is_some()) {
        next.class = "next";
    }
    views
}

/// Everybody who holds a target of a level, each once.
fn holders(room: &Room<'_>, level: &incident::Level) -> Vec<String> {
    let holders = level.targets.iter().flat_map(|target| room.roster.holders(target, room.frame.now));
    let mut names: Vec<String> = Vec::new();
    for person in holders {
        if !names.contains(&person.name) {
            names.push(person.name.clone());
        }
    }
    names
}

/// When a level is due, while the escalation climbs: those after the next one by how long after it they come.
fn due(room: &Room<'_>, number: u32, times: &[u32]) -> Option<Until> {
    let time = |number: u32| usize::try_from(number).ok().and_then(|number| times.get(number)).copied();
    match &room.incident.escalation {
        Escalation::Waiting { level, next_due: Some(due), .. } if number > *level => {
            let minutes = time(number)?.saturating_sub(time(level.saturating_add(1))?);
            let at = incident::later(*due, SignedDuration::from_mins(i64::from(minutes)));
            Some(Until::at(at, room.frame.now))
        }
        Escalation::Resting { level, until, .. } if number == *level => {
            Some(Until::at(*until, room.frame.now))
        }
        Escalation::Waiting { .. }
        | Escalation::Resting { .. }
        | Escalation::Idle
        | Escalation::Exhausted { .. }
        | Escalation::Unpaged { .. }
        | Escalation::Stopped => None,
    }
}

fn page_view(page: &Page) -> PageView {
    let is_handset = page.channel == incident::Channel::Handset;
    PageView {
        responder: page.responder.to_string(),
        channel: page.channel.name(),
        handset: is_handset.then(|| page.address.clone()),
        at: When::clock(page.decided_at),
        purpose: match page.purpose {
            PagePurpose::Escalation => None,
            PagePurpose::Reminder => Some("a reminder"),
            PagePurpose::Help => Some("asked to help"),
            PagePurpose::Update => Some("asked for the update"),
            PagePurpose::HandOver => Some("asked to take it"),
        },
        state: match &page.state {
            PageState::Planned { at } => Tag::plain(match &page.waits {
                Some(waits) => format!("not yet: {waits}"),
                None => format!("at {}", incident::words::clock(*at)),
            }),
            PageState::Pending => Tag::info("on its way"),
            PageState::Retrying { at } => Tag::warn(format!("again at {}", incident::words::clock(*at))),
            PageState::Delivered { .. } => Tag::good("delivered"),
            PageState::Failed { error } => Tag::bad(format!("failed: {error}")),
            PageState::Withdrawn => Tag::plain("not needed any more"),
        },
        answer: page.answer.map(answer),
        attempts: page.attempt,
        repeat: page.possible_repeat > 0,
    }
}

fn answer(intent: AckIntent) -> Tag {
    match intent {
        AckIntent::OnIt => Tag::good("on it"),
        AckIntent::InMinutes(minutes) => Tag::info(format!("in {minutes} min")),
        AckIntent::Cannot => Tag::warn("cannot"),
    }
}
