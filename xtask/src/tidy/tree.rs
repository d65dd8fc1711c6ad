//! The files under the rules, read once.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::rust_source::RustSource;

/// The checkout's own text files.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) files: Vec<SourceFile>,
}

/// One text file.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// From the workspace's root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Empty but for Rust.
    pub(crate) rust: RustSource,
}

/// Folders that are not the project's writing.
const SKIPPED_FOLDERS: &[&str] = &["target", "data", "node_modules", "corpus", "artifacts"];
/// Folders that begin with a dot and are the project's writing.
const DOT_FOLDERS: &[&str] = &[".cargo", ".ci"];

impl Tree {
    /// Reads the checkout at `root`. Files that are not UTF-8 (pictures, damaged samples) are left out.
    pub(crate) fn read(root: &Path) -> Result<Tree, Failure> {
        let mut tree = Tree::default();
        tree.read_folder(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<(), Failure> {
        for entry in fs::read_dir(folder).map_err(Failure::io(folder.display()))? {
            let entry = entry.map_err(Failure::io(folder.display()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().map_err(Failure::io(&path))?;
            if kind.is_dir() && is_ours(&name) {
                self.read_folder(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() {
                match fs::read(entry.path()) {
                    Ok(bytes) => self
                        .files
                        .extend(String::from_utf8(bytes).ok().map(|text| SourceFile::new(&path, text))),
                    // A file that went away between listing and reading is no finding.
                    Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
                    Err(cause) => return Err(Failure::Io { what: path, cause }),
                }
            }
        }
        Ok(())
    }

    /// The file at this path.
    pub(crate) fn get(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

fn is_ours(folder: &str) -> bool {
    let hidden = folder.starts_with('.') && !DOT_FOLDERS.contains(&folder);
    !hidden && !SKIPPED_FOLDERS.contains(&folder)
}

impl SourceFile {
    /// A file with its text; Rust is taken apart.
    pub(crate) fn new(path: &str, text: impl Into<String>) -> SourceFile {
        let text = text.into();
        let rust = if path.ends_with(".rs") { RustSource::read(&text) } else { RustSource::default() };
        SourceFile { path: path.to_owned(), text, rust }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the whole file is for tests.
    pub(crate) fn is_test(&self) -> bool {
        let mut folders = self.path.split('/');
        let name = folders.next_back().unwrap_or_default();
        name == "tests.rs" || name.ends_with("_tests.rs") || folders.any(|folder| folder == "tests")
    }

    /// The first line (from 1) that is for tests; past the end when there is none.
    pub(crate) fn tests_begin(&self) -> usize {
        if self.is_test() { 1 } else { self.rust.tests_begin().unwrap_or(usize::MAX) }
    }

    /// Whether a comment on this line (from 1) or the one before steps out of the rule and says why.
    pub(crate) fn allows(&self, line: usize, rule: &str) -> bool {
        let mark = format!("tidy: allow({rule}):");
        let lines = self.text.lines().skip(line.saturating_sub(2)).take(if line > 1 { 2 } else { 1 });
        lines.filter_map(|line| line.split_once(&mark)).any(|(_, reason)| !reason.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_checkout_has_this_file_and_no_build_output() {
        let tree = Tree::read(&crate::machine::root()).unwrap();
        assert!(tree.get("xtask/src/tidy/tree.rs").is_some());
        assert!(tree.get(".ci/run").is_some());
        assert!(
            !tree.files.iter().any(|file| file.path.starts_with("target/") || file.path.starts_with(".git/"))
        );
    }

    #[test]
    fn test_files_are_known_by_their_place_or_name() {
        let is_test = |path| SourceFile::new(path, "").is_test();
        assert!(is_test("crates/web/tests/it/main.rs") && is_test("crates/web/src/tests.rs"));
        assert!(is_test("crates/web/src/scan_tests.rs") && !is_test("crates/web/src/contests.rs"));
    }

    #[test]
    fn an_exception_needs_a_reason_and_reaches_one_line() {
        let file =
            SourceFile::new("a.rs", "// tidy: allow(sql): a sample\nlet a;\nlet b; // tidy: allow(sql):\n");
        assert!(file.allows(1, "sql") && file.allows(2, "sql"));
        assert!(!file.allows(3, "sql"), "no reason given");
        assert!(!file.allows(2, "markup"));
    }
}
