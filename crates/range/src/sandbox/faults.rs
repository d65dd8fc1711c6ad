//! The faults that live in the sandbox service: versions of the app which somebody deployed in good faith, and a container
//! that never gave back a lock. Each is there until a version without it is live, or until the containers are fresh ones.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use super::app::{AppAction, AppOrder};
use super::fleet::Fleet;
use super::settings::{
    self, AGENT_CONFIG, AGENT_INSTALL, CLONE_DEPTH, MAX_CONTAINERS, MEMORY_MB, QUEUE_MAX, SANDBOX_TIMEOUT_S,
    STREAM_BYTES_MAX, Values,
};
use crate::RangeError;
use crate::admin::refuse;
use crate::faults::{Shown, Switch, WrongVersion};

/// A container of the app's functions hangs and holds the lock of the image cache.
pub(crate) const STUCK: &str = "sandbox-app-stuck";

/// All of them.
pub(crate) const WRONG_VERSIONS: [WrongVersion; 7] = [
    WrongVersion {
        name: "clone-slow",
        message: "Clone the whole history for blame",
        changes: &[(CLONE_DEPTH, Some("0"))],
    },
    WrongVersion {
        name: "agent-unhealthy",
        message: "Tidy up the agent's configuration",
        changes: &[(AGENT_CONFIG, Some(r#"{ "model": "practice""#))],
    },
    WrongVersion {
        name: "ten-minute-ceiling",
        message: "Ask for ten minutes a sandbox",
        changes: &[(SANDBOX_TIMEOUT_S, Some("10"))],
    },
    WrongVersion {
        name: "queue-full",
        message: "Cap the number of containers",
        changes: &[(MAX_CONTAINERS, Some("1")), (QUEUE_MAX, Some("2"))],
    },
    WrongVersion {
        name: "cold-start-slow",
        message: "Make the image smaller",
        changes: &[(AGENT_INSTALL, Some("at-start"))],
    },
    WrongVersion { name: "sandbox-crash", message: "Save memory", changes: &[(MEMORY_MB, Some("16"))] },
    WrongVersion {
        name: "sse-cut",
        message: "Limit the size of answers",
        changes: &[(STREAM_BYTES_MAX, Some("2000"))],
    },
];

/// `GET /faults` and `POST /faults/NAME`, as every owner of faults has them.
pub(super) fn router(fleet: Arc<Fleet>) -> Router {
    Router::new()
        .route("/faults", get(async |State(fleet): State<Arc<Fleet>>| Json(shown(&fleet))))
        .route("/faults/{name}", post(set))
        .route("/whole", post(whole))
        .with_state(fleet)
}

/// Deploys an app that was stopped. Whether there was one.
async fn whole(State(fleet): State<Arc<Fleet>>) -> Response {
    if fleet.live().is_some() {
        return Json(false).into_response();
    }
    match fleet.order(&repair_order(settings::whole(), "Set back the stopped app")).await {
        Ok(_) => Json(true).into_response(),
        Err(error) => refuse(&error),
    }
}

fn repair_order(values: Values, tag: &str) -> AppOrder {
    let author = "range@example.test".to_owned();
    AppOrder { action: AppAction::Deploy(Some(values)), author, tag: tag.to_owned() }
}

fn shown(fleet: &Fleet) -> Vec<Shown> {
    // A stopped app has no version that could be wrong.
    let live = fleet.live().map(|live| live.settings).unwrap_or_default();
    let one = |name: &str, on| Shown { name: name.to_owned(), on };
    let versions = WRONG_VERSIONS.iter().map(|wrong| one(wrong.name, wrong.is_in(&live)));
    versions.chain([one(STUCK, fleet.image_lock.is_held())]).collect()
}

async fn set(
    State(fleet): State<Arc<Fleet>>,
    Path(name): Path<String>,
    Json(Switch { on }): Json<Switch>,
) -> Response {
    match set_fault(&fleet, &name, on).await {
        Ok(()) => Json(Shown { name, on }).into_response(),
        Err(error) => refuse(&error),
    }
}

async fn set_fault(fleet: &Arc<Fleet>, name: &str, on: bool) -> Result<(), RangeError> {
    if name == STUCK {
        match on {
            true => fleet.image_lock.hang(fleet),
            false => fleet.image_lock.free(),
        }
        return Ok(());
    }
    let wrong = WRONG_VERSIONS.iter().find(|wrong| wrong.name == name);
    let wrong =
        wrong.ok_or_else(|| RangeError::Refused(format!("the sandbox service has no fault {name}")))?;
    let live = match fleet.live() {
        Some(live) => live.settings,
        // Somebody stopped it. It is whole again before somebody deploys what is wrong.
        None if on => {
            let order = repair_order(settings::whole(), "Set back the stopped app");
            fleet.order(&order).await?;
            settings::whole()
        }
        None => return Ok(()),
    };
    if wrong.is_in(&live) == on {
        return Ok(());
    }
    let order = match on {
        true => {
            let author = "deployer@example.test".to_owned();
            let action = AppAction::Deploy(Some(wrong.put_into(live)));
            AppOrder { action, author, tag: wrong.message.to_owned() }
        }
        false => repair_order(wrong.take_out_of(live, &settings::whole()), &format!("Set back {name}")),
    };
    fleet.order(&order).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_version_has_no_fault_and_a_wrong_one_has_its_own_alone() {
        for wrong in &WRONG_VERSIONS {
            assert!(!wrong.is_in(&settings::whole()), "{}", wrong.name);
            let broken = wrong.put_into(settings::whole());
            assert_eq!(settings::check(&broken), Ok(()), "somebody could deploy it");
            let found: Vec<_> = WRONG_VERSIONS.iter().filter(|one| one.is_in(&broken)).collect();
            assert_eq!(found.iter().map(|one| one.name).collect::<Vec<_>>(), [wrong.name]);
            assert_eq!(wrong.take_out_of(broken, &settings::whole()), settings::whole(), "{}", wrong.name);
        }
    }
}
