//! The backend's own listener, for `npx convex` and for faults: environment variables, shipped code, rows to look at.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use super::faults::{GRANTS_GONE, WRONG_VALUES, WrongValue};
use super::github;
use super::inspect;
use super::settings::{CODE, Settings, Values};
use super::turn::Backend;
use crate::admin::refuse;
use crate::faults::{Shown, Switch};
use crate::log::{Outcome, Record, ServiceName};
use crate::{RangeError, clock};

/// Variables of one deployment.
const VARIABLES_MAX: usize = 100;
/// Bytes of a variable's name and of its value.
const NAME_BYTES_MAX: usize = 40;
const VALUE_BYTES_MAX: usize = 8 * 1024;

/// A change of one variable.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SetOrder {
    pub(crate) name: String,
    /// The new value; `None` takes the variable away.
    pub(crate) value: Option<String>,
}

/// New code.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PushOrder {
    /// Its constants.
    pub(crate) code: Values,
    pub(crate) message: String,
}

pub(super) fn router(backend: Arc<Backend>) -> Router {
    Router::new()
        .route("/env/{deployment}", get(list_variables).post(set_variable))
        .route("/push", post(push))
        .route("/data", get(inspect::tables))
        .route("/data/{table}", get(inspect::table))
        .route("/run", post(inspect::run))
        .route("/faults", get(list_faults))
        .route("/faults/{name}", post(set_fault))
        .with_state(backend)
}

/// `prod` is what serves; `dev` is another deployment, whose variables nothing reads.
fn variables_of<'a>(settings: &'a mut Settings, deployment: &str) -> Result<&'a mut Values, String> {
    match deployment {
        "prod" => Ok(&mut settings.env),
        "dev" => Ok(&mut settings.dev_env),
        other => Err(format!("no deployment {other}")),
    }
}

async fn list_variables(State(backend): State<Arc<Backend>>, Path(deployment): Path<String>) -> Response {
    match variables_of(&mut backend.deployment.live(), &deployment) {
        Ok(values) => Json(values.clone()).into_response(),
        Err(why) => refuse(&RangeError::Refused(why)),
    }
}

async fn set_variable(
    State(backend): State<Arc<Backend>>,
    Path(deployment): Path<String>,
    Json(SetOrder { name, value }): Json<SetOrder>,
) -> Response {
    let done = if value.is_some() { "set" } else { "unset" };
    let told = format!("environment variable {name} {done} on {deployment}");
    changed(&backend, told, |settings| {
        let values = variables_of(settings, &deployment)?;
        let Some(value) = value else {
            values.remove(&name);
            return Ok(());
        };
        check_variable(&name, &value)?;
        values.insert(name, value);
        if values.len() > VARIABLES_MAX {
            return Err(format!("a deployment has at most {VARIABLES_MAX} environment variables"));
        }
        Ok(())
    })
}

fn check_variable(name: &str, value: &str) -> Result<(), String> {
    let well = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if !starts || name.len() > NAME_BYTES_MAX || !name.bytes().all(well) {
        return Err(format!(
            "EnvVarNameInvalid: {name:?} is no name: letters, digits and underscores, at most {NAME_BYTES_MAX}"
        ));
    }
    if value.len() > VALUE_BYTES_MAX {
        return Err(format!("EnvVarValueTooLong: {name} has at most {VALUE_BYTES_MAX} bytes"));
    }
    Ok(())
}

/// Code without one of the constants is pushed like any other; its functions raise errors.
async fn push(State(backend): State<Arc<Backend>>, Json(order): Json<PushOrder>) -> Response {
    let PushOrder { code, message } = order;
    let told = format!("code pushed: {message}");
    changed(&backend, told, |settings| {
        let known = |name: &str| CODE.iter().any(|(_, constant, _)| *constant == name);
        settings.code = code.into_iter().filter(|(name, _)| known(name)).collect();
        Ok(())
    })
}

async fn list_faults(State(backend): State<Arc<Backend>>) -> Json<Vec<Shown>> {
    let live = backend.deployment.live();
    let shown = |wrong: &WrongValue| Shown { name: wrong.name.to_owned(), on: wrong.is_in(&live) };
    let gone = backend.store.rows().grants.values().any(|grant| grant.taken_back);
    let gone = Shown { name: GRANTS_GONE.to_owned(), on: gone };
    Json(WRONG_VALUES.iter().map(shown).chain([gone]).collect())
}

/// Takes all grants back, or signs out those whose grant was taken.
async fn set_grants_gone(backend: &Backend, on: bool) -> Result<(), RangeError> {
    if !on {
        return backend.store.change(|rows| {
            let taken = rows.grants.iter().filter(|(_, grant)| grant.taken_back);
            let users: Vec<String> = taken.map(|(user, _)| user.clone()).collect();
            users.iter().for_each(|user| rows.sign_out(user));
        });
    }
    match github::expire_all(backend).await {
        Ok(0) => {
            Err(RangeError::Refused("nobody has signed in yet: there is no git token to expire".to_owned()))
        }
        Ok(_) => Ok(()),
        Err(why) => Err(RangeError::Refused(why)),
    }
}

async fn set_fault(
    State(backend): State<Arc<Backend>>,
    Path(name): Path<String>,
    Json(Switch { on }): Json<Switch>,
) -> Response {
    if name == GRANTS_GONE {
        return match set_grants_gone(&backend, on).await {
            Ok(()) => Json(Shown { name, on }).into_response(),
            Err(error) => refuse(&error),
        };
    }
    let Some(wrong) = WrongValue::named(&name) else {
        return refuse(&RangeError::Refused(format!("the backend has no fault {name}")));
    };
    let told = if on { wrong.told() } else { format!("{name} set back by the range") };
    let response = changed(&backend, told, |settings| {
        if wrong.is_in(settings) != on {
            wrong.switch(settings, on);
        }
        Ok(())
    });
    if response.status().is_success() { Json(Shown { name, on }).into_response() } else { response }
}

/// Changes what is live, and has the log say so.
fn changed(
    backend: &Backend,
    told: String,
    act: impl FnOnce(&mut Settings) -> Result<(), String>,
) -> Response {
    if let Err(error) = backend.deployment.change(act) {
        return refuse(&error);
    }
    backend.gate.look_again();
    backend.post.log.add(Record {
        at_ms: clock::now_ms(),
        service: ServiceName::Backend,
        function: "_deployment".to_owned(),
        method: String::new(),
        url: String::new(),
        status: 200,
        outcome: Outcome::Ok,
        notes: vec![told],
        exceptions: Vec::new(),
    });
    Json(()).into_response()
}
