//! A label set as Prometheus means it: sorted, each name once, no empty values; and its fingerprint.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::failure::Rejected;
use crate::json::Json;
use crate::limits::{LABEL_CHARS_MAX, LABEL_NAME_CHARS_MAX, LABELS_MAX};
use crate::text;

/// Labels or annotations of one alert.
pub(crate) struct LabelSet<'j>(Vec<(&'j str, Cow<'j, str>)>);

impl<'j> LabelSet<'j> {
    /// The object at this field; absent and null are the empty set.
    pub(crate) fn read(object: &'j Json<'_>, name: &str) -> Result<Self, Rejected> {
        match object.get(name) {
            Json::Null => Ok(Self(Vec::new())),
            Json::Object(fields) => Self::of(fields).map_err(|rejected| rejected.under(name)),
            other @ (Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) => {
                Err(Rejected::new(name, format!("must be an object of strings, is {}", other.kind())))
            }
        }
    }

    fn of(fields: &'j [(Cow<'_, str>, Json<'_>)]) -> Result<Self, Rejected> {
        let mut labels: Vec<(&str, Cow<'_, str>)> = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            if name.is_empty() {
                return Err(Rejected::new("", "invalid name \"\""));
            }
            match (value.scalar(), value) {
                (Some(text), _) => labels.push((name, text)),
                (None, Json::Null) => labels.push((name, Cow::Borrowed(""))),
                (None, other) => {
                    let name = text::line(name, LABEL_NAME_CHARS_MAX);
                    return Err(Rejected::new(name, format!("must be a string, is {}", other.kind())));
                }
            }
        }
        // Stable, so of one name sent twice the last stays, as in the real servers.
        labels.sort_by_key(|(name, _)| *name);
        labels.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                core::mem::swap(&mut later.1, &mut earlier.1);
            }
            same
        });
        labels.retain(|(_, value)| !value.is_empty());
        Ok(Self(labels))
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let at = self.0.binary_search_by_key(&name, |(known, _)| known).ok()?;
        self.0.get(at).map(|(_, value)| value.as_ref())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_ref()))
    }

    /// The fingerprint Alertmanager gives these labels: FNV-1a 64 over each name and value, each ended by 0xFF.
    pub(crate) fn fingerprint(&self) -> String {
        const BASIS: u64 = 14_695_981_039_346_656_037;
        const PRIME: u64 = 1_099_511_628_211;
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        let words = self.iter().flat_map(|(name, value)| [name, value]);
        let hash = words.fold(BASIS, |hash, word| step(word.bytes().fold(hash, step), 0xff));
        format!("{hash:016x}")
    }
}

/// Labels as they are kept with the alert: cut, cleaned, and no more than `LABELS_MAX`; the first of a name wins.
#[derive(Default)]
pub(crate) struct Kept(pub(crate) BTreeMap<String, String>);

impl Kept {
    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        if self.0.len() < LABELS_MAX && !value.is_empty() {
            let name = text::line(name, LABEL_NAME_CHARS_MAX);
            self.0.entry(name).or_insert_with(|| text::block(value, LABEL_CHARS_MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LabelSet;
    use crate::json::Json;

    fn fingerprint(labels: &str) -> alloc::string::String {
        let json = Json::parse(labels).unwrap();
        LabelSet::read(&json, "labels").unwrap().fingerprint()
    }

    #[test]
    fn fingerprint_is_alertmanagers() {
        let recorded = "4bcd930190551935";
        let sorted = r#"{"labels":{"alertname":"Watchdog","cluster":"demo","severity":"none"}}"#;
        assert_eq!(fingerprint(sorted), recorded);
        let shuffled = r#"{"labels":{"severity":"none","alertname":"x","alertname":"Watchdog","job":"","cluster":"demo"}}"#;
        assert_eq!(
            fingerprint(shuffled),
            recorded,
            "order, an empty label and an earlier duplicate change nothing"
        );
        let other = r#"{"labels":{"alertname":"Watchdog","cluster":"demo2","severity":"none"}}"#;
        assert_ne!(fingerprint(other), recorded);
    }
}
