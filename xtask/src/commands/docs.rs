//! `cargo xtask docs`: the pages of `docs/` that are generated, and whether they are what would be generated now.

use std::fs;
use std::process::Command;

use crate::args::DocsMode;
use crate::failure::Failure;
use crate::machine;

/// One generated page.
struct Page {
    /// Its path from the workspace's root.
    path: &'static str,
    /// What prints it.
    printer: &'static [&'static str],
}

const PAGES: &[Page] = &[
    // In a build of its own, so that the everyday chores do not wait for the compiler of playbooks.
    Page {
        path: "docs/playbook.schema.json",
        printer: &["run", "--quiet", "-p", "xtask", "--features", "docs", "--", "print-schema"],
    },
    Page { path: "docs/cli.md", printer: &["run", "--quiet", "-p", "evenkeel", "--", "docs", "cli"] },
];

/// Writes the pages, or fails with the names of those that are stale.
pub(crate) fn run(mode: DocsMode) -> Result<(), Failure> {
    let mut stale = Vec::new();
    for page in PAGES {
        let text = printed(page)?;
        match mode {
            DocsMode::Write => {
                fs::write(machine::root().join(page.path), text).map_err(Failure::io(page.path))?;
            }
            DocsMode::Check => {
                let committed = fs::read_to_string(machine::root().join(page.path)).unwrap_or_default();
                if let Some(line) = first_difference(&committed, &text) {
                    stale.push(format!("{}:{line}", page.path));
                }
            }
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(Failure::Answer(format!(
        "{} stale: type `cargo xtask docs` and commit what it wrote",
        stale.join(", ")
    )))
}

fn printed(page: &Page) -> Result<String, Failure> {
    let mut command: Command = machine::cargo();
    let text = machine::output(page.path, command.args(page.printer))?;
    if text.trim().is_empty() {
        return Err(Failure::Answer(format!("{}: its printer printed nothing", page.path)));
    }
    Ok(text)
}

/// The first line, from 1, at which two texts differ.
fn first_difference(committed: &str, printed: &str) -> Option<usize> {
    if committed == printed {
        return None;
    }
    let same = committed.lines().zip(printed.lines()).take_while(|(a, b)| a == b).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_page_is_told_by_its_first_line_that_differs() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("", "a\n"), Some(1));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
    }
}
