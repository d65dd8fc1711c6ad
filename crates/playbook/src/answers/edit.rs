//! The next text of a file of answers: one entry put in its place, everything else as it stands.
//!
//! Comments and keys that nobody knows stay. What is written is read again before it leaves here: if anything but the
//! one entry changed, nothing is written.

use super::read::{one_line, parsed};
use super::{Answers, Entry};
use crate::model::Answered;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use toml::Value;

const HEAD: &str = "\
# What people answered to Evenkeel's questions about the document of this name.
# `evenkeel playbook questions` lists them, `evenkeel playbook answer` writes here. Keep it beside the document.
";
const OPENING: &str = "[[answer]]";

/// Why a file of answers cannot be changed by a program; a person must mend it first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannotEdit(String);

impl fmt::Display for CannotEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text with an answer in it; an earlier answer to the same question makes room.
///
/// # Errors
/// When the text cannot be read in full, or reads differently afterwards in more than this one answer.
pub fn with_entry(before: &str, entry: &Entry) -> Result<String, CannotEdit> {
    let entry = plain(entry);
    changed(before, &entry.id, Some(&entry))
}

/// The text without the answer to a question.
///
/// # Errors
/// As [`with_entry`].
pub fn without_entry(before: &str, id: &str) -> Result<String, CannotEdit> {
    changed(before, id, None)
}

fn changed(before: &str, id: &str, entry: Option<&Entry>) -> Result<String, CannotEdit> {
    parsed(before).map_err(CannotEdit)?;
    let read = Answers::read(before.as_bytes());
    let (head, mut blocks) = cut(before)?;
    blocks.retain(|block| block.id != id);
    if let Some(entry) = entry {
        let at = blocks.iter().position(|block| block.id.as_str() > id).unwrap_or(blocks.len());
        blocks.insert(at, Block { id: id.to_owned(), text: written(entry) });
    }
    let mut text = if head.trim().is_empty() { HEAD.to_owned() } else { format!("{}\n", head.trim_end()) };
    for block in &blocks {
        text.push('\n');
        text.push_str(block.text.trim_end());
        text.push('\n');
    }
    let mut wanted = read.entries;
    wanted.remove(id);
    wanted.extend(entry.map(|entry| (id.to_owned(), entry.clone())));
    if Answers::read(text.as_bytes()).entries == wanted {
        Ok(text)
    } else {
        Err(CannotEdit("one answer cannot be changed without touching others".to_owned()))
    }
}

/// An entry with the lines that belong to it.
struct Block {
    id: String,
    text: String,
}

/// The lines before the first entry, and the entries.
fn cut(text: &str) -> Result<(String, Vec<Block>), CannotEdit> {
    let mut head = String::new();
    let mut blocks: Vec<Block> = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.trim() == OPENING {
            blocks.push(Block { id: String::new(), text: String::new() });
        }
        blocks.last_mut().map_or(&mut head, |block| &mut block.text).push_str(line);
    }
    for block in &mut blocks {
        let table = parsed(&block.text).ok();
        let entry = table.as_ref().and_then(|table| table.get("answer")?.as_array()?.first());
        let id = entry.and_then(|entry| entry.get("id")?.as_str().map(str::to_owned));
        block.id = id.ok_or_else(|| CannotEdit("an entry in it cannot be told from the next".to_owned()))?;
    }
    Ok((head, blocks))
}

/// What can stand on one line each, as it will be read again.
fn plain(entry: &Entry) -> Entry {
    let Answered { answer, by, at } = &entry.answered;
    Entry {
        id: one_line(&entry.id),
        question: one_line(&entry.question),
        answered: Answered { answer: one_line(answer), by: one_line(by), at: one_line(at) },
    }
}

fn written(entry: &Entry) -> String {
    let Entry { id, question, answered: Answered { answer, by, at } } = entry;
    let lines = [("id", id), ("question", question), ("answer", answer), ("by", by), ("at", at)];
    let lines = lines.map(|(key, value)| format!("{key} = {}\n", Value::String(value.clone())));
    format!("{OPENING}\n{}", lines.concat())
}
