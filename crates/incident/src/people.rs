//! People: who can be woken, over what, and who did what.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A person's short name in settings, such as `ana`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub String);

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who caused something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person, signed in or holding a signed link.
    Person(PersonId),
    /// A stand-in that acts for a person in a demonstration, plainly marked.
    StandIn(PersonId),
    /// An alert source.
    Source(String),
    /// Evenkeel itself.
    System,
}

impl Actor {
    /// The person behind it, if there is one.
    #[must_use]
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person(person) | Self::StandIn(person) => Some(person),
            Self::Source(_) | Self::System => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => write!(f, "{person}"),
            Self::StandIn(person) => write!(f, "{person} (stand-in)"),
            Self::Source(name) => write!(f, "source {name}"),
            Self::System => f.write_str("evenkeel"),
        }
    }
}

/// Ways to reach a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Mail over SMTP.
    Email,
    /// A signed webhook.
    Webhook,
    /// A Slack-compatible incoming webhook.
    Slack,
    /// The built-in practice phone.
    Handset,
}

impl Channel {
    /// Its name in settings and on screens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Webhook => "webhook",
            Self::Slack => "slack",
            Self::Handset => "handset",
        }
    }
}

/// One way to reach one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Over what.
    pub channel: Channel,
    /// Where: a mail address, a URL, a handset's name.
    pub address: String,
}

/// Someone who can be woken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responder {
    /// Short name in settings.
    pub id: PersonId,
    /// Name on screens.
    pub name: String,
    /// Ways to reach them, all used at once.
    pub contacts: Vec<Contact>,
}

/// Who holds which role right now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    people: BTreeMap<PersonId, Responder>,
    roles: BTreeMap<String, Vec<PersonId>>,
    catch_all: Vec<PersonId>,
}

impl Roster {
    /// Of people, the roles they hold, and who is woken when a role is empty.
    #[must_use]
    pub fn new(
        people: Vec<Responder>,
        roles: BTreeMap<String, Vec<PersonId>>,
        catch_all: Vec<PersonId>,
    ) -> Self {
        Self {
            people: people.into_iter().map(|person| (person.id.clone(), person)).collect(),
            roles: roles.into_iter().map(|(role, people)| (role_key(&role), people)).collect(),
            catch_all,
        }
    }

    /// Everyone, by id.
    pub fn people(&self) -> impl Iterator<Item = &Responder> {
        self.people.values()
    }

    /// A person by id.
    #[must_use]
    pub fn person(&self, id: &PersonId) -> Option<&Responder> {
        self.people.get(id)
    }

    /// Who holds a role of the playbook, such as `On-call Primary`; a person's own id counts as their role.
    #[must_use]
    pub fn holders(&self, role: &str) -> Vec<&Responder> {
        let key = role_key(role);
        match self.roles.get(&key) {
            Some(ids) => ids.iter().filter_map(|id| self.people.get(id)).collect(),
            None => self.people.values().filter(|person| role_key(&person.id.0) == key).collect(),
        }
    }

    /// Who is woken when nobody else can be.
    #[must_use]
    pub fn catch_all(&self) -> Vec<&Responder> {
        let named: Vec<_> = self.catch_all.iter().filter_map(|id| self.people.get(id)).collect();
        if named.is_empty() { self.people.values().collect() } else { named }
    }

    /// The roles and who holds them.
    pub fn roles(&self) -> impl Iterator<Item = (&str, &[PersonId])> {
        self.roles.iter().map(|(role, people)| (role.as_str(), people.as_slice()))
    }
}

/// Roles are compared without case, punctuation or a leading `@`: `On-call Primary` is `on call primary`.
fn role_key(role: &str) -> String {
    let mut key = String::new();
    for word in role.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&word.to_lowercase());
    }
    key.trim().to_owned()
}

/// The present, as given to a decision: what time it is and who holds which role.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// What time it is.
    pub at: Timestamp,
    /// Who holds which role.
    pub roster: &'a Roster,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn roles_are_found_however_they_are_written() {
        let ana = Responder { id: PersonId("ana".into()), name: "Ana".into(), contacts: vec![] };
        let roles = [(String::from("on-call primary"), vec![PersonId("ana".into())])].into();
        let roster = Roster::new(vec![ana], roles, vec![]);
        for role in ["On-call Primary", "on call primary", "@on-call-primary", "ana", "@Ana"] {
            assert_eq!(roster.holders(role).len(), 1, "{role}");
        }
        assert!(roster.holders("CTO").is_empty());
        assert_eq!(roster.catch_all().len(), 1, "with no catch-all named, everyone is");
    }
}
