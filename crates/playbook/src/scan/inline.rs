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

impl Inline {
    /// As one line; code keeps its backticks, emphasis loses its stars.
    pub(crate) fn text(&self) -> String {
        words(&self.runs)
    }

    /// As one line without backticks.
    pub(crate) fn plain(&self) -> String {
        squeeze(&self.runs.iter().map(|run| run.text.as_str()).collect::<String>())
    }

    /// One inline a source line.
    pub(crate) fn by_line(&self) -> Vec<Inline> {
        self.runs
            .split(|run| run.text == "\n")
            .filter(|runs| !runs.is_empty())
            .map(|runs| Inline { line: runs.first().map_or(self.line, |run| run.line), runs: runs.to_vec() })
            .collect()
    }

    /// The bold words it begins with, and the rest.
    pub(crate) fn bold_lead(&self) -> Option<Label> {
        let count = self.runs.iter().take_while(|run| run.bold).count();
        let (bold, rest) = self.runs.split_at_checked(count)?;
        let name = words(bold);
        let rest = words(rest);
        (!name.is_empty()).then_some(Label { name, rest })
    }

    /// A label: bold words which are all there is, or which a colon follows (inside or outside the bold).
    pub(crate) fn label(&self) -> Option<Label> {
        let lead = self.bold_lead()?;
        let inside = lead.name.strip_suffix(':');
        let outside = lead.rest.strip_prefix(':');
        let rest = match (inside, outside) {
            (_, Some(rest)) => rest.trim().to_string(),
            (Some(_), None) => lead.rest.clone(),
            (None, None) if lead.rest.is_empty() => String::new(),
            (None, None) => return None,
        };
        Some(Label { name: inside.unwrap_or(&lead.name).trim().to_string(), rest })
    }

    /// The first link's text and address.
    pub(crate) fn link(&self) -> Option<(String, &str)> {
        let at = self.runs.iter().position(|run| run.link.is_some())?;
        let address = self.runs.get(at)?.link.as_deref()?;
        let same = |run: &&Run| run.link.as_deref() == Some(address);
        let text =
            self.runs.iter().skip(at).take_while(same).map(|run| run.text.as_str()).collect::<String>();
        Some((squeeze(&text), address))
    }
}

fn words(runs: &[Run]) -> String {
    let mut text = String::new();
    for run in runs {
        if run.code {
            text.push('`');
        }
        text.push_str(&run.text);
        if run.code {
            text.push('`');
        }
    }
    squeeze(&text)
}

/// Line breaks as spaces, ends trimmed.
fn squeeze(text: &str) -> String {
    text.replace('\n', " ").trim().to_string()
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
