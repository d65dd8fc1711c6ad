//! The console's pages: each a view with its HTML beside it, read from the engine and shown. GET changes nothing.

mod action_items;
mod drills;
mod handset;
mod incident_list;
mod live;
mod playbook_page;
pub(crate) mod postmortem;
mod probes;
mod questions;
pub(crate) mod room;
mod row;
pub(crate) mod schedules;
pub(crate) mod settings;
pub(crate) mod silences;
mod understood;
mod watch;
mod why_page;

use crate::error::Problem;
use crate::routes::{Door, Route};
use incident::IncidentId;

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get(Door::Session, "/", watch::show),
        Route::get(Door::Session, "/incidents", incident_list::show),
        Route::get(Door::Session, "/incidents/{id}", room::show),
        Route::get(Door::Session, "/incidents/{id}/runs/{run}", room::output),
        Route::get(Door::Session, "/incidents/{id}/why", why_page::show),
        Route::get(Door::Session, "/incidents/{id}/postmortem", postmortem::show),
        Route::get(Door::Session, "/probes", probes::list),
        Route::get(Door::Session, "/probes/{name}", probes::show),
        Route::get(Door::Session, "/schedules", schedules::show),
        Route::get(Door::Session, "/silences", silences::show),
        Route::get(Door::Session, "/playbook", playbook_page::show),
        Route::get(Door::Session, "/postmortems", postmortem::list),
        Route::get(Door::Session, "/action-items", action_items::show),
        Route::get(Door::Session, "/drills", drills::show),
        Route::get(Door::Session, "/handset/{name}", handset::show),
        Route::get(Door::Session, "/settings", settings::show),
        Route::get(Door::Session, "/live", live::follow),
    ];
    routes.extend(crate::view::assets::routes());
    routes
}

/// The incident that an address names.
pub(crate) fn incident_id(text: &str) -> Result<IncidentId, Problem> {
    text.parse().map_err(|_| Problem::not_found(format!("no incident {text:?}")))
}

#[cfg(test)]
mod tests;
