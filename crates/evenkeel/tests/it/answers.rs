//! Questions and answers from end to end: asked, answered beside the document, taken up by the server, and lapsed.

use crate::world::{Said, evenkeel, run};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

const BOOK: &str = "# Harbour\n\n## Rotating certificates\n\n1. Look:\n   ```sh\n   df -h\n   ```\n2. Swap the files\n\n\
                    ## Pier lights\n\n1. Look:\n   ```sh\n   uptime\n   ```\n2. Replace the fuse\n\n## Culture\n\nBe kind.\n";

struct Book {
    folder: tempfile::TempDir,
}

impl Book {
    fn new() -> Self {
        let book = Self { folder: tempfile::tempdir().unwrap() };
        book.write(BOOK);
        book
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("book.md")
    }

    fn side(&self) -> PathBuf {
        self.folder.path().join("book.md.evenkeel.toml")
    }

    fn write(&self, text: &str) {
        std::fs::write(self.file(), text).unwrap();
    }

    async fn run(&self, verb: &str, args: &[&str]) -> Said {
        let file = self.file();
        let place = if verb == "answer" {
            vec!["--in", file.to_str().unwrap()]
        } else {
            vec![file.to_str().unwrap()]
        };
        evenkeel(&[&["playbook", verb][..], args, &place].concat()).await
    }

    async fn questions(&self) -> Vec<Value> {
        self.run("questions", &["--json"]).await.json().as_array().unwrap().clone()
    }

    async fn id(&self, words: &str) -> String {
        let all = self.questions().await;
        let found = all.iter().find(|one| one["question"].as_str().unwrap().contains(words));
        found.unwrap_or_else(|| panic!("nobody asks {words:?}: {all:#?}"))["id"].as_str().unwrap().to_owned()
    }

    async fn runbooks(&self) -> usize {
        self.run("show", &["--json"]).await.json()["runbooks"].as_array().unwrap().len()
    }

    async fn codes(&self) -> Vec<String> {
        let found = self.run("check", &["--json", "--deny", "never"]).await.json();
        let codes = found.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned());
        codes.filter(|code| code.starts_with("W08")).collect()
    }
}

#[tokio::test]
async fn a_doubt_is_asked_once_answered_beside_the_document_and_lapses_with_its_text() {
    let book = Book::new();
    assert_eq!(book.runbooks().await, 0);
    let listed = book.run("questions", &[]).await;
    let listed = &listed.well().out;
    assert!(listed.contains("Is the section “Rotating certificates” a runbook?"), "{listed}");
    assert!(listed.contains("book.md:3") && listed.contains("2 open, 0 answered"), "{listed}");
    let id = book.id("Rotating").await;
    book.run("answer", &[&id, "runbok", "--by", "Ana"]).await.ended(2, &["runbook or prose"]);
    book.run("answer", &["q-0000", "runbook", "--by", "Ana"]).await.ended(1, &["nothing asks", "questions"]);
    let kept = book.run("answer", &[&id, "runbook", "--by", "Ana", "--json"]).await.json();
    assert!(kept["kept"][0].as_str().unwrap().ends_with("book.md.evenkeel.toml"), "{kept}");
    assert_eq!(std::fs::read_to_string(book.file()).unwrap(), BOOK, "the document is never touched");
    let side = std::fs::read_to_string(book.side()).unwrap();
    assert!(
        side.contains("by = \"Ana\"") && side.contains("Is the section “Rotating certificates”"),
        "{side}"
    );
    let shown = book.run("show", &["--json"]).await.json();
    assert_eq!(shown["runbooks"][0]["origin"]["rule"], "answered");
    assert_ne!(shown["digest"], shown["documents"][0]["digest"], "the digest is over the answers, too");

    book.write(&BOOK.replace("Be kind.", "Be very kind."));
    assert_eq!(
        (book.runbooks().await, book.codes().await.len()),
        (1, 0),
        "an edit elsewhere changes nothing"
    );
    book.write(&BOOK.replace("Swap the files", "Swap all files"));
    assert_eq!((book.runbooks().await, book.codes().await), (0, vec!["W080".to_owned()]));
    let told = book.run("check", &["--deny", "never"]).await.out;
    assert!(told.contains("no longer applies") && told.contains("Ana"), "{told}");
    assert_ne!(book.id("Rotating").await, id, "the changed text is asked about anew");
    book.run("answer", &[&id, "--forget"]).await.well();
    assert_eq!(book.codes().await, Vec::<String>::new());
    book.run("answer", &[&id, "--forget"]).await.ended(1, &["no file of answers holds"]);
}

#[tokio::test]
async fn of_two_who_answer_at_once_both_are_kept() {
    let book = Book::new();
    let (first, second) = (book.id("Rotating").await, book.id("Pier").await);
    let (first, second) =
        ([first.as_str(), "runbook", "--by", "Ana"], [second.as_str(), "prose", "--by", "Bo"]);
    let (one, two) = tokio::join!(book.run("answer", &first), book.run("answer", &second));
    one.well();
    two.well();
    let answered = book.questions().await.into_iter().filter(|one| !one["answered"].is_null()).count();
    assert_eq!(answered, 2);
    assert_eq!(book.runbooks().await, 1);
}

#[tokio::test]
async fn where_nobody_may_write_the_answer_is_refused_and_nothing_is_left_behind() {
    let book = Book::new();
    let id = book.id("Rotating").await;
    let folder = book.folder.path();
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    let file = book.file();
    let args = ["playbook", "answer", &id, "runbook", "--by", "Ana", "--in", file.to_str().unwrap()];
    let said = as_nobody(&args).await;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    said.ended(4, &["cannot write the answers", "book.md.evenkeel.toml", "nothing was changed"]);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
}

/// Root may write anywhere: then another user is asked to.
async fn as_nobody(args: &[&str]) -> Said {
    let root = run("id", &["-u"]).await.well().out.trim() == "0";
    if !root {
        return evenkeel(args).await;
    }
    let program = env!("CARGO_BIN_EXE_evenkeel");
    run("setpriv", &[&["--reuid=65534", "--regid=65534", "--clear-groups", program][..], args].concat()).await
}

#[tokio::test]
async fn a_hostile_file_of_answers_hinders_nothing_and_is_not_written_over() {
    let book = Book::new();
    let id = book.id("Rotating").await;
    let entry = format!("[[answer]]\nid = \"{id}\"\nanswer = \"runbook\"\nby = \"Ana\"\n");
    let cases = [
        (format!("{entry}# {}\n", "x".repeat(10 * 1024 * 1024)), "the limit is 1048576", 0),
        (format!("<<<<<<< HEAD\n{entry}"), "line 1: it is not TOML", 0),
        (format!("a = {}", "[".repeat(100_000)), "it is not TOML", 0),
    ];
    for (text, why, runbooks) in cases {
        std::fs::write(book.side(), &text).unwrap();
        assert_eq!((book.runbooks().await, book.codes().await), (runbooks, vec!["W081".to_owned()]));
        let told = book.run("check", &["--deny", "never"]).await.out;
        assert!(told.contains(why), "{why} is not in {}", &told[..told.len().min(4_000)]);
        book.run("answer", &[&id, "runbook", "--by", "Bo"]).await.ended(3, &["mend the file by hand"]);
        assert_eq!(std::fs::read_to_string(book.side()).unwrap(), text);
    }
    std::fs::write(book.side(), format!("later = 1\n{entry}colour = \"red\"\n")).unwrap();
    assert_eq!((book.runbooks().await, book.codes().await.len()), (1, 2), "the rest counts");
    book.run("answer", &[&id, "prose", "--by", "Bo"]).await.well();
    assert_eq!(book.runbooks().await, 0);
    assert!(std::fs::read_to_string(book.side()).unwrap().starts_with("later = 1\n"));
}

#[tokio::test]
async fn a_command_is_vouched_for_by_a_named_person_only() {
    let book = Book::new();
    book.write("# Book\n\n## Issue: Slow\n\n1. Look:\n   ```sh\n   paymentsctl queue --depth\n   rm -rf /srv/x\n   ```\n");
    let asked = book.questions().await;
    let commands: Vec<_> = asked.iter().filter(|one| one["about"] == "command").collect();
    assert_eq!(commands.len(), 1, "{asked:#?}");
    let id = commands[0]["id"].as_str().unwrap();
    book.run("answer", &[id, "looks"]).await.ended(2, &["named person"]);
    book.run("answer", &[id, "looks", "--by", "Ana"]).await.well();
    let shown = book.run("show", &["--json"]).await.json();
    let commands = &shown["runbooks"][0]["steps"][0]["commands"];
    assert_eq!((&commands[0]["effect"], &commands[1]["effect"]), (&"reads-world".into(), &"destroys".into()));
    assert_eq!(commands[0]["vouched"]["by"], "Ana");
}

#[tokio::test]
async fn several_are_checked_at_once_and_the_worst_decides() {
    let book = Book::new();
    let other = book.folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    let bad = "# DiskFull\n\n## Steps\n\n1. look\n\n   ```bash\n   wrangler tail --filter x\n   ```\n";
    std::fs::write(other.join("disk.md"), bad).unwrap();
    let (file, folder) = (book.file(), other.clone());
    let (file, folder) = (file.to_str().unwrap(), folder.to_str().unwrap());
    let check = |args: &'static [&'static str], paths: Vec<String>| async move {
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        evenkeel(&[&["playbook", "check"][..], args, &paths].concat()).await
    };
    let both = || vec![file.to_owned(), folder.to_owned()];
    let alone = |path: &str| check(&["--json", "--deny", "never"], vec![path.to_owned()]);
    let (first, second) = (alone(file).await.json(), alone(folder).await.json());
    let together = check(&["--json"], both()).await;
    assert_eq!(together.code, 5, "{}", together.err);
    assert!(together.err.is_empty(), "progress is for terminals: {}", together.err);
    let together: Value = serde_json::from_str(&together.out).unwrap();
    let joined = [first.as_array().unwrap().clone(), second.as_array().unwrap().clone()].concat();
    assert_eq!(together.as_array().unwrap(), &joined, "each as if it were checked alone");
    assert!(joined.iter().any(|one| one["file"].as_str().unwrap().ends_with("other/disk.md")));
    let sarif: Value = serde_json::from_str(&check(&["--sarif"], both()).await.out).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), joined.len());

    let missing = vec!["/nowhere/a.md".to_owned(), folder.to_owned(), "/nowhere/b.md".to_owned()];
    let said = check(&[], missing).await;
    said.ended(3, &["/nowhere/a.md", "/nowhere/b.md"]);
    assert!(said.out.contains("E020"), "what can be read is checked: {}", said.out);
    check(&["--fix"], both()).await.well();
    evenkeel(&["playbook", "check"]).await.ended(2, &["FILE"]);
}

#[tokio::test]
async fn without_a_file_the_settings_say_which_playbook_is_asked_about() {
    let book = Book::new();
    let settings = book.folder.path().join("evenkeel.toml");
    std::fs::write(&settings, "playbook = \"book.md\"\n").unwrap();
    let config = settings.to_str().unwrap();
    let asked = evenkeel(&["playbook", "questions", "--config", config, "--json"]).await.json();
    let id = asked[0]["id"].as_str().unwrap();
    evenkeel(&["playbook", "answer", id, "prose", "--by", "Ana", "--config", config]).await.well();
    let listed = evenkeel(&["playbook", "questions", "--config", config, "--all"]).await;
    assert!(listed.well().out.contains("answered: prose (Ana, "), "{}", listed.out);
    evenkeel(&["playbook", "ask", "--config", config]).await.ended(2, &["terminal"]);
    assert!(Path::new(&book.side()).exists());
}
