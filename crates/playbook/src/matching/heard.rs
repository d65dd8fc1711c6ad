//! A signal, read once: which concepts it speaks of, its numbers, and the labels that may name a runbook.
//!
//! Must never be here: how well a runbook fits.

use super::Signal;
use super::vocabulary::{Meaning, Vocabulary, pair};
use super::words;

/// Labels and annotations that tell what is wrong or where.
const TELLING: &[&str] = &["summary", "description", "message", "service", "component", "app", "job"];

/// What was said of a concept.
#[derive(Debug)]
pub(super) struct Hit {
    pub(super) concept: usize,
    pub(super) word: String,
    /// What is said in the title, or is the alert's name, counts whole; the rest half.
    pub(super) in_title: bool,
    pub(super) is_slip: bool,
    /// The alert's name says it: an alert is about a failure, which a sentence of a person need not be.
    pub(super) in_name: bool,
}

impl Hit {
    fn new(concept: usize, word: String, in_title: bool) -> Self {
        Self { concept, word, in_title, is_slip: false, in_name: false }
    }
}

/// The signal, read once.
#[derive(Debug)]
pub(super) struct Heard {
    /// All of it, with a space at both ends and between words.
    pub(super) text: String,
    pub(super) hits: Vec<Hit>,
    /// How many words of the title say something, whether a runbook knows them or not.
    pub(super) title_words: usize,
    /// How many words the alert's name has.
    pub(super) name_words: usize,
    pub(super) measures: Vec<(f64, String)>,
}

impl Heard {
    pub(super) fn new(signal: &Signal<'_>, vocabulary: &Vocabulary) -> Self {
        let mut title = words::words(signal.title);
        // The name of an alert is a title, too, and often the better one.
        let name = signal.labels.get("alertname").map(|name| words::words(name)).unwrap_or_default();
        title.extend(name.iter().cloned());
        let mut rest = words::words(signal.description);
        for (_, value) in signal.labels.iter().filter(|(name, _)| TELLING.contains(&name.as_str())) {
            rest.extend(words::words(value));
        }
        let mut heard = Self {
            text: words::spaced(&title),
            hits: Vec::new(),
            title_words: 0,
            name_words: name.len(),
            measures: Vec::new(),
        };
        heard.text.push_str(words::spaced(&rest).trim_start());
        heard.measures = words::measures(&heard.text);
        let mut unknown = Vec::new();
        heard.listen(&title, vocabulary, true, &mut unknown);
        heard.title_words = heard.hits.len() + unknown.len();
        heard.listen(&rest, vocabulary, false, &mut unknown);
        for hit in &mut heard.hits {
            hit.in_name = name.contains(&hit.word);
        }
        heard
    }

    pub(super) fn speaks_of(&self, concept: usize) -> bool {
        self.hits.iter().any(|hit| hit.concept == concept)
    }

    fn listen<'a>(
        &mut self,
        read: &'a [String],
        vocabulary: &Vocabulary,
        in_title: bool,
        unknown: &mut Vec<&'a str>,
    ) {
        let mut at = 0;
        while let Some(word) = read.get(at) {
            let next = read.get(at + 1).map_or("", String::as_str);
            at += 1;
            if words::is_japanese(word) {
                let known = vocabulary.of_japanese(word);
                known.into_iter().for_each(|(concept, word)| {
                    self.hit(Hit::new(concept, word, in_title));
                });
                continue;
            }
            if let Some(whole) = pair(&words::folded(word), &words::folded(next))
                && let Meaning::Known(concept) = vocabulary.meaning(whole)
            {
                at += 1;
                self.hit(Hit::new(concept, format!("{word} {next}"), in_title));
                continue;
            }
            match vocabulary.meaning(word) {
                Meaning::Nothing => {}
                Meaning::Unknown if unknown.contains(&word.as_str()) => {}
                Meaning::Unknown => unknown.push(word),
                Meaning::Known(concept) => {
                    self.hit(Hit::new(concept, word.clone(), in_title));
                }
                Meaning::Slip(concept) => {
                    self.hit(Hit { is_slip: true, ..Hit::new(concept, word.clone(), in_title) });
                }
            }
        }
    }

    /// What is said twice counts once, where it counts most.
    fn hit(&mut self, hit: Hit) {
        if !self.speaks_of(hit.concept) {
            self.hits.push(hit);
        }
    }
}
