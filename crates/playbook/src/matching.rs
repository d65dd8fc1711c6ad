//! Which runbooks fit an alert or a person's report, and why.
//!
//! Lives here: names, quoted texts, limits and words, weighed; docs/matching.md tells how. Deterministic: the same
//! playbook and the same signal give the same answer. Must never be here: what an alert or an incident is beyond its
//! texts.

mod heard;
mod lexicon;
mod names;
mod vocabulary;
mod words;

use self::heard::{Heard, Hit};
use self::names::Names;
use self::vocabulary::{Place, Posting, Vocabulary};
use crate::{CheckKind, Comparison, Playbook, Runbook, RunbookMatch, Symptom};
use std::collections::BTreeMap;

/// What a text speaks of, by concept, each with the text's own word for it.
pub(crate) fn concepts(text: &str) -> BTreeMap<String, String> {
    vocabulary::concepts(text)
}

/// Whether many failures share a concept.
pub(crate) fn is_weak_concept(key: &str) -> bool {
    vocabulary::is_weak(key)
}

/// What is known about a failure: the texts of an alert, or a person's report.
#[derive(Clone, Copy, Debug)]
pub struct Signal<'a> {
    /// Its summary, one line.
    pub title: &'a str,
    /// What else it says; may be empty.
    pub description: &'a str,
    /// Its labels and annotations.
    pub labels: &'a BTreeMap<String, String>,
}

/// A runbook below this score is not offered: one rare word of its title is enough, one of its symptoms is not.
const SCORE_MIN: u32 = 20;
/// A runbook that a label names: near-certain.
const NAME_SCORE: u32 = 100;
/// The most that everything but a name gives.
const SCORE_MAX: u32 = 99;
/// What a quoted text of the document adds when the signal shows it.
const QUOTE_SCORE: u32 = 50;
/// What a quoted text of one word adds: people use such words for other things, too.
const QUOTED_WORD_SCORE: u32 = 12;
/// What a limit of the document adds when the signal's number is beyond it.
const LIMIT_SCORE: u32 = 15;
/// Words alone add no more than this.
const WORDS_SCORE_MAX: u32 = 80;
/// One telling word alone must be at least one in so many words of the title.
const LONE_WORD_SHARE: usize = 3;

/// The runbooks that fit the signal, best first; those that fit equally in document order. Reads the playbook anew:
/// whoever asks often keeps a [`Matcher`].
#[must_use]
pub fn match_runbooks(playbook: &Playbook, signal: &Signal<'_>) -> Vec<RunbookMatch> {
    Matcher::new(playbook).matches(signal)
}

/// A playbook's runbooks, read once for many signals.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    known: Vec<Known>,
    names: Names,
    vocabulary: Vocabulary,
}

impl Matcher {
    /// Reads the runbooks of a playbook.
    #[must_use]
    pub fn new(playbook: &Playbook) -> Self {
        let vocabulary = Vocabulary::new(&playbook.runbooks);
        let known = playbook.runbooks.iter().map(|runbook| Known::new(runbook, &vocabulary)).collect();
        Self { known, names: Names::new(playbook), vocabulary }
    }

    /// The runbooks that fit the signal, best first; those that fit equally in document order.
    #[must_use]
    pub fn matches(&self, signal: &Signal<'_>) -> Vec<RunbookMatch> {
        let heard = Heard::new(signal, &self.vocabulary);
        let mut tallies: Vec<Tally<'_>> = self.known.iter().map(|_| Tally::default()).collect();
        for hit in &heard.hits {
            let Some(concept) = self.vocabulary.concepts.get(hit.concept) else { continue };
            for posting in &concept.postings {
                if let Some(tally) = tallies.get_mut(posting.runbook) {
                    tally.add(hit, posting, concept.weight, concept.is_weak);
                }
            }
        }
        let named = self.names.named(signal.labels);
        let judged = self.known.iter().zip(tallies).enumerate();
        let judged = judged.filter_map(|(number, (known, tally))| {
            let by_name = named.iter().find(|(runbook, _)| *runbook == number);
            by_name.map_or_else(
                || judge(known, &tally, &heard),
                |(_, reason)| Some(known.found(NAME_SCORE, vec![reason.clone()])),
            )
        });
        let mut found: Vec<RunbookMatch> = judged.collect();
        found.sort_by_key(|found| core::cmp::Reverse(found.score));
        found
    }
}

/// What a signal and a runbook share in words.
#[derive(Default)]
struct Tally<'a> {
    /// Doubled, so that halves stay whole until the end.
    score: u32,
    telling: usize,
    shared: Vec<(u32, &'a Hit, &'a Posting)>,
}

impl<'a> Tally<'a> {
    fn add(&mut self, hit: &'a Hit, posting: &'a Posting, weight: u32, is_weak: bool) {
        let by_place = match posting.place {
            Place::Title => 2,
            Place::Symptoms => 1,
        };
        let heard = if hit.in_title { 2 } else { 1 };
        let weight = weight * by_place * heard;
        let weight = if hit.is_slip { weight * 3 / 4 } else { weight };
        self.score += weight;
        self.telling += usize::from(!is_weak);
        self.shared.push((weight, hit, posting));
    }

    /// Words that many failures share cannot find a runbook, nor can one word in a long sentence about something else.
    fn is_enough(&self, heard: &Heard) -> bool {
        match self.telling {
            0 => false,
            1 => {
                let named = self.shared.iter().filter(|(_, hit, _)| hit.in_name).count();
                let is_much = |shared: usize, of: usize| shared > 0 && shared * LONE_WORD_SHARE >= of;
                is_much(self.shared.len(), heard.title_words) || is_much(named, heard.name_words)
            }
            _ => true,
        }
    }

    /// The shared words, the weightiest first; in brackets the runbook's word where the signal has another.
    fn words(&self) -> String {
        let mut shared = self.shared.clone();
        shared.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.word.cmp(&right.1.word)));
        let told: Vec<String> =
            shared.iter().map(|(_, hit, posting)| said(&hit.word, &posting.word)).collect();
        told.join(", ")
    }
}

fn said(heard: &str, known: &str) -> String {
    let shared = heard.chars().zip(known.chars()).take_while(|(left, right)| left == right).count();
    if shared >= 4 || heard == known || heard.starts_with(known) {
        heard.to_owned()
    } else {
        format!("{heard} ({known})")
    }
}

/// A runbook, read once.
#[derive(Clone, Debug)]
struct Known {
    id: String,
    quoted: Vec<Quoted>,
    limits: Vec<Limit>,
}

/// What people see.
#[derive(Clone, Debug)]
struct Quoted {
    /// As written.
    text: String,
    /// As it is looked for.
    pattern: String,
    score: u32,
}

/// A measurable symptom.
#[derive(Clone, Debug)]
struct Limit {
    text: String,
    about: Vec<usize>,
    comparison: Comparison,
    value: f64,
    /// How far it goes.
    upto: f64,
    unit: String,
}

impl Known {
    fn new(runbook: &Runbook, vocabulary: &Vocabulary) -> Self {
        let quoted = runbook.symptoms.iter().flat_map(Quoted::all);
        let limits = runbook.symptoms.iter().filter_map(|symptom| Limit::of(symptom, vocabulary));
        Self { id: runbook.id.clone(), quoted: quoted.collect(), limits: limits.collect() }
    }

    fn found(&self, score: u32, reasons: Vec<String>) -> RunbookMatch {
        RunbookMatch { runbook: self.id.clone(), score, reasons }
    }
}

impl Quoted {
    fn all(symptom: &Symptom) -> Vec<Self> {
        let corners =
            symptom.text.split('「').skip(1).filter_map(|rest| rest.split_once('」')).map(|(text, _)| text);
        symptom.quoted.iter().map(String::as_str).chain(corners).filter_map(Self::of).collect()
    }

    fn of(text: &str) -> Option<Self> {
        let read = words::words(text);
        let score = match read.as_slice() {
            [] => return None,
            [one] if !words::is_japanese(one) => QUOTED_WORD_SCORE,
            _ => QUOTE_SCORE,
        };
        let spaced = words::spaced(&read);
        let pattern = if words::is_japanese(&spaced) { spaced.trim().to_owned() } else { spaced };
        Some(Self { text: text.to_owned(), pattern, score })
    }
}

impl Limit {
    fn of(symptom: &Symptom, vocabulary: &Vocabulary) -> Option<Self> {
        let (metric, comparison, value, upto, unit) = match &symptom.check.as_ref()?.kind {
            CheckKind::Threshold { metric, comparison, value, unit, .. } => {
                (metric, *comparison, *value, f64::INFINITY, unit)
            }
            CheckKind::Range { metric, from, to, unit } => (metric, Comparison::Above, *from, *to, unit),
            CheckKind::HttpStatus { .. } | CheckKind::Watch { .. } | CheckKind::Words => return None,
        };
        let (upto, _) = words::in_base_unit(upto, unit);
        let (value, unit) = words::in_base_unit(value, unit);
        let about = vocabulary.concepts_of(metric);
        Some(Self { text: symptom.text.clone(), about, comparison, value, upto, unit })
    }

    /// Whether the signal names a number of this metric which is beyond the limit.
    fn is_passed(&self, heard: &Heard) -> bool {
        let beyond = |number: f64| match self.comparison {
            Comparison::Above => number > self.value && number <= self.upto,
            Comparison::Below => number < self.value,
            Comparison::Equal => (number - self.value).abs() < f64::EPSILON,
        };
        self.about.iter().any(|concept| heard.speaks_of(*concept))
            && heard.measures.iter().any(|(number, unit)| *unit == self.unit && beyond(*number))
    }
}

fn judge(known: &Known, tally: &Tally<'_>, heard: &Heard) -> Option<RunbookMatch> {
    let mut reasons = Vec::new();
    let mut score = 0;
    let mut shows = false;
    for quoted in known.quoted.iter().filter(|quoted| heard.text.contains(&quoted.pattern)) {
        score += quoted.score;
        shows |= quoted.score == QUOTE_SCORE;
        reasons.push(format!("it shows “{}”", quoted.text));
    }
    for limit in known.limits.iter().filter(|limit| limit.is_passed(heard)) {
        score += LIMIT_SCORE;
        reasons.push(format!("it is beyond “{}”", limit.text));
    }
    score += (tally.score / 2).min(WORDS_SCORE_MAX);
    if score < SCORE_MIN || !(shows || tally.is_enough(heard)) {
        return None;
    }
    if !tally.shared.is_empty() {
        reasons.push(format!("it speaks of {}", tally.words()));
    }
    Some(known.found(score.min(SCORE_MAX), reasons))
}

#[cfg(test)]
mod tests {
    use super::{Signal, match_runbooks};
    use crate::{Check, CheckKind, Comparison, Document, Origin, Playbook, Runbook, Symptom};
    use std::collections::BTreeMap;

    fn symptom(text: &str) -> Symptom {
        let quoted = text.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        Symptom { text: text.to_owned(), quoted, check: None, line: 1, origin: Origin::default() }
    }

    fn runbook(title: &str, symptoms: &[&str]) -> Runbook {
        Runbook {
            id: format!("issue-{}", title.to_lowercase().replace(['/', ' '], "-")),
            title: title.to_owned(),
            symptoms: symptoms.iter().map(|text| symptom(text)).collect(),
            line: 1,
            ..Runbook::default()
        }
    }

    fn playbook() -> Playbook {
        let mut latency = runbook("Latency too high", &["P95 latency > 2s", "Everything feels slow"]);
        latency.symptoms[0].check = Some(Check {
            text: "P95 latency > 2s".to_owned(),
            kind: CheckKind::Threshold {
                metric: "P95 latency".to_owned(),
                comparison: Comparison::Above,
                value: 2.0,
                unit: "s".to_owned(),
                window_min: None,
            },
            command: None,
            line: 1,
            origin: Origin::default(),
        });
        Playbook {
            runbooks: vec![
                runbook(
                    "API answers 5xx",
                    &["Error rate rises", "People read \"Something broke\"", "Status 500 or 503"],
                ),
                runbook(
                    "WebSocket does not connect",
                    &["Chat stays on \"Connecting...\"", "Upgrades fail in logs"],
                ),
                runbook("Session creation fails", &["Session stays in \"starting\"", "Sandbox timeouts"]),
                runbook("Sessions pause too early", &["Work is lost", "\"Session paused\" shows too early"]),
                runbook("Messages missing from chat", &["A message is sent, nothing appears", "Stale chat"]),
                latency,
                runbook("Authentication fails", &["People cannot log in", "\"Unauthorized\" errors"]),
            ],
            ..Playbook::default()
        }
    }

    fn best(title: &str, labels: &[(&str, &str)]) -> Option<usize> {
        let playbook = playbook();
        let labels: BTreeMap<String, String> =
            labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let found = match_runbooks(&playbook, &Signal { title, description: "", labels: &labels });
        let first = found.first()?;
        assert!(!first.reasons.is_empty());
        playbook.runbooks.iter().position(|runbook| runbook.id == first.runbook)
    }

    #[test]
    fn each_kind_of_failure_finds_its_runbook() {
        for (title, wanted) in [
            ("HTTP 502 from api.tabbi.dev /sessions", Some(0)),
            ("API server errors above 10%", Some(0)),
            ("Users stuck on Connecting...", Some(1)),
            ("ws upgrades fail", Some(1)),
            ("Session creation failing: 62% of POST /sessions", Some(2)),
            ("Sessions paused after 3 minutes", Some(3)),
            ("Messages missing in chat", Some(4)),
            ("P95 latency 3.2s", Some(5)),
            ("everything is slow today", Some(5)),
            ("users cannot log in", Some(6)),
            ("401 on login", Some(6)),
            ("coffee machine broken", None),
            ("users report a problem", None),
            ("", None),
        ] {
            assert_eq!(best(title, &[]), wanted, "{title}");
        }
    }

    #[test]
    fn a_label_that_names_a_runbook_decides() {
        let url = "https://wiki.example.test/playbook#issue-sessions-pause-too-early";
        assert_eq!(best("P95 latency 3.2s", &[("runbook", "Authentication fails")]), Some(6));
        assert_eq!(best("P95 latency 3.2s", &[("runbook_url", url)]), Some(3));
        assert_eq!(best("odd", &[("alertname", "LatencyTooHigh")]), Some(5));
        assert_eq!(best("odd", &[("runbook", "")]), None);
    }

    #[test]
    fn a_number_beyond_the_limit_counts() {
        let playbook = playbook();
        let score = |title| {
            match_runbooks(&playbook, &Signal { title, description: "", labels: &BTreeMap::new() })[0].score
        };
        assert!(score("P95 latency 3.2s") > score("P95 latency 1.2s"));
        assert_eq!(score("P95 latency 3200 ms"), score("P95 latency 3.2s"));
    }

    #[test]
    fn reasons_are_words_for_who_reads_them_at_night() {
        let playbook = playbook();
        let labels = BTreeMap::from([("alertname".to_owned(), "LatencyTooHigh".to_owned())]);
        let reasons = |title: &str, labels| {
            let found = match_runbooks(&playbook, &Signal { title, description: "", labels });
            found.first().map(|found| found.reasons.join("; ")).unwrap_or_default()
        };
        assert_eq!(reasons("odd", &labels), "the label alertname names it");
        let none = BTreeMap::new();
        assert_eq!(reasons("p99 is too high", &none), "it speaks of p99 (latency), high");
        assert_eq!(reasons("Sesions paused", &none), "it speaks of paused, sesions (sessions)");
        let shown = reasons("the page says Something broke", &none);
        assert_eq!(shown, "it shows “Something broke”; it speaks of broke, something");
    }

    #[test]
    fn an_alert_that_a_document_or_a_symptom_lists_is_a_name() {
        let mut playbook = playbook();
        playbook.documents = vec![Document {
            alerts: vec!["EdgeDown".to_owned()],
            runbook_url: Some("https://wiki.example.test/edge/".to_owned()),
            ..Document::default()
        }];
        playbook.runbooks.truncate(1);
        playbook.runbooks[0].symptoms.push(symptom("The alert \"api_errors_high\" fires"));
        let score = |label: &str, value: &str| {
            let labels = BTreeMap::from([(label.to_owned(), value.to_owned())]);
            let found = match_runbooks(&playbook, &Signal { title: "odd", description: "", labels: &labels });
            found.first().map(|found| found.score)
        };
        assert_eq!(score("alertname", "EdgeDown"), Some(100));
        assert_eq!(score("alertname", "ApiErrorsHigh"), Some(100));
        assert_eq!(score("runbook_url", "https://git.example.test/runbooks/edge.md"), Some(100));
        assert_eq!(score("runbook_url", "https://git.example.test/runbooks/edge/?plain=1"), Some(100));
        assert_eq!(score("alertname", "EdgeUp"), None);
    }

    #[test]
    fn one_word_in_a_sentence_about_something_else_is_not_enough() {
        assert_eq!(best("Message from the auditor about the yearly access list", &[]), None);
        assert_eq!(best("lunch is starting", &[]), None);
        assert_eq!(best("websockets broken?", &[]), Some(1));
    }
}
