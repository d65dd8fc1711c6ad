//! What follows the incident: its end, what is to be done, the postmortem's deadlines.

use super::Room;
use crate::view::{Tag, Until};
use incident::{ActionItem, Status};
use playbook::Obligation;

/// The incident's end and what follows it.
pub(crate) struct After {
    pub(crate) resolved: bool,
    pub(crate) roles: Vec<(String, String)>,
    pub(crate) items: Vec<ItemView>,
    pub(crate) people: Vec<(String, String)>,
    pub(crate) owed: Option<Tag>,
    pub(crate) stages: Vec<Stage>,
}

/// An action item.
pub(crate) struct ItemView {
    pub(crate) number: usize,
    pub(crate) title: String,
    pub(crate) owner: String,
    pub(crate) due: String,
    pub(crate) done: bool,
}

/// A stage of the postmortem.
pub(crate) struct Stage {
    pub(crate) action: String,
    pub(crate) due: Until,
    pub(crate) late: bool,
}

impl After {
    pub(super) fn new(room: &Room<'_>) -> Self {
        let incident = room.incident;
        let roles = incident.roles.iter().map(|(role, person)| (role.clone(), person.to_string()));
        let people = room.roster.people().map(|person| (person.id.to_string(), person.name.clone()));
        Self {
            resolved: incident.status == Status::Resolved,
            roles: roles.collect(),
            items: incident.action_items.iter().enumerate().map(|(at, item)| item_view(at, item)).collect(),
            people: people.collect(),
            owed: incident.postmortem.obligation.map(obligation_tag),
            stages: stages(room),
        }
    }
}

/// How strongly a postmortem is asked for.
pub(crate) fn obligation_tag(obligation: Obligation) -> Tag {
    match obligation {
        Obligation::Required => Tag::warn("required"),
        Obligation::Recommended => Tag::info("recommended"),
        Obligation::Optional => Tag::plain("optional"),
    }
}

fn stages(room: &Room<'_>) -> Vec<Stage> {
    let state = &room.incident.postmortem;
    let stage = |(number, (action, due)): (u32, &(String, jiff::Timestamp))| Stage {
        action: action.clone(),
        due: Until::at(*due, room.frame.now),
        late: state.stages_due.contains(&number),
    };
    (0_u32..).zip(&state.stages).map(stage).collect()
}

fn item_view(number: usize, item: &ActionItem) -> ItemView {
    ItemView {
        number,
        title: item.title.clone(),
        owner: item.owner.as_ref().map_or_else(|| "nobody yet".to_owned(), ToString::to_string),
        due: item.due.map_or_else(|| "no date".to_owned(), |due| due.to_string()),
        done: item.done_at.is_some(),
    }
}
