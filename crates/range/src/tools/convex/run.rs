//! `npx convex run`: calls one of the functions that the practice backend lets be called by hand.

use serde_json::{Map, Value};

use super::{Target, refuse, target, too_many};
use crate::RangeError;
use crate::backend::inspect::{CALLABLE, RunOrder};
use crate::log::ServiceName;
use crate::tools::LABEL;
use crate::tools::args::{Flag, Parsed, switch, value};
use crate::tools::session::Session;

pub(super) const FLAGS: &[Flag] = &[
    switch("watch").short('w'),
    value("inline-query"),
    switch("push"),
    value("identity"),
    value("typecheck"),
    switch("typecheck-components"),
    value("codegen"),
    value("component"),
];
/// What would need the vendor's own runtime.
const NOT_HERE: [&str; 5] = ["watch", "inline-query", "push", "identity", "component"];

pub(super) fn run(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let words = parsed.words();
    if words.len() > 2 {
        return too_many(session, "run", 2, words.len());
    }
    let target = match target(session, parsed) {
        Ok(target) => target,
        Err(why) => return refuse(session, &why),
    };
    if let Some(flag) = NOT_HERE.into_iter().find(|flag| parsed.has(flag)) {
        return refuse(session, &format!("--{flag} is not practised here"));
    }
    let Some(function) = words.first() else {
        return refuse(session, "`npx convex run` requires either <functionName> or `--inline-query`.");
    };
    let args: Map<String, Value> = match words.get(1).map(|text| serde_json::from_str(text)) {
        None => Map::new(),
        Some(Ok(args)) => args,
        Some(Err(error)) => {
            let given = words[1];
            return refuse(session, &format!("Failed to parse arguments as JSON: \"{given}\"\n{error}"));
        }
    };
    let available = CALLABLE.map(|name| format!("• {name}")).join("\n");
    let failed = |why: &str| {
        format!("Failed to run function \"{function}\":\n{why}\n\nAvailable functions:\n{available}")
    };
    if target == Target::Dev {
        let why = failed("nothing is deployed to the dev deployment; --prod names the other one");
        return refuse(session, &why);
    }
    let order = RunOrder { function: (*function).to_owned(), args };
    match session.client(ServiceName::Backend)?.post::<Value>("/run", &order) {
        Ok(value) => {
            session.say(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
            session.remark(&format!("({LABEL})"))?;
            Ok(0)
        }
        Err(RangeError::Refused(why)) => refuse(session, &failed(&why)),
        Err(error) => Err(error),
    }
}
