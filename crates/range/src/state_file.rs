//! The range's files: written whole or not at all, and `range.json`, which says where the running stack answers.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::RangeError;

/// Where a running range answers; the content of `range.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// Plain HTTP, for probes; the service is chosen by the `Host` header.
    pub http: SocketAddr,
    /// HTTPS with a certificate of the range's own throw-away authority.
    pub https: SocketAddr,
    /// The local admin endpoint of the stand-in tools.
    pub admin: SocketAddr,
    /// The process that serves.
    pub pid: u32,
    /// The directory whose `.curlrc` leads an unedited curl to the range.
    pub curl_home: PathBuf,
    /// The certificate of the throw-away authority, PEM.
    pub ca: PathBuf,
}

impl Whereabouts {
    /// Reads `range.json` in `dir`; a missing file means that no range runs there.
    pub fn read(dir: &Path) -> Result<Self, RangeError> {
        let path = path_in(dir);
        match fs::read(&path) {
            Ok(bytes) => parse(&path, &bytes),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                Err(RangeError::NotRunning { dir: dir.to_owned() })
            }
            Err(source) => Err(RangeError::File { path, source }),
        }
    }
}

/// `range.json` in the range's directory.
pub(crate) fn path_in(dir: &Path) -> PathBuf {
    dir.join("range.json")
}

/// Makes a directory and its parents.
pub(crate) fn make_dir(path: &Path) -> Result<(), RangeError> {
    fs::create_dir_all(path).map_err(|source| RangeError::File { path: path.to_owned(), source })
}

/// Writes a file beside its place and renames it there, so that a reader sees the old or the new one, never half.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), RangeError> {
    let beside = path.with_extension("part");
    fs::write(&beside, bytes)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|source| RangeError::File { path: path.to_owned(), source })
}

/// The same, with the folder that it stands in, unless somebody has a file there already.
pub(crate) fn write_unless_there(path: &Path, text: impl FnOnce() -> String) -> Result<(), RangeError> {
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        make_dir(folder)?;
    }
    write_whole(path, text().as_bytes())
}

/// Writes a value as indented JSON, whole or not at all.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), RangeError> {
    let bytes = serde_json::to_vec_pretty(value)
        .map_err(|e| RangeError::State { path: path.to_owned(), reason: e.to_string() })?;
    write_whole(path, &bytes)
}

/// Reads a value that [`write_json`] wrote; `None` when there is no such file.
pub(crate) fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>, RangeError> {
    match fs::read(path) {
        Ok(bytes) => parse(path, &bytes).map(Some),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(RangeError::File { path: path.to_owned(), source }),
    }
}

fn parse<T: for<'de> Deserialize<'de>>(path: &Path, bytes: &[u8]) -> Result<T, RangeError> {
    serde_json::from_slice(bytes)
        .map_err(|e| RangeError::State { path: path.to_owned(), reason: e.to_string() })
}
