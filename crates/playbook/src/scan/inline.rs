//! Text within a block: runs of words with their weight, code and links.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Words of one style. A line break is a run whose text is a newline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) bold: bool,
    pub(crate) code: bool,
    pub(crate) link: Option<String>,
    pub(crate) line: u32,
}

/// A paragraph, a cell or a heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inline {
    pub(crate) runs: Vec<Run>,
    pub(crate) line: u32,
}

/// A bold label such as `**Symptoms**:` and what follows it on its line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) name: String,
    pub(crate) rest: String,
}

/// An inline, or what of it stands on one source line.
#[derive(Clone, Copy)]
pub(crate) struct Line<'i> {
    runs: &'i [Run],
    pub(crate) line: u32,
}

impl Inline {
    /// As one line; code keeps its backticks, emphasis loses its stars.
    pub(crate) fn text(&self) -> String {
        self.whole().text()
    }

    /// As one line without backticks.
    pub(crate) fn plain(&self) -> String {
        self.whole().plain()
    }

    /// The bold words it begins with, and the rest.
    pub(crate) fn bold_lead(&self) -> Option<Label> {
        self.whole().bold_lead()
    }

    /// A label: bold words which are all there is, or which a colon follows (inside or outside the bold).
    pub(crate) fn label(&self) -> Option<Label> {
        self.whole().label()
    }

    /// Whether it begins with bold words.
    pub(crate) fn is_bold(&self) -> bool {
        self.whole().bold().is_some()
    }

    /// Its source lines.
    pub(crate) fn by_line(&self) -> impl Iterator<Item = Line<'_>> {
        let lines = self.runs.split(|run| run.text == "\n").filter(|runs| !runs.is_empty());
        lines.map(|runs| Line { runs, line: runs.first().map_or(self.line, |run| run.line) })
    }

    /// Whether a character stands in it.
    pub(crate) fn holds(&self, character: char) -> bool {
        self.whole().holds(character)
    }

    /// Whether [`Self::text`] holds a back quote.
    pub(crate) fn has_code(&self) -> bool {
        self.runs.iter().any(|run| run.code || run.text.contains('`'))
    }

    /// The first link's text and address.
    pub(crate) fn link(&self) -> Option<(String, &str)> {
        let at = self.runs.iter().position(|run| run.link.is_some())?;
        let address = self.runs.get(at)?.link.as_deref()?;
        let same = |run: &&Run| run.link.as_deref() == Some(address);
        let linked = self.runs.iter().skip(at).take_while(same);
        Some((one_line(linked.map(|run| run.text.as_str()), 0), address))
    }

    fn whole(&self) -> Line<'_> {
        Line { runs: &self.runs, line: self.line }
    }
}

impl Line<'_> {
    /// As one line; code keeps its backticks, emphasis loses its stars.
    pub(crate) fn text(&self) -> String {
        words(self.runs)
    }

    /// Whether [`Self::text`] is empty.
    pub(crate) fn is_blank(&self) -> bool {
        self.runs.iter().all(|run| !run.code && run.text.trim().is_empty())
    }

    /// As one line without backticks.
    pub(crate) fn plain(&self) -> String {
        one_line(self.runs.iter().map(|run| run.text.as_str()), length(self.runs))
    }

    /// Whether a character stands in it.
    pub(crate) fn holds(&self, character: char) -> bool {
        self.runs.iter().any(|run| run.text.contains(character))
    }

    /// The bold words it begins with, and the rest.
    pub(crate) fn bold_lead(&self) -> Option<Label> {
        let (bold, rest) = self.bold()?;
        Some(Label { name: bold, rest: words(rest) })
    }

    /// A label: bold words which are all there is, or which a colon follows (inside or outside the bold).
    pub(crate) fn label(&self) -> Option<Label> {
        let (name, rest) = self.bold()?;
        let inside = name.strip_suffix(':');
        let rest = words(rest);
        let rest = match (inside, rest.strip_prefix(':')) {
            (_, Some(after)) => after.trim().to_string(),
            (Some(_), None) => rest,
            (None, None) if rest.is_empty() => rest,
            (None, None) => return None,
        };
        Some(Label { name: inside.unwrap_or(&name).trim().to_string(), rest })
    }

    fn bold(&self) -> Option<(String, &[Run])> {
        let count = self.runs.iter().take_while(|run| run.bold).count();
        let (bold, rest) = self.runs.split_at_checked(count).filter(|(bold, _)| !bold.is_empty())?;
        let name = words(bold);
        (!name.is_empty()).then_some((name, rest))
    }
}

fn words(runs: &[Run]) -> String {
    let pieces = runs.iter().flat_map(|run| {
        let tick = if run.code { "`" } else { "" };
        [tick, &run.text, tick]
    });
    one_line(pieces, length(runs) + 2 * runs.iter().filter(|run| run.code).count())
}

/// How many bytes the words of some runs have.
fn length(runs: &[Run]) -> usize {
    runs.iter().map(|run| run.text.len()).sum()
}

/// Line breaks as spaces, ends trimmed; the pieces have so many bytes.
fn one_line<'t>(pieces: impl Iterator<Item = &'t str>, bytes: usize) -> String {
    let mut line = String::with_capacity(bytes);
    for piece in pieces {
        let piece = if line.is_empty() { piece.trim_start() } else { piece };
        if !piece.contains('\n') {
            line.push_str(piece);
            continue;
        }
        for (index, part) in piece.split('\n').enumerate() {
            if index > 0 {
                line.push(' ');
            }
            line.push_str(part);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, bold: bool) -> Run {
        Run { text: text.into(), bold, line: 1, ..Run::default() }
    }

    #[test]
    fn labels_take_their_colon_on_either_side() {
        let label = |runs: Vec<Run>| Inline { runs, line: 1 }.label().map(|l| (l.name, l.rest));
        let want = |name: &str, rest: &str| Some((name.to_string(), rest.to_string()));
        assert_eq!(label(alloc::vec![run("Logs", true), run(":", false)]), want("Logs", ""));
        assert_eq!(label(alloc::vec![run("Logs:", true), run(" here", false)]), want("Logs", "here"));
        assert_eq!(label(alloc::vec![run("Logs", true), run(": here", false)]), want("Logs", "here"));
        assert_eq!(label(alloc::vec![run("Logs", true)]), want("Logs", ""));
        assert_eq!(label(alloc::vec![run("Logs", true), run(" are here", false)]), None);
    }
}
