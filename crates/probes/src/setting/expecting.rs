//! `expect` of a probe's settings.

use super::KindWord;
use super::words::Length;
use crate::judge::{Bound, Expect, Measure, StatusSet, WINDOW_SAMPLES_MAX, WindowRule};
use core::net::IpAddr;
use core::time::Duration;
use jiff::SignedDuration;
use regex::RegexBuilder;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How long a window is when nothing is said.
const WINDOW: Duration = Duration::from_secs(10 * 60);
/// A window longer than a day is history, not an alert.
const WINDOW_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Certificates are renewed weeks before they end; one that is not is somebody's work by day.
const VALID_FOR: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// A pattern that compiles to more is refused.
const PATTERN_BYTES_MAX: usize = 256 * 1024;

/// What is expected.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExpectSetting {
    /// `200`, `"2xx"`, `"200-204"`, or a list of them.
    status: Option<Statuses>,
    /// Each of these headers with this text in its value.
    headers: BTreeMap<String, String>,
    /// In the body or the output.
    contains: Texts,
    /// Not in it.
    lacks: Texts,
    /// A regular expression that fits somewhere in it.
    matches: Option<String>,
    /// Each look ends within this.
    latency_max: Option<Length>,
    /// Percentiles over the window.
    p50_max: Option<Length>,
    p90_max: Option<Length>,
    p95_max: Option<Length>,
    p99_max: Option<Length>,
    /// A share of successes over the window, in percent.
    success_min: Option<f64>,
    /// How long the window is.
    window: Option<Length>,
    /// Certificates are good for this long still.
    valid_for: Option<Length>,
    /// Addresses that the name stands for.
    addresses: Vec<IpAddr>,
    /// The command's exit code.
    exit: Option<i32>,
    /// A comparison, such as `> 95`.
    value: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Statuses {
    One(Status),
    Several(Vec<Status>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Status {
    Code(u16),
    Words(String),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Several(Vec<String>),
}

impl Default for Texts {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Texts {
    fn all(&self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.clone()],
            Self::Several(texts) => texts.clone(),
        }
    }
}

impl ExpectSetting {
    /// What is expected of each look, with what a kind expects by itself.
    pub(super) fn each(&self, kind: KindWord) -> Result<Expect, String> {
        self.fits(kind)?;
        let is_web = matches!(kind, KindWord::Http | KindWord::WebSocket);
        let usual = if kind == KindWord::WebSocket { "101" } else { "2xx" };
        let status = self.status()?.or_else(|| StatusSet::read([usual])).filter(|_| is_web);
        let valid_for = self.valid_for.map(Length::time).or((kind == KindWord::Tls).then_some(VALID_FOR));
        Ok(Expect {
            status,
            headers: self.headers.clone(),
            contains: self.contains.all(),
            lacks: self.lacks.all(),
            matches: self.matches.as_deref().map(pattern).transpose()?,
            latency_max: self.latency_max.map(Length::time),
            valid_for: valid_for.map(signed),
            addresses: self.addresses.clone(),
            exit: self.exit.or((kind == KindWord::Command).then_some(0)),
            value: self.value(kind)?,
        })
    }

    fn status(&self) -> Result<Option<StatusSet>, String> {
        let Some(statuses) = &self.status else { return Ok(None) };
        let list = match statuses {
            Statuses::One(one) => core::slice::from_ref(one),
            Statuses::Several(several) => several,
        };
        let words: Vec<String> = list
            .iter()
            .map(|status| match status {
                Status::Code(code) => code.to_string(),
                Status::Words(words) => words.clone(),
            })
            .collect();
        StatusSet::read(words.iter().map(String::as_str)).map(Some).ok_or_else(|| {
            format!("expect.status is {words:?}; some are 200, \"2xx\", \"200-204\", [200, 426]")
        })
    }

    fn value(&self, kind: KindWord) -> Result<Option<Bound>, String> {
        let Some(words) = &self.value else {
            let needed = kind == KindWord::Prometheus;
            let why = "kind \"prometheus\" needs expect.value, such as \"> 95\"";
            return if needed { Err(why.to_owned()) } else { Ok(None) };
        };
        let bound = Bound::read(words);
        bound
            .map(Some)
            .ok_or_else(|| format!("expect.value is {words:?}; some are \"> 95\", \"<= 0.01\", \"== 3\""))
    }

    /// Keys that a kind can say nothing about.
    fn fits(&self, kind: KindWord) -> Result<(), String> {
        let is_web = matches!(kind, KindWord::Http | KindWord::WebSocket);
        let has_text = is_web || kind == KindWord::Command;
        let has_value = matches!(kind, KindWord::Prometheus | KindWord::Command);
        let wrong = [
            ("status", self.status.is_some() && !is_web),
            ("headers", !self.headers.is_empty() && !is_web),
            ("contains", !self.contains.all().is_empty() && !has_text),
            ("lacks", !self.lacks.all().is_empty() && !has_text),
            ("matches", self.matches.is_some() && !has_text),
            ("valid_for", self.valid_for.is_some() && !(is_web || kind == KindWord::Tls)),
            ("addresses", !self.addresses.is_empty() && kind != KindWord::Dns),
            ("exit", self.exit.is_some() && kind != KindWord::Command),
            ("value", self.value.is_some() && !has_value),
            ("window", self.window.is_some() && self.measures().next().is_none()),
        ];
        match wrong.iter().find(|(_, wrong)| *wrong) {
            Some(("window", _)) => {
                Err("expect.window is for p50_max … p99_max or success_min; set one of them".to_owned())
            }
            Some((key, _)) => Err(format!("kind {:?} has no expect.{key}; take it out", kind.name())),
            None => Ok(()),
        }
    }

    /// What is expected of whole windows.
    pub(super) fn windows(&self, every: Duration) -> Result<Vec<WindowRule>, String> {
        let over = self.window.map_or(WINDOW, Length::time);
        let measures: Vec<Measure> = self.measures().collect();
        if measures.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(percent) = self.success_min.filter(|percent| !(0.0..=100.0).contains(percent)) {
            return Err(format!("expect.success_min is {percent}; it is a share in percent, from 0 to 100"));
        }
        let looks = over.as_millis() / every.as_millis().max(1);
        if looks < 5 || looks > WINDOW_SAMPLES_MAX as u128 || over > WINDOW_MAX {
            return Err(format!(
                "expect.window of {over:?} holds {looks} looks every {every:?}; it must hold 5 to {WINDOW_SAMPLES_MAX}, within a day"
            ));
        }
        Ok(measures.into_iter().map(|measure| WindowRule { over: signed(over), measure }).collect())
    }

    fn measures(&self) -> impl Iterator<Item = Measure> {
        let bounds = [(50.0, self.p50_max), (90.0, self.p90_max), (95.0, self.p95_max), (99.0, self.p99_max)];
        let percentiles = bounds.into_iter().filter_map(|(percentile, bound)| {
            let ms = u32::try_from(bound?.time().as_millis()).unwrap_or(u32::MAX);
            Some(Measure::PercentileAtMostMs { percentile, ms })
        });
        percentiles.chain(self.success_min.map(Measure::SuccessAtLeastPercent))
    }
}

fn pattern(text: &str) -> Result<regex::Regex, String> {
    let built = RegexBuilder::new(text).size_limit(PATTERN_BYTES_MAX).build();
    built.map_err(|error| format!("expect.matches is no regular expression: {error}"))
}

fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}
