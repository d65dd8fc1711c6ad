//! The composer: notes, and status updates that begin with the playbook's own words.

use super::Room;
use crate::view::{Tag, Until, When};
use incident::words::{Occasion, fill, open_placeholders};
use incident::{Audience, Phase, Status};
use playbook::{Template, TemplateKind};
use std::collections::BTreeMap;

/// Notes and updates.
pub(crate) struct Talk {
    pub(crate) note: String,
    pub(crate) body: String,
    /// Blanks that still stand in the text.
    pub(crate) missing: Vec<String>,
    pub(crate) template: String,
    pub(crate) templates: Vec<Choice>,
    pub(crate) phases: Vec<Choice>,
    pub(crate) public_title: String,
    pub(crate) public: bool,
    /// For whom the text is filled in.
    pub(crate) readers: Vec<Choice>,
    pub(crate) composing: bool,
    /// In how many minutes the next one may be promised.
    pub(crate) promises: Vec<Choice>,
    pub(crate) next: Option<Until>,
    pub(crate) missed: bool,
    pub(crate) posted: Vec<Posted>,
}

/// One thing to choose.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

/// An update that was posted.
pub(crate) struct Posted {
    pub(crate) number: u32,
    pub(crate) phase: &'static str,
    pub(crate) audience: Tag,
    pub(crate) public_title: Option<String>,
    pub(crate) body: String,
    pub(crate) by: String,
    pub(crate) at: When,
}

impl Talk {
    pub(super) fn new(room: &Room<'_>) -> Self {
        let incident = room.incident;
        let templates = &incident.plan.playbook.templates;
        let phase = phase(room);
        let chosen = chosen(room, templates);
        let template = chosen.and_then(|index| templates.get(index));
        let audience = audience(room, template);
        let body = body(room, template, phase, audience);
        Self {
            note: room.typed.note.clone().unwrap_or_default(),
            missing: open_placeholders(&incident.plan.playbook, &body),
            body,
            template: chosen.map_or_else(|| "none".to_owned(), |index| index.to_string()),
            templates: template_choices(templates, chosen),
            phases: phase_choices(phase),
            public_title: title(room).unwrap_or_default().to_owned(),
            public: audience == Audience::Public,
            readers: readers(room),
            composing: !room.wish.template.is_empty() || room.typed.body.is_some(),
            promises: promises(room),
            next: incident.update_due_at.map(|due| Until::at(due, room.frame.now)),
            missed: incident.update_due_at.is_some_and(|due| due <= room.frame.now)
                || incident.updates_missed > 0,
            posted: incident.updates.iter().rev().map(posted).collect(),
        }
    }
}

/// Who reads it: as typed, as asked, or as the template is meant.
fn audience(room: &Room<'_>, template: Option<&Template>) -> Audience {
    let asked = match room.wish.audience.as_str() {
        "public" => Some(Audience::Public),
        "internal" => Some(Audience::Internal),
        _ => None,
    };
    let meant = match template.map(|template| template.kind) {
        Some(TemplateKind::StatusPage) => Audience::Public,
        _ => Audience::Internal,
    };
    room.typed.audience.or(asked).unwrap_or(meant)
}

fn readers(room: &Room<'_>) -> Vec<Choice> {
    let known = [("", "whom it is meant for"), ("internal", "the team"), ("public", "everyone")];
    let choice = |(value, name): (&str, &str)| Choice {
        value: value.to_owned(),
        name: name.to_owned(),
        chosen: room.wish.audience == value,
    };
    known.map(choice).into()
}

fn promises(room: &Room<'_>) -> Vec<Choice> {
    let incident = room.incident;
    let rhythm = incident.plan.update_every(&incident.severity());
    let usual = ("", format!("in {}, as usual", incident::words::duration(rhythm)));
    let others = [("15", "in 15 min"), ("30", "in 30 min"), ("60", "in 1 h"), ("120", "in 2 h")];
    let longer = [("240", "in 4 h"), ("720", "in 12 h"), ("1440", "in a day")];
    let named = others.into_iter().chain(longer).map(|(value, name)| (value, name.to_owned()));
    let choice = |(value, name): (&str, String)| Choice {
        value: value.to_owned(),
        name,
        chosen: room.typed.next_min == value,
    };
    core::iter::once(usual).chain(named).map(choice).collect()
}

/// What strangers are to call it: as typed, else what they call it so far.
fn title<'a>(room: &Room<'a>) -> Option<&'a str> {
    room.typed.public_title.as_deref().or_else(|| room.incident.public_title())
}

fn body(room: &Room<'_>, template: Option<&Template>, phase: Phase, audience: Audience) -> String {
    if let Some(typed) = &room.typed.body {
        return typed.clone();
    }
    let occasion = Occasion { phase, now: room.frame.now, audience, public_title: title(room) };
    let fill = |template| fill(template, room.incident, occasion, &BTreeMap::new()).text;
    template.map_or_else(String::new, fill)
}

/// The phase that was asked for, or the one that comes next.
fn phase(room: &Room<'_>) -> Phase {
    let asked = Phase::ALL.into_iter().find(|phase| phase.name().eq_ignore_ascii_case(&room.wish.phase));
    asked.unwrap_or_else(|| match (room.incident.status, room.incident.recovery) {
        (Status::Resolved, _) => Phase::Resolved,
        (_, Some(_)) => Phase::Monitoring,
        (_, None) => room.incident.updates.last().map_or(Phase::Investigating, |last| last.draft.phase),
    })
}

/// The template that was asked for, or the one for this moment of the incident.
fn chosen(room: &Room<'_>, templates: &[Template]) -> Option<usize> {
    if room.wish.template == "none" {
        return None;
    }
    let asked = room.wish.template.parse::<usize>().ok().filter(|index| *index < templates.len());
    let kind = match (room.incident.status, room.incident.updates.is_empty()) {
        (Status::Resolved, _) => TemplateKind::Resolution,
        (Status::New | Status::Held | Status::Passed | Status::Open, true) => TemplateKind::Initial,
        (Status::New | Status::Held | Status::Passed | Status::Open, false) => TemplateKind::Progress,
    };
    asked.or_else(|| templates.iter().position(|template| template.kind == kind))
}

fn template_choices(templates: &[Template], chosen: Option<usize>) -> Vec<Choice> {
    let choice = |(index, template): (usize, &Template)| Choice {
        value: index.to_string(),
        name: template.name.clone(),
        chosen: chosen == Some(index),
    };
    let mut choices: Vec<Choice> = templates.iter().enumerate().map(choice).collect();
    choices.push(Choice {
        value: "none".to_owned(),
        name: "Free words".to_owned(),
        chosen: chosen.is_none(),
    });
    choices
}

fn phase_choices(chosen: Phase) -> Vec<Choice> {
    let choice = |phase: Phase| Choice {
        value: phase.name().to_lowercase(),
        name: phase.name().to_owned(),
        chosen: phase == chosen,
    };
    Phase::ALL.into_iter().map(choice).collect()
}

fn posted(update: &incident::StatusUpdate) -> Posted {
    Posted {
        number: update.number,
        phase: update.draft.phase.name(),
        audience: match update.draft.audience {
            Audience::Internal => Tag::plain("team"),
            Audience::Public => Tag::info("public"),
        },
        public_title: update.draft.public_title.clone(),
        body: update.draft.body.clone(),
        by: update.by.to_string(),
        at: When::clock(update.at),
    }
}
