//! `evenkeel person invite`: the link by which a person makes an account their own, for whoever runs the server.

use crate::cli::{PersonVerb, Reach};
use crate::config::Config;
use crate::exit::{Failure, Kind};
use crate::{print, wiring};
use engine::ports::Clock as _;
use serde_json::json;

/// Straight into the database that the settings name, of a server on a file while it is not running: whoever may read those may
/// do this, and nobody else sees the link.
pub(super) fn run(reach: &Reach, verb: &PersonVerb) -> Result<(), Failure> {
    let PersonVerb::Invite { person, config } = verb;
    let config = Config::read(config)?;
    let access = wiring::Place::of(&config).open()?.access()?;
    let now = wiring::Steady::new(1.0).now();
    let made =
        web::auth::invite(access.as_ref(), &wiring::Chance::default(), now, &config.console_url(), person)
            .map_err(|error| Failure::new(Kind::Refused, error.to_string()))?;
    if reach.json {
        return print::json(&json!({ "person": person, "link": made.link, "expires_at": made.expires_at }));
    }
    print::line(made.link)
}
