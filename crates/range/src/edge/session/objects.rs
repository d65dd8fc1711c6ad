//! The session objects of the edge: made, found, woken from storage, put to sleep, ended. One event of an object runs at a
//! time, and what it changes is stored before anybody is told.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::CLASS;
use super::hub::Hub;
use super::state::{Kept, Phase, SessionAgent, Turn};
use super::storage::Storage;
use crate::edge::Version;
use crate::edge::limits::Cpu;
use crate::edge::settings::{HIBERNATE_AFTER_MS, SOCKETS, Settings};
use crate::edge::worker::Exception;
use crate::state_file::make_dir;
use crate::{RangeError, chance, clock};

/// Sessions kept; the oldest is ended first.
const SESSIONS_MAX: usize = 500;
/// No alarm is set.
const NEVER: i64 = i64::MAX;

/// All session objects.
#[derive(Debug)]
pub(crate) struct Objects {
    folder: PathBuf,
    all: Mutex<BTreeMap<String, Arc<Object>>>,
}

/// One session's object, awake or asleep.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) id: String,
    pub(crate) hub: Hub,
    storage: Storage,
    inner: tokio::sync::Mutex<Inner>,
    made_ms: i64,
    next_alarm_ms: AtomicI64,
    /// How many alarms are set.
    alarms: AtomicUsize,
}

#[derive(Debug, Default)]
struct Inner {
    agent: Option<SessionAgent>,
    alarms: Vec<i64>,
    used_ms: i64,
    /// The version that it was woken under; another one begins from storage.
    version: String,
}

/// What became of an object that was looked at by the sweep.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Slept {
    /// It stays as it is.
    No,
    /// It left memory; so many WebSockets went with it.
    Yes(usize),
}

impl Objects {
    /// Finds the objects that are stored already.
    pub(crate) fn open(folder: PathBuf) -> Result<Self, RangeError> {
        make_dir(&folder)?;
        let failed = |source| RangeError::File { path: folder.clone(), source };
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(id) = entry.file_name().into_string() else { continue };
            // What cannot be read any more is found out, and logged, when somebody asks for the session.
            let object = Object::stored(&id, &entry.path());
            all.insert(id, Arc::new(object));
        }
        Ok(Self { folder, all: Mutex::new(all) })
    }

    /// Makes a session for somebody; also the sessions that had to go for it.
    pub(crate) async fn make(
        &self,
        user: &str,
        repository: &str,
    ) -> Result<(Arc<Object>, Vec<Arc<Object>>), Exception> {
        let (id, now) = (chance::short_id("ses"), clock::now_ms());
        let agent = SessionAgent::made(&id, user, repository, now);
        let storage = Storage::of(&self.folder.join(&id));
        storage.put_session(&agent.kept)?;
        let inner = Inner { used_ms: now, ..Inner::default() };
        let object = Arc::new(Object {
            id: id.clone(),
            hub: Hub::new(),
            storage,
            inner: tokio::sync::Mutex::new(inner),
            made_ms: now,
            next_alarm_ms: AtomicI64::new(NEVER),
            alarms: AtomicUsize::new(0),
        });
        let mut all = self.all();
        all.insert(id, Arc::clone(&object));
        let mut gone = Vec::new();
        while all.len() > SESSIONS_MAX {
            let oldest = all.values().min_by_key(|one| (one.hub.listeners() > 0, one.made_ms)).cloned();
            let Some(oldest) = oldest else { break };
            all.remove(&oldest.id);
            gone.push(oldest);
        }
        Ok((object, gone))
    }

    pub(crate) fn find(&self, id: &str) -> Option<Arc<Object>> {
        self.all().get(id).cloned()
    }

    /// Every object, for the sweep.
    pub(crate) fn each(&self) -> Vec<Arc<Object>> {
        self.all().values().cloned().collect()
    }

    /// Forgets a session and its storage.
    pub(crate) fn end(&self, object: &Object) {
        self.all().remove(&object.id);
        object.hub.close(1000, "session ended");
        // A folder that stays behind is found, and ended, as one of the oldest.
        let _ = fs::remove_dir_all(self.folder.join(&object.id));
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Object>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Object {
    fn stored(id: &str, folder: &Path) -> Self {
        let storage = Storage::of(folder);
        let alarms = storage.alarms().unwrap_or_default();
        let made_ms = storage.session().ok().flatten().map_or(0, |kept| kept.created_ms);
        let next_alarm_ms = AtomicI64::new(alarms.iter().copied().min().unwrap_or(NEVER));
        let count = AtomicUsize::new(alarms.len());
        let inner = tokio::sync::Mutex::new(Inner { alarms, ..Inner::default() });
        Self { id: id.to_owned(), hub: Hub::new(), storage, inner, made_ms, next_alarm_ms, alarms: count }
    }

    /// Runs one event under a version, and stores and tells what came of it. Lines for the log are added to `notes`, also
    /// when the event raised an error; an error takes the object back to what is stored.
    pub(crate) async fn event<T>(
        &self,
        version: &Version,
        notes: &mut Vec<String>,
        act: impl FnOnce(&mut SessionAgent, &mut Turn<'_>) -> Result<T, Exception>,
    ) -> Result<T, Exception> {
        let mut inner = self.inner.lock().await;
        let settings = Settings::of(version);
        let mut agent = self.wake(&mut inner, version, settings)?;
        let (before, known) = (agent.kept.clone(), agent.messages.len());
        let mut turn = Turn {
            settings,
            now_ms: clock::now_ms(),
            cpu: Cpu::start(),
            notes: Vec::new(),
            frames: Vec::new(),
            alarms: inner.alarms.clone(),
        };
        let result = act(&mut agent, &mut turn);
        notes.append(&mut turn.notes);
        let result = result.and_then(|value| {
            self.storage.put_messages(&agent.messages, known, settings)?;
            if agent.kept != before {
                self.storage.put_session(&agent.kept)?;
            }
            if turn.alarms != inner.alarms {
                self.set_alarms(&mut inner, turn.alarms)?;
            }
            Ok(value)
        });
        inner.used_ms = turn.now_ms;
        match &result {
            Ok(_) => inner.agent = Some(agent),
            Err(_) => {
                turn.frames = vec![serde_json::json!({ "type": "error", "error": "Something went wrong" })];
            }
        }
        for frame in &turn.frames {
            self.hub.tell(frame);
        }
        result
    }

    /// Takes the agent out of memory, or out of storage when it sleeps or another version is live.
    fn wake(
        &self,
        inner: &mut Inner,
        version: &Version,
        settings: Settings<'_>,
    ) -> Result<SessionAgent, Exception> {
        let awake = inner.agent.take().filter(|_| inner.version == version.id);
        if let Some(agent) = awake {
            return Ok(agent);
        }
        let woken = self.storage.session().and_then(|kept| {
            let gone = || Exception::raised(format!("{CLASS}: nothing is stored of {}", self.id));
            SessionAgent::woken(kept.ok_or_else(gone)?, self.storage.messages()?, settings)
        });
        if woken.is_err() {
            // There is no object that could hold them.
            self.hub.close(1011, "session object failed");
        }
        inner.version.clone_from(&version.id);
        woken
    }

    fn set_alarms(&self, inner: &mut Inner, alarms: Vec<i64>) -> Result<(), Exception> {
        self.storage.put_alarms(&alarms)?;
        self.next_alarm_ms.store(alarms.iter().copied().min().unwrap_or(NEVER), Ordering::Relaxed);
        self.alarms.store(alarms.len(), Ordering::Relaxed);
        inner.alarms = alarms;
        Ok(())
    }

    /// How many alarms are set.
    pub(crate) fn alarms(&self) -> usize {
        self.alarms.load(Ordering::Relaxed)
    }

    /// Whether an alarm is due.
    pub(crate) fn is_due(&self, now_ms: i64) -> bool {
        self.next_alarm_ms.load(Ordering::Relaxed) <= now_ms
    }

    /// Takes the alarms that are due off the list; the event that follows may set new ones.
    pub(crate) async fn take_due(&self, now_ms: i64) -> Result<(), Exception> {
        let mut inner = self.inner.lock().await;
        let later = inner.alarms.iter().copied().filter(|due| *due > now_ms).collect();
        self.set_alarms(&mut inner, later)
    }

    /// Lets the object leave memory when it has been quiet for long enough.
    pub(crate) fn sleep(&self, settings: Settings<'_>, now_ms: i64) -> Result<Slept, Exception> {
        // Somebody is at it: it is not quiet.
        let Ok(mut inner) = self.inner.try_lock() else { return Ok(Slept::No) };
        let Some(agent) = &inner.agent else { return Ok(Slept::No) };
        let quiet_ms = now_ms - inner.used_ms;
        if agent.is_busy() || quiet_ms < settings.number(HIBERNATE_AFTER_MS)? {
            return Ok(Slept::No);
        }
        inner.agent = None;
        if settings.is(SOCKETS, "hibernating")? {
            return Ok(Slept::Yes(0));
        }
        let lost = self.hub.listeners();
        if lost > 0 {
            self.hub.close(1001, "session object left memory");
        }
        Ok(Slept::Yes(lost))
    }

    /// Where the session stands, without an event.
    pub(crate) async fn phase(&self) -> Option<Phase> {
        self.kept().await.map(|kept| kept.phase)
    }

    /// Whose session it is, without an event.
    pub(crate) async fn user(&self) -> Option<String> {
        self.kept().await.map(|kept| kept.user)
    }

    async fn kept(&self) -> Option<Kept> {
        let inner = self.inner.lock().await;
        match &inner.agent {
            Some(agent) => Some(agent.kept.clone()),
            None => self.storage.session().ok().flatten(),
        }
    }
}
