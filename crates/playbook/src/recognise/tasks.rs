//! What task runners that live in Markdown let an author write above a fence: xc (`Requires: a, b`, `Interactive: true`
//! below a heading of a section `Tasks`) and mask (`## name (argument)`, `**OPTIONS**`).
//!
//! As with the annotations beside a fence: it may only tighten. A task that asks for something first, or for a terminal,
//! is started by a person; nothing written there makes a command safer than it is.

use crate::model::{Command, Context, ContextKind};
use crate::scan::{Block, Document, Inline, List, Section};
use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// No task has more lines above its fence.
const LINES_MAX: usize = 60;

/// A task as its author described it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Task {
    name: String,
    by_hand: Option<String>,
    /// What comes first.
    before: Vec<String>,
    /// Where it runs, when that is another folder.
    folder: Option<String>,
    /// What is known of its variables, by name.
    meanings: BTreeMap<String, String>,
}

/// The task that a section describes.
pub(crate) fn of_section(doc: &Document<'_>, index: usize) -> Option<Task> {
    let section = doc.sections.get(index)?;
    let above = section.parent.and_then(|parent| doc.sections.get(parent));
    let mut task = Task::default();
    if above.is_some_and(|above| above.title.trim().eq_ignore_ascii_case("tasks")) {
        task.name = section.title.trim().to_owned();
        task.attributes(section);
    } else if let Some((name, arguments)) = with_arguments(&section.title) {
        task.name = name;
        for argument in arguments {
            task.meanings.insert(argument, format!("argument of `{}`", task.name));
        }
    } else if options(section).is_none() {
        return None;
    }
    if let Some(list) = options(section) {
        task.options(list);
    }
    Some(task)
}

/// Whether every line of a paragraph is an attribute of a task: it titles no fence.
pub(crate) fn is_attributes(inline: &Inline) -> bool {
    let mut lines = inline.by_line().peekable();
    lines.peek().is_some() && lines.all(|line| attribute(&line.plain()).is_some())
}

/// What an attribute is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attribute {
    Requires,
    Inputs,
    Environment,
    Directory,
    Interactive,
    /// How often and in which order it runs: nothing to honour, because nothing runs by itself.
    Order,
}

fn attribute(line: &str) -> Option<(Attribute, String)> {
    let (key, value) = line.trim().split_once(':')?;
    let attribute = match key.trim().to_ascii_lowercase().as_str() {
        "requires" | "req" => Attribute::Requires,
        "inputs" => Attribute::Inputs,
        "env" | "environment" => Attribute::Environment,
        "dir" | "directory" => Attribute::Directory,
        "interactive" => Attribute::Interactive,
        "run" | "rundeps" | "rundependencies" => Attribute::Order,
        _ => return None,
    };
    Some((attribute, value.trim().trim_matches('`').to_owned()))
}

/// `name (one) (two)`: the name and its arguments.
fn with_arguments(title: &str) -> Option<(String, Vec<String>)> {
    let (name, rest) = title.split_once('(')?;
    let mut arguments = Vec::new();
    for part in rest.split('(') {
        let inside = part.trim_end().strip_suffix(')')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if inside.is_empty() || !inside.chars().all(plain) {
            return None;
        }
        arguments.push(inside.to_owned());
    }
    let name = name.trim();
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | ' ' | ':');
    (!name.is_empty() && name.chars().all(word)).then(|| (name.to_owned(), arguments))
}

/// The list below a paragraph `**OPTIONS**`, or right in it.
fn options(section: &Section) -> Option<&List> {
    let named = |block: &Block| matches!(block, Block::Paragraph(inline) if inline.label().is_some_and(|label| label.name == "OPTIONS"));
    let at = section.blocks.iter().position(named)?;
    section.blocks.get(at + 1).and_then(|block| match block {
        Block::List(list) => Some(list),
        _ => None,
    })
}

impl Task {
    fn attributes(&mut self, section: &Section) {
        let paragraphs = section.blocks.iter().take_while(|block| !matches!(block, Block::Fence(_)));
        let lines = paragraphs.flat_map(|block| match block {
            Block::Paragraph(inline) => inline.by_line().map(|line| line.plain()).collect(),
            _ => Vec::new(),
        });
        for (attribute, value) in lines.take(LINES_MAX).filter_map(|line| attribute(&line)) {
            self.honour(attribute, &value);
        }
    }

    fn honour(&mut self, attribute: Attribute, value: &str) {
        let parts =
            || value.split(',').map(|part| part.trim().trim_matches('`')).filter(|part| !part.is_empty());
        match attribute {
            Attribute::Requires => {
                self.before.extend(parts().map(|task| format!("Run the task `{task}`")));
                if !self.before.is_empty() {
                    self.ask(format!("its author wrote that it requires {value}"));
                }
            }
            Attribute::Inputs => {
                let meaning = format!("input of `{}`", self.name);
                self.meanings.extend(parts().map(|name| (name.to_owned(), meaning.clone())));
            }
            Attribute::Environment => {
                for (name, set) in parts().filter_map(|part| part.split_once('=')) {
                    self.meanings
                        .insert(name.trim().to_owned(), format!("its author sets it to {}", set.trim()));
                }
            }
            Attribute::Directory if value == "$PWD" || value.is_empty() => {}
            Attribute::Directory => self.folder = Some(value.to_owned()),
            Attribute::Interactive if value.eq_ignore_ascii_case("true") => {
                self.ask(format!("its author wrote interactive: {value} above it"));
            }
            Attribute::Interactive | Attribute::Order => {}
        }
    }

    fn ask(&mut self, why: String) {
        self.by_hand.get_or_insert(why);
    }

    /// `* port` with `* flags: …`, `* type: …`, `* desc: …` below it.
    fn options(&mut self, list: &List) {
        for item in list.items.iter().take(LINES_MAX) {
            let name = item.text().trim().to_owned();
            let below = item.body().iter().flat_map(|block| match block {
                Block::List(list) => list.items.iter().take(LINES_MAX).map(|item| item.text()).collect(),
                _ => Vec::new(),
            });
            let said: Vec<String> = below
                .filter_map(|line| {
                    let (key, value) = line.split_once(':')?;
                    match key.trim() {
                        "desc" => Some(value.trim().to_owned()),
                        "type" | "choices" => Some(line.trim().to_owned()),
                        _ => None,
                    }
                })
                .collect();
            if !name.is_empty() && !said.is_empty() {
                self.meanings.insert(name, said.join(", "));
            }
        }
    }

    /// Tells the commands of its fences what it says.
    pub(crate) fn apply(&self, commands: &mut [Command]) {
        for command in &mut *commands {
            if command.by_hand.is_none() {
                command.by_hand.clone_from(&self.by_hand);
            }
            for hole in command.holes.iter_mut().filter(|hole| hole.meaning.is_none()) {
                hole.meaning = self.meanings.get(&hole.name).cloned();
            }
            if let (Some(folder), None) = (&self.folder, &command.context) {
                let opener = format!("cd {folder}");
                command.context = Some(Context { kind: ContextKind::Folder, opener });
            }
        }
        if let Some(first) = commands.first_mut() {
            first.before.splice(0..0, self.before.iter().cloned());
            if first.title.is_none() && !self.name.is_empty() {
                first.title = Some(self.name.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    fn tasks(text: &str) -> Vec<Task> {
        let doc = scan(text);
        (0..doc.sections.len()).filter_map(|index| of_section(&doc, index)).collect()
    }

    #[test]
    fn attributes_count_below_a_heading_of_tasks() {
        let text = "## Tasks\n\n### drain\n\nEmpties it.\n\nRequires: look, `warn`\nDirectory: ./ops\n\nInputs: NODE\nEnv: ZONE=a, LEVEL=2\nInteractive: true\n\n```\nx\n```\n\nInputs: LATER\n";
        let found = tasks(text);
        let [task] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((task.name.as_str(), task.folder.as_deref()), ("drain", Some("./ops")));
        assert_eq!(task.before, ["Run the task `look`", "Run the task `warn`"]);
        assert!(task.by_hand.as_ref().is_some_and(|why| why.contains("requires look")), "{task:?}");
        let known: Vec<_> = task.meanings.keys().map(String::as_str).collect();
        assert_eq!(known, ["LEVEL", "NODE", "ZONE"]);
        assert!(tasks(&text.replace("## Tasks", "## Chores")).is_empty());
    }

    #[test]
    fn arguments_and_options_say_what_a_variable_is() {
        let text = "## restart (service_name)\n\n> Restarts it.\n\n**OPTIONS**\n* grace\n    * flags: -g --grace\n    * type: number\n    * desc: Seconds to wait\n\n~~~sh\nx\n~~~\n";
        let found = tasks(text);
        assert_eq!(found[0].meanings["service_name"], "argument of `restart`");
        assert_eq!(found[0].meanings["grace"], "type: number, Seconds to wait");
        for title in ["## Restart (if stuck)", "## P0 (critical)", "## restart ()", "## Restart it (now)"] {
            assert!(tasks(&format!("{title}\n\nx\n")).is_empty(), "{title}");
        }
    }
}
