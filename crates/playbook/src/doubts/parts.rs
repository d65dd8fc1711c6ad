//! Is this what the rule took it for? For every part of the playbook that has no question of its own.

use super::steps::answered;
use super::{Put, Questions, Sureness, named, offer, sureness};
use crate::model::{DoubtKind, EscalationHop, Origin, Playbook};
use alloc::format;
use alloc::vec::Vec;

const TAKEN: &str = "taken";
const PROSE: &str = "prose";
/// What a rule is less sure of, of 100, stays prose until somebody says otherwise.
const TAKEN_MIN: u8 = 50;

impl Questions<'_> {
    pub(super) fn parts(&mut self, playbook: &mut Playbook) {
        self.one(&mut playbook.checklist, |part| ("the checklist", part.title.as_str(), &mut part.origin));
        self.one(&mut playbook.decision_tree, |part| ("the severity decision tree", "", &mut part.origin));
        self.one(&mut playbook.postmortem, |part| ("the rules for postmortems", "", &mut part.origin));
        self.each(&mut playbook.severities, |row| ("a severity", row.name.as_str(), &mut row.origin));
        let Playbook { escalation, escalation_otherwise, .. } = playbook;
        // A severity of which no line is taken has no path of its own; one that names only work wakes nobody.
        escalation.retain(|_, hops| {
            hops.is_empty() || {
                self.hops(hops);
                !hops.is_empty()
            }
        });
        self.hops(escalation_otherwise);
        self.each(&mut playbook.contacts, |one| ("a contact", one.role.as_str(), &mut one.origin));
        self.each(&mut playbook.services, |one| ("a service", one.name.as_str(), &mut one.origin));
        self.each(&mut playbook.templates, |one| ("a message template", one.name.as_str(), &mut one.origin));
        self.each(&mut playbook.quick_reference, |one| {
            ("a group of the quick reference", one.name.as_str(), &mut one.origin)
        });
        for runbook in &mut playbook.runbooks {
            self.each(&mut runbook.symptoms, |one| ("a symptom", one.text.as_str(), &mut one.origin));
        }
    }

    fn hops(&mut self, hops: &mut Vec<EscalationHop>) {
        self.each(hops, |hop| ("someone to wake", hop.target.as_str(), &mut hop.origin));
    }

    fn one<T>(&mut self, slot: &mut Option<T>, view: impl Fn(&mut T) -> (&'static str, &str, &mut Origin)) {
        if let Some(part) = slot
            && self.stays_prose(view(part))
        {
            *slot = None;
        }
    }

    fn each<T>(&mut self, parts: &mut Vec<T>, view: impl Fn(&mut T) -> (&'static str, &str, &mut Origin)) {
        parts.retain_mut(|part| !self.stays_prose(view(part)));
    }

    fn stays_prose(&mut self, (what, name, origin): (&str, &str, &mut Origin)) -> bool {
        if sureness(origin) == Sureness::Sure && self.answers.is_silent() {
            return false;
        }
        let line = self.at(origin.span);
        let shown = if name.is_empty() { line } else { name };
        let unlikely = origin.confidence < TAKEN_MIN;
        let put = || Put {
            question: format!("Is {} {what}?", named(shown)),
            offers: alloc::vec![
                offer(TAKEN, "it is what the rule took it for"),
                offer(PROSE, "it stays readable in the document and is nothing more"),
            ],
            guess: if unlikely { PROSE } else { TAKEN },
            origin: origin.clone(),
        };
        let said = self.ask(sureness(origin), (DoubtKind::Part, &format!("{what}\n{line}")), put);
        match said {
            Some(said) if said.answer == PROSE => true,
            None if unlikely => true,
            Some(_) => {
                *origin = answered(origin);
                false
            }
            None => false,
        }
    }
}
