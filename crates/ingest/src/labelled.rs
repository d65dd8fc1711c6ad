//! From Prometheus' labels and annotations to the words of an alert; the two Prometheus formats share it, so that both
//! give the same alert for the same labels.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use incident::{Alert, AlertKey, AlertStatus};
use jiff::Timestamp;

use crate::failure::Rejected;
use crate::field;
use crate::json::Json;
use crate::labels::{Kept, LabelSet};
use crate::limits::{DESCRIPTION_CHARS_MAX, SEVERITY_CHARS_MAX, TITLE_CHARS_MAX};
use crate::text;

/// Labels, annotations and link of one alert in the sender's words.
pub(crate) struct Labelled<'j> {
    pub(crate) labels: LabelSet<'j>,
    annotations: LabelSet<'j>,
    generator: alloc::borrow::Cow<'j, str>,
}

/// Whether it goes on, since when, and until when without a repeat.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) status: AlertStatus,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
}

impl<'j> Labelled<'j> {
    pub(crate) fn read(alert: &'j Json<'_>) -> Result<Self, Rejected> {
        Ok(Self {
            labels: LabelSet::read(alert, "labels")?,
            annotations: LabelSet::read(alert, "annotations")?,
            generator: field::text(alert, "generatorURL")?.unwrap_or_default(),
        })
    }

    /// The alert under this key.
    pub(crate) fn alert(&self, source: &str, key: String, times: Times) -> Alert {
        let severity = self.labels.get("severity").map(|word| text::line(word, SEVERITY_CHARS_MAX));
        let (description, told) = self.description();
        let mut kept = Kept::default();
        for (name, value) in self.labels.iter() {
            kept.keep(name, value);
        }
        let link = field::link(&self.generator);
        if link.is_none() {
            kept.keep("generatorURL", &self.generator);
        }
        for (name, value) in self.annotations.iter().filter(|(name, _)| *name != "summary" && *name != told) {
            let plain = name == "runbook_url" && self.labels.get(name).is_none();
            if plain { kept.keep(name, value) } else { kept.keep(&format!("annotation.{name}"), value) }
        }
        Alert {
            key: AlertKey { source: source.to_string(), key },
            status: times.status,
            title: self.title(),
            description: text::block(description, DESCRIPTION_CHARS_MAX),
            severity: severity.filter(|word| !word.is_empty()),
            labels: kept.0,
            link,
            started_at: times.started_at,
            expires_at: times.expires_at,
        }
    }

    /// The text and the annotation which it was.
    fn description(&self) -> (&str, &'static str) {
        let named = |name| self.annotations.get(name).map(|text| (text, name));
        named("description").or_else(|| named("message")).unwrap_or(("", "description"))
    }

    fn title(&self) -> String {
        let line = |text: &str| Some(text::line(text, TITLE_CHARS_MAX)).filter(|line| !line.is_empty());
        let summary = self.annotations.get("summary").and_then(line);
        let named = summary.or_else(|| line(&self.name()?));
        named.or_else(|| line(&self.pairs())).unwrap_or_else(|| "alert without a name".into())
    }

    fn name(&self) -> Option<String> {
        let alert = self.labels.get("alertname")?;
        Some(
            self.labels
                .get("instance")
                .map_or_else(|| alert.into(), |instance| format!("{alert} on {instance}")),
        )
    }

    /// The first labels, for an alert that has no name.
    fn pairs(&self) -> String {
        let pairs: Vec<_> =
            self.labels.iter().take(5).map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join(", ")
    }
}
