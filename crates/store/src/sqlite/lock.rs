//! One server a file: SQLite itself would let two of them in, and both would page.

use crate::StoreError;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Only the server's own user may read it: it holds password hashes and secrets.
const MODE: u32 = 0o600;

/// The right to use a database. The kernel takes it back when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a database, in a file beside it. SQLite's own locks on the database forbid a lock on that
    /// file itself: closing it would let go of theirs.
    pub(super) fn take(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database);
        let mut file = open(&path).map_err(io_error("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = read_holder(&mut file);
                return Err(StoreError::InUse { file: database.to_owned(), holder });
            }
            Err(TryLockError::Error(cause)) => return Err(io_error("lock", &path)(cause)),
        }
        // The file stays when the lock is gone: deleting it could take it from under the next holder.
        sign(&mut file).map_err(io_error("write", &path))?;
        Ok(Self { _file: file })
    }
}

/// The path without links, so that two names of one file meet at one lock; the file is made when it is missing.
pub(super) fn real_path(file: &Path) -> Result<PathBuf, StoreError> {
    open(file).map_err(io_error("open", file))?;
    fs::canonicalize(file).map_err(io_error("find", file))
}

fn beside(database: &Path) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(".lock");
    PathBuf::from(name)
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(MODE).open(path)
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", rustix::process::getpid().as_raw_nonzero())
}

fn read_holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.read_to_string(&mut text) {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        Ok(_) | Err(_) => "(unknown)".to_owned(),
    }
}

pub(super) fn io_error(what: &'static str, file: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let file = file.to_owned();
    move |cause| StoreError::Io { what, file, cause }
}
