//! `playbook check --tools` with tools made here: what is run, what is kept, what is said.

use crate::world::{Said, evenkeel};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const BOOK: &str = "# Book\n\n## Quick diagnostics\n\n```bash\n\
    boat sail --filter gale\nboat wreck everything\nboat $VERB --force\nsubmarine dive\n```\n";

/// A folder with a document and a tool which writes down how it is run, where it can.
struct Harbour {
    folder: TempDir,
}

impl Harbour {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("book.md"), BOOK).unwrap();
        let log = folder.path().join("log");
        let script = format!(
            "#!/bin/sh\necho \"$@\" >> '{}'\ncase \"$*\" in\n\
             --version) echo 1.2.3;;\n\
             --help) printf 'Usage: boat COMMAND\\n\\nCommands:\\n  sail  Sail\\n\\nOptions:\\n  --help  Help\\n';;\n\
             'sail --help') printf 'Usage: boat sail [OPTIONS]\\n\\nOptions:\\n  --wind TEXT  Filter by wind\\n';;\n\
             *) echo HARM >> '{}';;\nesac\n",
            log.display(),
            log.display()
        );
        let harbour = Self { folder };
        harbour.put("boat", &script);
        harbour
    }

    fn put(&self, name: &str, script: &str) {
        fs::create_dir_all(self.path("bin")).unwrap();
        let tool = self.path("bin").join(name);
        fs::write(&tool, script).unwrap();
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn check(&self, more: &[&str]) -> Said {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let (book, bin, cache) =
            (text(&self.path("book.md")), text(&self.path("bin")), text(&self.path("cache")));
        let usual = ["playbook", "check", &book, "--tools", "--tools-path", &bin, "--cache-dir", &cache];
        evenkeel(&[&usual[..], more].concat()).await
    }

    /// How the tool was run, sorted.
    fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.path("log")).unwrap_or_default();
        let mut lines: Vec<String> = log.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

#[tokio::test]
async fn the_installed_tools_are_held_against_the_document() {
    let harbour = Harbour::new();
    let said = harbour.check(&[]).await;
    let words = [
        "boat 1.2.3 lists no option `--filter` for `sail` (it lists --wind)",
        "boat 1.2.3 lists no command `wreck`",
        "`submarine` is not installed, not checked",
    ];
    assert_eq!(said.code, 5, "{}", said.err);
    for words in words {
        assert!(said.out.contains(words), "{words}\n{}", said.out);
    }
    assert_eq!(harbour.log(), [""; 0], "a confined tool writes nowhere");
}

#[tokio::test]
async fn nothing_is_run_but_what_the_help_lists_and_nothing_twice() {
    let harbour = Harbour::new();
    let first = harbour.check(&["--tools-unconfined"]).await;
    assert_eq!(harbour.log(), ["--help", "--version", "sail --help"]);
    let second = harbour.check(&["--tools-unconfined"]).await;
    assert_eq!(harbour.log().len(), 3, "answers are kept");
    assert_eq!(first.out, second.out);
    // Another version of the tool is asked again.
    let script = fs::read_to_string(harbour.path("bin").join("boat")).unwrap().replace("1.2.3", "1.2.30");
    harbour.put("boat", &script);
    let third = harbour.check(&["--tools-unconfined"]).await;
    assert_eq!(harbour.log().len(), 6);
    assert!(third.out.contains("boat 1.2.30 lists no option"), "{}", third.out);
}

#[tokio::test]
async fn without_the_word_no_tool_is_run() {
    let harbour = Harbour::new();
    let book = harbour.path("book.md");
    let said = evenkeel(&["playbook", "check", book.to_str().unwrap()]).await;
    assert!(!said.out.contains("boat 1.2.3") && !said.out.contains("submarine` is not"), "{}", said.out);
    let said = evenkeel(&["playbook", "check", book.to_str().unwrap(), "--tools-unconfined"]).await;
    said.ended(2, &["--tools"]);
    assert_eq!(harbour.log(), [""; 0]);
}
