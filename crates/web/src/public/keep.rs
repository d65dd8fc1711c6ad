//! Keeps the page true: follows what changes, renders it again when strangers were told something new and when time has
//! passed, and says how old it is when nothing can be looked up any more.

use super::history::{self, Hours, Looks};
use super::render::render;
use super::site::{Component, Freshness, Site};
use super::told::{Told, told};
use super::truth::{self, OpenIncident, Untruth};
use crate::app::App;
use core::time::Duration;
use engine::ports::{BucketWidth, Filter, Order};
use engine::{Change, EngineError};
use incident::IncidentId;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::timeout;

/// How many incidents are looked through when everything is read anew.
const INCIDENTS_MAX: u32 = 1_000;

/// A storm of changes is taken together, a few times a second.
const PAUSE: Duration = Duration::from_millis(200);

/// After a failure it tries again this soon.
const RETRY: Duration = Duration::from_secs(2);

/// Days go by and numbers move even when nothing changes. The page says as of when it is, to this.
const TICK_S: f64 = 60.0;

/// A look of everything takes no longer; a storage that does not answer counts as one that cannot be read.
const LOOK_MAX: Duration = Duration::from_secs(20);

/// What could not be looked up for so long is called old. Shorter troubles nobody needs to read of.
const STALE_AFTER_S: f64 = 90.0;

/// Of the hours of probes, the last ones are read again: they may still have been written to.
const HOURS_AGAIN: SignedDuration = SignedDuration::from_hours(3);

/// What has to be looked at.
enum Look {
    Everything,
    These(BTreeSet<IncidentId>),
}

/// What is known, and as of when.
struct Known {
    told: BTreeMap<IncidentId, Told>,
    hours: Hours,
    fresh_at: Timestamp,
    since: Option<Timestamp>,
}

/// Whether what strangers see is different now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum News {
    Some,
    None,
}

/// Renders the page now and whenever something changes, until the server stops.
pub(crate) async fn keep(app: App) {
    let mut feed = app.engine().feed();
    let mut closing = app.closing();
    let mut known =
        Known { told: BTreeMap::new(), hours: Hours::new(), fresh_at: app.started_at(), since: None };
    let mut look = Look::Everything;
    let clock = Arc::clone(app.engine().clock());
    let mut tick = app.now();
    let mut was_well = true;
    loop {
        let is_due = app.now() >= tick;
        let looked = timeout(LOOK_MAX, refresh(&app, &mut known, &look, is_due)).await;
        let looked = looked.unwrap_or_else(|_| Err(EngineError::Unavailable("no answer in time".to_owned())));
        let pause = match &looked {
            Ok(_) => PAUSE,
            Err(error) => {
                tracing::warn!(%error, "the status page stays as it is");
                look = Look::Everything;
                RETRY
            }
        };
        let is_well = looked.is_ok();
        if is_due || matches!(looked, Ok(News::Some)) || (is_well && !was_well) {
            show(&app, &mut known, is_well).await;
            tick = app.now() + real(&app, TICK_S);
        }
        was_well = is_well;
        if timeout(pause, closing.wait_for(|closing| *closing)).await.is_ok() {
            return;
        }
        if looked.is_err() {
            continue;
        }
        let next = tokio::select! {
            next = changes(&mut feed) => next,
            () = clock.sleep_until(tick) => Some(Look::These(BTreeSet::new())),
            _ = closing.wait_for(|closing| *closing) => return,
        };
        match next {
            Some(next) => look = next,
            None => return,
        }
    }
}

/// So many seconds of the world, where a demonstration's clock runs faster.
fn real(app: &App, seconds: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(seconds * app.parts.speed.max(1.0)).unwrap_or(SignedDuration::MAX)
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

async fn refresh(app: &App, known: &mut Known, look: &Look, is_due: bool) -> Result<News, EngineError> {
    let begun = app.now();
    let ids = match look {
        // The list is asked for even when nothing changed: an answer says that there is nothing new.
        Look::These(ids) if ids.is_empty() => {
            app.engine().summaries(Filter { limit: 1, ..Filter::default() }).await?;
            BTreeSet::new()
        }
        Look::These(ids) => ids.clone(),
        Look::Everything => {
            let open = Filter { status: Some("open".to_owned()), limit: INCIDENTS_MAX, ..Filter::default() };
            let over = Filter { order: Order::Latest, limit: INCIDENTS_MAX, ..Filter::default() };
            let mut rows = app.engine().summaries(open).await?;
            rows.extend(app.engine().summaries(over).await?);
            // What is shown as open is looked at again, wherever the lists end.
            let shown = known.told.iter().filter(|(_, told)| told.over_at.is_none()).map(|(id, _)| *id);
            rows.into_iter().map(|row| row.id).chain(shown).collect()
        }
    };
    let mut news = News::None;
    for id in ids {
        let seen = match app.engine().incident(id).await {
            Ok(incident) => told(&incident),
            Err(EngineError::NoIncident(_)) => None,
            Err(error) => return Err(error),
        };
        if known.told.get(&id) != seen.as_ref() {
            news = News::Some;
            match seen {
                Some(told) => drop(known.told.insert(id, told)),
                None => drop(known.told.remove(&id)),
            }
        }
    }
    if is_due {
        known.since(app).await?;
        known.look_back(app).await?;
    }
    // Nobody can tell the page anything new then, so it is as old as what it says.
    if let Some(fault) = app.engine().storage_fault() {
        return Err(EngineError::Unavailable(format!("nothing is kept since {}", fault.since)));
    }
    known.fresh_at = begun;
    Ok(news)
}

/// Packing takes a while, so on a thread that others do not wait for.
async fn show(app: &App, known: &mut Known, is_fresh: bool) {
    let old = app.now().duration_since(known.fresh_at) > real(app, STALE_AFTER_S);
    if !is_fresh && !old && app.own.board.docs().is_some() {
        return;
    }
    let site = site(app, known, if is_fresh { Freshness::Fresh } else { Freshness::Stale });
    // Nothing was ever read: then there is nothing to say, not even that all is well.
    if !is_fresh && known.since.is_none() {
        return;
    }
    let (told, hours) = (known.told.values().cloned().collect(), core::mem::take(&mut known.hours));
    let before = app.own.board.docs();
    let rendered = tokio::task::spawn_blocking(move || {
        let docs = render(&site, told, &hours, before.as_deref());
        (docs, hours)
    });
    match rendered.await {
        Ok((docs, hours)) => {
            known.hours = hours;
            app.own.board.show(docs);
        }
        Err(error) => tracing::error!(%error, "the status page could not be rendered"),
    }
}

fn site(app: &App, known: &Known, fresh: Freshness) -> Site {
    let first = known.told.values().map(Told::began_at).min();
    let since = known.since.unwrap_or_else(|| app.started_at());
    Site {
        title: app.parts.status_page.title.clone(),
        url: app.parts.status_url.clone(),
        zone: app.parts.status_page.zone.clone(),
        components: app.parts.status_page.components.iter().map(Component::clean).collect(),
        planned: app.parts.status_page.planned.clone(),
        now: known.fresh_at,
        since: first.map_or(since, |first| first.min(since)),
        fresh,
    }
}

/// Everything on the page that is not so, looked up at this moment.
pub(crate) async fn untruths(app: &App) -> Result<Vec<Untruth>, EngineError> {
    let filter = Filter { status: Some("open".to_owned()), limit: INCIDENTS_MAX, ..Filter::default() };
    let mut open = Vec::new();
    for row in app.engine().summaries(filter).await? {
        let incident = app.engine().incident(row.id).await?;
        open.push(OpenIncident {
            id: row.id.to_string(),
            severity: row.severity,
            rank: row.rank,
            opened_at: row.opened_at,
            due_at: row.update_due_at,
            told: told(&incident),
        });
    }
    let known = Known { told: BTreeMap::new(), hours: Hours::new(), fresh_at: app.now(), since: None };
    let site = site(app, &known, Freshness::Fresh);
    let mut told: Vec<Told> = open.iter().filter_map(|one| one.told.clone()).collect();
    site.settle(&mut told);
    Ok(truth::untruths(&site, &told, &open, &app.parts.probes.all()))
}

impl Known {
    /// When the page began to keep a record: kept with the server's secrets, since it is as small and as lasting.
    async fn since(&mut self, app: &App) -> Result<(), EngineError> {
        if self.since.is_some() {
            return Ok(());
        }
        let mut fresh = [0_u8; 32];
        fresh[..8].copy_from_slice(&app.started_at().as_second().to_be_bytes());
        let kept = app.access(move |access| access.secret("status-since", fresh)).await;
        let kept = kept.map_err(|error| EngineError::Unavailable(error.to_string()))?;
        let seconds = kept.first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes));
        self.since = Some(Timestamp::from_second(seconds).unwrap_or_else(|_| app.started_at()));
        Ok(())
    }

    /// Reads what the probes of components saw since the last time.
    async fn look_back(&mut self, app: &App) -> Result<(), EngineError> {
        let first = history::begins(&site(app, self, Freshness::Fresh));
        let probes: BTreeSet<String> = app
            .parts
            .status_page
            .components
            .iter()
            .flat_map(|component| component.probes.iter().cloned())
            .collect();
        for probe in probes {
            let seen = self.hours.entry(probe.clone()).or_default();
            let last = seen.last_key_value().and_then(|(at, _)| Timestamp::from_second(*at).ok());
            let from = last.map_or(first - HOURS_AGAIN, |last| last - HOURS_AGAIN);
            let read = app.stretches(probe, BucketWidth::Hour, from).await;
            let mut hours = read.map_err(|problem| EngineError::Unavailable(problem.detail))?;
            // The last is all of them together.
            hours.pop();
            seen.extend(
                hours
                    .iter()
                    .map(|hour| (hour.at.as_second(), Looks { passes: hour.passes, fails: hour.fails })),
            );
            // The hour in which the first day begins counts for its part of it.
            *seen = seen.split_off(&(first.as_second() - history::HOUR_S + 1));
        }
        Ok(())
    }
}
