//! Whom an event of a calendar means.

use super::lines::Line;
use incident::PersonId;
use serde::Deserialize;
use std::collections::BTreeMap;

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
    /// Each word by which somebody is meant, in lower case: their id, their name, their mail addresses.
    words: BTreeMap<String, PersonId>,
}

impl Known {
    /// Words and whom they mean; of two who share one, the first.
    pub(in crate::config) fn new(words: impl IntoIterator<Item = (String, PersonId)>) -> Self {
        let mut known = Self::default();
        for (word, id) in words {
            known.words.entry(word.trim().to_lowercase()).or_insert(id);
        }
        known
    }

    fn find(&self, word: &str, named: &Named) -> Option<PersonId> {
        let own = named.names.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(word.trim()));
        match own {
            Some((_, id)) => self.words.get(&id.to_lowercase()).cloned(),
            None => self.words.get(&word.trim().to_lowercase()).cloned(),
        }
    }
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
    if let Some(person) = known.find(&text, named) {
        return Ok(vec![person]);
    }
    let parts = text.split(',').map(|part| known.find(part, named).ok_or(part));
    parts.collect::<Result<_, _>>().map_err(|part| nobody("SUMMARY", part.trim()))
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
        let by_name = || line.parameter("CN").and_then(|name| known.find(name, named));
        let person = known.find(address, named).or_else(by_name);
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
