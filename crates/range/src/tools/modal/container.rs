//! `modal container`: the containers that run, which are the sandboxes.

use serde_json::json;

use super::super::args::{Flag, Parsed, switch, value};
use super::super::session::Session;
use super::{No, containers, refuse, sure, words};
use crate::RangeError;
use crate::clock::{utc, utc_plain};
use crate::log::ServiceName;
use crate::sandbox::app::App;

pub(super) const OF_APP: &[Flag] = &[value("app-id")];
pub(super) const GRACEFUL: &[Flag] = &[switch("graceful")];

/// The id of the container that a sandbox runs in.
pub(super) fn id_of(sandbox: &str) -> String {
    format!("ta-{}", sandbox.trim_start_matches("sb-"))
}

/// The sandbox that runs in a container; the sandbox's own id will do, too.
pub(super) fn sandbox_of(container: &str) -> String {
    let bare = container.strip_prefix("ta-").or_else(|| container.strip_prefix("sb-"));
    format!("sb-{}", bare.unwrap_or(container))
}

pub(super) fn list(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    if let Err(no) = words(parsed, &[], 0) {
        return no.say(session);
    }
    let app: App = session.client(ServiceName::Sandbox)?.get("/app")?;
    let mut running = containers(session)?;
    if parsed.value("app-id").is_some_and(|id| id != app.app_id) {
        running.clear();
    }
    running.sort_by_key(|kept| std::cmp::Reverse(kept.since_ms));
    if parsed.has("json") {
        let rows = running.iter().map(|kept| {
            json!({ "container_id": id_of(&kept.id), "app_id": app.app_id, "app_name": app.name,
                    "start_time": utc(kept.since_ms) })
        });
        session.say(&serde_json::Value::from_iter(rows).to_string())?;
        return Ok(0);
    }
    let row = |id: &str, app_id: &str, name: &str, at: &str| format!("{id:<14} {app_id:<14} {name:<22} {at}");
    session.say(&row("Container ID", "App ID", "App Name", "Start Time"))?;
    for kept in running {
        session.say(&row(&id_of(&kept.id), &app.app_id, &app.name, &utc_plain(kept.since_ms)))?;
    }
    Ok(0)
}

pub(super) fn stop(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let named = match words(parsed, &["CONTAINER_ID"], 0) {
        Ok(words) => words.first().copied().unwrap_or_default().to_owned(),
        Err(no) => return no.say(session),
    };
    let sandbox = sandbox_of(&named);
    if !containers(session)?.iter().any(|kept| kept.id == sandbox) {
        return No::Refused(format!("Container '{named}' is already stopped, or never was.")).say(session);
    }
    if parsed.has("graceful") {
        let why = "Graceful stops are only supported for containers running a Modal Function.";
        return refuse(session, why);
    }
    let question = format!("Are you sure you want to stop container '{named}'?");
    if let Err(no) = sure(session, parsed, &question)? {
        return no.say(session);
    }
    let path = format!("/containers/{sandbox}/stop");
    session.client(ServiceName::Sandbox)?.post::<serde::de::IgnoredAny>(&path, &()).map(drop)?;
    Ok(0)
}

/// The real tool runs a command inside a container. Here it would run on this very machine, so nothing runs.
pub(super) fn exec(session: &mut Session<'_>) -> Result<i32, RangeError> {
    refuse(session, "commands are not run in practice containers: they would run on this machine")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_and_its_sandbox_have_one_number() {
        assert_eq!(id_of("sb-12ab"), "ta-12ab");
        for named in ["ta-12ab", "sb-12ab", "12ab"] {
            assert_eq!(sandbox_of(named), "sb-12ab");
        }
    }
}
