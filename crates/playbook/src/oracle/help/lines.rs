//! A help text as plain lines in sections: without colours, without the boxes that some tools draw.
//!
//! Must never be here: what a section means to a call.

/// A heading and the lines below it.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// Lower case, without its colon; empty above the first heading.
    pub heading: String,
    /// Its lines with their indentation.
    pub lines: Vec<String>,
    /// Whether it was drawn as a box, where values stand in a column of their own.
    pub is_boxed: bool,
}

/// A line longer than this is no line of a help text.
const LINE_BYTES_MAX: usize = 2_000;

/// Cuts a help text into its sections.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    for line in text.lines().filter(|line| line.len() <= LINE_BYTES_MAX) {
        let plain = without_escapes(line);
        let (line, is_boxed) = without_box(&plain);
        let trimmed = line.trim();
        if let Some(title) = box_title(&plain) {
            sections.push(Section { heading: title.to_lowercase(), is_boxed: true, lines: Vec::new() });
        } else if !is_boxed && is_heading(&line, trimmed) {
            let heading = trimmed.trim_end_matches(':').to_lowercase();
            sections.push(Section { heading, ..Section::default() });
        } else if let Some(section) = sections.last_mut() {
            section.lines.push(line.replace('\t', "        "));
        }
    }
    sections
}

/// Without what colours a terminal, or does anything else to it.
fn without_escapes(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // `ESC [ … letter`; anything else is left as it is.
            if characters.next() == Some('[') {
                let _letter = characters.by_ref().find(char::is_ascii_alphabetic);
            }
        } else if character == '\t' || !character.is_control() {
            plain.push(character);
        }
    }
    plain
}

/// The inside of a line of a box, and whether it was one.
fn without_box(line: &str) -> (String, bool) {
    let trimmed = line.trim();
    let inner = trimmed
        .strip_prefix(['│', '┃', '|'])
        .and_then(|rest| rest.strip_suffix(['│', '┃', '|']))
        .filter(|_| trimmed.chars().count() > 2);
    match inner {
        Some(inner) => (inner.to_owned(), true),
        None if trimmed.starts_with(['╰', '└', '┗']) => (String::new(), true),
        None => (line.to_owned(), false),
    }
}

/// `╭─ Options ────╮`
fn box_title(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix(['╭', '┌', '┏'])?;
    Some(inner.trim_matches(|character: char| character.is_whitespace() || "─━╮┐┓".contains(character)))
}

/// `Options:`, `GLOBAL FLAGS` and `Basic Commands (Beginner):`, at the margin.
fn is_heading(line: &str, trimmed: &str) -> bool {
    let indent = line.len() - line.trim_start().len();
    let short = trimmed.len() <= 60 && trimmed.starts_with(|first: char| first.is_ascii_alphabetic());
    let letters = |c: char| c.is_ascii_uppercase() || matches!(c, ' ' | '&' | '-' | '/' | '(' | ')');
    let shouted = trimmed.len() > 3 && trimmed.chars().all(letters);
    let closed = trimmed.ends_with(':') && !trimmed[..trimmed.len() - 1].contains([':', '.', '=']);
    short && ((indent == 0 && (shouted || closed)) || (indent <= 2 && closed && !trimmed.contains("  ")))
}
