//! Which runbooks fit an alert or a person's report, and why.
//!
//! Lives here: names, quoted texts, limits and words, weighed. Deterministic: the same playbook and the same signal
//! give the same answer. Must never be here: what an alert or an incident is beyond its texts.

mod words;

use crate::{CheckKind, Comparison, Playbook, Runbook, RunbookMatch, Symptom};
use std::collections::{BTreeMap, BTreeSet};

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

/// A runbook below this score is not offered.
const SCORE_MIN: u32 = 20;
/// What a quoted text of the document adds when the signal shows it.
const QUOTE_SCORE: u32 = 50;
/// What a limit of the document adds when the signal's number is beyond it.
const LIMIT_SCORE: u32 = 15;
/// Words alone add no more than this.
const WORDS_SCORE_MAX: u32 = 80;

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
    /// How many runbooks use a concept.
    spread: BTreeMap<String, usize>,
}

impl Matcher {
    /// Reads the runbooks of a playbook.
    #[must_use]
    pub fn new(playbook: &Playbook) -> Self {
        let known: Vec<Known> = playbook.runbooks.iter().map(Known::new).collect();
        let mut spread = BTreeMap::new();
        for runbook in &known {
            let concepts: BTreeSet<&String> = runbook.title.keys().chain(runbook.symptoms.keys()).collect();
            for concept in concepts {
                *spread.entry(concept.clone()).or_insert(0) += 1;
            }
        }
        Self { known, spread }
    }

    /// The runbooks that fit the signal, best first; those that fit equally in document order.
    #[must_use]
    pub fn matches(&self, signal: &Signal<'_>) -> Vec<RunbookMatch> {
        let heard = Heard::new(signal, &self.spread);
        let judged = self.known.iter().filter_map(|runbook| judge(runbook, &heard));
        let mut found: Vec<RunbookMatch> = judged.filter(|found| found.score >= SCORE_MIN).collect();
        found.sort_by_key(|found| core::cmp::Reverse(found.score));
        found
    }
}

/// The signal, read once.
struct Heard {
    /// All of it, with a space at both ends, so that whole words can be looked for.
    text: String,
    /// What it speaks of that any runbook knows.
    concepts: Vec<Concept>,
    measures: Vec<(f64, String)>,
    /// Labels that may name a runbook, with what they say.
    naming: Vec<(String, String)>,
}

/// One word of the signal.
struct Concept {
    stem: String,
    word: String,
    /// What it tells, doubled where the runbook's title has it.
    weight: u32,
}

impl Heard {
    fn new(signal: &Signal<'_>, spread: &BTreeMap<String, usize>) -> Self {
        let mut rest = signal.description.to_owned();
        for (name, value) in signal.labels {
            if matches!(name.as_str(), "summary" | "description" | "message" | "alertname" | "service") {
                rest.push(' ');
                rest.push_str(value);
            }
        }
        let text = words::plain(&format!("{} {rest}", signal.title));
        let measures = words::measures(&text);
        let title = words::concepts(signal.title);
        let other = words::concepts(&rest).into_iter().filter(|(stem, _)| !title.contains_key(stem));
        let other: Vec<Concept> = other.filter_map(|found| Concept::of(found, spread, 2)).collect();
        let mut concepts: Vec<Concept> = title
            .iter()
            .filter_map(|(stem, word)| Concept::of((stem.clone(), word.clone()), spread, 1))
            .collect();
        concepts.extend(other);
        let naming = signal.labels.iter().filter_map(|(label, value)| says_a_name(label, value)).collect();
        Self { text: format!(" {text} "), concepts, measures, naming }
    }

    fn speaks_of(&self, concept: &str) -> bool {
        self.concepts.iter().any(|heard| heard.stem == concept)
    }
}

impl Concept {
    /// `None` when no runbook knows it. What is not in the signal's title counts half.
    fn of((stem, word): (String, String), spread: &BTreeMap<String, usize>, part: u32) -> Option<Self> {
        let spread = *spread.get(&stem)?;
        let weight = if words::is_weak(&stem) { 4 } else { rarity(spread) };
        Some(Self { stem, word, weight: weight * 2 / part })
    }
}

/// What a label says that is there to name a runbook.
fn says_a_name(label: &str, value: &str) -> Option<(String, String)> {
    let said = match label.to_ascii_lowercase().as_str() {
        "runbook" | "alertname" => value,
        "runbook_url" => value.rsplit_once(['#', '/']).map_or(value, |(_, last)| last),
        _ => return None,
    };
    Some((label.to_owned(), words::squash(said)))
}

/// A runbook, read once.
#[derive(Clone, Debug)]
struct Known {
    id: String,
    /// How a label may name it.
    names: Vec<String>,
    title: BTreeMap<String, String>,
    symptoms: BTreeMap<String, String>,
    /// What people see, as written and as it is looked for.
    quoted: Vec<(String, String)>,
    limits: Vec<Limit>,
}

/// A measurable symptom.
#[derive(Clone, Debug)]
struct Limit {
    text: String,
    about: Vec<String>,
    comparison: Comparison,
    value: f64,
    unit: String,
}

impl Known {
    fn new(runbook: &Runbook) -> Self {
        let id = words::squash(&runbook.id);
        let without_lead = id.strip_prefix("issue").map(str::to_owned);
        let names = [id, words::squash(&runbook.title)].into_iter().chain(without_lead);
        let quoted = runbook.symptoms.iter().flat_map(|symptom| &symptom.quoted);
        Self {
            id: runbook.id.clone(),
            names: names.filter(|name| !name.is_empty()).collect(),
            title: words::concepts(&runbook.title),
            symptoms: runbook.symptoms.iter().flat_map(|symptom| words::concepts(&symptom.text)).collect(),
            quoted: quoted.map(|quoted| (quoted.clone(), format!(" {} ", words::plain(quoted)))).collect(),
            limits: runbook.symptoms.iter().filter_map(Limit::of).collect(),
        }
    }

    fn knows(&self, concept: &str) -> bool {
        self.title.contains_key(concept) || self.symptoms.contains_key(concept)
    }
}

impl Limit {
    fn of(symptom: &Symptom) -> Option<Self> {
        let CheckKind::Threshold { metric, comparison, value, unit } = &symptom.check.as_ref()?.kind else {
            return None;
        };
        let (value, unit) = words::in_base_unit(*value, unit);
        let about = words::concepts(metric).into_keys().collect();
        Some(Self { text: symptom.text.clone(), about, comparison: *comparison, value, unit })
    }

    /// Whether the signal names a number of this metric which is beyond the limit.
    fn is_passed(&self, heard: &Heard) -> bool {
        let beyond = |number: f64| match self.comparison {
            Comparison::Above => number > self.value,
            Comparison::Below => number < self.value,
            Comparison::Equal => (number - self.value).abs() < f64::EPSILON,
        };
        self.about.iter().any(|concept| heard.speaks_of(concept))
            && heard.measures.iter().any(|(number, unit)| *unit == self.unit && beyond(*number))
    }
}

fn judge(known: &Known, heard: &Heard) -> Option<RunbookMatch> {
    let runbook = known.id.clone();
    if let Some((label, _)) = heard.naming.iter().find(|(_, said)| known.names.contains(said)) {
        let reasons = vec![format!("the label {label} names it")];
        return Some(RunbookMatch { runbook, score: 100, reasons });
    }
    let mut reasons = Vec::new();
    let mut score = 0;
    let shows = |plain: &String| !plain.trim().is_empty() && heard.text.contains(plain);
    for (quoted, _) in known.quoted.iter().filter(|(_, plain)| shows(plain)) {
        score += QUOTE_SCORE;
        reasons.push(format!("it shows “{quoted}”"));
    }
    for limit in known.limits.iter().filter(|limit| limit.is_passed(heard)) {
        score += LIMIT_SCORE;
        reasons.push(format!("it is beyond “{}”", limit.text));
    }
    let (by_words, shared) = weigh(known, heard);
    if !shared.is_empty() {
        score += by_words;
        reasons.push(format!("it speaks of {}", shared.join(", ")));
    }
    (score > 0).then(|| RunbookMatch { runbook, score: score.min(99), reasons })
}

/// The weight of the words that runbook and signal share, and these words, the weightiest first.
fn weigh<'a>(known: &Known, heard: &'a Heard) -> (u32, Vec<&'a str>) {
    let shared = heard.concepts.iter().filter(|concept| known.knows(&concept.stem)).map(|concept| {
        let doubled = if known.title.contains_key(&concept.stem) { 2 } else { 1 };
        // Weights are kept doubled, so that halves stay whole until here.
        (concept.weight * doubled / 2, concept.word.as_str())
    });
    let mut shared: Vec<(u32, &str)> = shared.collect();
    shared.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(right.1)));
    let score: u32 = shared.iter().map(|(weight, _)| weight).sum();
    (score.min(WORDS_SCORE_MAX), shared.into_iter().map(|(_, word)| word).collect())
}

/// A word that few runbooks use tells more.
fn rarity(spread: usize) -> u32 {
    match spread {
        0 | 1 => 14,
        2 => 9,
        3 => 6,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::{Signal, match_runbooks};
    use crate::{Check, CheckKind, Comparison, Origin, Playbook, Runbook, Symptom};
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
}
