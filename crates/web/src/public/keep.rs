//! Keeps the page true: follows what changes, and renders it again when strangers were told something new.

use super::board::Docs;
use super::page::{Site, render};
use super::told::{Told, told};
use crate::app::App;
use core::time::Duration;
use engine::ports::Filter;
use engine::{Change, EngineError};
use incident::IncidentId;
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::timeout;

/// How many incidents are looked through when everything is read anew.
const INCIDENTS_MAX: u32 = 1_000;

/// A storm of changes is taken together, a few times a second.
const PAUSE: Duration = Duration::from_millis(200);

/// After a failure it tries again this soon.
const RETRY: Duration = Duration::from_secs(2);

/// Old incidents leave the page even when nothing changes.
const REFRESH: Duration = Duration::from_secs(600);

/// What has to be looked at.
enum Look {
    Everything,
    These(BTreeSet<IncidentId>),
}

/// Renders the page now and whenever something changes, until the server stops.
pub(crate) async fn keep(app: App) {
    let mut feed = app.engine().feed();
    let mut closing = app.closing();
    let mut known: BTreeMap<IncidentId, Told> = BTreeMap::new();
    let mut look = Look::Everything;
    loop {
        let pause = match refresh(&app, &mut known, &look).await {
            Ok(()) => PAUSE,
            Err(error) => {
                tracing::warn!(%error, "the status page stays as it is");
                look = Look::Everything;
                RETRY
            }
        };
        if timeout(pause, closing.wait_for(|closing| *closing)).await.is_ok() {
            return;
        }
        if pause == RETRY {
            continue;
        }
        let next = tokio::select! {
            next = timeout(REFRESH, changes(&mut feed)) => next,
            _ = closing.wait_for(|closing| *closing) => return,
        };
        look = match next {
            Ok(Some(next)) => next,
            Ok(None) => return,
            Err(_) => Look::These(BTreeSet::new()),
        };
    }
}

/// The next changes, all that wait taken together; `None` when there will be no more.
async fn changes(feed: &mut Receiver<Change>) -> Option<Look> {
    let mut ids = BTreeSet::new();
    match feed.recv().await {
        Ok(change) => ids.insert(change.incident),
        Err(RecvError::Lagged(_)) => return Some(Look::Everything),
        Err(RecvError::Closed) => return None,
    };
    loop {
        match feed.try_recv() {
            Ok(change) => {
                ids.insert(change.incident);
            }
            Err(TryRecvError::Lagged(_)) => return Some(Look::Everything),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return Some(Look::These(ids)),
        }
    }
}

async fn refresh(app: &App, known: &mut BTreeMap<IncidentId, Told>, look: &Look) -> Result<(), EngineError> {
    let ids = match look {
        Look::These(ids) => ids.clone(),
        Look::Everything => {
            let filter = Filter { limit: INCIDENTS_MAX, ..Filter::default() };
            app.engine().summaries(filter).await?.into_iter().map(|row| row.id).collect()
        }
    };
    for id in ids {
        match app.engine().incident(id).await {
            Ok(incident) => match told(&incident) {
                Some(told) => {
                    known.insert(id, told);
                }
                None => {
                    known.remove(&id);
                }
            },
            Err(EngineError::NoIncident(_)) => {
                known.remove(&id);
            }
            Err(error) => return Err(error),
        }
    }
    app.own.board.show(docs(app, known));
    Ok(())
}

fn docs(app: &App, known: &BTreeMap<IncidentId, Told>) -> Docs {
    let site = Site {
        title: app.parts.status_title.clone(),
        url: app.parts.status_url.clone(),
        components: app.parts.components.clone(),
        now: app.now(),
        started_at: app.started_at(),
    };
    render(&site, known.values().cloned().collect())
}
