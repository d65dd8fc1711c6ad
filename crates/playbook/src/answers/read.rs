//! From the bytes of a file of answers to its entries.

use super::{Answers, BYTES_MAX, ENTRIES_MAX, Entry};
use crate::model::Answered;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use jiff::Timestamp;
use toml::{Table, Value};

/// So many faults are told one by one.
const FAULTS_MAX: usize = 20;
/// A text longer than this is no answer and no name.
const TEXT_BYTES_MAX: usize = 4 * 1024;

pub(super) fn read(bytes: &[u8]) -> Answers {
    let none = |why: String| Answers::unusable(format!("{why}; no answer in it counts"));
    if bytes.len() > BYTES_MAX {
        return none(format!("it holds {} bytes, the limit is {BYTES_MAX}", bytes.len()));
    }
    let Ok(text) = core::str::from_utf8(bytes) else { return none("it is not UTF-8".to_owned()) };
    match parsed(text) {
        Ok(table) => taken(table),
        Err(why) => none(why),
    }
}

/// The table of a text, or where and why it is none.
pub(super) fn parsed(text: &str) -> Result<Table, String> {
    text.strip_prefix('\u{feff}').unwrap_or(text).parse::<Table>().map_err(|error| {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let line =
            1 + text.as_bytes().get(..start).unwrap_or_default().iter().filter(|b| **b == b'\n').count();
        format!("line {line}: it is not TOML: {}", error.message())
    })
}

fn taken(table: Table) -> Answers {
    let mut found = Taking::default();
    for (key, value) in table {
        match (key.as_str(), value) {
            ("answer", Value::Array(entries)) => entries.into_iter().for_each(|entry| found.entry(entry)),
            ("answer", _) => found.fault("`answer` is no list of entries: write [[answer]]".to_owned()),
            _ => found.fault(format!("the key `{}` is not known and is passed over", short(&key))),
        }
    }
    found.finish()
}

#[derive(Default)]
struct Taking {
    answers: Answers,
    more: usize,
}

impl Taking {
    fn fault(&mut self, why: String) {
        if self.answers.faults.len() < FAULTS_MAX {
            self.answers.faults.push(why);
        } else {
            self.more += 1;
        }
    }

    fn entry(&mut self, value: Value) {
        let Value::Table(mut table) = value else {
            return self.fault("an entry of `answer` is no table".to_owned());
        };
        let mut text = |key: &str| match table.remove(key) {
            Some(Value::String(text)) if text.len() <= TEXT_BYTES_MAX => Some(one_line(&text)),
            Some(Value::Datetime(at)) if key == "at" => Some(at.to_string()),
            Some(_) | None => None,
        };
        let (id, question, answer) = (text("id"), text("question"), text("answer"));
        let (by, at) = (text("by").unwrap_or_default(), text("at").unwrap_or_default());
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            return self.fault("an entry has no `id` and is passed over".to_owned());
        };
        let Some(answer) = answer.filter(|answer| !answer.is_empty()) else {
            return self.fault(format!("the entry {} has no `answer` and is passed over", short(&id)));
        };
        for key in table.keys() {
            self.fault(format!("the key `{}` of {} is not known and is passed over", short(key), short(&id)));
        }
        let answered = Answered { answer, by, at };
        self.keep(Entry { id, question: question.unwrap_or_default(), answered });
    }

    /// Of two answers to one question, as a merge of two branches may leave them, the newer counts.
    fn keep(&mut self, entry: Entry) {
        let Some(before) = self.answers.entries.get(&entry.id) else {
            if self.answers.entries.len() < ENTRIES_MAX {
                self.answers.entries.insert(entry.id.clone(), entry);
            } else {
                self.fault(format!("more than {ENTRIES_MAX} answers; {} is passed over", short(&entry.id)));
            }
            return;
        };
        let time = |entry: &Entry| entry.answered.at.parse::<Timestamp>().ok();
        let differs = before.answered.answer != entry.answered.answer;
        let is_newer = time(&entry) >= time(before);
        if differs {
            self.fault(format!("two answers to {}; the newer one counts", short(&entry.id)));
        }
        if is_newer {
            self.answers.entries.insert(entry.id.clone(), entry);
        }
    }

    fn finish(mut self) -> Answers {
        if self.more > 0 {
            self.answers.faults.push(format!("{} more like these", self.more));
        }
        self.answers
    }
}

/// The start of a text that somebody else wrote, for a message.
fn short(text: &str) -> String {
    one_line(text).chars().take(60).collect()
}

/// Blanks instead of line ends and other control characters: an answer is one line everywhere it is shown.
pub(super) fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}
