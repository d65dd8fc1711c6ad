//! How a tool is described, and how a call is judged by its description.
//!
//! Must never be here: the descriptions themselves, see `tables`, and the tools that need a look at their values,
//! see `special`.

use super::argv::{Args, Spec};
use super::word::{Shape, Word};
use super::{Verdict, dry, special, tables};
use crate::Effect;

/// A command-line tool.
#[derive(Clone, Copy)]
pub(crate) struct Tool {
    /// Its name, as it is called.
    pub name: &'static str,
    /// Options that may stand before its verb, and after it.
    pub globals: Spec,
    /// What it can be told to do; the longest path that fits is taken.
    pub verbs: &'static [Verb],
}

/// One thing that a tool can be told to do.
#[derive(Clone, Copy)]
pub(crate) struct Verb {
    /// The words after the tool's name; empty when the tool has no verbs.
    pub path: &'static str,
    /// What it does.
    pub effect: Effect,
    /// The same in words, to follow the tool's name.
    pub why: &'static str,
    /// The options that leave it at that.
    pub spec: Spec,
    /// Which options it accepts.
    pub options: Options,
    /// Options that make it worse.
    pub raises: &'static [(&'static str, Effect, &'static str)],
    /// How many operands leave it at that.
    pub operands_max: usize,
}

/// How far the options of a verb are known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Options {
    /// Whatever it is given, it stays as it is.
    Any,
    /// These are vouched for; it may have others.
    Some,
    /// These are all that it has: any other is refused by the tool itself.
    All,
}

/// Describes a verb without options.
pub(crate) const fn verb(path: &'static str, effect: Effect, why: &'static str) -> Verb {
    Verb {
        path,
        effect,
        why,
        spec: Spec::of("", ""),
        options: Options::Some,
        raises: &[],
        operands_max: usize::MAX,
    }
}

impl Verb {
    /// No option changes what it does.
    pub(crate) const fn any(self) -> Self {
        Self { options: Options::Any, ..self }
    }

    /// These options are vouched for.
    pub(crate) const fn with(self, switches: &'static str, values: &'static str) -> Self {
        Self { spec: Spec { glued: self.spec.glued, ..Spec::of(switches, values) }, ..self }
    }

    /// These options are vouched for, too; their value, if they have one, is joined to them.
    pub(crate) const fn glued(self, glued: &'static str) -> Self {
        Self { spec: self.spec.glued(glued), ..self }
    }

    /// The options given are all that it has.
    pub(crate) const fn all(self) -> Self {
        Self { options: Options::All, ..self }
    }

    /// These options make it worse.
    pub(crate) const fn raised(self, raises: &'static [(&'static str, Effect, &'static str)]) -> Self {
        Self { raises, ..self }
    }

    /// It stays as it is with so many operands.
    pub(crate) const fn operands(self, operands_max: usize) -> Self {
        Self { operands_max, ..self }
    }
}

/// Whether anything is known about a tool of that name.
pub(crate) fn is_tool(name: &str) -> bool {
    tables::tool(name).is_some() || special::judge(name, &[]).is_some()
}

/// Judges a call: the tool's name and its arguments.
pub(crate) fn judge(name: &str, words: &[Word]) -> Verdict {
    let verdict = match special::judge(name, words) {
        Some(verdict) => verdict,
        None => by_table(name, words),
    };
    let open = words.iter().any(|word| word.shape == Shape::Open);
    match verdict.effect {
        Effect::ReadsHere
        | Effect::ReadsWorld
        | Effect::FollowsLog
        | Effect::Waits
        | Effect::ChangesHere
        | Effect::ChangesProduction
            if open =>
        {
            Verdict::unknown(format!("`{name}` gets words that are only known when it runs"))
        }
        _ => verdict,
    }
}

/// The tool's verb which the words name, with the words after it.
pub(crate) fn find_verb<'a>(
    name: &str,
    words: &'a [Word],
) -> Option<(&'static Tool, &'static Verb, &'a [Word])> {
    let tool = tables::tool(name)?;
    let rest = skip_globals(tool, words)?;
    let fitting = tool.verbs.iter().filter_map(|verb| Some((path_fits(verb.path, rest)?, verb)));
    let (length, verb) = fitting.max_by_key(|(length, _)| *length)?;
    Some((tool, verb, &rest[length..]))
}

/// How many words a path has, if the words begin with it.
fn path_fits(path: &str, words: &[Word]) -> Option<usize> {
    // Most verbs of a tool differ in their first letters already, and all of them are tried.
    if !path.is_empty() {
        let first = words.first().and_then(Word::exact)?.as_bytes();
        let rest = path.as_bytes().strip_prefix(first)?;
        if rest.first().is_some_and(|next| *next != b' ') {
            return None;
        }
    }
    let mut length = 0;
    for part in path.split(' ').filter(|part| !part.is_empty()) {
        words.get(length).and_then(Word::exact).filter(|word| *word == part)?;
        length += 1;
    }
    Some(length)
}

/// Steps over the options before the verb; `None` when one is not known.
fn skip_globals<'a>(tool: &Tool, words: &'a [Word]) -> Option<&'a [Word]> {
    if tool.verbs.iter().all(|verb| verb.path.is_empty()) {
        return Some(words);
    }
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.text.starts_with('-')) {
        let name = word.text.split('=').next().unwrap_or_default();
        let known = tool.globals.is_switch(name) || tool.globals.takes_value(name);
        if !known || (word.shape != Shape::Exact && !word.text.contains('=')) {
            return None;
        }
        let apart = tool.globals.takes_value(name) && !word.text.contains('=');
        let is_many = |value: &Word| matches!(value.shape, Shape::Glob | Shape::Open);
        if apart && words.get(at + 1).is_some_and(is_many) {
            return None;
        }
        at += if apart { 2 } else { 1 };
    }
    words.get(at..)
}

pub(crate) fn by_table(name: &str, words: &[Word]) -> Verdict {
    let Some(tool) = tables::tool(name) else {
        return Verdict::unknown(format!("nobody has vouched for `{name}`"));
    };
    let Some((_, verb, rest)) = find_verb(name, words) else {
        let said: Vec<&str> = words.iter().map_while(Word::exact).take(2).collect();
        return Verdict::unknown(format!("nobody has vouched for `{}`", label(name, &said.join(" "))));
    };
    match dry::judge(name, verb.path, rest) {
        Some(tried) => tried,
        None => by_verb(name, (tool, verb), rest),
    }
}

fn by_verb(name: &str, (tool, verb): (&Tool, &Verb), rest: &[Word]) -> Verdict {
    let label = label(name, verb.path);
    let verdict = Verdict::new(verb.effect, ["`", &label, "` ", verb.why].concat());
    let args = Args::read(rest, &[verb.spec, tool.globals]);
    let raised = verb
        .raises
        .iter()
        .filter(|(option, _, _)| args.has(option) || rest.iter().any(|word| word.text == *option))
        .map(|(option, effect, why)| Verdict::new(*effect, format!("`{label} {option}` {why}")))
        .fold(verdict, Verdict::worst);
    match raised.effect {
        Effect::ReadsHere | Effect::ReadsWorld | Effect::FollowsLog | Effect::Waits => {}
        Effect::ChangesHere | Effect::ChangesProduction | Effect::Destroys | Effect::Unknown => {
            return raised;
        }
    }
    if verb.options != Options::Any
        && let Some(unknown) = args.unknown.iter().find(|option| !refused(&label, option))
    {
        return Verdict::unknown(format!("nobody has vouched for {unknown} of `{label}`"));
    }
    // Names of files that are only known when it runs may be any number of words.
    let many = |word: &Word| matches!(word.shape, Shape::Glob | Shape::Open);
    let is_bound = verb.operands_max != usize::MAX;
    if args.operands.len() > verb.operands_max || (is_bound && args.operands.iter().any(many)) {
        return Verdict::unknown(format!("`{label}` has more words than it needs to read"));
    }
    raised
}

/// Options that people write although no version of the tool has had them: the tool stops at them, so nothing happens.
fn refused(label: &str, option: &str) -> bool {
    tables::REFUSED.contains(&(label, option))
}

fn label(name: &str, path: &str) -> String {
    if path.is_empty() { name.to_owned() } else { [name, " ", path].concat() }
}
