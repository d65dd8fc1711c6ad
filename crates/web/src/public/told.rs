//! What strangers were told of an incident. This is the only place where an incident becomes public words: updates for
//! everyone, the name that was given for strangers, and that it is over. Everything else stays inside.

use incident::{Audience, Incident, Phase, Status};
use jiff::Timestamp;

/// One incident as strangers know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// Twelve characters that say nothing.
    pub(crate) id: String,
    /// Its name for strangers.
    pub(crate) name: String,
    /// What they were told, in order.
    pub(crate) updates: Vec<ToldUpdate>,
    /// When it was over.
    pub(crate) over_at: Option<Timestamp>,
}

/// One thing that strangers were told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToldUpdate {
    /// Its number among those for everyone, from 1.
    pub(crate) number: u32,
    /// Where the incident stood.
    pub(crate) phase: Phase,
    /// The words.
    pub(crate) body: String,
    /// When.
    pub(crate) at: Timestamp,
}

/// What strangers were told; `None` when they were told nothing.
pub(crate) fn told(incident: &Incident) -> Option<Told> {
    let public = || incident.updates.iter().filter(|update| update.draft.audience == Audience::Public);
    let name = incident.public_title()?;
    let updates = (1_u32..).zip(public()).map(|(number, update)| ToldUpdate {
        number,
        phase: update.draft.phase,
        body: printable(&update.draft.body),
        at: update.at,
    });
    let updates: Vec<ToldUpdate> = updates.collect();
    let said = updates.last().filter(|last| last.phase == Phase::Resolved).map(|last| last.at);
    let over_at = said.or(incident.resolved_at.filter(|_| incident.status == Status::Resolved));
    Some(Told { id: public_id(incident), name: printable(name), updates, over_at })
}

impl Told {
    /// When they were first told.
    pub(crate) fn began_at(&self) -> Timestamp {
        self.updates.first().map_or(Timestamp::UNIX_EPOCH, |update| update.at)
    }

    /// When anything was last told, or it ended.
    pub(crate) fn changed_at(&self) -> Timestamp {
        let last = self.updates.last().map_or(Timestamp::UNIX_EPOCH, |update| update.at);
        self.over_at.map_or(last, |over| over.max(last))
    }

    /// Where it stands.
    pub(crate) fn phase(&self) -> Phase {
        match self.over_at {
            Some(_) => Phase::Resolved,
            None => self.updates.last().map_or(Phase::Investigating, |last| last.phase),
        }
    }

    /// Whether its words name a component.
    pub(crate) fn names(&self, component: &str) -> bool {
        let wanted = component.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        has(&self.name) || self.updates.iter().any(|update| has(&update.body))
    }
}

/// The end of the incident's id: chance alone, no time and no count.
fn public_id(incident: &Incident) -> String {
    let text = incident.id.to_string().to_lowercase();
    text.chars().skip(text.chars().count().saturating_sub(12)).collect()
}

/// Without control characters, which feeds cannot carry.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
