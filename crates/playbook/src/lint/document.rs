//! The document as the rules see it: lines, fences, commands with their places.
//!
//! Must never be here: rules.

use crate::needles::needles;
use crate::shell::{Shell, Word};
use crate::{Command, Diagnostic, DiagnosticSeverity, Fix, Playbook, Runbook, Span, Step};
use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A document under the eyes of the rules.
pub(super) struct Document<'a> {
    pub playbook: &'a Playbook,
    /// The repaired text.
    pub text: &'a str,
    /// Every command, with where it stands.
    pub commands: Vec<Placed<'a>>,
    /// Every fence, in order.
    pub fences: Vec<Fence>,
    lines: Vec<(usize, &'a str)>,
    /// Lines of groups of the quick reference and of quick diagnostics, in order.
    listed: Vec<u32>,
}

/// A command and where it stands.
pub(super) struct Placed<'a> {
    pub command: &'a Command,
    /// The runbook and the step that it belongs to.
    pub step: Option<(&'a Runbook, &'a Step)>,
    /// The words of every call in it.
    pub calls: &'a [Vec<Word>],
}

/// A fence, by its lines from 1.
pub(super) struct Fence {
    pub first: u32,
    pub last: u32,
    /// Its language, empty when it has none.
    pub language: String,
}

/// What a rule says, before it is placed.
pub(super) struct Finding {
    pub code: &'static str,
    pub severity: DiagnosticSeverity,
    pub message: String,
    pub hint: &'static str,
}

impl<'a> Document<'a> {
    pub(super) fn new(playbook: &'a Playbook, text: &'a str, shell: &'a Shell) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let mut lines = Vec::with_capacity(1 + ends.clone().count());
        let mut start = 0;
        for end in ends.chain([text.len()]) {
            lines.push((start, text[start..end].trim_end_matches('\r')));
            start = end + 1;
        }
        let groups = playbook.quick_reference.iter().map(|group| group.line);
        let mut listed: Vec<u32> =
            groups.chain(playbook.quick_diagnostics.iter().map(|command| command.line)).collect();
        listed.sort_unstable();
        let commands = placed(playbook, shell);
        let mut document = Self { playbook, text, commands, fences: Vec::new(), lines, listed };
        document.fences = fences(document.lines_with(&MARKS));
        document
    }

    /// The lines with their numbers from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u32, &'a str)> {
        (1..).zip(self.lines.iter().map(|(_, line)| *line))
    }

    /// The lines from one on, with their numbers from 1.
    pub(super) fn lines_from(&self, first: u32) -> impl Iterator<Item = (u32, &'a str)> {
        let rest = self.lines.iter().skip((first as usize).saturating_sub(1));
        (first..).zip(rest.map(|(_, line)| *line))
    }

    /// From which line to below which line each runbook goes, by the line of its heading.
    pub(super) fn runbook_lines(&self) -> BTreeMap<u32, (u32, u32)> {
        let mut ends = BTreeMap::new();
        // Headings that are still open, by their level; each ends at the next that is not below it.
        let mut open: Vec<(u8, u32)> = Vec::new();
        for section in &self.playbook.sections {
            while let Some((_, line)) = open.pop_if(|(level, _)| *level >= section.level) {
                ends.insert(line, (line, section.span.line));
            }
            open.push((section.level, section.span.line));
        }
        ends.extend(open.into_iter().map(|(_, line)| (line, (line, u32::MAX))));
        ends
    }

    /// The lines that hold one of some texts, found without looking at each line by itself.
    pub(super) fn lines_with(&self, needles: &AhoCorasick) -> impl Iterator<Item = (u32, &'a str)> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let found = at + needles.find(self.text.get(at..)?)?.start();
            let index = self.lines.partition_point(|(start, _)| *start <= found).checked_sub(1)?;
            let (start, line) = self.lines.get(index)?;
            at = self.lines.get(index + 1).map_or(self.text.len(), |(next, _)| *next).max(start + line.len());
            Some((number(index + 1), *line))
        })
    }

    /// The lines that hold a byte, which is an ASCII character, found in the same way.
    pub(super) fn lines_holding(&self, byte: u8) -> impl Iterator<Item = (u32, &'a str)> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let found = at + memchr::memchr(byte, self.text.as_bytes().get(at..)?)?;
            let index = self.lines.partition_point(|(start, _)| *start <= found).checked_sub(1)?;
            at = self.lines.get(index + 1).map_or(self.text.len(), |(next, _)| *next);
            Some((number(index + 1), self.lines.get(index)?.1))
        })
    }

    /// The fence in which a line stands.
    pub(super) fn fence_at(&self, line: u32) -> Option<&Fence> {
        let after = self.fences.partition_point(|fence| fence.first <= line);
        self.fences.get(after.checked_sub(1)?).filter(|fence| line <= fence.last)
    }

    /// Whether a list of commands stands in a fence.
    pub(super) fn lists_within(&self, fence: &Fence) -> bool {
        let after = self.listed.partition_point(|line| *line <= fence.first);
        self.listed.get(after).is_some_and(|line| *line < fence.last)
    }

    /// The commands on the lines between two others.
    pub(super) fn commands_between(&self, first: u32, last: u32) -> &[Placed<'a>] {
        let line = |placed: &Placed<'_>| placed.command.line;
        let start = self.commands.partition_point(|placed| line(placed) <= first);
        let end = self.commands.partition_point(|placed| line(placed) < last);
        self.commands.get(start..end).unwrap_or_default()
    }

    /// Where a text stands on a line, from 1.
    pub(super) fn find_on(&self, line: u32, text: &str) -> Option<usize> {
        let (start, found) = self.lines.get((line as usize).checked_sub(1)?)?;
        Some(start + found.find(text)?)
    }

    /// Whether a text stands at an offset.
    pub(super) fn stands_at(&self, at: usize, text: &str) -> bool {
        self.text.get(at..).is_some_and(|rest| rest.starts_with(text))
    }

    /// A change of the bytes between two offsets.
    pub(super) fn change(&self, start: usize, end: usize, replacement: &str) -> Fix {
        let line = number(self.lines.partition_point(|(begin, _)| *begin <= start));
        Fix {
            span: Span { start: number(start), end: number(end), line },
            replacement: replacement.to_owned(),
        }
    }

    /// An addition right behind what a finding was placed on, if that is this text.
    pub(super) fn addition(&self, found: &Diagnostic, text: &str, added: &str) -> Vec<Fix> {
        let (start, end) = (found.span.start as usize, found.span.end as usize);
        let is_there = self.text.get(start..end) == Some(text);
        is_there.then(|| self.change(end, end, added)).into_iter().collect()
    }

    /// Where a line ends, before its line feed, and its text.
    pub(super) fn line(&self, line: u32) -> Option<(usize, &'a str)> {
        let (start, text) = self.lines.get((line as usize).checked_sub(1)?)?;
        Some((start + text.len(), text))
    }

    /// Places a finding on so many bytes at an offset.
    pub(super) fn place_at(&self, finding: Finding, start: usize, length: usize) -> Diagnostic {
        let line = number(self.lines.partition_point(|(begin, _)| *begin <= start));
        Diagnostic {
            code: finding.code.to_owned(),
            severity: finding.severity,
            document: 0,
            line,
            span: Span { start: number(start), end: number(start + length), line },
            message: finding.message,
            hint: (!finding.hint.is_empty()).then(|| finding.hint.to_owned()),
            fixes: Vec::new(),
        }
    }

    /// Places a finding on the first `needle` at or below a line; on the whole line when it is not there.
    pub(super) fn place(&self, finding: Finding, line: u32, needle: &str) -> Diagnostic {
        let index = (line as usize).saturating_sub(1).min(self.lines.len().saturating_sub(1));
        let near = self.lines.iter().skip(index).take(4);
        let hit = near
            .filter(|_| !needle.is_empty())
            .find_map(|(start, text)| text.find(needle).map(|column| (start + column, needle.len())));
        let (start, length) = hit.unwrap_or_else(|| {
            let (start, text) = self.lines[index];
            let indent = text.len() - text.trim_start().len();
            (start + indent, text.trim().len())
        });
        self.place_at(finding, start, length)
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn placed<'a>(playbook: &'a Playbook, shell: &'a Shell) -> Vec<Placed<'a>> {
    let at = |command: &'a Command, step| Placed { command, step, calls: shell.calls(&command.source) };
    let steps = playbook
        .runbooks
        .iter()
        .flat_map(|runbook| runbook.steps.iter().map(move |step| (runbook, step)))
        .flat_map(|(runbook, step)| {
            step.commands.iter().map(move |command| at(command, Some((runbook, step))))
        });
    let services = playbook.services.iter().flat_map(|service| &service.log_commands);
    let card = playbook
        .quick_reference
        .iter()
        .flat_map(|group| &group.entries)
        .filter_map(|entry| entry.command.as_ref());
    let loose =
        playbook.quick_diagnostics.iter().chain(services).chain(card).map(|command| at(command, None));
    let mut all: Vec<Placed<'_>> = steps.chain(loose).collect();
    all.sort_by_key(|placed| placed.command.line);
    all
}

/// What every line that opens or closes a fence has.
static MARKS: LazyLock<AhoCorasick> = LazyLock::new(|| needles(&["```", "~~~"]));

/// The fences of a document, by its lines that hold a mark.
fn fences<'t>(lines: impl Iterator<Item = (u32, &'t str)>) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<(u32, &str, String)> = None;
    for (number, line) in lines {
        let trimmed = line.trim_start();
        let mark_length = trimmed.len() - trimmed.trim_start_matches(['`', '~']).len();
        let (mark, rest) = trimmed.split_at(mark_length);
        let is_mark =
            mark_length >= 3 && (mark.bytes().all(|b| b == b'`') || mark.bytes().all(|b| b == b'~'));
        match &open {
            Some((first, opened, language))
                if is_mark && mark.starts_with(opened) && rest.trim().is_empty() =>
            {
                found.push(Fence { first: *first, last: number, language: language.clone() });
                open = None;
            }
            None if is_mark => {
                let language = rest.trim().split([' ', '{', ',']).next().unwrap_or_default().to_lowercase();
                open = Some((number, mark, language));
            }
            Some(_) | None => {}
        }
    }
    found
}
