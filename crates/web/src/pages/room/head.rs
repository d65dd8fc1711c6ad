//! The room's head: severity, status, who has it, and the first things to do.

use super::Room;
use crate::view::{Elapsed, Sev, Tag, Until, When};
use incident::words::duration;
use incident::{AckIntent, AlertStatus, Escalation, Incident, OpenedBy, PersonId, SeverityBasis, Status};

/// The room's head.
pub(crate) struct Head {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) short: String,
    pub(crate) sev: Sev,
    pub(crate) basis: String,
    pub(crate) status: Tag,
    pub(crate) open: bool,
    pub(crate) opened: When,
    pub(crate) how: &'static str,
    pub(crate) elapsed: Elapsed,
    pub(crate) lasted: Option<String>,
    pub(crate) holder: Option<Holder>,
    pub(crate) loud: Option<String>,
    /// Who has which role: the lead first, by nobody too.
    pub(crate) held: Vec<HeldRole>,
    /// Roles that can be taken.
    pub(crate) offered: Vec<String>,
    pub(crate) people: Vec<String>,
    /// Who else can be paged: the playbook's roles, and people by id and name.
    pub(crate) roles: Vec<String>,
    pub(crate) colleagues: Vec<(String, String)>,
    pub(crate) recovery: Option<Recovering>,
    /// Nobody says that it is over.
    pub(crate) silent: bool,
    pub(crate) alerts: Vec<AlertLine>,
    pub(crate) resolution: Option<String>,
}

/// Who has it.
pub(crate) struct Holder {
    pub(crate) by: String,
    pub(crate) meaning: String,
    pub(crate) since: When,
    pub(crate) lapses: Until,
    pub(crate) mine: bool,
    pub(crate) handing_to: Option<String>,
}

/// Who has a role.
pub(crate) struct HeldRole {
    pub(crate) role: String,
    pub(crate) person: Option<String>,
}

/// The watch over recovery.
pub(crate) struct Recovering {
    pub(crate) total_s: i64,
    pub(crate) done_s: i64,
    pub(crate) since_ms: i64,
    pub(crate) until: Until,
}

/// One alert of the incident.
pub(crate) struct AlertLine {
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) state: Tag,
    pub(crate) count: u32,
    pub(crate) last: When,
    pub(crate) link: Option<String>,
    pub(crate) labels: String,
}

impl Head {
    pub(super) fn new(room: &Room<'_>) -> Self {
        let incident = room.incident;
        let me = PersonId(room.frame.person.clone());
        Self {
            title: incident.title.clone(),
            description: incident.description.clone(),
            short: incident.id.short(),
            sev: Sev::of(&incident.severity()),
            basis: basis(incident),
            status: status(incident),
            open: incident.status == Status::Open,
            opened: When::full(incident.opened_at),
            how: match incident.how {
                OpenedBy::Alert => "by an alert",
                OpenedBy::Report => "by a person's report",
            },
            elapsed: Elapsed::since(incident.opened_at, room.frame.now),
            lasted: incident.resolved_at.map(|at| duration(at.duration_since(incident.opened_at))),
            holder: holder(room, &me),
            loud: loud(incident),
            held: held(incident),
            offered: offered(incident, &me),
            people: incident.people.iter().map(ToString::to_string).collect(),
            roles: room.roster.roles().map(|(role, _)| role.to_owned()).collect(),
            colleagues: colleagues(room, &me),
            recovery: recovering(room),
            silent: incident.is_silent(),
            alerts: alerts(incident),
            resolution: incident.resolution.clone(),
        }
    }
}

fn holder(room: &Room<'_>, me: &PersonId) -> Option<Holder> {
    let held = room.incident.acknowledged.as_ref()?;
    Some(Holder {
        by: held.by.to_string(),
        meaning: match held.intent {
            AckIntent::OnIt => "is on it".to_owned(),
            AckIntent::InMinutes(minutes) => format!("said: in {minutes} min"),
            AckIntent::Cannot => "cannot".to_owned(),
        },
        since: When::clock(held.at),
        lapses: Until::at(held.lapses_at, room.frame.now),
        mine: held.by.person() == Some(me),
        handing_to: held.handing_to.as_ref().map(ToString::to_string),
    })
}

/// What an incident needs people for, the first of them always.
const ROLES: [&str; 3] = ["lead", "communications", "scribe"];

fn held(incident: &Incident) -> Vec<HeldRole> {
    let (lead, others) = (ROLES[0], incident.roles.keys().filter(|role| *role != ROLES[0]));
    let person = |role: &str| incident.roles.get(role).map(ToString::to_string);
    let named = core::iter::once(lead).chain(others.map(String::as_str));
    named.map(|role| HeldRole { role: role.to_owned(), person: person(role) }).collect()
}

fn offered(incident: &Incident, me: &PersonId) -> Vec<String> {
    let own = incident.roles.keys().map(String::as_str).filter(|role| !ROLES.contains(role));
    let mine = |role: &&str| incident.roles.get(*role) == Some(me);
    ROLES.into_iter().chain(own).filter(|role| !mine(role)).map(str::to_owned).collect()
}

fn colleagues(room: &Room<'_>, me: &PersonId) -> Vec<(String, String)> {
    let others = room.roster.people().filter(|person| person.id != *me && !person.contacts.is_empty());
    others.map(|person| (person.id.to_string(), person.name.clone())).collect()
}

fn loud(incident: &Incident) -> Option<String> {
    if incident.status != Status::Open {
        return None;
    }
    match &incident.escalation {
        Escalation::Unpaged { why, next_due: Some(due) } => {
            Some(format!("UNPAGED. {why}. Tried again at {}.", incident::words::clock(*due)))
        }
        Escalation::Unpaged { why, next_due: None } => Some(format!("UNPAGED. {why}")),
        Escalation::Exhausted { round } => {
            Some(format!("Everybody was woken {} times and nobody answered.", round + 1))
        }
        Escalation::Idle | Escalation::Waiting { .. } | Escalation::Resting { .. } | Escalation::Stopped => {
            None
        }
    }
}

fn status(incident: &Incident) -> Tag {
    match (incident.status, &incident.recovery) {
        (Status::Open, _) if incident.is_silent() => Tag::warn("silent"),
        (Status::Resolved, _) => Tag::good("resolved"),
        (Status::Open, Some(_)) => Tag::info("recovering"),
        (Status::New | Status::Held | Status::Passed | Status::Open, _) => Tag::warn("open"),
    }
}

fn basis(incident: &Incident) -> String {
    match incident.severity.as_ref().map(|(_, basis)| basis) {
        Some(SeverityBasis::Alert { word }) => format!("the alert says {word:?}"),
        Some(SeverityBasis::Unknown { word }) if word.is_empty() => {
            "the alert names no severity, so this is assumed".to_owned()
        }
        Some(SeverityBasis::Unknown { word }) => {
            format!("the alert says {word:?}, which nobody has given a meaning, so this is assumed")
        }
        Some(SeverityBasis::Report) => "as reported".to_owned(),
        Some(SeverityBasis::Tree { answers }) => {
            format!("by the playbook's questions ({} answered)", answers.len())
        }
        Some(SeverityBasis::Hand { reason }) if reason.trim().is_empty() => "set by hand".to_owned(),
        Some(SeverityBasis::Hand { reason }) => format!("set by hand: {reason}"),
        None => String::new(),
    }
}

fn recovering(room: &Room<'_>) -> Option<Recovering> {
    let watch = room.incident.recovery?;
    Some(Recovering {
        total_s: watch.until.duration_since(watch.since).as_secs().max(1),
        done_s: room.frame.now.duration_since(watch.since).as_secs().max(0),
        since_ms: watch.since.as_millisecond(),
        until: Until::at(watch.until, room.frame.now),
    })
}

fn alerts(incident: &Incident) -> Vec<AlertLine> {
    let line = |state: &incident::AlertState| AlertLine {
        title: state.alert.title.clone(),
        source: state.alert.key.source.clone(),
        state: match state.status {
            AlertStatus::Firing => Tag::bad("firing"),
            AlertStatus::Acknowledged => Tag::info("acknowledged at its source"),
            AlertStatus::Resolved if state.silent => Tag::warn("its source fell silent"),
            AlertStatus::Resolved => Tag::good("over"),
        },
        count: state.count,
        last: When::clock(state.last_at),
        link: state.alert.link.clone().filter(|link| {
            let lower = link.to_ascii_lowercase();
            lower.starts_with("https://") || lower.starts_with("http://")
        }),
        labels: state.alert.labels.iter().map(|(name, value)| format!("{name}={value}  ")).collect(),
    };
    incident.alerts.values().map(line).collect()
}
