//! The playbook as read from disk: one file, or documents of any number of folders below one root.
//!
//! Nothing outside the root is read, whatever a link there says: a folder of runbooks is often a checkout that many
//! people may write to.

use super::answers_file;
use crate::exit::{Failure, Kind};
use playbook::{Answers, Diagnostic, DiagnosticSeverity, Playbook, Source, Span, compile_documents_with};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// A document larger than this is not one.
const DOCUMENT_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// All documents together; what they compile to is kept in memory and pinned by every incident.
const ALL_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// More documents than any team has written; beyond them the path is a mistake.
const DOCUMENTS_MAX: usize = 10_000;
/// Folders within folders; deeper is a mistake, too.
const DEPTH_MAX: usize = 32;

/// A playbook and the texts that its spans refer to.
pub(crate) struct ReadPlaybook {
    /// What was understood, with what there is to say about it.
    pub(crate) playbook: Playbook,
    /// The text of each document, repaired where it was damaged.
    pub(crate) texts: Vec<String>,
    /// What people answered about each document.
    pub(crate) answers: Vec<Answers>,
    /// What the documents' paths are relative to.
    pub(crate) root: PathBuf,
}

impl ReadPlaybook {
    /// Where a document lies, as it was named.
    pub(crate) fn path(&self, document: u32) -> PathBuf {
        let path = self.playbook.document(document).map_or("", |document| document.path.as_str());
        self.root.join(path)
    }

    /// The text of a document; empty when there is none of that number.
    pub(crate) fn text(&self, document: u32) -> &str {
        let index = usize::try_from(document).unwrap_or(usize::MAX);
        self.texts.get(index).map_or("", String::as_str)
    }

    /// Of bytes that lie in no file.
    pub(crate) fn built_in(name: &str, bytes: &[u8]) -> Self {
        let found = Found { path: name.to_owned(), bytes: bytes.to_vec(), answers: Answers::NONE };
        compiled(PathBuf::new(), vec![found])
    }
}

/// Reads and compiles one document, or every document of a folder. Only the disk can fail here: compiling cannot.
pub(crate) fn read_playbook(path: &Path) -> Result<ReadPlaybook, Failure> {
    if path.is_dir() {
        return read_documents(path, &[PathBuf::new()]);
    }
    let root = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let here = if root.as_os_str().is_empty() { Path::new(".") } else { &root };
    let mut reader = Reader::new(here.canonicalize().map_err(|error| unreadable(path, &error.to_string()))?);
    reader.document(path, name, Asked::ByName)?;
    Ok(compiled(root, reader.found))
}

/// Reads and compiles the documents at these paths below a root, in this order; of a folder, all that lie in it.
pub(crate) fn read_documents(root: &Path, paths: &[PathBuf]) -> Result<ReadPlaybook, Failure> {
    let real = root.canonicalize().map_err(|error| unreadable(root, &error.to_string()))?;
    let mut reader = Reader::new(real);
    for path in paths {
        let named = root.join(path);
        let place = named.canonicalize().map_err(|error| unreadable(&named, &error.to_string()))?;
        reader.take(&place, Asked::ByName, 0)?;
    }
    if reader.found.is_empty() {
        let met: String = reader.passed_over.iter().map(|met| format!("; {met}")).collect();
        return Err(unreadable(root, &format!("there is no Markdown document in it{met}")));
    }
    let mut read = compiled(root.to_path_buf(), reader.found);
    let told = reader.passed_over.iter().take(PASSED_OVER_MAX);
    let findings: Vec<Diagnostic> = told.map(|what| passed_over(what)).collect();
    read.playbook.diagnostics.splice(..0, findings);
    Ok(read)
}

/// No more of what was passed over is told.
const PASSED_OVER_MAX: usize = 100;

/// It has no lines of its own, so that it is told at the first line of the first document.
fn passed_over(what: &str) -> Diagnostic {
    Diagnostic {
        code: "W055".to_owned(),
        severity: DiagnosticSeverity::Warning,
        document: 0,
        line: 1,
        span: Span { start: 0, end: 0, line: 1 },
        message: format!("passed over: {what}"),
        hint: Some("it was met in the folder and cannot be read; the other documents are".to_owned()),
        fixes: Vec::new(),
    }
}

/// A document as it was read, with the answers beside it.
struct Found {
    path: String,
    bytes: Vec<u8>,
    answers: Answers,
}

fn compiled(root: PathBuf, found: Vec<Found>) -> ReadPlaybook {
    let sources: Vec<_> =
        found.iter().map(|one| (Source { path: &one.path, bytes: &one.bytes }, &one.answers)).collect();
    let playbook = compile_documents_with(&sources);
    let texts = found.iter().map(|one| playbook::repaired(&one.bytes)).collect();
    let answers = found.into_iter().map(|one| one.answers).collect();
    ReadPlaybook { playbook, texts, answers, root }
}

/// Whether a path was named, or met in a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    ByName,
    InFolder,
}

struct Reader {
    /// Without links.
    root: PathBuf,
    found: Vec<Found>,
    /// The paths of what was found.
    taken: BTreeSet<String>,
    /// The folders that were looked into, without links: one may lead back to another.
    folders: BTreeSet<PathBuf>,
    /// What was met and cannot be read, with the reason.
    passed_over: Vec<String>,
    bytes: u64,
}

impl Reader {
    fn new(root: PathBuf) -> Self {
        Self {
            root,
            found: Vec::new(),
            taken: BTreeSet::new(),
            folders: BTreeSet::new(),
            passed_over: Vec::new(),
            bytes: 0,
        }
    }

    fn take(&mut self, place: &Path, asked: Asked, depth: usize) -> Result<(), Failure> {
        let Ok(below) = place.strip_prefix(&self.root) else {
            return Err(unreadable(place, &format!("it lies outside {}", self.root.display())));
        };
        if place.is_dir() {
            let done = self.folder(place, depth);
            return done.or_else(|why| self.refuse(place, why, asked));
        }
        if asked == Asked::InFolder && !is_markdown(place) {
            return Ok(());
        }
        let parts = below.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        });
        let path = parts.collect::<Vec<_>>().join("/");
        if self.taken.contains(&path) {
            return Ok(());
        }
        self.document(place, path, asked)
    }

    /// What was named must be readable; what was only met is passed over, and told.
    fn refuse(&mut self, place: &Path, why: Refused, asked: Asked) -> Result<(), Failure> {
        match (why, asked) {
            (Refused::Itself(why), Asked::InFolder) => {
                let path = place.strip_prefix(&self.root).unwrap_or(place);
                self.passed_over.push(format!("{}: {why}", path.display()));
                Ok(())
            }
            (Refused::Itself(why), Asked::ByName) => Err(unreadable(place, &why)),
            (Refused::All(failure), _) => Err(failure),
        }
    }

    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), Refused> {
        if depth >= DEPTH_MAX {
            return Err(Refused::Itself(format!("it lies {DEPTH_MAX} folders deep")));
        }
        if !self.folders.insert(folder.to_path_buf()) {
            return Ok(());
        }
        let failed = |error: std::io::Error| Refused::Itself(error.to_string());
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') && name != "node_modules" {
                entries.push((order(&name), entry.path()));
            }
        }
        entries.sort();
        for (_, path) in entries {
            // A link that leads nowhere, or away from the root, is passed over: nobody named it.
            if let Ok(place) = path.canonicalize()
                && place.starts_with(&self.root)
            {
                self.take(&place, Asked::InFolder, depth + 1).map_err(Refused::All)?;
            }
        }
        Ok(())
    }

    fn document(&mut self, place: &Path, path: String, asked: Asked) -> Result<(), Failure> {
        let bytes = match readable(place) {
            Ok(bytes) => bytes,
            Err(why) => return self.refuse(place, Refused::Itself(why), asked),
        };
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.bytes > ALL_BYTES_MAX || self.found.len() >= DOCUMENTS_MAX {
            let why = format!("beyond {DOCUMENTS_MAX} documents or {ALL_BYTES_MAX} bytes in all");
            return Err(unreadable(place, &why));
        }
        self.taken.insert(path.clone());
        self.found.push(Found { path, bytes, answers: answers_file::read(place, &self.root) });
        Ok(())
    }
}

/// Why something is not taken.
enum Refused {
    /// It cannot be read.
    Itself(String),
    /// The playbook cannot be.
    All(Failure),
}

/// The bytes of a document, or why there are none.
fn readable(place: &Path) -> Result<Vec<u8>, String> {
    let meta = std::fs::metadata(place).map_err(|error| error.to_string())?;
    if !meta.is_file() {
        return Err("it is no file".to_owned());
    }
    if meta.len() > DOCUMENT_BYTES_MAX {
        return Err(format!("{} bytes, the limit is {DOCUMENT_BYTES_MAX}", meta.len()));
    }
    std::fs::read(place).map_err(|error| error.to_string())
}

/// What introduces a folder comes first, the rest by name.
fn order(name: &str) -> (bool, String) {
    let lower = name.to_lowercase();
    (!(lower.starts_with("readme.") || lower.starts_with("index.")), lower)
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["md", "markdown", "mdx"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}

fn unreadable(path: &Path, why: &str) -> Failure {
    Failure::new(Kind::Config, format!("cannot read the playbook {}: {why}", path.display()))
        .hint("the setting `playbook` names one Markdown file, or `paths` below a `root`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("books/zebra.md", "# Zebra\n\n## Steps\n\n1. a\n2. b\n"),
            ("books/README.md", "# Our runbooks\n"),
            ("books/sub/Ant.MD", "# Ant\n\n## Steps\n\n1. a\n2. b\n"),
            ("books/.git/config.md", "# hidden\n"),
            ("books/notes.txt", "# named only\n"),
            ("outside.md", "# outside\n"),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn paths(read: &ReadPlaybook) -> Vec<&str> {
        read.playbook.documents.iter().map(|document| document.path.as_str()).collect()
    }

    #[test]
    fn a_folder_is_read_in_one_order_and_introduced_first() {
        let folder = folder();
        let read = read_playbook(&folder.path().join("books")).ok().unwrap();
        assert_eq!(paths(&read), ["README.md", "sub/Ant.MD", "zebra.md"]);
        assert_eq!(read.playbook.title, "Our runbooks");
        assert!(read.text(2).starts_with("# Zebra"));
        assert!(read.path(2).ends_with("books/zebra.md"));
    }

    #[test]
    fn paths_are_read_in_their_order_each_once() {
        let folder = folder();
        let named = ["zebra.md", "notes.txt", "."].map(PathBuf::from);
        let read = read_documents(&folder.path().join("books"), &named).ok().unwrap();
        assert_eq!(paths(&read), ["zebra.md", "notes.txt", "README.md", "sub/Ant.MD"]);
    }

    #[test]
    fn nothing_outside_the_root_is_read() {
        let folder = folder();
        let books = folder.path().join("books");
        let refused = read_documents(&books, &[PathBuf::from("../outside.md")]).err().unwrap();
        assert!(refused.to_string().contains("lies outside"), "{refused}");
        std::os::unix::fs::symlink("../outside.md", books.join("link.md")).unwrap();
        std::os::unix::fs::symlink("..", books.join("round")).unwrap();
        let read = read_playbook(&books).ok().unwrap();
        assert_eq!(read.texts.len(), 3);
        let refused = read_documents(&books, &[PathBuf::from("link.md")]).err().unwrap();
        assert!(refused.to_string().contains("lies outside"), "{refused}");
    }

    #[test]
    fn what_cannot_be_read_hinders_no_other_document() {
        let folder = folder();
        let books = folder.path().join("books");
        std::os::unix::fs::symlink(".", books.join("loop")).unwrap();
        std::os::unix::fs::symlink("..", books.join("sub/back")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(books.join("pipe.md")).unwrap();
        std::fs::File::create(books.join("big.md")).unwrap().set_len(DOCUMENT_BYTES_MAX + 1).unwrap();
        let read = read_playbook(&books).ok().unwrap();
        assert_eq!(paths(&read), ["README.md", "sub/Ant.MD", "zebra.md"]);
        let told: Vec<&str> = read
            .playbook
            .diagnostics
            .iter()
            .filter(|found| found.code == "W055")
            .map(|found| found.message.as_str())
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("passed over: big.md: 8388609 bytes"), "{told:?}");
        assert_eq!(told[1], "passed over: pipe.md: it is no file");
        // What is named must be readable.
        let refused = read_documents(&books, &[PathBuf::from("pipe.md")]).err().unwrap();
        assert!(refused.to_string().contains("it is no file"), "{refused}");
    }

    #[test]
    fn an_empty_folder_is_no_playbook() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read_playbook(folder.path()).err().unwrap().to_string().contains("no Markdown document"));
    }
}
