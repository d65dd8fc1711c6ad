//! The record as the sections read it: which event says what, and the link that leads to it.

use super::marks::link;
use crate::event::{Event, EventKind, PagePurpose};
use crate::evolve::take_in;
use crate::people::PersonId;
use crate::state::Incident;
use crate::words::duration;
use alloc::format;
use alloc::string::{String, ToString};
use jiff::Timestamp;
use playbook::Runbook;

/// An incident with the events that made it.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) incident: &'a Incident,
    pub(super) events: &'a [Event],
}

impl<'a> Record<'a> {
    /// The place of the first event of a kind.
    pub(super) fn first(&self, wanted: impl Fn(&EventKind) -> bool) -> Option<usize> {
        self.events.iter().position(|event| wanted(&event.kind))
    }

    /// The place of the last event of a kind.
    pub(super) fn last(&self, wanted: impl Fn(&EventKind) -> bool) -> Option<usize> {
        self.events.iter().rposition(|event| wanted(&event.kind))
    }

    /// What came before an event.
    pub(super) fn before(&self, at: usize) -> &'a [Event] {
        self.events.get(..at).unwrap_or(self.events)
    }

    /// Whether a person had been woken at a level before an event.
    pub(super) fn is_woken_at(&self, at: usize, person: &PersonId, level: u32) -> bool {
        self.before(at).iter().any(|event| match &event.kind {
            EventKind::PageDecided(page) => {
                page.purpose == PagePurpose::Escalation && page.level == level && page.responder == *person
            }
            _ => false,
        })
    }

    /// When it happened.
    pub(super) fn when(&self, at: usize) -> Timestamp {
        self.events.get(at).map_or(self.incident.opened_at, |event| event.at)
    }

    /// How long after the opening.
    pub(super) fn since_opened(&self, at: usize) -> String {
        duration(self.when(at).duration_since(self.incident.opened_at))
    }

    /// The way to an event in the incident's timeline.
    pub(super) fn link(&self, at: usize) -> String {
        link(self.incident.id, at, self.when(at))
    }

    /// An item of a list that says where it is known from.
    pub(super) fn item(&self, words: &str, at: usize) -> String {
        format!("- {words}. {}", self.link(at))
    }

    /// The incident as it was before an event.
    pub(super) fn state_before(&self, at: usize) -> Incident {
        let mut state = Incident::new(self.incident.id, self.incident.plan.clone());
        self.before(at).iter().for_each(|event| take_in(&mut state, event));
        state
    }

    /// The runbook that was in use before an event: a step's number belongs to it alone.
    pub(super) fn runbook_before(&self, at: usize) -> Option<&'a Runbook> {
        let used = self.before(at).iter().rev().find_map(|event| match &event.kind {
            EventKind::RunbooksMatched { matches } => Some(matches.first().map(|best| best.runbook.as_str())),
            EventKind::RunbookChosen { runbook } => Some(Some(runbook.as_str())),
            _ => None,
        });
        self.incident.plan.playbook.runbook(used??)
    }

    /// The title of a step of the runbook that was in use before an event.
    pub(super) fn step_title(&self, at: usize, step: u32) -> Option<&'a str> {
        let steps = &self.runbook_before(at)?.steps;
        Some(steps.iter().find(|known| known.number == step)?.title.as_str())
    }
}

/// `1 look`, `3 looks`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    [number.to_string().as_str(), word].join(" ")
}
