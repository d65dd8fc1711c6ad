//! The last text of each calendar that could be read, kept in the data folder.
//!
//! Another program writes calendars, at any hour. A server that starts then goes on with what it read last: a pager that does not
//! start wakes nobody at all.

use super::{Known, Named};
use incident::Calendar;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Where they are kept.
#[derive(Debug)]
pub(in crate::config) struct Kept {
    folder: PathBuf,
}

/// What counts for a calendar, and what is to be told of it.
pub(in crate::config) struct Served {
    pub(in crate::config) calendar: Calendar,
    /// Why the file itself could not be read, and what counts in its place.
    pub(in crate::config) unread: Option<String>,
    /// Why it could not be kept for the next start.
    pub(in crate::config) unkept: Option<String>,
}

impl Kept {
    pub(in crate::config) fn below(data: &Path) -> Self {
        Self { folder: data.join("calendars") }
    }

    /// Reads a calendar as [`read`](super::read) does, and keeps it; or takes what was kept when the file cannot be read.
    pub(in crate::config) fn read(
        &self,
        path: &Path,
        here: &TimeZone,
        named: &Named,
        known: &Known,
    ) -> Served {
        let read = super::text(path).and_then(|text| Ok((super::of(path, &text, here, named, known)?, text)));
        let why = match read {
            Ok((calendar, text)) => {
                let kept = self.keep(path, &text);
                let unkept = kept.err().map(|error| {
                    format!("{} cannot be kept in {}: {error}", path.display(), self.folder.display())
                });
                return Served { calendar, unread: None, unkept };
            }
            Err(why) => why,
        };
        let (calendar, instead) = match self.last(path, here, named, known) {
            Ok(calendar) => (calendar, "what counts is what was read of it last".to_owned()),
            Err(none) => (Calendar::default(), format!("its layer has nobody, for {none}")),
        };
        Served { calendar, unread: Some(format!("{why}; {instead}")), unkept: None }
    }

    fn last(&self, path: &Path, here: &TimeZone, named: &Named, known: &Known) -> Result<Calendar, String> {
        let file = self.file(path);
        if !file.exists() {
            return Err("it was never read before".to_owned());
        }
        super::read(&file, here, named, known)
            .map_err(|why| format!("what was kept cannot be read either: {why}"))
    }

    fn keep(&self, path: &Path, text: &str) -> std::io::Result<()> {
        let file = self.file(path);
        if std::fs::read_to_string(&file).is_ok_and(|kept| kept == text) {
            return Ok(());
        }
        std::fs::create_dir_all(&self.folder)?;
        let mut new = tempfile::NamedTempFile::new_in(&self.folder)?;
        new.write_all(text.as_bytes())?;
        new.as_file().sync_all()?;
        new.persist(file).map_err(|error| error.error)?;
        Ok(())
    }

    /// One for each file, whatever it is called.
    fn file(&self, path: &Path) -> PathBuf {
        let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
        self.folder.join(format!("{}.ics", crate::wiring::hex(digest.as_slice())))
    }
}
