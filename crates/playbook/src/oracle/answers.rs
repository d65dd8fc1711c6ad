//! Questions to tools, and what was answered.
//!
//! Must never be here: what a call makes of an answer.

use super::grammar::Grammar;
use super::help;
use std::collections::BTreeMap;

/// A question to a tool. Only [`super::Oracle::wanted`] makes one, from words that the tool's help listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    pub(super) tool: String,
    pub(super) about: About,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// The help of a subcommand; of the tool itself when there are no words.
    Help(Vec<String>),
    /// The tool's version.
    Version,
}

impl Question {
    /// The tool's name, without a path.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// Whether it asks for the version, which counts only when the tool ends well.
    #[must_use]
    pub fn is_about_version(&self) -> bool {
        self.about == About::Version
    }

    /// The arguments to run it with.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        match &self.about {
            About::Help(path) => path.iter().cloned().chain(["--help".to_owned()]).collect(),
            About::Version => vec!["--version".to_owned()],
        }
    }
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// What the tool printed, on both its outputs.
    Text(String),
    /// There is no such tool.
    NotInstalled,
    /// The tool did not answer, and why.
    Nothing(String),
}

/// All answers so far.
#[derive(Debug, Default)]
pub struct Answers {
    tools: BTreeMap<String, Tool>,
}

#[derive(Debug, Default)]
struct Tool {
    is_missing: bool,
    /// Asked, and perhaps answered.
    version: Option<Option<String>>,
    pages: BTreeMap<Vec<String>, Page>,
}

#[derive(Debug)]
struct Page {
    text: String,
    grammar: Result<Grammar, String>,
}

/// What is known of a command of a tool.
pub(super) enum Known<'a> {
    Missing,
    Unasked,
    /// Why its help says nothing.
    Unreadable(&'a str),
    Grammar(&'a Grammar),
}

impl Answers {
    /// Takes an answer.
    pub fn put(&mut self, question: &Question, said: Said) {
        let tool = self.tools.entry(question.tool.clone()).or_default();
        match (&question.about, said) {
            (_, Said::NotInstalled) => tool.is_missing = true,
            (About::Version, Said::Text(text)) => tool.version = Some(version(&text)),
            (About::Version, Said::Nothing(_)) => tool.version = Some(None),
            (About::Help(path), Said::Nothing(why)) => {
                tool.pages.insert(path.clone(), Page { text: String::new(), grammar: Err(why) });
            }
            (About::Help(path), Said::Text(text)) => {
                let grammar = tool.read(&question.tool, path, &text);
                tool.pages.insert(path.clone(), Page { text, grammar });
            }
        }
    }

    /// Whether a question was answered, or need not be.
    pub(super) fn has(&self, question: &Question) -> bool {
        self.tools.get(&question.tool).is_some_and(|tool| match &question.about {
            _ if tool.is_missing => true,
            About::Version => tool.version.is_some(),
            About::Help(path) => tool.pages.contains_key(path),
        })
    }

    pub(super) fn known(&self, tool: &str, path: &[String]) -> Known<'_> {
        match self.tools.get(tool) {
            Some(tool) if tool.is_missing => Known::Missing,
            Some(tool) => match tool.pages.get(path).map(|page| &page.grammar) {
                Some(Ok(grammar)) => Known::Grammar(grammar),
                Some(Err(why)) => Known::Unreadable(why),
                None => Known::Unasked,
            },
            None => Known::Unasked,
        }
    }

    /// The tool's name with its version, when it told one.
    pub(super) fn label(&self, tool: &str) -> String {
        match self.tools.get(tool).and_then(|known| known.version.as_ref()) {
            Some(Some(version)) => format!("{tool} {version}"),
            Some(None) | None => format!("the installed {tool}"),
        }
    }
}

impl Tool {
    fn read(&self, name: &str, path: &[String], text: &str) -> Result<Grammar, String> {
        let words: Vec<&str> = core::iter::once(name).chain(path.iter().map(String::as_str)).collect();
        // Some tools have one help for all that they do.
        let parent = path.split_last().and_then(|(_, parent)| self.pages.get(parent));
        let grammar = match parent {
            Some(page) if page.text == text => page.grammar.clone().ok().map(|grammar| Grammar {
                options: grammar.options,
                mentioned: grammar.mentioned,
                gaps: grammar.gaps,
                takes_operands: true,
                ..Grammar::default()
            }),
            Some(_) | None => help::read(text, &words),
        };
        grammar.ok_or_else(|| "its help is of a form that is not known".to_owned())
    }
}

/// The first word that looks like a version; a number with a dot is preferred.
fn version(text: &str) -> Option<String> {
    let words = text.lines().take(5).flat_map(str::split_whitespace).map(|word| {
        let bare = word.trim_matches(|c: char| matches!(c, ',' | '(' | ')' | ';'));
        bare.strip_prefix('v').unwrap_or(bare)
    });
    let numbers: Vec<&str> = words
        .filter(|word| word.len() <= 40 && word.starts_with(|first: char| first.is_ascii_digit()))
        .filter(|word| word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')))
        .collect();
    let dotted = numbers.iter().find(|word| word.contains('.'));
    dotted.or(numbers.first()).map(|word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn a_version_is_found_in_what_tools_print() {
        assert_eq!(version("4.86.0\n").as_deref(), Some("4.86.0"));
        assert_eq!(version("modal client version: 1.6.4").as_deref(), Some("1.6.4"));
        assert_eq!(version("Docker version 29.1.2, build abc1234").as_deref(), Some("29.1.2"));
        assert_eq!(version("systemd 257 (257.9-1)\n+PAM").as_deref(), Some("257.9-1"));
        assert_eq!(version("tool v2.0.1-rc.1").as_deref(), Some("2.0.1-rc.1"));
        assert_eq!(version("unknown flag: --version"), None);
    }
}
