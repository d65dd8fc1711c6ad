//! People: who can be woken, over what, and who did what.

use crate::schedule::{Hours, MadeOverride, Schedule};
use crate::severity::Urgency;
use crate::silence::Silences;
use alloc::borrow::{Borrow, Cow, ToOwned};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A person's short name in settings, such as `ana`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub String);

/// So that what is kept by id is found by a name.
impl Borrow<str> for PersonId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

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
    /// Used so long after the person's first, in minutes, if nobody has answered by then.
    #[serde(default)]
    pub after_min: u32,
    /// For which urgency alone; `None` for every.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
}

impl Contact {
    /// One that is used at once, whatever it is about.
    #[must_use]
    pub const fn new(channel: Channel, address: String) -> Self {
        Self { channel, address, after_min: 0, urgency: None }
    }
}

/// Someone who can be woken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responder {
    /// Short name in settings.
    pub id: PersonId,
    /// Name on screens.
    pub name: String,
    /// Ways to reach them, each at its time.
    pub contacts: Vec<Contact>,
}

impl Responder {
    /// Their ways for what is so urgent: all of them where they have set none apart for it, for somebody must be told.
    pub fn ways(&self, urgency: Urgency) -> impl Iterator<Item = &Contact> {
        let fits = move |contact: &Contact| contact.urgency.is_none_or(|only| only == urgency);
        let any = self.contacts.iter().any(fits);
        self.contacts.iter().filter(move |contact| !any || fits(contact))
    }
}

/// Who holds which role, by name or by schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    people: BTreeMap<PersonId, Responder>,
    schedules: BTreeMap<PersonId, Schedule>,
    roles: BTreeMap<String, Vec<PersonId>>,
    catch_all: Vec<PersonId>,
    quiet: BTreeMap<PersonId, Hours>,
    working: Option<Hours>,
    /// What is wrong with the calendars of a schedule, where they could not be read.
    unread: BTreeMap<PersonId, String>,
    /// Who has no way left for what is so urgent, once those that can never work are gone.
    unreachable: BTreeSet<(PersonId, Urgency)>,
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
            schedules: BTreeMap::new(),
            roles: roles.into_iter().map(|(role, people)| (role_key(&role), people)).collect(),
            catch_all,
            quiet: BTreeMap::new(),
            working: None,
            unread: BTreeMap::new(),
            unreachable: BTreeSet::new(),
        }
    }

    /// The same with schedules: a role that names one is held by whoever is on call by it.
    #[must_use]
    pub fn with_schedules(mut self, schedules: Vec<Schedule>) -> Self {
        self.schedules = schedules.into_iter().map(|one| (PersonId(one.name.clone()), one)).collect();
        self
    }

    /// The same with overrides that people made, in the order of their making. Whoever is not in the settings any more has no
    /// part in them; a stretch that nobody is left for is the schedule's again.
    #[must_use]
    pub fn with_made(mut self, made: &[MadeOverride]) -> Self {
        for schedule in self.schedules.values_mut() {
            *schedule = schedule.with_made(made, |person| self.people.contains_key(person));
        }
        self
    }

    /// The same with hours in which somebody is told only of what is urgent.
    #[must_use]
    pub fn with_quiet_hours(mut self, quiet: BTreeMap<PersonId, Hours>) -> Self {
        self.quiet = quiet;
        self
    }

    /// The same with the hours in which the team works.
    #[must_use]
    pub fn with_working_hours(mut self, working: Option<Hours>) -> Self {
        self.working = working;
        self
    }

    /// The same with what is wrong with the calendars of schedules, by the schedule's name.
    #[must_use]
    pub fn with_unread_calendars(mut self, unread: BTreeMap<String, String>) -> Self {
        self.unread = unread.into_iter().map(|(name, why)| (PersonId(name), why)).collect();
        self
    }

    /// What is wrong with the calendars of the schedules that a role is held by: each schedule's name, and why they could not be
    /// read.
    pub(crate) fn unread_calendars(&self, role: &str) -> impl Iterator<Item = (&str, &str)> {
        let named = self.named(role).into_iter();
        named.filter_map(|name| Some((name.0.as_str(), self.unread.get(name)?.as_str())))
    }

    /// When somebody is told only of what is urgent, if they have set it.
    #[must_use]
    pub fn quiet_hours(&self, person: &PersonId) -> Option<&Hours> {
        self.quiet.get(person)
    }

    /// When the team works, if that is set.
    #[must_use]
    pub const fn working_hours(&self) -> Option<&Hours> {
        self.working.as_ref()
    }

    /// The same without the contacts that can never work.
    #[must_use]
    pub fn without(mut self, broken: impl Fn(&Contact) -> bool) -> Self {
        for (id, person) in &mut self.people {
            for urgency in [Urgency::High, Urgency::Low] {
                // What is set apart for the one does not stand in for the other when that turns out to be broken.
                if person.ways(urgency).all(&broken) {
                    self.unreachable.insert((id.clone(), urgency));
                }
            }
            person.contacts.retain(|contact| !broken(contact));
        }
        self
    }

    /// Somebody's ways for what is so urgent.
    pub(crate) fn ways<'a>(
        &self,
        person: &'a Responder,
        urgency: Urgency,
    ) -> impl Iterator<Item = &'a Contact> {
        let reached = !self.unreachable.contains(&(person.id.clone(), urgency));
        person.ways(urgency).filter(move |_| reached)
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

    /// Who holds a role of the playbook at an instant, such as `On-call Primary`, each once; the id of a person
    /// or of a schedule counts as a role.
    #[must_use]
    pub fn holders(&self, role: &str, at: Timestamp) -> Vec<&Responder> {
        self.held(role, |schedule| schedule.on_call(at).0)
    }

    /// Who holds a role at an instant by what is set alone. Overrides that people made do not count here: whoever may make one
    /// does not give themself a right by it.
    #[must_use]
    pub fn holders_as_set(&self, role: &str, at: Timestamp) -> Vec<&Responder> {
        self.held(role, |schedule| schedule.on_call_as_set(at).0)
    }

    fn held<'s>(
        &'s self,
        role: &str,
        on_call: impl Fn(&'s Schedule) -> Cow<'s, [PersonId]>,
    ) -> Vec<&'s Responder> {
        let mut held: Vec<&Responder> = Vec::new();
        for name in self.named(role) {
            let by_name = || Cow::Borrowed(core::slice::from_ref(name));
            let people = self.schedules.get(name).map_or_else(by_name, &on_call);
            for person in people.iter().filter_map(|id| self.people.get(id)) {
                if !held.iter().any(|holder| holder.id == person.id) {
                    held.push(person);
                }
            }
        }
        held
    }

    /// Whether a target is anything at all: a role that is bound, a person or a schedule.
    #[must_use]
    pub fn knows(&self, target: &str) -> bool {
        !self.named(target).is_empty()
    }

    /// All schedules, by name.
    pub fn schedules(&self) -> impl Iterator<Item = &Schedule> {
        self.schedules.values()
    }

    /// A schedule by name.
    #[must_use]
    pub fn schedule(&self, name: &str) -> Option<&Schedule> {
        self.schedules.get(name)
    }

    /// The schedules that a role is held by.
    pub fn schedules_of(&self, role: &str) -> impl Iterator<Item = &Schedule> {
        self.named(role).into_iter().filter_map(|name| self.schedules.get(name))
    }

    /// What a role is bound to: people, and schedules by their name.
    fn named(&self, role: &str) -> Vec<&PersonId> {
        let key = role_key(role);
        match self.roles.get_key_value(&key) {
            Some((_, names)) => names.iter().collect(),
            None => {
                self.people.keys().chain(self.schedules.keys()).filter(|id| role_key(&id.0) == key).collect()
            }
        }
    }

    /// Who is woken when nobody else can be.
    #[must_use]
    pub fn catch_all(&self) -> Vec<&Responder> {
        let named: Vec<_> = self.catch_all.iter().filter_map(|id| self.people.get(id)).collect();
        if named.is_empty() { self.people.values().collect() } else { named }
    }

    /// The roles, and the people and schedules that they are bound to.
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

/// The present, as given to a decision: what time it is, who holds which role and what is silenced.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// What time it is.
    pub at: Timestamp,
    /// Who holds which role.
    pub roster: &'a Roster,
    /// What holds alerts back.
    pub silences: &'a Silences,
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
            assert_eq!(roster.holders(role, Timestamp::UNIX_EPOCH).len(), 1, "{role}");
        }
        assert!(roster.holders("CTO", Timestamp::UNIX_EPOCH).is_empty());
        assert_eq!(roster.catch_all().len(), 1, "with no catch-all named, everyone is");
    }
}
