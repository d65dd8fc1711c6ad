//! The file of answers beside a document: found, read within limits, and written so that it is never half there.
//!
//! The document itself is never opened for writing. Must never be here: what an answer says (`playbook::answers`).

use crate::exit::{Failure, Kind};
use core::time::Duration;
use playbook::Answers;
use playbook::answers::{BYTES_MAX, CannotEdit, SUFFIX};
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

/// Another who answers holds the folder for as long as it takes to write one small file; longer, and something is stuck.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(10);

/// Where the answers about a document lie.
fn beside(document: &Path) -> PathBuf {
    let mut name = document.file_name().map(OsString::from).unwrap_or_default();
    name.push(SUFFIX);
    document.with_file_name(name)
}

/// Reads the answers beside a document. Whatever is wrong with them is told with the document and hinders nothing;
/// nothing outside `root`, which holds no links, is read.
pub(super) fn read(document: &Path, root: &Path) -> Answers {
    let file = beside(document);
    match read_within(&file, root) {
        Ok(None) => Answers::NONE,
        Ok(Some(bytes)) => Answers::read(&bytes),
        Err(why) => Answers::unusable(format!("{why}; no answer in it counts")),
    }
}

fn read_within(file: &Path, root: &Path) -> Result<Option<Vec<u8>>, String> {
    let place = match file.canonicalize() {
        Ok(place) => place,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    if !place.starts_with(root) {
        return Err(format!("it lies outside {}", root.display()));
    }
    bytes(&place).map(Some)
}

/// The bytes of a regular file, one more than the limit at most.
fn bytes(place: &Path) -> Result<Vec<u8>, String> {
    let told = |error: std::io::Error| error.to_string();
    if !std::fs::metadata(place).map_err(told)?.is_file() {
        return Err("it is no file".to_owned());
    }
    let limit = u64::try_from(BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(place).map_err(told)?.take(limit).read_to_end(&mut bytes).map_err(told)?;
    Ok(bytes)
}

/// Changes the answers beside a document, one after the other with everybody else who does; says where they lie.
pub(crate) fn change(
    document: &Path,
    with: impl Fn(&str) -> Result<String, CannotEdit>,
) -> Result<PathBuf, Failure> {
    let file = beside(document);
    let folder = document.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |why: String| {
        Failure::new(Kind::World, format!("cannot write the answers {}: {why}", file.display()))
            .hint("nothing was changed; whoever answers must be able to write in the document's folder")
    };
    let _held = hold(folder).map_err(&failed)?;
    if file.is_symlink() {
        return Err(failed("it is a link".to_owned()));
    }
    let before = if file.exists() { bytes(&file).map_err(&failed)? } else { Vec::new() };
    let unreadable = |why: String| {
        Failure::new(Kind::Config, format!("{}: {why}", file.display()))
            .hint("mend the file by hand first; nothing was changed")
    };
    if before.len() > BYTES_MAX {
        return Err(unreadable(format!("it is larger than {BYTES_MAX} bytes")));
    }
    let before = String::from_utf8(before).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    let after = with(&before).map_err(|why| unreadable(why.to_string()))?;
    if after.len() > BYTES_MAX {
        return Err(unreadable(format!("with this answer it would be larger than {BYTES_MAX} bytes")));
    }
    if after != before {
        replace(&file, folder, &after).map_err(|error| failed(error.to_string()))?;
    }
    Ok(file)
}

/// Puts a whole new file in the place of the old one.
fn replace(file: &Path, folder: &Path, text: &str) -> std::io::Result<()> {
    // As any new file of this person's, or as the old one was.
    let mode = std::fs::metadata(file).map_or(0o666, |meta| meta.permissions().mode());
    let mut new = tempfile::Builder::new()
        .prefix(".evenkeel-answers-")
        .permissions(std::fs::Permissions::from_mode(mode))
        .tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(file).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// The folder, held until the value is dropped: of two who answer at once, the second reads what the first has written.
fn hold(folder: &Path) -> Result<File, String> {
    let opened = File::open(folder).map_err(|error| error.to_string())?;
    let (sender, receiver) = mpsc::sync_channel(1);
    // The system's wait has no limit of its own; the thread ends with it, or with the program.
    let wait = move || {
        let held = opened.lock().map(|()| opened);
        // An error means that nobody waits any more.
        let _ = sender.send(held);
    };
    std::thread::Builder::new()
        .name("answers-lock".to_owned())
        .spawn(wait)
        .map_err(|error| error.to_string())?;
    match receiver.recv_timeout(LOCK_WAIT_MAX) {
        Ok(Ok(held)) => Ok(held),
        Ok(Err(error)) => Err(format!("its folder cannot be locked: {error}")),
        Err(_) => Err(format!("somebody else has held its folder for {} seconds", LOCK_WAIT_MAX.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playbook::Answered;
    use playbook::answers::{Entry, with_entry};

    fn entry(id: &str) -> Entry {
        let answered = Answered { answer: "prose".to_owned(), by: "Ana".to_owned(), at: String::new() };
        Entry { id: id.to_owned(), question: String::new(), answered }
    }

    #[test]
    fn of_many_who_answer_at_once_nobody_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("a.md");
        std::thread::scope(|scope| {
            for number in 0..16 {
                let document = &document;
                scope.spawn(move || {
                    change(document, |before| with_entry(before, &entry(&format!("q-{number:02}")))).unwrap()
                });
            }
        });
        assert_eq!(read(&document, &folder.path().canonicalize().unwrap()).entries().count(), 16);
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
        assert_eq!(names, ["a.md.evenkeel.toml"]);
    }

    #[test]
    fn what_leads_elsewhere_is_neither_read_nor_written() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("books");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(folder.path().join("secret.toml"), "[[answer]]\nid = \"q-1\"\nanswer = \"x\"\n")
            .unwrap();
        let document = root.join("a.md");
        std::os::unix::fs::symlink("../secret.toml", beside(&document)).unwrap();
        let told = read(&document, &root);
        assert!(told.faults()[0].contains("lies outside") && told.entries().count() == 0);
        assert!(change(&document, |before| with_entry(before, &entry("q-2"))).is_err());
        std::fs::remove_file(beside(&document)).unwrap();
        std::fs::create_dir(beside(&document)).unwrap();
        assert!(read(&document, &root).faults()[0].contains("no file"));
    }
}
