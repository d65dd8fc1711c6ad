//! What strangers were told of an incident. This is the only place where an incident becomes public words: updates for
//! everyone, the name that was given for strangers, and that it is over. Everything else stays inside.

use super::site::Component;
use incident::words::{TITLE_CHARS_MAX, block, line};
use incident::{Audience, Incident, Phase, Status};
use jiff::Timestamp;

/// Nobody reads more at once; what the engine takes is shorter.
const BODY_CHARS_MAX: usize = 20_000;

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
    /// The components that it is about, by name, once [`super::site::Site::settle`] has looked.
    pub(crate) about: Vec<String>,
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
        body: block(&update.draft.body, BODY_CHARS_MAX),
        at: update.at,
    });
    let updates: Vec<ToldUpdate> = updates.collect();
    // What is said after the end moves no end: a report that follows days later is no longer outage.
    let said = updates.iter().rev().take_while(|update| update.phase == Phase::Resolved).last();
    let ended = incident.resolved_at.filter(|_| incident.status == Status::Resolved);
    let over_at = match (said.map(|update| update.at), ended) {
        (Some(said), Some(ended)) => Some(said.min(ended)),
        (said, ended) => said.or(ended),
    };
    Some(Told {
        id: public_id(incident),
        name: line(name, TITLE_CHARS_MAX),
        updates,
        over_at,
        about: Vec::new(),
    })
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

    /// Whether it is about a component.
    pub(crate) fn is_about(&self, component: &Component) -> bool {
        self.about.contains(&component.name)
    }

    /// When it was over, where nobody said so.
    pub(crate) fn over_unsaid(&self) -> Option<Timestamp> {
        self.over_at.filter(|_| self.updates.last().is_some_and(|last| last.phase != Phase::Resolved))
    }

    /// Its words in lower case, to look for names in them.
    pub(crate) fn words(&self) -> Vec<String> {
        let bodies = self.updates.iter().map(|update| update.body.to_lowercase());
        core::iter::once(self.name.to_lowercase()).chain(bodies).collect()
    }
}

/// Whether such words name a component.
pub(crate) fn is_named(words: &[String], component: &str) -> bool {
    let wanted = component.to_lowercase();
    words.iter().any(|text| has_whole(text, &wanted))
}

/// Whether `wanted` stands in the text with no letter or digit of its own script beside it: the component `API` is not
/// named by `capital`. Scripts without spaces have no such edges, so there any place counts.
fn has_whole(text: &str, wanted: &str) -> bool {
    let edge =
        |inner: Option<char>, outer: Option<char>| !(inner.is_some_and(spaced) && outer.is_some_and(spaced));
    !wanted.is_empty()
        && text.match_indices(wanted).any(|(at, found)| {
            let (before, after) = (&text[..at], &text[at + found.len()..]);
            edge(found.chars().next(), before.chars().next_back())
                && edge(found.chars().next_back(), after.chars().next())
        })
}

/// A letter or digit of a script that puts spaces between words. From U+2E80 on are those of East Asia, U+0E00 to
/// U+0EFF are Thai and Lao.
fn spaced(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{2E80}' && !('\u{0E00}'..='\u{0EFF}').contains(&c)
}

/// The end of the incident's id: chance alone, no time and no count.
fn public_id(incident: &Incident) -> String {
    let text = incident.id.to_string().to_lowercase();
    text.chars().skip(text.chars().count().saturating_sub(12)).collect()
}

#[cfg(test)]
mod tests {
    use super::has_whole;

    #[test]
    fn a_component_is_named_by_whole_words() {
        for (text, component, named) in [
            ("the api is slow", "api", true),
            ("api", "api", true),
            ("api-gateway: errors", "api", true),
            ("a capital idea", "api", false),
            ("apis of our partners, and the api", "api", true),
            ("web sockets fail", "web", true),
            ("webhooks are late", "web", false),
            ("データベースが遅い", "データベース", true),
            ("anything", "", false),
        ] {
            assert_eq!(has_whole(text, component), named, "{component} in {text}");
        }
    }
}
