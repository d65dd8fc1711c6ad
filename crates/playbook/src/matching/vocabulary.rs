//! What the runbooks speak of: concepts, how rare each is, and which runbook has it where.
//!
//! Must never be here: scores of a whole signal.

use super::lexicon::{JAPANESE, PAIRS, SAME, STOP, WEAK};
use super::words;
use crate::Runbook;
use snowball_stemmers_rs::{Algorithm, Stemmer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What a concept tells that one runbook alone has.
const RARITY_MAX: u32 = 14;
/// What a concept tells at most that many failures share.
const WEAK_MAX: u32 = 4;
/// A word of Japanese is several bigrams.
const BIGRAM_PARTS: u32 = 3;
/// Shorter words are not taken for slips of longer ones: too many short words are one letter apart.
const SLIP_LENGTH_MIN: usize = 5;

/// The languages that words are brought to their stems in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Language {
    English,
    Spanish,
    Portuguese,
}

/// What tells that a text is not English.
const TELLING: &[(Language, &[&str])] = &[
    (Language::Spanish, &["el", "los", "las", "del", "en", "con", "una", "y", "la"]),
    (Language::Portuguese, &["o", "os", "da", "do", "em", "com", "uma", "e", "não", "é"]),
];

/// Where in a runbook a concept stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Title,
    Symptoms,
}

/// A runbook that has a concept.
#[derive(Clone, Debug)]
pub(super) struct Posting {
    pub(super) runbook: usize,
    pub(super) place: Place,
    /// The runbook's own word for it.
    pub(super) word: String,
}

/// Something that at least one runbook speaks of.
#[derive(Clone, Debug, Default)]
pub(super) struct Concept {
    /// What it tells, more when few runbooks have it.
    pub(super) weight: u32,
    pub(super) is_weak: bool,
    pub(super) postings: Vec<Posting>,
}

/// All concepts of a playbook's runbooks.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary {
    pub(super) concepts: Vec<Concept>,
    /// Every known way to write a concept, stems included.
    forms: BTreeMap<String, usize>,
    /// The first two letters of the forms.
    starts: BTreeSet<String>,
    /// The languages of the runbooks.
    languages: Vec<Language>,
    /// Forms that may be mistyped, by their first letter.
    slips: BTreeMap<char, Vec<(String, usize)>>,
}

/// A word of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It says nothing about a failure.
    Nothing,
    /// No runbook knows it.
    Unknown,
    Known(usize),
    /// It is one slip away from a word that a runbook knows.
    Slip(usize),
}

impl Vocabulary {
    pub(super) fn new(runbooks: &[Runbook]) -> Self {
        let mut vocabulary = Self::default();
        let mut numbers = BTreeMap::new();
        for (runbook, number) in runbooks.iter().zip(0..) {
            let symptoms: Vec<&str> = runbook.symptoms.iter().map(|symptom| symptom.text.as_str()).collect();
            let symptoms = symptoms.join("\n");
            let language = language(&format!("{} {symptoms}", runbook.title));
            if !vocabulary.languages.contains(&language) {
                vocabulary.languages.push(language);
            }
            for (text, place) in
                [(runbook.title.as_str(), Place::Title), (symptoms.as_str(), Place::Symptoms)]
            {
                for (key, word) in spoken(text, language) {
                    let at = *numbers.entry(key.clone()).or_insert_with(|| {
                        vocabulary.concepts.push(Concept::default());
                        vocabulary.concepts.len() - 1
                    });
                    vocabulary.forms.insert(words::folded(&word).into_owned(), at);
                    vocabulary.add(at, Posting { runbook: number, place, word });
                }
            }
        }
        vocabulary.weigh(&numbers, runbooks.len());
        vocabulary.name_forms(&numbers);
        vocabulary
    }

    /// A runbook has a concept once, where it counts most.
    fn add(&mut self, at: usize, posting: Posting) {
        let Some(concept) = self.concepts.get_mut(at) else { return };
        if concept.postings.last().is_none_or(|last| last.runbook != posting.runbook) {
            concept.postings.push(posting);
        }
    }

    fn weigh(&mut self, numbers: &BTreeMap<String, usize>, runbooks: usize) {
        for (key, at) in numbers {
            let Some(concept) = self.concepts.get_mut(*at) else { continue };
            concept.is_weak = LANGUAGE.weak.contains(key);
            concept.weight = rarity(concept.postings.len(), runbooks);
            if concept.is_weak {
                concept.weight = concept.weight.min(WEAK_MAX);
            } else if words::is_japanese(key) {
                concept.weight = concept.weight.div_ceil(BIGRAM_PARTS);
            }
        }
    }

    fn name_forms(&mut self, numbers: &BTreeMap<String, usize>) {
        for (key, at) in numbers {
            self.forms.entry(key.clone()).or_insert(*at);
        }
        for (form, key) in &LANGUAGE.same {
            if let Some(at) = numbers.get(*key) {
                self.forms.insert(form.clone(), *at);
            }
        }
        self.starts = self.forms.keys().filter_map(|form| form.get(..2)).map(str::to_owned).collect();
        for (form, at) in &self.forms {
            let first = form.chars().next().filter(|_| form.is_ascii() && form.len() >= SLIP_LENGTH_MIN);
            if let Some(first) = first {
                self.slips.entry(first).or_default().push((form.clone(), *at));
            }
        }
    }

    /// What a word of a signal means to the runbooks.
    pub(super) fn meaning(&self, word: &str) -> Meaning {
        let folded = words::folded(word);
        if LANGUAGE.stop.contains(&*folded) || folded.len() < 2 {
            return Meaning::Nothing;
        }
        if folded.starts_with(|first: char| first.is_ascii_digit()) {
            let known = status(&folded).and_then(|key| self.forms.get(key));
            return known.map_or(Meaning::Nothing, |at| Meaning::Known(*at));
        }
        if let Some(at) = self.forms.get(&*folded) {
            return Meaning::Known(*at);
        }
        // A stem keeps its first two letters, so most of the words that nobody knows need no stem.
        if !folded.get(..2).is_some_and(|start| self.starts.contains(start)) {
            return Meaning::Unknown;
        }
        let stems = self.languages.iter().map(|language| stem(word, *language));
        if let Some(at) = stems.filter_map(|stem| self.forms.get(&stem)).next() {
            return Meaning::Known(*at);
        }
        self.slip(&folded).map_or(Meaning::Unknown, Meaning::Slip)
    }

    /// The concepts that a metric's words name.
    pub(super) fn concepts_of(&self, text: &str) -> Vec<usize> {
        let known = words::words(text).into_iter().filter_map(|word| match self.meaning(&word) {
            Meaning::Known(at) => Some(at),
            Meaning::Nothing | Meaning::Unknown | Meaning::Slip(_) => None,
        });
        known.collect()
    }

    /// The concepts in a run of Japanese letters, each with what says so.
    pub(super) fn of_japanese(&self, word: &str) -> Vec<(usize, String)> {
        let terms = JAPANESE.iter().filter(|(term, _)| word.contains(term));
        let terms = terms.filter_map(|(term, key)| Some((*self.forms.get(*key)?, (*term).to_owned())));
        let pairs = words::bigrams(word).filter_map(|pair| Some((*self.forms.get(&pair)?, pair)));
        terms.chain(pairs).collect()
    }

    fn slip(&self, word: &str) -> Option<usize> {
        if word.len() < SLIP_LENGTH_MIN || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        let near = self.slips.get(&word.chars().next()?)?;
        near.iter().find(|(form, _)| words::is_slip(word, form)).map(|(_, at)| *at)
    }
}

/// The lexicon, laid out for looking up.
struct Lexicon {
    stop: BTreeSet<&'static str>,
    weak: BTreeSet<String>,
    same: BTreeMap<String, &'static str>,
}

static LANGUAGE: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut same = BTreeMap::new();
    for row in SAME {
        for word in *row {
            let concept = row.first().copied().unwrap_or_default();
            same.entry(stem(word, Language::English)).or_insert(concept);
            same.insert((*word).to_owned(), concept);
        }
    }
    let key =
        |word: &&str| same.get(*word).map_or_else(|| stem(word, Language::English), |key| (*key).to_owned());
    let weak = WEAK.iter().map(key).collect();
    Lexicon { stop: STOP.iter().copied().collect(), weak, same }
});

/// Two words that mean one thing, as the one word.
pub(super) fn pair(first: &str, second: &str) -> Option<&'static str> {
    let found = PAIRS.iter().find(|(one, two, _)| *one == first && *two == second);
    found.map(|(_, _, whole)| *whole)
}

/// What a text of any language speaks of.
pub(super) fn concepts(text: &str) -> BTreeMap<String, String> {
    spoken(text, language(text))
}

/// Whether many failures share a concept.
pub(super) fn is_weak(key: &str) -> bool {
    LANGUAGE.weak.contains(key)
}

/// What a runbook's text speaks of, by concept, with its word.
fn spoken(text: &str, language: Language) -> BTreeMap<String, String> {
    let read = words::words(text);
    let mut found = BTreeMap::new();
    let mut at = 0;
    while let Some(word) = read.get(at) {
        let next = read.get(at + 1).map_or("", String::as_str);
        at += 1;
        if words::is_japanese(word) {
            words::bigrams(word).for_each(|pair| _ = found.insert(pair.clone(), pair));
        } else if let Some(whole) = pair(&words::folded(word), &words::folded(next)) {
            at += 1;
            found.entry(concept(whole, language)).or_insert_with(|| whole.to_owned());
        } else if let Some(key) = telling(word, language) {
            found.entry(key).or_insert_with(|| word.clone());
        }
    }
    found
}

fn telling(word: &str, language: Language) -> Option<String> {
    let folded = words::folded(word);
    if LANGUAGE.stop.contains(&*folded) || folded.len() < 2 {
        return None;
    }
    if folded.starts_with(|first: char| first.is_ascii_digit()) {
        return status(&folded).map(str::to_owned);
    }
    Some(concept(word, language))
}

fn concept(word: &str, language: Language) -> String {
    let same = &LANGUAGE.same;
    let stemmed = stem(word, language);
    let known = same.get(&*words::folded(word)).or_else(|| same.get(&stemmed));
    known.map_or(stemmed, |key| (*key).to_owned())
}

fn stem(word: &str, language: Language) -> String {
    let algorithm = match language {
        Language::English => Algorithm::English,
        Language::Spanish => Algorithm::Spanish,
        Language::Portuguese => Algorithm::Portuguese,
    };
    words::folded(&Stemmer::create(algorithm).stem(word)).into_owned()
}

fn language(text: &str) -> Language {
    let read = words::words(text);
    let told = |telling: &[&str]| read.iter().filter(|word| telling.contains(&word.as_str())).count();
    let counted = TELLING.iter().map(|(language, telling)| (told(telling), *language));
    counted.filter(|(times, _)| *times >= 2).max().map_or(Language::English, |(_, language)| language)
}

/// A status such as `502`, or a class such as `5xx`.
fn status(word: &str) -> Option<&'static str> {
    match word.trim_end_matches('s').as_bytes() {
        b"5xx" | [b'5', b'0', b'0'..=b'9'] => Some("5xx"),
        b"401" | b"403" => Some("auth"),
        b"429" => Some("ratelimit"),
        _ => None,
    }
}

/// A concept that few runbooks have tells more: from [`RARITY_MAX`] for one runbook down to nothing for all.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "few runbooks, and a share of 14"
)]
fn rarity(spread: usize, runbooks: usize) -> u32 {
    let whole = (runbooks.max(2) + 1) as f64;
    let share = (whole / spread.max(1) as f64).ln() / whole.ln();
    (f64::from(RARITY_MAX) * share).round().max(1.0) as u32
}
