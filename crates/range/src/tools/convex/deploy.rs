//! `npx convex deploy`: ships the constants of the project's functions to production.

use std::ops::ControlFlow;
use std::path::Path;

use super::{refuse, too_many};
use crate::RangeError;
use crate::backend::admin::PushOrder;
use crate::backend::project;
use crate::log::ServiceName;
use crate::tools::LABEL;
use crate::tools::args::{Flag, Parsed, switch, value};
use crate::tools::session::{Seat, Session};

pub(super) const FLAGS: &[Flag] = &[
    switch("verbose").short('v'),
    switch("dry-run"),
    switch("yes").short('y'),
    value("typecheck"),
    switch("typecheck-components"),
    value("codegen"),
    value("cmd"),
    value("cmd-url-env-var-name"),
    value("preview-run"),
    value("preview-name"),
    value("preview-create"),
    value("env-file"),
    value("message"),
    switch("skip-large-indexes-check"),
];
/// Commands of the project's own, and deployments that this project does not have.
const NOT_HERE: [&str; 4] = ["cmd", "preview-run", "preview-name", "preview-create"];
const QUESTION: &str = "Do you want to push your code to your prod deployment now?";

pub(super) fn run(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    if !parsed.words().is_empty() {
        return too_many(session, "deploy", 0, parsed.words().len());
    }
    for (flag, choices) in [("typecheck", "enable, try, disable"), ("codegen", "enable, disable")] {
        let given = parsed.value(flag);
        if let Some(given) = given.filter(|given| !choices.split(", ").any(|choice| choice == *given)) {
            let why = format!(
                "option '--{flag} <mode>' argument '{given}' is invalid. Allowed choices are {choices}."
            );
            return refuse(session, &why);
        }
    }
    if let Some(flag) = NOT_HERE.into_iter().find(|flag| parsed.has(flag)) {
        return refuse(session, &format!("--{flag} is not practised here"));
    }
    let here = Path::new("convex");
    let own = session.dir.as_deref().map(project::own_folder);
    let folder = own.filter(|_| !here.exists()).unwrap_or_else(|| here.to_owned());
    let code = match project::read(&folder) {
        Ok(code) => code,
        Err(why) => return refuse(session, &why),
    };
    session.remark(&format!("Deploying code to deployment: prod ({LABEL})"))?;
    if parsed.has("verbose") || parsed.has("dry-run") {
        for (name, value) in &code {
            session.remark(&format!("  {name} = {value}"))?;
        }
    }
    if parsed.has("dry-run") {
        session.remark("✔ Dry run: nothing was deployed")?;
        return Ok(0);
    }
    match session.seat {
        _ if parsed.has("yes") => {}
        Seat::Terminal => {
            if session.ask(QUESTION)? == ControlFlow::Break(()) {
                return Ok(1);
            }
        }
        // The real tool does the same.
        Seat::Pipe => {
            session.say(QUESTION)?;
            return refuse(session, "Cannot prompt for input in non-interactive terminals. Say --yes.");
        }
    }
    let message = parsed.value("message").unwrap_or("convex deploy").to_owned();
    let order = PushOrder { code, message };
    session.client(ServiceName::Backend)?.post::<serde::de::IgnoredAny>("/push", &order)?;
    session.remark("✔ Deployed Convex functions to prod")?;
    Ok(0)
}
