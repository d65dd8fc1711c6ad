//! `evenkeel token create`: keys for programs, shown once.

use super::text;
use crate::cli::{Reach, ScopeArg, TokenVerb};
use crate::client::Client;
use crate::config::Config;
use crate::exit::{Failure, Kind};
use crate::{print, wiring};
use engine::ports::{Clock as _, Scope};
use serde_json::json;
use std::path::Path;
use web::auth::NewToken;

pub(super) fn run(reach: &Reach, verb: &TokenVerb) -> Result<(), Failure> {
    let TokenVerb::Create { name, scope, person, config } = verb;
    let token = match config {
        Some(config) => {
            offline(config, NewToken { name: name.clone(), scope: of(*scope), person: person.clone() })?
        }
        None => {
            let body = json!({ "name": name, "scope": of(*scope), "person": person });
            text(&Client::new(reach)?.post("/api/tokens", &body)?, "token").to_owned()
        }
    };
    if reach.json { print::json(&json!({ "name": name, "token": token })) } else { print::line(token) }
}

fn of(scope: ScopeArg) -> Scope {
    match scope {
        ScopeArg::Alerts => Scope::Alerts,
        ScopeArg::Read => Scope::Read,
        ScopeArg::Respond => Scope::Respond,
        ScopeArg::Agent => Scope::Agent,
    }
}

/// Straight into the database: whoever may write it may do this. A file must not be in use by a server; a shared one
/// may, and its servers know the key soon after.
fn offline(path: &Path, new: NewToken) -> Result<String, Failure> {
    let config = Config::read(path)?;
    let access = wiring::Place::of(&config).open()?.access()?;
    let now = wiring::Steady::new(1.0).now();
    web::auth::create_token(access.as_ref(), &wiring::Chance::default(), now, new)
        .map_err(|error| Failure::new(Kind::Refused, error.to_string()))
}
