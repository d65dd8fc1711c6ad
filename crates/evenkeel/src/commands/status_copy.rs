//! `evenkeel status export` and `verify`: the public page as files, with a signed list of them, and whether such a copy can be
//! believed.

use crate::cli::Reach;
use crate::exit::{Failure, Kind};
use crate::print;
use engine::ports::Clock as _;
use jiff::{SignedDuration, Timestamp};
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The signed list of files, and its signature in hex.
const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.json.sig";

/// The form of list that is understood.
const FORM: &str = "evenkeel-status-copy-1";

/// A page has fewer files, even with years of incidents in every language.
const FILES_MAX: usize = 20_000;

/// No page has a longer file.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// So many faults are told one by one.
const TOLD_MAX: usize = 20;

/// What a server answers with.
#[derive(Deserialize)]
struct Copy {
    manifest: String,
    signature: String,
    key: String,
    files: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Manifest {
    form: String,
    as_of: Timestamp,
    made_at: Timestamp,
    files: BTreeMap<String, Mark>,
}

#[derive(Deserialize)]
struct Mark {
    bytes: u64,
    sha256: String,
}

/// Writes a copy: first beside its place, then in it, so that whoever serves the folder never sees half of one.
pub(super) fn export(reach: &Reach, answer: &Value, dir: &Path) -> Result<(), Failure> {
    let copy = Copy::deserialize(answer).map_err(|error| {
        Failure::new(Kind::World, format!("the server's copy of the status page cannot be read: {error}"))
    })?;
    may_replace(dir)?;
    let name = dir.file_name().ok_or_else(|| unusable(dir, "it has no name"))?.to_string_lossy().into_owned();
    let beside = |what: &str| dir.with_file_name(format!(".{name}.{what}-{}", std::process::id()));
    let (new, old) = (beside("new"), beside("old"));
    let written = write_all(&new, &copy).and_then(|()| replace(dir, &new, &old));
    if written.is_err() {
        // What is left of the attempt is of no use; a folder that cannot be removed is named by the failure itself.
        let _ = std::fs::remove_dir_all(&new);
    }
    written?;
    let (files, key) = (copy.files.len(), &copy.key);
    if reach.json {
        return print::json(&json!({ "dir": dir.display().to_string(), "files": files, "key": key }));
    }
    print::line(format!("{files} files in {}", dir.display()))?;
    print::line(format!("signed by {key}"))?;
    print::line("keep that key elsewhere: `evenkeel status verify` tells by it whether a copy is yours")
}

/// Only what was a copy, and holds nothing besides, is overwritten.
fn may_replace(dir: &Path) -> Result<(), Failure> {
    match std::fs::read_dir(dir).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => match not_of_a_copy(dir)? {
            None => Ok(()),
            Some(file) => Err(unusable(
                dir,
                &format!("it holds other files, which would be lost, such as {file}"),
            )
            .hint(
                "name a folder that is empty, not there yet, or holds an earlier copy and nothing besides",
            )),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(unusable(dir, &error.to_string())),
    }
}

/// The first file of a folder that is none of an earlier copy's own.
fn not_of_a_copy(dir: &Path) -> Result<Option<String>, Failure> {
    let manifest = std::fs::read(dir.join(MANIFEST)).ok();
    let manifest = manifest.and_then(|bytes| serde_json::from_slice::<Manifest>(&bytes).ok());
    let known = manifest.filter(|manifest| manifest.form == FORM).map(|manifest| manifest.files);
    let is_own = |file: &String| {
        let Some(files) = &known else { return false };
        file == MANIFEST || file == SIGNATURE || files.contains_key(file)
    };
    Ok(listed(dir)?.into_iter().find(|file| !is_own(file)))
}

fn write_all(new: &Path, copy: &Copy) -> Result<(), Failure> {
    for (path, text) in &copy.files {
        let path =
            safe(path).ok_or_else(|| unusable(Path::new(path), "a copy has no file of such a name"))?;
        write(&new.join(path), text)?;
    }
    write(&new.join(MANIFEST), &copy.manifest)?;
    write(&new.join(SIGNATURE), &format!("{}\n", copy.signature))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder).map_err(|error| unusable(folder, &error.to_string()))?;
    std::fs::write(path, text).map_err(|error| unusable(path, &error.to_string()))
}

fn replace(dir: &Path, new: &Path, old: &Path) -> Result<(), Failure> {
    let moved =
        |from: &Path, to: &Path| std::fs::rename(from, to).map_err(|error| unusable(to, &error.to_string()));
    let was_there = dir.exists();
    if was_there {
        moved(dir, old)?;
    }
    if let Err(failure) = moved(new, dir) {
        if was_there {
            moved(old, dir)?;
        }
        return Err(failure);
    }
    if was_there {
        std::fs::remove_dir_all(old).map_err(|error| unusable(old, &error.to_string()))?;
    }
    Ok(())
}

/// Checks a copy; whatever is wrong with it is told with its file.
pub(super) fn verify(reach: &Reach, dir: &Path, key: &str, max_age_min: u32) -> Result<(), Failure> {
    let manifest = read(dir, MANIFEST)?;
    let signature = read(dir, SIGNATURE)?;
    signed(&manifest, &signature, key).map_err(|why| not_believed(dir, MANIFEST, &why))?;
    let manifest: Manifest = serde_json::from_slice(&manifest)
        .map_err(|error| not_believed(dir, MANIFEST, &format!("it cannot be read: {error}")))?;
    if manifest.form != FORM {
        let why = format!("it is of the form {:?}, and {FORM} is understood here", manifest.form);
        return Err(not_believed(dir, MANIFEST, &why));
    }
    let mut faults = faults(dir, &manifest)?;
    let age = crate::wiring::Steady::new(1.0).now().duration_since(manifest.as_of);
    if age > SignedDuration::from_mins(i64::from(max_age_min)) {
        let age = incident::words::duration(age);
        faults.push(format!("{MANIFEST}: what it says is of {}, {age} ago", manifest.as_of));
    }
    if faults.is_empty() {
        let (files, as_of, made_at) = (manifest.files.len(), manifest.as_of, manifest.made_at);
        if reach.json {
            return print::json(&json!({ "files": files, "as_of": as_of, "made_at": made_at }));
        }
        return print::line(format!(
            "whole and signed: {files} files, as of {as_of}, {} old",
            incident::words::duration(age)
        ));
    }
    let told: Vec<&str> = faults.iter().take(TOLD_MAX).map(String::as_str).collect();
    let more = faults.len().saturating_sub(TOLD_MAX);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    let said = format!("the copy in {} is not to be believed:\n  {}{more}", dir.display(), told.join("\n  "));
    Err(Failure::new(Kind::Refused, said).hint("`evenkeel status export` makes a new one"))
}

fn signed(manifest: &[u8], signature: &[u8], key: &str) -> Result<(), String> {
    let key = unhex(key.trim().as_bytes()).filter(|key| key.len() == 32);
    let key = key.ok_or("--key is none: a key has 64 hexadecimal digits")?;
    let signature = unhex(signature.trim_ascii()).ok_or("its signature is no hexadecimal number")?;
    let key = UnparsedPublicKey::new(&ED25519, key);
    key.verify(manifest, &signature)
        .map_err(|_| "it is not signed by this key: it was changed, or is another server's".to_owned())
}

/// Each file that is not as the list says, that is missing, or that the list does not know.
fn faults(dir: &Path, manifest: &Manifest) -> Result<Vec<String>, Failure> {
    let mut faults = Vec::new();
    for (path, mark) in &manifest.files {
        if let Some(fault) = fault(dir, path, mark) {
            faults.push(format!("{path}: {fault}"));
        }
    }
    let known = |path: &String| manifest.files.contains_key(path) || path == MANIFEST || path == SIGNATURE;
    let there = listed(dir)?;
    faults.extend(there.iter().filter(|path| !known(path)).map(|path| format!("{path}: is not in the list")));
    Ok(faults)
}

fn fault(dir: &Path, path: &str, mark: &Mark) -> Option<String> {
    let Some(safe) = safe(path) else { return Some("is no name of a file in a copy".to_owned()) };
    let file = dir.join(safe);
    match std::fs::symlink_metadata(&file) {
        Ok(found) if !found.is_file() => return Some("is no file".to_owned()),
        Ok(found) if found.len() > FILE_BYTES_MAX => {
            return Some("is longer than any file of a copy".to_owned());
        }
        Ok(found) if found.len() != mark.bytes => {
            return Some(format!("has {} bytes in place of {}", found.len(), mark.bytes));
        }
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Some("is missing".to_owned()),
        Err(error) => return Some(error.to_string()),
    }
    match std::fs::read(&file) {
        Ok(bytes) if crate::wiring::hex(digest(&SHA256, &bytes).as_ref()) == mark.sha256 => None,
        Ok(_) => Some("was changed".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

/// Every file below a folder, by its path with slashes.
fn listed(dir: &Path) -> Result<Vec<String>, Failure> {
    let (mut found, mut folders) = (Vec::new(), vec![dir.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| unusable(&folder, &error.to_string()))?;
        for entry in entries {
            let entry = entry.map_err(|error| unusable(&folder, &error.to_string()))?;
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(dir).unwrap_or(&path);
            found.push(
                below
                    .components()
                    .map(|part| part.as_os_str().to_string_lossy())
                    .collect::<Vec<_>>()
                    .join("/"),
            );
            if found.len() > FILES_MAX {
                return Err(unusable(dir, &format!("it holds more than {FILES_MAX} files")));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn read(dir: &Path, name: &str) -> Result<Vec<u8>, Failure> {
    let path = dir.join(name);
    let length = std::fs::metadata(&path).map_or(0, |found| found.len());
    if length > FILE_BYTES_MAX {
        return Err(not_believed(dir, name, "it is longer than any file of a copy"));
    }
    std::fs::read(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => not_believed(dir, name, "it is missing"),
        _ => unusable(&path, &error.to_string()),
    })
}

/// A path that stays below the folder.
fn safe(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && path.components().next().is_some()).then(|| path.to_path_buf())
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let text = core::str::from_utf8(digits).ok().filter(|text| text.len() % 2 == 0 && text.is_ascii())?;
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(pair).collect()
}

fn unusable(path: &Path, why: &str) -> Failure {
    Failure::new(Kind::World, format!("{}: {why}", path.display()))
}

fn not_believed(dir: &Path, file: &str, why: &str) -> Failure {
    Failure::new(Kind::Refused, format!("the copy in {} is not to be believed: {file}: {why}", dir.display()))
        .hint("`evenkeel status export` makes a new one")
}
