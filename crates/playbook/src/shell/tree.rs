//! The walk over a command's syntax tree: every node must be known, the worst part decides.
//!
//! Must never be here: what a tool does with its words.

use super::Verdict;
use super::look::{self, Look};
use super::word::{self, Word};
use crate::Effect;
use tree_sitter::{Node, Parser, Tree};

/// Nesting deeper than this is not looked into.
const DEPTH_MAX: usize = 60;

/// The grammar's name for the whole text.
const ROOT: &str = "program";

const NOT_UNDERSTOOD: &str = "a part of it was not understood";

/// Looks at a command with the grammar.
pub(super) fn study(source: &str) -> Look {
    let mut calls = Vec::new();
    let Some(tree) = parse(source) else { return Look::unread("its shell syntax is not understood") };
    collect(tree.root_node(), source, &mut calls, 0);
    let is_whole = !tree.root_node().has_error();
    let verdict = match look::hidden(source) {
        _ if source.trim().is_empty() => Verdict::unknown("there is no command"),
        Some(hidden) => Verdict::unknown(format!("it holds the hidden character U+{:04X}", hidden as u32)),
        None if is_whole => Walk { source }
            .statement(tree.root_node(), 0)
            .unwrap_or_else(|| Verdict::unknown("there is no command")),
        None => Verdict::unknown("its shell syntax is not understood"),
    };
    Look { verdict, calls, is_whole, is_read: true }
}

fn parse(source: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    parser.parse(source, None)
}

fn collect(node: Node<'_>, source: &str, found: &mut Vec<Vec<Word>>, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    if node.kind() == "command" {
        found.push(command_words(node, source));
    }
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        collect(child, source, found, depth + 1);
    }
}

fn command_words(node: Node<'_>, source: &str) -> Vec<Word> {
    let mut cursor = node.walk();
    let mut words = Vec::new();
    for child in node.children(&mut cursor) {
        match child.kind() {
            "command_name" => words.extend(child.child(0).map(|name| word::read(name, source))),
            "variable_assignment" | "file_redirect" | "herestring_redirect" | "comment" => {}
            _argument => words.push(word::read(child, source)),
        }
    }
    words
}

struct Walk<'a> {
    source: &'a str,
}

impl Walk<'_> {
    /// Judges a node that runs something; `None` when there is nothing in it to run.
    fn statement(&self, node: Node<'_>, depth: usize) -> Option<Verdict> {
        if depth > DEPTH_MAX {
            return Some(Verdict::unknown("it is nested too deeply to look into"));
        }
        if let Some(gap) = self.gap(node) {
            return Some(gap);
        }
        match node.kind() {
            "program"
            | "list"
            | "pipeline"
            | "subshell"
            | "compound_statement"
            | "negated_command"
            | "do_group"
            | "if_statement"
            | "elif_clause"
            | "else_clause"
            | "command_substitution"
            | "process_substitution"
            | "redirected_statement" => self.parts(node, depth),
            "while_statement" => Some(
                Verdict::new(Effect::Waits, "it repeats until something happens")
                    .worst(self.parts(node, depth).unwrap_or_else(|| Verdict::unknown("its loop is empty"))),
            ),
            "for_statement" => self.for_loop(node, depth),
            "command" => Some(self.command(node, depth)),
            "test_command" => Some(self.test(node)),
            "file_redirect" => Some(self.redirect(node, depth)),
            "comment" => Some(self.comment(node)),
            kind => Some(Verdict::unknown(format!("it uses shell syntax that is not looked into ({kind})"))),
        }
    }

    /// The worst of a node's parts.
    fn parts(&self, node: Node<'_>, depth: usize) -> Option<Verdict> {
        let mut cursor = node.walk();
        node.children(&mut cursor)
            .filter_map(
                |child| if child.is_named() { self.statement(child, depth + 1) } else { token(child.kind()) },
            )
            .reduce(Verdict::worst)
    }

    fn for_loop(&self, node: Node<'_>, depth: usize) -> Option<Verdict> {
        let mut cursor = node.walk();
        node.children(&mut cursor)
            .filter_map(|child| match child.kind() {
                "do_group" => self.statement(child, depth + 1),
                "variable_name" => safe_variable(&self.source[child.byte_range()]),
                _ if child.is_named() => self.inside_word(child, depth + 1),
                "for" | "in" | ";" | "\n" => None,
                other => {
                    Some(Verdict::unknown(format!("it uses shell syntax that is not looked into ({other})")))
                }
            })
            .reduce(Verdict::worst)
    }

    fn command(&self, node: Node<'_>, depth: usize) -> Verdict {
        let mut found = Verdict::new(Effect::ReadsHere, "it only reads");
        let mut name = None;
        let mut words = Vec::new();
        let mut word_end = None;
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            match child.kind() {
                // The grammar at times cuts one word in two.
                kind if word_end == Some(child.start_byte()) && kind != "file_redirect" => {
                    return Verdict::unknown("it is not clear where its words end");
                }
                "variable_assignment" => {
                    return Verdict::unknown("it sets variables for the tool that it calls");
                }
                "file_redirect" => found = found.worst(self.redirect(child, depth + 1)),
                "comment" => found = found.worst(self.comment(child)),
                "command_name" => name = self.plain_name(child),
                "herestring_redirect" | "subshell" => return Verdict::unknown("it feeds text to a tool"),
                _argument => {
                    if let Some(inner) = self.inside_word(child, depth + 1) {
                        found = found.worst(inner);
                    }
                    words.push(word::read(child, self.source));
                }
            }
            word_end = Some(child.end_byte());
        }
        let own = look::judge_call(name, &words);
        // The reason of the tool itself is told, unless a part of it is worse.
        own.worst(found)
    }

    /// A tool's name, when it is written in plain letters without a path.
    fn plain_name(&self, node: Node<'_>) -> Option<&str> {
        let inner = node.child(0).filter(|inner| inner.kind() == "word" && node.child_count() == 1)?;
        Some(&self.source[inner.byte_range()]).filter(|text| look::is_plain_name(text))
    }

    /// What the substitutions inside a word would run.
    fn inside_word(&self, node: Node<'_>, depth: usize) -> Option<Verdict> {
        if depth > DEPTH_MAX {
            return Some(Verdict::unknown("it is nested too deeply to look into"));
        }
        match node.kind() {
            "command_substitution" | "process_substitution" => return self.statement(node, depth + 1),
            "arithmetic_expansion" | "subscript" | "array" => {
                return Some(Verdict::unknown("it calculates in the shell"));
            }
            "expansion" if !plain_expansion(&self.source[node.byte_range()]) => {
                return Some(Verdict::unknown("it rewrites a variable in the shell"));
            }
            _word_or_part_of_one => {}
        }
        let mut cursor = node.walk();
        node.children(&mut cursor)
            .filter_map(|child| self.inside_word(child, depth + 1))
            .reduce(Verdict::worst)
    }

    fn test(&self, node: Node<'_>) -> Verdict {
        let plain = |kind: &str| {
            matches!(
                kind,
                "test_command"
                    | "word"
                    | "string"
                    | "string_content"
                    | "raw_string"
                    | "number"
                    | "test_operator"
                    | "binary_expression"
                    | "unary_expression"
            )
        };
        let inside = self.source[node.byte_range()].strip_prefix("[ ");
        // The grammar reads on where a shell ends the command.
        let plain_text =
            |character: char| character.is_ascii_alphanumeric() || " _-./=\"'!:,".contains(character);
        let fixed =
            inside.and_then(|text| text.strip_suffix(" ]")).is_some_and(|text| text.chars().all(plain_text));
        if fixed && every_named(node, &plain, DEPTH_MAX) {
            Verdict::new(Effect::ReadsHere, "it only compares")
        } else {
            Verdict::unknown("it compares values that are only known when it runs")
        }
    }

    fn redirect(&self, node: Node<'_>, depth: usize) -> Verdict {
        if let Some(gap) = self.gap(node) {
            return gap;
        }
        let mut operator = "";
        let mut target = None;
        if !self.descriptor_is_plain(node) {
            return Verdict::unknown("it is not clear where its words end");
        }
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "file_descriptor" => {}
                _ if !child.is_named() => operator = child.kind(),
                _ if target.is_some() => return Verdict::unknown("it redirects to several places"),
                _destination => target = Some(child),
            }
        }
        let inner = target.and_then(|target| self.inside_word(target, depth + 1));
        let word = target.map(|target| word::read(target, self.source));
        let own = redirect_effect(operator, word.as_ref().and_then(Word::exact));
        inner.map_or(own.clone(), |inner| inner.worst(own))
    }

    /// Whether a redirection begins with its sign, or with one digit that stands apart.
    fn descriptor_is_plain(&self, node: Node<'_>) -> bool {
        let text = &self.source[node.byte_range()];
        let descriptor = text.split(['<', '>', '&']).next().unwrap_or_default();
        let before = self.source[..node.start_byte()].chars().next_back();
        let apart = before.is_none_or(char::is_whitespace);
        descriptor.is_empty()
            || (apart && descriptor.len() == 1 && descriptor.bytes().all(|b| b.is_ascii_digit()))
    }

    /// A comment that a shell might not take for one hides what follows it.
    fn comment(&self, node: Node<'_>) -> Verdict {
        let mut before = self.source[..node.start_byte()].chars().rev();
        let parted = before.next().is_none_or(|character| matches!(character, ' ' | '\t' | '\n' | ';'));
        if parted && before.next() != Some('\\') {
            Verdict::new(Effect::ReadsHere, "it is a comment")
        } else {
            Verdict::unknown("it is not clear where its comment begins")
        }
    }

    /// Text between a node's parts which the grammar passed over although it is more than blanks.
    fn gap(&self, node: Node<'_>) -> Option<Verdict> {
        let mut end = node.start_byte();
        let mut cursor = node.walk();
        let mut gaps = Vec::new();
        // The grammar passes over what it takes for blanks at both ends of the text as well: an escaped blank is a word.
        if node.kind() == ROOT {
            gaps.push(node.end_byte()..self.source.len());
            if self.source.starts_with('\\') {
                return Some(Verdict::unknown(NOT_UNDERSTOOD));
            }
            gaps.push(0..end);
        }
        for child in node.children(&mut cursor) {
            gaps.push(end..child.start_byte());
            end = child.end_byte();
        }
        if node.child_count() > 0 {
            gaps.push(end..node.end_byte());
        }
        // A continued line joins what stands on both sides of it, so it parts words only next to a blank.
        let blank = |text: &str| {
            let joined = text.replace("\\\n", "");
            joined.chars().all(|c| matches!(c, ' ' | '\t' | '\n')) && (text.is_empty() || !joined.is_empty())
        };
        let skipped = gaps.into_iter().any(|gap| !self.source.get(gap).is_some_and(blank));
        skipped.then(|| Verdict::unknown(NOT_UNDERSTOOD))
    }
}

/// What a token between statements means: nothing, or something that is not looked into.
fn token(kind: &str) -> Option<Verdict> {
    match kind {
        ";" | "\n" | "|" | "&&" | "||" | "(" | ")" | "{" | "}" | "!" | "$(" | "`" | "<(" | ">(" | "do"
        | "done" | "if" | "then" | "elif" | "else" | "fi" | "while" | "until" => None,
        "&" => Some(Verdict::unknown("it goes on in the background")),
        other => Some(Verdict::unknown(format!("it uses shell syntax that is not looked into ({other})"))),
    }
}

pub(super) fn redirect_effect(operator: &str, target: Option<&str>) -> Verdict {
    let nothing = || Verdict::new(Effect::ReadsHere, "it only redirects");
    match (operator, target) {
        (">" | ">>" | ">|" | "<", Some("/dev/null")) => nothing(),
        (">&" | "<&", Some("0" | "1" | "2")) => nothing(),
        ("<", Some(file)) if !file.starts_with("/dev") && !file.starts_with("/proc") => nothing(),
        (">" | ">>" | ">|", Some(file)) if !file.starts_with("/dev") && !file.starts_with("/proc") => {
            Verdict::new(Effect::ChangesHere, format!("it writes the file `{file}`"))
        }
        _ => Verdict::unknown("it redirects in a way that is not looked into"),
    }
}

fn plain_expansion(text: &str) -> bool {
    text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| {
        !name.is_empty()
            && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
    })
}

/// Setting one of these in a loop changes what later commands do.
fn safe_variable(name: &str) -> Option<Verdict> {
    let plain =
        name.len() <= 12 && name.chars().all(|character| character.is_ascii_lowercase() || character == '_');
    // The few that tools read in lower case.
    (!plain || name.ends_with("_proxy")).then(|| Verdict::unknown(format!("it sets the variable `{name}`")))
}

fn every_named(node: Node<'_>, plain: &dyn Fn(&str) -> bool, depth_left: usize) -> bool {
    let mut cursor = node.walk();
    depth_left > 0
        && (!node.is_named() || plain(node.kind()))
        && node.children(&mut cursor).all(|child| every_named(child, plain, depth_left - 1))
}
