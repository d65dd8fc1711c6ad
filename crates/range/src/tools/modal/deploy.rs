//! `modal deploy`: ships the settings of a project file as the app's next version.

use std::path::Path;

use super::super::args::{Flag, Parsed, switch, value};
use super::super::session::Session;
use super::app::{live_of, order, strategy};
use super::{No, words};
use crate::RangeError;
use crate::sandbox::app::{AppAction, SANDBOX_APP};
use crate::sandbox::project;
use crate::sandbox::settings::Values;

pub(super) const OPTIONS: &[Flag] =
    &[value("name"), value("tag"), switch("stream-logs"), switch("timestamps"), switch("module").short('m')];

pub(super) fn run(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let values = match wanted(session, parsed) {
        Ok(values) => values,
        Err(no) => return no.say(session),
    };
    let app = order(session, AppAction::Deploy(Some(values)), parsed.value("tag").unwrap_or_default())?;
    session.say(&format!("✓ App deployed! 🎉{}", live_of(&app)))?;
    for idle in ["stream-logs", "timestamps"].into_iter().filter(|idle| parsed.has(idle)) {
        session.remark(&format!("--{idle} changes nothing here ({})", super::LABEL))?;
    }
    Ok(0)
}

fn wanted(session: &Session<'_>, parsed: &Parsed) -> Result<Values, No> {
    let named = words(parsed, &["APP_REF"], 0)?;
    strategy(parsed)?;
    if parsed.has("module") {
        return Err(No::Refused(
            "a module cannot be deployed here: name the file, such as sandbox.py".to_owned(),
        ));
    }
    if let Some(name) = parsed.value("name").filter(|name| *name != SANDBOX_APP) {
        return Err(No::Refused(format!(
            "the practice account has the App '{SANDBOX_APP}' alone, not '{name}'"
        )));
    }
    // `file.py::app` names what is in the file.
    let file = named.first().copied().unwrap_or_default();
    let here = Path::new(file.split("::").next().unwrap_or_default());
    let own = session.dir.as_deref().map(project::own_file);
    let own = own.filter(|own| !here.exists() && here.file_name() == own.file_name());
    project::read(own.as_deref().unwrap_or(here)).map_err(No::Refused)
}
