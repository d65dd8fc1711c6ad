//! Whom an event of a calendar means.

use super::lines::Line;
use incident::PersonId;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Where a calendar says who is on call, and what its own names mean.
#[derive(Clone, Debug, Default)]
pub(in crate::config) struct Named {
    /// Where.
    pub(in crate::config) by: By,
    /// The calendar's word for a person → their id.
    pub(in crate::config) names: BTreeMap<String, String>,
}

/// Where a calendar says who is on call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::config) enum By {
    /// The event's title: one name, or several with commas between.
    #[default]
    Summary,
    /// Everybody who is invited to it.
    Attendee,
}

/// Everybody in the settings.
#[derive(Clone, Debug, Default)]
pub(in crate::config) struct Known {
    /// Everybody's id.
    ids: BTreeSet<PersonId>,
    /// Each word by which somebody is meant, in lower case: their id, their name, their mail addresses.
    words: BTreeMap<String, BTreeSet<PersonId>>,
}

impl Known {
    /// Words and whom they mean.
    pub(in crate::config) fn new(words: impl IntoIterator<Item = (String, PersonId)>) -> Self {
        let mut known = Self::default();
        for (word, id) in words {
            known.words.entry(key(&word)).or_default().insert(id.clone());
            known.ids.insert(id);
        }
        known
    }

    /// Whom a word at a place of the calendar means, if anybody. A word that two people share means neither.
    fn find(&self, place: &str, word: &str, named: &Named) -> Result<Option<PersonId>, String> {
        let own = named.names.iter().filter(|(name, _)| key(name) == key(word));
        let own = own.map(|(_, id)| PersonId(id.clone())).collect::<BTreeSet<_>>();
        if let Some(unknown) = own.iter().find(|id| !self.ids.contains(*id)) {
            return Err(format!(
                "names says that {word:?} is {unknown:?}, and nobody in [[people]] has that id",
                word = word.trim(),
                unknown = unknown.0
            ));
        }
        let meant = if own.is_empty() { self.words.get(&key(word)) } else { Some(&own) };
        let mut meant = meant.into_iter().flatten();
        match (meant.next(), meant.next()) {
            (Some(one), None) => Ok(Some(one.clone())),
            (None, _) => Ok(None),
            (Some(one), Some(other)) => Err(format!(
                "{place} names {word:?}, which is {one} as well as {other}; names = {{ {word:?} = {one:?} }} in the layer says \
                 whom it means",
                word = word.trim(),
                one = one.0,
                other = other.0
            )),
        }
    }
}

/// Words are compared without case and without what stands around them.
fn key(word: &str) -> String {
    word.trim().to_lowercase()
}

/// Everybody whom an event's lines name.
pub(super) fn people(lines: &[&Line], named: &Named, known: &Known) -> Result<Vec<PersonId>, String> {
    match named.by {
        By::Summary => by_summary(lines, named, known),
        By::Attendee => by_attendees(lines, named, known),
    }
}

fn by_summary(lines: &[&Line], named: &Named, known: &Known) -> Result<Vec<PersonId>, String> {
    let line = lines.iter().find(|line| line.name == "SUMMARY");
    let text = line.map(|line| line.text()).filter(|text| !text.trim().is_empty());
    let text = text
        .ok_or("it has no SUMMARY, so nobody is named; person = \"attendee\" reads who is invited instead")?;
    if let Some(person) = known.find("SUMMARY", &text, named)? {
        return Ok(vec![person]);
    }
    let part = |part| known.find("SUMMARY", part, named)?.ok_or_else(|| nobody("SUMMARY", str::trim(part)));
    text.split(',').map(part).collect()
}

fn by_attendees(lines: &[&Line], named: &Named, known: &Known) -> Result<Vec<PersonId>, String> {
    let mut people = Vec::new();
    for line in lines.iter().filter(|line| line.name == "ATTENDEE") {
        // Somebody who said no, and a room, are not on call.
        let is = |name, value: &str| line.parameter(name).is_some_and(|set| set.eq_ignore_ascii_case(value));
        if is("PARTSTAT", "DECLINED") || is("CUTYPE", "ROOM") || is("CUTYPE", "RESOURCE") {
            continue;
        }
        let address = line.value.split_once(':').map_or(line.value.as_str(), |(_, address)| address);
        let words = [Some(address), line.parameter("CN")];
        let found = words.into_iter().flatten().map(|word| known.find("ATTENDEE", word, named));
        let person = found.filter_map(Result::transpose).next().transpose()?;
        people.push(person.ok_or_else(|| nobody("ATTENDEE", address))?);
    }
    if people.is_empty() {
        return Err(
            "it has no ATTENDEE, so nobody is named; person = \"summary\" reads its title instead".to_owned()
        );
    }
    Ok(people)
}

fn nobody(place: &str, word: &str) -> String {
    format!(
        "{place} names {word:?}, and nobody in [[people]] has that id, name or mail address; names = {{ {word:?} = \"…\" }} \
         in the layer says whom it means"
    )
}
