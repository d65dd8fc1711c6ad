//! Incidents that went before and are like this one: what fixed them, and whether what was to be done then ever was.

use crate::app::App;
use crate::view::When;
use engine::EngineError;
use engine::ports::{Filter, Order};
use incident::words::duration;
use incident::{Helped, Incident, IncidentId, Summary, similar, what_helped};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// So many are shown.
const SHOWN_MAX: usize = 3;
/// So many of those that ended last are looked through.
const LOOKED_MAX: u32 = 500;
/// What helped is remembered for so many incidents, then read anew.
const KNOWN_MAX: usize = 500;
/// So many changes of one are named.
const CHANGES_MAX: usize = 3;

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Before {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) why: &'static str,
    pub(crate) ended: When,
    pub(crate) took: String,
    pub(crate) resolution: String,
    pub(crate) changes: Vec<String>,
    pub(crate) items_open: u32,
}

/// What helped, by incident and by when anything last happened to it: a room that is looked at often reads no journal twice.
#[derive(Default)]
pub(crate) struct Known(Mutex<BTreeMap<(IncidentId, Timestamp), Arc<Helped>>>);

/// Those that are most like it.
pub(super) async fn look(app: &App, incident: &Incident) -> Result<Vec<Before>, EngineError> {
    let filter = Filter { order: Order::Latest, limit: LOOKED_MAX, ..Filter::default() };
    let rows = app.engine().summaries(filter).await?;
    let mut found = Vec::new();
    for (row, likeness) in similar(incident, &rows, SHOWN_MAX) {
        let helped = app.own.helped.of(app, row).await?;
        let ended = row.resolved_at.unwrap_or(row.updated_at);
        found.push(Before {
            id: row.id.to_string(),
            title: row.title.clone(),
            why: likeness.why,
            ended: When::full(ended),
            took: duration(ended.duration_since(row.opened_at)),
            resolution: helped.resolution.clone(),
            changes: helped.changes.iter().take(CHANGES_MAX).cloned().collect(),
            items_open: row.action_items_open,
        });
    }
    Ok(found)
}

impl Known {
    async fn of(&self, app: &App, row: &Summary) -> Result<Arc<Helped>, EngineError> {
        let key = (row.id, row.updated_at);
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let helped = Arc::new(what_helped(&app.engine().history(row.id).await?));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(key, Arc::clone(&helped));
        Ok(helped)
    }
}
