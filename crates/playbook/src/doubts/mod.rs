//! What the compiler is not sure about: asked once, answered beside the document, and what an answer changes.
//!
//! Lives here: one file for each kind of question; each finds what is in doubt, puts the question, and changes the
//! model as the answer says. Until somebody answers, the recogniser's guess holds. Must never be here: how answers are
//! kept, and anything that a fuzzy answer could make less safe.

mod blanks;
mod checks;
mod commands;
mod parts;
mod runbooks;
mod steps;

#[cfg(test)]
mod tests;

pub(crate) use runbooks::Said;

use crate::answers::{Answers, Entry};
use crate::compile::digest;
use crate::limits::{left_out, span_of_line};
use crate::model::{
    Answered, Diagnostic, DiagnosticSeverity, Doubt, DoubtKind, Offer, Origin, Playbook, SURE_MIN, Span,
};
use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// So many questions are open about one document; the next are asked when some of these are answered.
const OPEN_MAX: usize = 500;
/// A name in a question is cut to so many characters.
const NAME_CHARACTERS_MAX: usize = 80;

/// The questions about one document, while they are gathered.
pub(crate) struct Questions<'a> {
    text: &'a str,
    answers: &'a Answers,
    doubts: Vec<Doubt>,
    /// Where each question stands in `doubts`, by its id.
    known: BTreeMap<String, usize>,
    open: usize,
    /// The line of the first question beyond the limit, and how many there are.
    beyond: Option<(u32, usize)>,
    /// Answers that are none of the offers.
    misfits: BTreeSet<String>,
}

/// Whether a rule is sure enough of what it took.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sureness {
    Sure,
    Doubtful,
}

/// A question before it has an id.
struct Put {
    question: String,
    offers: Vec<Offer>,
    guess: &'static str,
    origin: Origin,
}

impl<'a> Questions<'a> {
    pub(crate) fn new(text: &'a str, answers: &'a Answers) -> Self {
        Self {
            text,
            answers,
            doubts: Vec::new(),
            known: BTreeMap::new(),
            open: 0,
            beyond: None,
            misfits: BTreeSet::new(),
        }
    }

    /// Asks about everything of the model that is in doubt, and does as was answered.
    pub(crate) fn settle(&mut self, playbook: &mut Playbook) {
        self.steps(playbook);
        self.checks(playbook);
        self.commands(playbook);
        self.parts(playbook);
        self.meanings(playbook);
    }

    /// The questions, and what there is to say about the answers.
    pub(crate) fn finish(mut self) -> (Vec<Doubt>, Vec<Diagnostic>) {
        let mut told: Vec<Diagnostic> = self
            .answers
            .faults()
            .iter()
            .map(|fault| told("W081", fault.clone(), UNUSABLE, self.text))
            .collect();
        for entry in self.answers.entries() {
            let is_used = self.known.get(&entry.id).and_then(|at| self.doubts.get(*at));
            if is_used.is_none_or(Doubt::is_open) {
                let misfit = self.misfits.contains(&entry.id);
                told.push(lapsed(entry, misfit, self.text));
            }
        }
        if let Some((line, more)) = self.beyond {
            told.push(left_out(
                format!("{more} more questions are asked when some are answered"),
                line,
                self.text,
            ));
        }
        self.doubts.sort_by_key(|doubt| (doubt.about, doubt.origin.span.line));
        (self.doubts, told)
    }

    /// Asks, and tells what was answered. What a rule is sure of is not asked, but an earlier answer to it holds.
    fn ask(
        &mut self,
        sureness: Sureness,
        (about, asked): (DoubtKind, &str),
        put: impl FnOnce() -> Put,
    ) -> Option<Answered> {
        if sureness == Sureness::Sure && self.answers.is_silent() {
            return None;
        }
        let id = id(about, asked);
        if let Some(doubt) = self.known.get(&id).and_then(|at| self.doubts.get(*at)) {
            return doubt.answered.clone();
        }
        let entry = self.answers.get(&id);
        if sureness == Sureness::Sure && entry.is_none() {
            return None;
        }
        let put = put();
        let fits = |entry: &&Entry| {
            put.offers.is_empty() || put.offers.iter().any(|offer| offer.answer == entry.answered.answer)
        };
        let answered = entry.filter(fits).map(|entry| entry.answered.clone());
        if entry.is_some() && answered.is_none() {
            self.misfits.insert(id.clone());
            if sureness == Sureness::Sure {
                return None;
            }
        }
        if answered.is_none() {
            if self.open == OPEN_MAX {
                let (line, count) = self.beyond.unwrap_or((put.origin.span.line, 0));
                self.beyond = Some((line, count + 1));
                return None;
            }
            self.open += 1;
        }
        self.known.insert(id.clone(), self.doubts.len());
        let Put { question, offers, guess, origin } = put;
        self.doubts.push(Doubt {
            id,
            about,
            question,
            offers,
            guess: guess.to_owned(),
            document: 0,
            origin,
            answered: answered.clone(),
        });
        answered
    }

    /// The text at a span.
    fn at(&self, span: Span) -> &'a str {
        let offset = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        self.text.get(offset(span.start)..offset(span.end)).unwrap_or_default()
    }
}

/// Whether the rule that took something is sure of it.
fn sureness(origin: &Origin) -> Sureness {
    if origin.confidence < SURE_MIN { Sureness::Doubtful } else { Sureness::Sure }
}

/// The id of a question: from what it is about and from the very text, blanks at the ends of lines aside.
fn id(about: DoubtKind, asked: &str) -> String {
    let mut plain = format!("{}\n", about.name());
    for line in asked.trim().lines() {
        plain.push_str(line.trim_end());
        plain.push('\n');
    }
    format!("q-{}", digest(plain.as_bytes()).get(..16).unwrap_or_default())
}

fn offer(answer: &str, means: &str) -> Offer {
    Offer { answer: answer.to_owned(), means: means.to_owned() }
}

/// A name as it stands in a question: its first line, not too long.
fn named(name: &str) -> String {
    let line = name.lines().next().unwrap_or_default().trim();
    let mut short: String = line.chars().take(NAME_CHARACTERS_MAX).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    format!("“{short}”")
}

const UNUSABLE: &str = "mend the file by hand; docs/questions.md shows its form";

fn told(code: &str, message: String, hint: &str, text: &str) -> Diagnostic {
    Diagnostic {
        code: code.to_owned(),
        severity: DiagnosticSeverity::Warning,
        document: 0,
        line: 1,
        span: span_of_line(text, 1),
        message,
        hint: Some(hint.to_string()),
        fixes: Vec::new(),
    }
}

/// An answer that changes nothing any more.
fn lapsed(entry: &Entry, misfit: bool, text: &str) -> Diagnostic {
    let Entry { id, question, answered } = entry;
    let question = if question.is_empty() { format!("the question {id}") } else { named(question) };
    let (answer, whose) = (named(&answered.answer), answered.whose());
    let why = if misfit {
        "is none of the answers there are".to_owned()
    } else {
        "no longer applies: the text that it was about has changed or is gone".to_owned()
    };
    let message = format!("the answer {answer} to {question} ({whose}) {why}");
    told(
        "W080",
        message,
        "see `evenkeel playbook questions`; `evenkeel playbook answer ID --forget` takes it out",
        text,
    )
}
