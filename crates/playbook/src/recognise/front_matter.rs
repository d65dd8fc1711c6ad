//! Front matter: the block of keys that a document may begin with, in YAML (`---`) or TOML (`+++`).
//!
//! Only what documents really carry is read: scalars and flat lists at the top level. Whatever is nested deeper or
//! cannot be read is left alone: it is the publishing tool's business, and no reason to lose a runbook.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// Front matter longer than this is none; a document that never closes its block is read as Markdown.
const BYTES_MAX: usize = 16 * 1024;

/// The keys of a document's front matter with their values, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FrontMatter {
    entries: Vec<Entry>,
}

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    /// Lower case, words joined by `_`.
    key: String,
    values: Vec<String>,
    /// Line in the file, from 1.
    line: u32,
}

impl FrontMatter {
    /// The front matter of a text; empty when it has none.
    pub(super) fn read(text: &str) -> Self {
        let Some((body, assign)) = body(text) else { return Self::default() };
        let mut matter = Self::default();
        for (line, number) in body.lines().zip(2_u32..) {
            matter.line(line, number, assign);
        }
        matter
    }

    /// The first value of the first of these keys that has one, with its line.
    pub(super) fn first(&self, keys: &[&str]) -> Option<(&str, u32)> {
        keys.iter().find_map(|key| {
            let entry = self.entries.iter().find(|entry| entry.key == *key)?;
            Some((entry.values.first()?.as_str(), entry.line))
        })
    }

    /// Every value of these keys.
    pub(super) fn all<'m>(&'m self, keys: &[&str]) -> impl Iterator<Item = &'m String> {
        self.entries
            .iter()
            .filter(move |entry| keys.contains(&entry.key.as_str()))
            .flat_map(|entry| &entry.values)
    }

    fn line(&mut self, line: &str, number: u32, assign: char) {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            return;
        }
        if let Some(item) = line.trim_start().strip_prefix("- ") {
            if let Some(entry) = self.entries.last_mut() {
                entry.values.extend(scalar(item));
            }
            return;
        }
        let indented = line.starts_with([' ', '\t']);
        if let Some((key, value)) = line.split_once(assign).filter(|_| !indented) {
            let key = key.trim().trim_matches('"').to_lowercase().replace(['-', ' '], "_");
            self.entries.push(Entry { key, values: values(value), line: number });
        }
    }
}

/// What stands between the marks, and what joins a key to its value there.
fn body(text: &str) -> Option<(&str, char)> {
    let (mark, assign) = if text.starts_with("---\n") { ("\n---", ':') } else { ("\n+++", '=') };
    let rest = text.strip_prefix("---\n").or_else(|| text.strip_prefix("+++\n"))?;
    // One byte earlier, so that an empty block is closed by the line feed that opened it.
    let from = text.len() - rest.len() - 1;
    let mut end = text.len().min(from + BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let close = text.get(from..end)?.match_indices(mark).find_map(|(at, _)| {
        let after = text.get(from + at + mark.len()..)?;
        after.lines().next().is_none_or(|rest| rest.trim().is_empty()).then_some(from + at)
    })?;
    Some((text.get(from + 1..close).unwrap_or_default(), assign))
}

fn values(value: &str) -> Vec<String> {
    let value = value.trim();
    match value.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => inner.split(',').filter_map(scalar).collect(),
        None => scalar(value).into_iter().collect(),
    }
}

/// A scalar without its quotes and without a comment behind it.
fn scalar(value: &str) -> Option<String> {
    let value = value.trim();
    let bare = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.split(*quote).next());
    let bare = bare.unwrap_or_else(|| value.split(" #").next().unwrap_or_default().trim());
    (!bare.is_empty()).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_toml_say_the_same() {
        let yaml = "---\ntitle: \"Disk: full\"\nalerts:\n  - DiskFull # both\n  - DiskSlow\nReview-In: 6 months\n---\n# x\n";
        let toml =
            "+++\ntitle = \"Disk: full\"\nalerts = [\"DiskFull\", 'DiskSlow']\nreview_in = '6 months'\n+++\n";
        for text in [yaml, toml] {
            let matter = FrontMatter::read(text);
            assert_eq!(matter.first(&["name", "title"]), Some(("Disk: full", 2)));
            assert_eq!(matter.all(&["alerts"]).collect::<Vec<_>>(), ["DiskFull", "DiskSlow"]);
            assert_eq!(matter.first(&["review_in"]).map(|(value, _)| value), Some("6 months"));
        }
    }

    #[test]
    fn what_is_nested_or_never_closed_is_left_alone() {
        let matter = FrontMatter::read("---\nparams:\n  title: inner\ntitle: outer\n---\n");
        assert_eq!(matter.first(&["title"]), Some(("outer", 4)));
        assert_eq!(FrontMatter::read("---\ntitle: never closed\n"), FrontMatter::default());
        assert_eq!(FrontMatter::read("---\n---\n# x"), FrontMatter::default());
        assert_eq!(FrontMatter::read("# x\n---\ntitle: y\n---\n"), FrontMatter::default());
    }
}
