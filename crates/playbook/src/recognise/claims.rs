//! Which recogniser took which section. The first claim stands.

use super::words::{Announced, Topic};
use crate::doubts::Said;
use crate::model::Section;
use crate::scan::{Document, span};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::ToString;
use alloc::vec::Vec;

/// What a section turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Title,
    Contents,
    Checklist,
    QuickDiagnostics,
    Severities,
    DecisionTree,
    Escalation,
    Contacts,
    Runbooks,
    Runbook,
    Services,
    Service,
    Templates,
    Template,
    Postmortem,
    QuickReference,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Contents => "contents",
            Self::Checklist => "checklist",
            Self::QuickDiagnostics => "quick-diagnostics",
            Self::Severities => "severities",
            Self::DecisionTree => "decision-tree",
            Self::Escalation => "escalation",
            Self::Contacts => "contacts",
            Self::Runbooks => "runbooks",
            Self::Runbook => "runbook",
            Self::Services => "services",
            Self::Service => "service",
            Self::Templates => "templates",
            Self::Template => "template",
            Self::Postmortem => "postmortem",
            Self::QuickReference => "quick-reference",
        }
    }

    /// The role of a heading that only gathers sections of this role.
    fn group(self) -> Option<Self> {
        match self {
            Self::Runbook => Some(Self::Runbooks),
            Self::Service => Some(Self::Services),
            Self::Template => Some(Self::Templates),
            Self::Title
            | Self::Contents
            | Self::Checklist
            | Self::QuickDiagnostics
            | Self::Severities
            | Self::DecisionTree
            | Self::Escalation
            | Self::Contacts
            | Self::Runbooks
            | Self::Services
            | Self::Templates
            | Self::Postmortem
            | Self::QuickReference => None,
        }
    }
}

/// The roles of a document's sections.
pub(crate) struct Claims {
    roles: Vec<Option<Role>>,
    /// What each heading announces.
    announced: Vec<Announced>,
    /// What a person answered about sections.
    said: BTreeMap<usize, Said>,
    /// Sections that look like runbooks and were not taken.
    near: BTreeSet<usize>,
}

impl Claims {
    pub(crate) fn new(doc: &Document<'_>) -> Self {
        let announced = doc.sections.iter().map(|section| Announced::of(&section.title)).collect();
        Self {
            roles: doc.sections.iter().map(|_| None).collect(),
            announced,
            said: BTreeMap::new(),
            near: BTreeSet::new(),
        }
    }

    /// The same, with what a person answered about sections.
    pub(crate) fn heeding(self, said: BTreeMap<usize, Said>) -> Self {
        Self { said, ..self }
    }

    /// What a person answered about a section.
    pub(crate) fn said(&self, index: usize) -> Option<Said> {
        self.said.get(&index).copied()
    }

    /// Leaves a section as prose that may be a runbook.
    pub(crate) fn leave(&mut self, index: usize) {
        self.near.insert(index);
    }

    /// Whether a section may be a runbook.
    pub(crate) fn is_near(&self, index: usize) -> bool {
        self.near.contains(&index)
    }

    /// Takes a section, unless it is taken; what stands right below the title may be more than that.
    pub(crate) fn claim(&mut self, index: usize, role: Role) {
        if let Some(slot) = self.roles.get_mut(index)
            && matches!(slot, None | Some(Role::Title))
        {
            *slot = Some(role);
        }
    }

    /// Takes a section and all below it.
    pub(crate) fn claim_tree(&mut self, doc: &Document<'_>, index: usize, role: Role) {
        doc.subtree(index).for_each(|i| self.claim(i, role));
    }

    /// Whether its heading announces this topic, whatever else it announces.
    pub(crate) fn announces(&self, index: usize, topic: Topic) -> bool {
        self.announced.get(index).is_some_and(|announced| announced.announces(topic))
    }

    /// What its heading announces above all.
    pub(crate) fn chief(&self, index: usize) -> Option<Topic> {
        self.announced.get(index)?.topic
    }

    /// Whether it is taken as this.
    pub(crate) fn is(&self, index: usize, role: Role) -> bool {
        self.roles.get(index).is_some_and(|taken| *taken == Some(role))
    }

    /// Whether nobody has taken it.
    pub(crate) fn is_free(&self, index: usize) -> bool {
        self.roles.get(index).is_some_and(Option::is_none)
    }

    /// Whether it holds the document's title.
    pub(crate) fn is_title(&self, index: usize) -> bool {
        self.roles.get(index).is_some_and(|role| *role == Some(Role::Title))
    }

    /// Whether a part may stand there: a document of its own has its part right below the title.
    pub(crate) fn is_free_or_title(&self, index: usize) -> bool {
        self.is_free(index) || self.is_title(index)
    }

    fn name_groups(&mut self, doc: &Document<'_>) {
        for (index, _) in doc.each().rev() {
            let mut roles = doc.children(index).filter_map(|child| self.roles.get(child).copied().flatten());
            let first = roles.next().and_then(Role::group);
            if let Some(group) = first.filter(|group| roles.all(|role| role.group() == Some(*group))) {
                self.claim(index, group);
            }
        }
    }

    /// Every heading with its role.
    pub(crate) fn sections(mut self, doc: Document<'_>) -> Vec<Section> {
        self.name_groups(&doc);
        let with_roles = doc.sections.into_iter().zip(&self.roles).filter(|(section, _)| section.level > 0);
        with_roles
            .map(|(section, role)| Section {
                level: section.level,
                role: role.map_or("prose", Role::name).to_string(),
                span: span(&section.range, section.line),
                heading: section.title,
                anchor: section.anchor,
                document: 0,
            })
            .collect()
    }
}
