//! What an agent does when it is asked: it looks into its workspace, reads and writes files there, or says back what it
//! heard. Nothing outside the workspace is read or written.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Memory that one prompt takes while it is worked on: what a model's context would.
const CONTEXT_BYTES: usize = 16 * 1024 * 1024;
/// An answer has at most so many characters.
const ANSWER_CHARS_MAX: usize = 400;
/// Files that a listing names.
const LISTED_MAX: usize = 20;
/// A file that is written has at most so many bytes.
const WRITTEN_BYTES_MAX: usize = 64 * 1024;

/// Why nothing was done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotDone {
    /// The container has not enough memory.
    OutOfMemory,
}

/// Answers one prompt. `list files`, `read PATH` and `write PATH TEXT` are done; anything else is said back.
pub(super) fn answer(workspace: &Path, asked: &str) -> Result<String, NotDone> {
    let mut context: Vec<u8> = Vec::new();
    context.try_reserve_exact(CONTEXT_BYTES).map_err(|_| NotDone::OutOfMemory)?;
    let mut words = asked.splitn(3, ' ');
    let said = match (words.next(), words.next(), words.next()) {
        (Some("list"), Some("files"), None) => listed(workspace),
        (Some("read"), Some(path), None) => read(workspace, path),
        (Some("write"), Some(path), Some(text)) => write(workspace, path, text),
        _ => format!("You said: {asked}"),
    };
    drop(context);
    Ok(said.chars().take(ANSWER_CHARS_MAX).collect())
}

fn listed(workspace: &Path) -> String {
    let Ok(entries) = fs::read_dir(workspace) else { return "The workspace cannot be read.".to_owned() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name != ".git").collect();
    names.sort();
    names.truncate(LISTED_MAX);
    format!("The workspace has {}.", names.join(", "))
}

fn read(workspace: &Path, path: &str) -> String {
    let text = inside(workspace, path).and_then(|path| fs::read_to_string(path).ok());
    text.unwrap_or_else(|| format!("There is no text file {path} in the workspace."))
}

fn write(workspace: &Path, path: &str, text: &str) -> String {
    let full = inside(workspace, path).filter(|_| text.len() <= WRITTEN_BYTES_MAX);
    match full.and_then(|full| fs::write(full, text).ok()) {
        Some(()) => format!("Wrote {} bytes to {path}.", text.len()),
        None => format!("{path} cannot be written."),
    }
}

/// The path in the workspace; none for one that leads out of it, also by a symbolic link.
fn inside(workspace: &Path, path: &str) -> Option<PathBuf> {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let full = workspace.join(path);
    let folder = full.parent()?.canonicalize().ok()?;
    let linked = fs::symlink_metadata(&full).is_ok_and(|found| found.is_symlink());
    (plain && !linked && folder.starts_with(workspace.canonicalize().ok()?)).then_some(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_written_and_read() {
        let dir = tempfile::tempdir().unwrap();
        let ask = |text: &str| answer(dir.path(), text).unwrap();
        assert_eq!(ask("write notes.txt one two three"), "Wrote 13 bytes to notes.txt.");
        assert_eq!(ask("read notes.txt"), "one two three");
        assert_eq!(ask("list files"), "The workspace has notes.txt.");
        assert_eq!(ask("hello there"), "You said: hello there");
        assert_eq!(ask("read"), "You said: read");
    }

    #[test]
    fn nothing_outside_the_workspace_is_touched() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = dir.path().join("workspace");
        fs::create_dir(&workspace).unwrap();
        fs::write(dir.path().join("secret"), "secret").unwrap();
        std::os::unix::fs::symlink(dir.path(), workspace.join("out")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), workspace.join("link")).unwrap();
        let absolute = dir.path().join("secret");
        for path in ["../secret", "out/secret", "link", absolute.to_str().unwrap(), "./x/../../secret"] {
            let read = answer(&workspace, &format!("read {path}")).unwrap();
            assert!(!read.contains("secret") || read.starts_with("There is no"), "{path}: {read}");
            let written = answer(&workspace, &format!("write {path} x")).unwrap();
            assert!(written.ends_with("cannot be written."), "{path}: {written}");
        }
        assert_eq!(fs::read_to_string(dir.path().join("secret")).unwrap(), "secret");
    }

    #[test]
    fn answers_have_an_end() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(answer(dir.path(), &"x".repeat(10_000)).unwrap().len(), 400);
    }
}
