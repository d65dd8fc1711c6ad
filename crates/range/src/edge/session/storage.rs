//! The storage of one object: keys and values, a file each, in the object's own folder. A value has the platform's limit.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::CLASS;
use super::state::{Kept, Message};
use crate::edge::settings::{MESSAGE_KEYS, Settings};
use crate::edge::worker::Exception;
use crate::state_file::{make_dir, read_json, write_whole};

/// The platform's limit on the value of one key.
pub(super) const VALUE_BYTES_MAX: usize = 128 * 1024;
/// The key of everything beside the messages.
const SESSION: &str = "session";
/// The key of all messages, in a version that keeps them together.
const ALL_MESSAGES: &str = "messages";
/// What keys of single messages begin with.
const MESSAGE: &str = "message-";
/// The key of the object's alarms.
const ALARMS: &str = "alarms";

/// One object's keys on disk.
#[derive(Debug)]
pub(super) struct Storage {
    folder: PathBuf,
}

impl Storage {
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// What is kept of the session; `None` when nothing is.
    pub(super) fn session(&self) -> Result<Option<Kept>, Exception> {
        self.get(SESSION)
    }

    /// Its messages in order, from either kind of keys.
    pub(super) fn messages(&self) -> Result<Vec<Message>, Exception> {
        let mut all: Vec<Message> = self.get(ALL_MESSAGES)?.unwrap_or_default();
        let names = fs::read_dir(&self.folder).map_err(|error| failed(&error))?;
        let mut keys: Vec<String> = names
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
            .filter(|key| key.starts_with(MESSAGE))
            .collect();
        keys.sort_unstable();
        for key in keys {
            let message: Option<Message> = self.get(&key)?;
            all.extend(message.filter(|message| all.iter().all(|known| known.id != message.id)));
        }
        Ok(all)
    }

    /// When the object wants to be woken.
    pub(super) fn alarms(&self) -> Result<Vec<i64>, Exception> {
        Ok(self.get(ALARMS)?.unwrap_or_default())
    }

    pub(super) fn put_session(&self, kept: &Kept) -> Result<(), Exception> {
        self.put(SESSION, kept)
    }

    pub(super) fn put_alarms(&self, alarms: &[i64]) -> Result<(), Exception> {
        self.put(ALARMS, &alarms)
    }

    /// Stores what came new: the messages after the first `known`.
    pub(super) fn put_messages(
        &self,
        messages: &[Message],
        known: usize,
        settings: Settings<'_>,
    ) -> Result<(), Exception> {
        if messages.len() <= known {
            return Ok(());
        }
        if !settings.is(MESSAGE_KEYS, "one-a-message")? {
            return self.put(ALL_MESSAGES, &messages);
        }
        for (number, message) in messages.iter().enumerate().skip(known) {
            self.put(&format!("{MESSAGE}{number:05}"), message)?;
        }
        Ok(())
    }

    fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Exception> {
        read_json(&self.path_of(key)).map_err(|error| failed(&error))
    }

    fn put(&self, key: &str, value: &impl Serialize) -> Result<(), Exception> {
        let bytes = serde_json::to_vec(value).map_err(|error| failed(&error))?;
        if bytes.len() > VALUE_BYTES_MAX {
            return Err(Exception::raised(format!(
                "{CLASS}: value of key \"{key}\" has {} bytes, over the limit of {VALUE_BYTES_MAX} (128 KB) a key",
                bytes.len()
            )));
        }
        make_dir(&self.folder)
            .and_then(|()| write_whole(&self.path_of(key), &bytes))
            .map_err(|error| failed(&error))
    }

    fn path_of(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }
}

fn failed(error: &dyn core::fmt::Display) -> Exception {
    Exception::raised(format!("{CLASS}: storage: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::faults;
    use crate::edge::session::state::Role;
    use crate::edge::{Fitness, Version, settings};

    fn version(values: settings::Values) -> Version {
        let text = String::new;
        let (author, message, id) = (text(), text(), text());
        Version { number: 1, id, created_ms: 0, author, message, fitness: Fitness::Good, settings: values }
    }

    fn long(n: usize) -> Message {
        Message { id: format!("m{n}"), role: Role::User, text: "x".repeat(50_000), at_ms: 0 }
    }

    #[test]
    fn the_limit_is_a_key_s_and_not_a_session_s() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Storage::of(&dir.path().join("ses_1"));
        let messages: Vec<_> = (0..4).map(long).collect();
        let whole = version(settings::whole());
        storage.put_messages(&messages, 0, Settings::of(&whole)).unwrap();
        assert_eq!(storage.messages().unwrap(), messages);

        let wrong = faults::named("storage-limit").unwrap();
        let wrong = version(wrong.put_into(settings::whole()));
        storage.put_messages(&messages[..2], 0, Settings::of(&wrong)).unwrap();
        let error = storage.put_messages(&messages, 2, Settings::of(&wrong)).unwrap_err();
        assert!(error.text.contains("128 KB"), "{error:?}");
        assert_eq!(storage.messages().unwrap(), messages, "both kinds of keys are read, each message once");
    }
}
