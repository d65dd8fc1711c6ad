//! All sandboxes of the app, and the app itself: what can be asked of them. Making one is `birth`, its life `life`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot};

use super::app::{App, AppAction, AppOrder, AppState, AppVersion};
use super::kept::{Folders, Kept, Stage, remove};
use super::life::Order;
use super::lock::ImageLock;
use super::queue::Queue;
use super::settings::{MAX_CONTAINERS, Settings};
use super::told::Lost;
use crate::call::Caller;
use crate::log::{Outcome, Record, ServiceName};
use crate::service::Post;
use crate::state_file::{read_json, write_json};
use crate::{RangeError, clock};

/// Snapshots kept; the oldest goes first.
const SNAPSHOTS_MAX: usize = 200;
/// An ordered end takes as long as the agent takes; its own limit is shorter.
const ORDER_WAIT: Duration = Duration::from_secs(10);

/// What every request needs.
#[derive(Debug)]
pub(super) struct Fleet {
    pub(super) post: Post,
    pub(super) folders: Folders,
    pub(super) queue: Queue,
    /// Where repositories are cloned from, without the name.
    pub(super) git_url: String,
    /// What whoever makes a sandbox takes for a moment.
    pub(super) image_lock: ImageLock,
    app: Mutex<App>,
    app_path: PathBuf,
    table: Mutex<BTreeMap<String, Entry>>,
    pub(super) caller: Caller,
}

#[derive(Debug)]
struct Entry {
    kept: Kept,
    /// The way to its life, while it runs.
    orders: Option<mpsc::Sender<Order>>,
}

impl Fleet {
    /// Finds the app and the sandboxes that an earlier process has left: those are snapshots now.
    pub(super) fn open(post: &Post, git_url: String) -> Result<Self, RangeError> {
        let folder = post.folder()?;
        let app_path = folder.join("app.json");
        let app: App = read_json(&app_path)?.unwrap_or_else(App::first);
        write_json(&app_path, &app)?;
        let places = places_of(app.live());
        let fleet = Self {
            post: post.clone(),
            folders: Folders::of(&folder)?,
            queue: Queue::new(places, post.metrics.clone()),
            git_url,
            image_lock: ImageLock::free_one(),
            app: Mutex::new(app),
            app_path,
            table: Mutex::default(),
            caller: Caller::new(&post.dir),
        };
        for kept in fleet.folders.found()? {
            fleet.table().insert(kept.id.clone(), Entry { kept, orders: None });
        }
        Ok(fleet)
    }

    /// Makes snapshots of what an earlier process ran, and tells the edge.
    pub(super) fn take_over(self: &Arc<Self>) {
        let left: Vec<Kept> = self.all().into_iter().filter(|kept| kept.state != Stage::Paused).collect();
        for kept in left {
            let lost = match self.set_aside(&kept) {
                Ok(()) => Lost::Paused,
                Err(_) => Lost::Gone,
            };
            self.tell_later(kept, lost, "the sandbox service was started again");
        }
    }

    pub(super) fn app(&self) -> App {
        self.locked_app().clone()
    }

    /// The live version; `None` while the app is stopped.
    pub(super) fn live(&self) -> Option<AppVersion> {
        let app = self.locked_app();
        app.live().filter(|_| app.state == AppState::Deployed).cloned()
    }

    /// Carries out an order of `modal`.
    pub(super) async fn order(self: &Arc<Self>, order: &AppOrder) -> Result<App, RangeError> {
        let next = {
            let mut app = self.locked_app();
            let mut next = app.clone();
            next.act(order)?;
            write_json(&self.app_path, &next)?;
            *app = next.clone();
            next
        };
        self.queue.resize(places_of(next.live()));
        // Whatever was ordered, the containers of the app's functions are fresh ones.
        self.image_lock.free();
        let (name, number) = (&next.name, next.live().map_or(0, |live| live.number));
        match order.action {
            AppAction::Stop => {
                self.note("app", format!("app {name} is stopped: its containers are ended"));
                self.end_all().await;
            }
            AppAction::Deploy(_) | AppAction::Rollover | AppAction::Rollback(_) => {
                self.note("app", format!("app {name} is deployed, version v{number}"));
            }
        }
        Ok(next)
    }

    async fn end_all(self: &Arc<Self>) {
        let running = self.all().into_iter().filter(|kept| kept.state == Stage::Running);
        join_all(running.map(|kept| async move {
            // One that has just ended by itself is ended.
            let _ = self.terminate(&kept.id).await;
            self.tell_later(kept, Lost::Gone, "sandbox app is stopped");
        }))
        .await;
    }

    /// Every sandbox.
    pub(super) fn all(&self) -> Vec<Kept> {
        self.table().values().map(|entry| entry.kept.clone()).collect()
    }

    pub(super) fn find(&self, id: &str) -> Option<Kept> {
        self.table().get(id).map(|entry| entry.kept.clone())
    }

    /// Puts a sandbox into the table, or changes what stands there.
    pub(super) fn put(&self, kept: Kept, orders: Option<mpsc::Sender<Order>>) {
        self.table().insert(kept.id.clone(), Entry { kept, orders });
        self.count();
    }

    /// Forgets a sandbox and removes its files.
    pub(super) fn forget(&self, id: &str) {
        self.table().remove(id);
        remove(&self.folders.live(id));
        remove(&self.folders.snapshot(id));
        self.count();
    }

    /// Makes the folder of a sandbox that does not run any more its snapshot.
    pub(super) fn set_aside(&self, kept: &Kept) -> Result<(), RangeError> {
        let (live, snapshot) = (self.folders.live(&kept.id), self.folders.snapshot(&kept.id));
        let paused = Kept {
            state: Stage::Paused,
            agent_url: None,
            pid: None,
            since_ms: clock::now_ms(),
            ..kept.clone()
        };
        let moved = paused.write(&live).and_then(|()| {
            std::fs::rename(&live, &snapshot).map_err(|source| RangeError::File { path: live, source })
        });
        if let Err(error) = moved {
            self.forget(&kept.id);
            return Err(error);
        }
        self.put(paused, None);
        self.forget_oldest_snapshots();
        Ok(())
    }

    fn forget_oldest_snapshots(&self) {
        let mut paused: Vec<Kept> =
            self.all().into_iter().filter(|kept| kept.state == Stage::Paused).collect();
        paused.sort_by_key(|kept| kept.since_ms);
        let too_many = paused.len().saturating_sub(SNAPSHOTS_MAX);
        for kept in paused.into_iter().take(too_many) {
            self.note("sandbox", format!("snapshot of {} is forgotten: there are too many", kept.id));
            self.forget(&kept.id);
        }
    }

    /// Stops a running sandbox and keeps its files. False when there is no such sandbox that runs.
    pub(super) async fn pause(&self, id: &str) -> bool {
        let (done, ended) = oneshot::channel();
        self.tell_life(id, Order::Pause(done), ended).await
    }

    /// Ends a sandbox and removes its files. False when there is no such sandbox.
    pub(super) async fn terminate(&self, id: &str) -> bool {
        let Some(kept) = self.find(id) else { return false };
        let (done, ended) = oneshot::channel();
        if !self.tell_life(id, Order::End(done), ended).await {
            if kept.state == Stage::Starting {
                return false;
            }
            self.forget(id);
        }
        true
    }

    async fn tell_life(&self, id: &str, order: Order, ended: oneshot::Receiver<()>) -> bool {
        let orders = self.table().get(id).and_then(|entry| entry.orders.clone());
        let Some(orders) = orders else { return false };
        let told = async { orders.send(order).await.is_ok() && ended.await.is_ok() };
        tokio::time::timeout(ORDER_WAIT, told).await.unwrap_or(false)
    }

    pub(super) fn note(&self, function: &str, text: String) {
        self.log(function, 200, text);
    }

    pub(super) fn log(&self, function: &str, status: u16, text: String) {
        self.post.log.add(Record {
            at_ms: clock::now_ms(),
            service: ServiceName::Sandbox,
            function: function.to_owned(),
            method: String::new(),
            url: String::new(),
            status,
            outcome: Outcome::Ok,
            notes: vec![text],
            exceptions: Vec::new(),
        });
    }

    fn count(&self) {
        let all = self.all();
        for (stage, label) in
            [(Stage::Starting, "starting"), (Stage::Running, "running"), (Stage::Paused, "paused")]
        {
            let count = all.iter().filter(|kept| kept.state == stage).count();
            let count = u32::try_from(count).map_or(f64::MAX, f64::from);
            self.post.metrics.set("sandbox_sandboxes", "Sandboxes by state.", &[("state", label)], count);
        }
    }

    fn locked_app(&self) -> MutexGuard<'_, App> {
        self.app.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn table(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn places_of(version: Option<&AppVersion>) -> usize {
    let places = version.map_or(0, |version| Settings::of(&version.settings).number(MAX_CONTAINERS));
    usize::try_from(places).unwrap_or(usize::MAX)
}
