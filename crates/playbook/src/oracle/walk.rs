//! One call, word by word, through the grammars of its tool.
//!
//! Must never be here: the words of a finding.

use super::answers::{About, Answers, Known, Question};
use super::calls::Call;
use super::grammar::{Grammar, Lookup, Takes};
use crate::shell::{NEUTRAL, Shape, Word};
use core::slice::Iter;

/// Subcommands may have so many siblings for their other names to be asked.
const SIBLINGS_MAX: usize = 80;

/// Subcommands that hand on what follows their operand, whether or not their usage says so.
const RUNS: &[&str] = &["debug", "dlx", "exec", "repl", "run", "shell", "ssh", "start", "x"];

/// Options that tools take and keep out of their help more often than any other: nothing is said of them.
const OFTEN_HIDDEN: &[&str] = &["--debug", "--quiet", "--trace", "--verbose", "--yes", "-q", "-v", "-y"];

/// Tools whose usage line writes what may be left out like what may not.
const LOOSE_USAGE: &[&str] = &["npm"];

/// Options of every kubectl command, which only `kubectl options` lists.
const KUBECTL_GLOBALS: &[&str] = &[
    "--as",
    "--as-group",
    "--as-uid",
    "--as-user-extra",
    "--cache-dir",
    "--certificate-authority",
    "--client-certificate",
    "--client-key",
    "--cluster",
    "--context",
    "--disable-compression",
    "--insecure-skip-tls-verify",
    "--kubeconfig",
    "--kuberc",
    "--log-flush-frequency",
    "--match-server-version",
    "--namespace",
    "--password",
    "--profile",
    "--profile-output",
    "--request-timeout",
    "--server",
    "--tls-server-name",
    "--token",
    "--user",
    "--username",
    "--v",
    "--vmodule",
    "--warnings-as-errors",
    "-n",
    "-s",
    "-v",
];

/// Those of them that take no value.
const KUBECTL_SWITCHES: &[&str] = &[
    "--disable-compression",
    "--insecure-skip-tls-verify",
    "--match-server-version",
    "--warnings-as-errors",
];

/// What came of a call.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// What must be asked before it can be judged.
    pub asks: Vec<Question>,
    /// What is wrong with it.
    pub found: Vec<Found>,
}

/// Something wrong with a call; `path` are the subcommands up to it.
#[derive(Debug)]
pub(super) enum Found {
    NotInstalled,
    Unreadable { path: Vec<String>, why: String },
    NoCommand { path: Vec<String>, word: String },
    NoOption { path: Vec<String>, option: String },
    Needs { path: Vec<String>, operands: Vec<String> },
}

/// Walks as far as the answers reach.
pub(super) fn walk(call: &Call, answers: &Answers) -> Walk {
    let mut walker = Walker {
        tool: &call.tool,
        answers,
        path: Vec::new(),
        grammars: Vec::new(),
        missing: Vec::new(),
        operands: 0,
        is_certain: true,
        out: Walk::default(),
    };
    if walker.enter(None) && walker.words(&mut call.words.iter()) {
        walker.end();
    }
    walker.out
}

struct Walker<'a> {
    tool: &'a str,
    answers: &'a Answers,
    path: Vec<String>,
    /// Of the tool and of each subcommand so far.
    grammars: Vec<&'a Grammar>,
    /// Options that none of them knew yet.
    missing: Vec<String>,
    operands: usize,
    /// Whether it is certain which words are operands.
    is_certain: bool,
    out: Walk,
}

impl<'a> Walker<'a> {
    /// Steps into a subcommand, or into the tool itself; false when that ends the walk.
    fn enter(&mut self, name: Option<String>) -> bool {
        let is_root = name.is_none();
        self.path.extend(name);
        match self.answers.known(self.tool, &self.path) {
            Known::Grammar(grammar) => {
                self.grammars.push(grammar);
                return true;
            }
            Known::Missing => self.out.found.push(Found::NotInstalled),
            Known::Unreadable(why) => {
                self.out.found.push(Found::Unreadable { path: self.path.clone(), why: why.to_owned() });
            }
            Known::Unasked => {
                self.ask(About::Help(self.path.clone()));
                if is_root {
                    self.ask(About::Version);
                }
            }
        }
        false
    }

    fn ask(&mut self, about: About) {
        self.out.asks.push(Question { tool: self.tool.to_owned(), about });
    }

    /// Takes all words; false when the rest cannot be judged.
    fn words(&mut self, words: &mut Iter<'a, Word>) -> bool {
        while let Some(word) = words.next() {
            let text = word.text.as_str();
            if self.operands > 0 && self.hands_on() {
                return true;
            }
            // Whoever asks for help does nothing else.
            if ["--help", "-h", "--version"].contains(&text) {
                return false;
            }
            let goes_on = if text == "--" {
                self.operands += words.len();
                return true;
            } else if text.len() > 1 && text.starts_with('-') {
                self.option(word, words)
            } else {
                self.operand(word)
            };
            if !goes_on {
                return false;
            }
        }
        true
    }

    fn here(&self) -> Option<&'a Grammar> {
        self.grammars.last().copied()
    }

    /// Whether what follows the operands is another command's.
    fn hands_on(&self) -> bool {
        let runs = self.path.last().is_some_and(|name| RUNS.contains(&name.as_str()));
        runs || self.here().is_some_and(|grammar| grammar.hands_on)
    }

    /// Whether the next operand names a subcommand.
    fn expects_command(&self) -> bool {
        self.operands == 0 && self.here().is_some_and(|grammar| !grammar.subcommands.is_empty())
    }

    fn operand(&mut self, word: &Word) -> bool {
        let exact = word.exact().filter(|text| !text.contains(NEUTRAL));
        let (Some(grammar), true) = (self.here(), self.expects_command()) else {
            self.is_certain &= word.shape != Shape::Open;
            self.operands += 1;
            return true;
        };
        // A blank or a variable may be any subcommand.
        let Some(text) = exact else { return false };
        if let Some(name) = grammar.subcommands.get(text) {
            return self.enter(Some(name.clone()));
        }
        // An operand, or a subcommand that the help keeps to itself: whose the other words are is not known.
        if grammar.takes_operands || grammar.gaps.subcommands || !is_word(text) {
            return false;
        }
        self.unlisted(grammar, text)
    }

    /// A word that is no listed subcommand: another name of one, or a finding.
    fn unlisted(&mut self, grammar: &Grammar, word: &str) -> bool {
        if grammar.gaps.aliases && grammar.subcommands.len() <= SIBLINGS_MAX {
            for name in grammar.subcommands.values() {
                let sibling: Vec<String> = self.path.iter().cloned().chain([name.clone()]).collect();
                match self.answers.known(self.tool, &sibling) {
                    Known::Grammar(of) if of.aliases.iter().any(|alias| alias == word) => {
                        return self.enter(Some(name.clone()));
                    }
                    Known::Unasked => self.ask(About::Help(sibling)),
                    Known::Grammar(_) | Known::Unreadable(_) | Known::Missing => {}
                }
            }
            if !self.out.asks.is_empty() {
                return false;
            }
        }
        self.out.found.push(Found::NoCommand { path: self.path.clone(), word: word.to_owned() });
        false
    }

    fn option(&mut self, word: &Word, words: &mut Iter<'a, Word>) -> bool {
        let text = word.text.as_str();
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let is_number = text[1..].bytes().all(|byte| byte.is_ascii_digit());
        if text.contains(NEUTRAL) && value.is_none()
            || is_number
            || (word.shape != Shape::Exact && value.is_none())
        {
            self.is_certain = false;
            return true;
        }
        match self.lookup(name) {
            Lookup::Known(takes) if value.is_none() => self.value(takes, words),
            Lookup::Known(_) => true,
            Lookup::Missing if !name.starts_with("--") && name.len() > 2 => self.cluster(name, words),
            Lookup::Missing => {
                self.missing.push(name.to_owned());
                if value.is_none() { self.value(Takes::Perhaps, words) } else { true }
            }
        }
    }

    fn lookup(&self, name: &str) -> Lookup {
        let known = |grammar: &&Grammar| match grammar.option(name) {
            Lookup::Known(takes) => Some(takes),
            Lookup::Missing => None,
        };
        let listed = self.grammars.iter().rev().find_map(known);
        let global = || {
            let takes = if KUBECTL_SWITCHES.contains(&name) { Takes::Nothing } else { Takes::Value };
            (["kubectl", "oc"].contains(&self.tool) && KUBECTL_GLOBALS.contains(&name)).then_some(takes)
        };
        listed.or_else(global).map_or(Lookup::Missing, Lookup::Known)
    }

    /// Steps over the value of an option.
    fn value(&mut self, takes: Takes, words: &mut Iter<'a, Word>) -> bool {
        let next = words.as_slice().first();
        match takes {
            Takes::Nothing => {}
            Takes::Value => {
                self.is_certain &= next.is_none_or(|word| word.shape != Shape::Open);
                words.next();
            }
            Takes::Perhaps => {
                self.is_certain = false;
                let is_command = |word: &Word| {
                    self.here().is_some_and(|grammar| grammar.subcommands.contains_key(&word.text))
                };
                if next.is_some_and(|word| !word.text.starts_with('-') && !is_command(word)) {
                    words.next();
                }
            }
        }
        true
    }

    /// `-xvf FILE` and `-n5`.
    fn cluster(&mut self, text: &str, words: &mut Iter<'a, Word>) -> bool {
        for (at, letter) in text.char_indices().skip(1) {
            match self.lookup(&format!("-{letter}")) {
                Lookup::Known(Takes::Nothing) => {}
                Lookup::Known(takes) => {
                    let is_last = at + letter.len_utf8() == text.len();
                    return if is_last { self.value(takes, words) } else { true };
                }
                Lookup::Missing => {
                    // Named as it is written, so that it is found on its line.
                    self.missing.push(text.to_owned());
                    return true;
                }
            }
        }
        true
    }

    /// All words were taken: what none of the grammars knew, and what is not there.
    fn end(&mut self) {
        let Some(grammar) = self.here() else { return };
        let is_missing =
            |name: &&String| self.lookup(name) == Lookup::Missing && !OFTEN_HIDDEN.contains(&name.as_str());
        let missing: Vec<String> = self.missing.iter().filter(is_missing).cloned().collect();
        let is_kubectl = ["kubectl", "oc"].contains(&self.tool);
        let tells_all = !grammar.options.is_empty()
            && !self.grammars.iter().any(|of| of.gaps.options || (of.gaps.globals && !is_kubectl));
        if tells_all {
            let path = &self.path;
            self.out.found.extend(
                missing.iter().map(|option| Found::NoOption { path: path.clone(), option: option.clone() }),
            );
        } else if !missing.is_empty() {
            let why = "its help lists only some of the options".to_owned();
            self.out.found.push(Found::Unreadable { path: self.path.clone(), why });
        }
        let is_short = self.operands == 0 && self.is_certain && self.missing.is_empty();
        let is_short = is_short && !LOOSE_USAGE.contains(&self.tool);
        if is_short && !grammar.needs.is_empty() && grammar.subcommands.is_empty() {
            self.out.found.push(Found::Needs { path: self.path.clone(), operands: grammar.needs.clone() });
        }
    }
}

/// Whether a word can be meant as a subcommand.
fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
}
