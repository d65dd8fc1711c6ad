//! W023: a step that says restart and ends something for good. W024: a blank to fill before a command can run.

use super::document::{Document, Finding};
use crate::{Command, Diagnostic, DiagnosticSeverity, Effect};

const RESTARTS: &[&str] = &["restart", "reload", "bounce", "recycle", "redeploy"];

pub(super) fn restart_that_ends(document: &Document<'_>) -> Vec<Diagnostic> {
    let ends = document.commands.iter().filter(|placed| placed.command.effect == Effect::Destroys);
    ends.filter_map(|placed| {
        let command = placed.command;
        let title = command.title.as_deref().or(placed.step.map(|(_, step)| step.title.as_str()))?;
        let lower = title.to_lowercase();
        let said = RESTARTS.iter().find(|word| lower.contains(**word))?;
        let finding = Finding {
            code: "W023",
            severity: DiagnosticSeverity::Warning,
            message: format!("“{title}” promises to {said}, but {}", command.effect_reason),
            hint: "use the tool's own way to restart, or say in the title what is lost",
        };
        Some(document.place(finding, command.line, command.source.lines().next().unwrap_or_default()))
    })
    .collect()
}

pub(super) fn open_hole(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let with_holes = document.commands.iter().filter(|placed| !placed.command.holes.is_empty());
    for placed in with_holes {
        let command = placed.command;
        let mut lines = SourceLines::new(document, command);
        for hole in &command.holes {
            let finding = Finding {
                code: "W024",
                severity: DiagnosticSeverity::Info,
                message: format!("`{}` must be filled before the command can run", hole.token),
                hint: "say next to the command where the value is found",
            };
            let at = lines.offset(hole.offset as usize).filter(|at| document.stands_at(*at, &hole.token));
            found.push(match at {
                Some(at) => document.place_at(finding, at, hole.token.len()),
                None => document.place(finding, command.line, &hole.token),
            });
        }
    }
    found
}

/// The lines of a command beside those of the document, which may be indented; walked once for all holes.
struct SourceLines<'a> {
    document: &'a Document<'a>,
    source: core::str::Split<'a, char>,
    /// The line of the document, from 1.
    line: u32,
    /// Where the line of the source begins, in the source and in the document.
    start: usize,
    place: Option<usize>,
    length: usize,
}

impl<'a> SourceLines<'a> {
    fn new(document: &'a Document<'a>, command: &'a Command) -> Self {
        let mut source = command.source.split('\n');
        let first = source.next().unwrap_or_default();
        let place = document.find_on(command.line, first);
        Self { document, source, line: command.line, start: 0, place, length: first.len() }
    }

    /// Where an offset of the source stands in the document, if its line is found there. Offsets must grow.
    fn offset(&mut self, offset: usize) -> Option<usize> {
        while offset > self.start + self.length {
            let next = self.source.next()?;
            self.start += self.length + 1;
            self.line += 1;
            self.length = next.len();
            self.place = self.document.find_on(self.line, next);
        }
        Some(self.place? + offset.checked_sub(self.start)?)
    }
}
