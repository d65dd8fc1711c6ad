//! What is wrong with the calls, in words, at their places.
//!
//! Must never be here: how it was found.

use super::answers::{Answers, Known};
use super::calls::Call;
use super::grammar::Grammar;
use super::walk::{Found, walk};
use crate::{Diagnostic, DiagnosticSeverity, Span, limits};
use std::collections::BTreeSet;

/// So many findings are listed at most; who has more reads them by the hundred anyway.
const FINDINGS_MAX: usize = 1_000;
/// So many names are listed in a message.
const NAMES_MAX: usize = 5;

/// E060: a subcommand that the installed tool does not list. E061: an option that it does not have. E062: a call
/// without what it needs. W060: a tool that is not installed. W061: a help that could not be read.
pub(super) fn judge(calls: &[Call], answers: &Answers, texts: &[String]) -> Vec<Diagnostic> {
    let by_line: Vec<Lines<'_>> = texts.iter().map(|text| Lines::new(text)).collect();
    let nowhere = Lines::new("");
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for call in calls {
        let lines = by_line.get(call.document as usize).unwrap_or(&nowhere);
        if found.len() >= FINDINGS_MAX {
            let message = "what the tools say from here on is not listed".to_owned();
            let text = texts.get(call.document as usize).map_or("", String::as_str);
            found.push(Diagnostic { document: call.document, ..limits::left_out(message, call.line, text) });
            break;
        }
        for finding in walk(call, answers).found {
            let words = words(call, &finding, answers);
            // A tool that cannot be asked is named once.
            let once = matches!(finding, Found::NotInstalled | Found::Unreadable { .. });
            if !once || told.insert(words.message.clone()) {
                found.push(lines.place(words, call));
            }
        }
    }
    let place = |found: &Diagnostic| (found.document, found.line, found.span.start);
    found.sort_by(|a, b| (place(a), &a.code).cmp(&(place(b), &b.code)));
    found.dedup();
    found
}

/// What the compiler found and what the tools said, in one list. Where the installed tool itself refuses a call, the
/// compiler's own word on it (E020, E021) is left out, and its hint kept.
#[must_use]
pub fn merged(mut compiled: Vec<Diagnostic>, told: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let twin = |code: &str| match code {
        "E061" => Some("E020"),
        "E062" => Some("E021"),
        _ => None,
    };
    for mut diagnostic in told {
        let same = |known: &Diagnostic| {
            Some(known.code.as_str()) == twin(&diagnostic.code)
                && (known.document, known.span.start) == (diagnostic.document, diagnostic.span.start)
        };
        if let Some(at) = compiled.iter().position(same) {
            let known = compiled.remove(at);
            diagnostic.hint = known.hint.or(diagnostic.hint);
        }
        compiled.push(diagnostic);
    }
    let place = |found: &Diagnostic| (found.document, found.line);
    compiled.sort_by(|a, b| (place(a), &a.code, &a.message).cmp(&(place(b), &b.code, &b.message)));
    compiled
}

/// A finding in words, before it is placed.
struct Words {
    code: &'static str,
    severity: DiagnosticSeverity,
    message: String,
    hint: Option<String>,
    /// What it is about, as it stands on its line.
    needle: String,
}

fn words(call: &Call, found: &Found, answers: &Answers) -> Words {
    let tool = call.tool.as_str();
    let note = |code, message: String, hint: &str| Words {
        code,
        severity: DiagnosticSeverity::Info,
        message,
        hint: Some(hint.to_owned()),
        needle: tool.to_owned(),
    };
    match found {
        Found::NotInstalled => note(
            "W060",
            format!("`{tool}` is not installed, not checked"),
            "install it, or name its folder with --tools-path",
        ),
        Found::Unreadable { path, why } => note(
            "W061",
            format!("`{}` is not checked: {why}", joined(tool, path)),
            "look at its --help yourself",
        ),
        Found::NoCommand { path, word } => no_command(tool, path, word, answers),
        Found::NoOption { path, option } => no_option(tool, path, option, answers),
        Found::Needs { path, operands } => Words {
            code: "E062",
            severity: DiagnosticSeverity::Error,
            message: format!(
                "{} wants {} after `{}`",
                answers.label(tool),
                operands.join(" "),
                joined(tool, path)
            ),
            hint: Some(format!("write {} {}", joined(tool, path), operands.join(" "))),
            needle: joined(tool, path),
        },
    }
}

fn no_command(tool: &str, path: &[String], word: &str, answers: &Answers) -> Words {
    let nothing = Grammar::default();
    let grammar = grammar(tool, path, answers).unwrap_or(&nothing);
    let names: Vec<&str> = grammar.subcommands.keys().map(String::as_str).collect();
    let near = nearest(word, names.iter().copied());
    let (severity, unless) = if grammar.gaps.plugins {
        (DiagnosticSeverity::Warning, ", unless a plugin adds it")
    } else {
        (DiagnosticSeverity::Error, "")
    };
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`{} --help` lists {}", joined(tool, path), listed(&names)),
    };
    Words {
        code: "E060",
        severity,
        message: format!("{} lists no command `{word}`{}{unless}", answers.label(tool), of(path)),
        hint: Some(hint),
        needle: word.to_owned(),
    }
}

fn no_option(tool: &str, path: &[String], option: &str, answers: &Answers) -> Words {
    let nothing = Grammar::default();
    let grammar = grammar(tool, path, answers).unwrap_or(&nothing);
    let own = own_options(tool, path, answers);
    let message = format!(
        "{} lists no option `{option}`{} (it lists {})",
        answers.label(tool),
        of(path),
        listed(&own),
    );
    let near = nearest(option, grammar.long_names());
    let stem = option.trim_start_matches('-').to_lowercase();
    let about =
        grammar.options.iter().filter(|known| stem.len() > 3 && known.about.to_lowercase().contains(&stem));
    let speak: Vec<&str> = about.filter_map(|known| known.names.last().map(String::as_str)).collect();
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if !speak.is_empty() => format!("its help speaks of “{stem}” at {}", listed(&speak)),
        None => format!("ask `{} --help` for the options that it has", joined(tool, path)),
    };
    Words {
        code: "E061",
        severity: DiagnosticSeverity::Error,
        message,
        hint: Some(hint),
        needle: option.to_owned(),
    }
}

/// The options of a subcommand which its tool does not have everywhere.
fn own_options<'a>(tool: &str, path: &[String], answers: &'a Answers) -> Vec<&'a str> {
    let all = |path: &[String]| match answers.known(tool, path) {
        Known::Grammar(grammar) => grammar.long_names().collect::<Vec<_>>(),
        Known::Missing | Known::Unasked | Known::Unreadable(_) => Vec::new(),
    };
    let global = if path.is_empty() { Vec::new() } else { all(&[]) };
    let own: Vec<&str> = all(path).into_iter().filter(|name| !global.contains(name)).collect();
    if own.is_empty() { all(path) } else { own }
}

/// A finding is made from a grammar, so there is one.
fn grammar<'a>(tool: &str, path: &[String], answers: &'a Answers) -> Option<&'a Grammar> {
    match answers.known(tool, path) {
        Known::Grammar(grammar) => Some(grammar),
        Known::Missing | Known::Unasked | Known::Unreadable(_) => None,
    }
}

fn joined(tool: &str, path: &[String]) -> String {
    core::iter::once(tool).chain(path.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
}

fn of(path: &[String]) -> String {
    if path.is_empty() { String::new() } else { format!(" for `{}`", path.join(" ")) }
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => "none of its own".to_owned(),
        names if names.len() <= NAMES_MAX => names.join(", "),
        names => format!("{}, …", names[..NAMES_MAX].join(", ")),
    }
}

/// The name that is most like a word, if one is like it at all.
fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let far = (word.trim_start_matches('-').chars().count() / 3).max(1);
    names
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The lines of the repaired text with where they begin.
struct Lines<'a> {
    lines: Vec<(usize, &'a str)>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let mut start = 0;
        let lines = text.split('\n').map(|line| {
            let at = start;
            start += line.len() + 1;
            (at, line)
        });
        Self { lines: lines.collect() }
    }

    /// Places a finding on its words, or else on the first line of its command.
    fn place(&self, words: Words, call: &Call) -> Diagnostic {
        let first = (call.line as usize).saturating_sub(1);
        let own = || (call.line..).zip(self.lines.get(first..).unwrap_or_default());
        let hit = own().take(call.lines + 1).find_map(|(number, (start, line))| {
            Some((start + whole_word(line, &words.needle)?, words.needle.len(), number))
        });
        let whole = || {
            let (number, (start, line)) = own().next()?;
            Some((start + line.len() - line.trim_start().len(), line.trim().len(), number))
        };
        let (start, length, line) = hit.or_else(whole).unwrap_or((0, 0, call.line));
        let offset = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Diagnostic {
            code: words.code.to_owned(),
            severity: words.severity,
            document: call.document,
            line,
            span: Span { start: offset(start), end: offset(start + length), line },
            message: words.message,
            hint: words.hint,
            fixes: Vec::new(),
        }
    }
}

/// Where a text stands on a line with nothing of a word on either side.
fn whole_word(line: &str, needle: &str) -> Option<usize> {
    let of_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    line.match_indices(needle).map(|(at, _)| at).find(|at| {
        let before = line[..*at].chars().next_back();
        let after = line[at + needle.len()..].chars().next();
        !before.is_some_and(of_word) && !after.is_some_and(of_word)
    })
}
