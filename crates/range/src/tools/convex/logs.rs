//! `npx convex logs`: the function log of the practice backend.

use super::{Target, refuse, target, too_many};
use crate::RangeError;
use crate::client::{LogRequest, Until};
use crate::clock::utc_plain;
use crate::log::{Outcome, Record, ServiceName};
use crate::tools::LABEL;
use crate::tools::args::{Flag, Parsed, maybe_value, switch, value};
use crate::tools::session::Session;

/// What `--history` without a number shows.
const HISTORY_ALL: usize = 1_000;
/// `--tail` is hidden, and another name of `--history`.
pub(super) const FLAGS: &[Flag] =
    &[maybe_value("history"), maybe_value("tail"), switch("success"), switch("jsonl")];
/// What the real tool never had.
pub(super) const SEED: &[Flag] = &[value("function")];

pub(super) fn run(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    if !parsed.words().is_empty() {
        return too_many(session, "logs", 0, parsed.words().len());
    }
    let target = match target(session, parsed) {
        Ok(target) => target,
        Err(why) => return refuse(session, &why),
    };
    let asked = parsed.value("history").or_else(|| parsed.value("tail").filter(|number| !number.is_empty()));
    let history = match asked {
        None => 0,
        Some("") => HISTORY_ALL,
        Some(number) => match number.parse() {
            Ok(history) => history,
            Err(_) => {
                let why = format!("option '--history [n]' argument '{number}' is invalid. Not a number.");
                return refuse(session, &why);
            }
        },
    };
    let which = match target {
        Target::Production => "production",
        Target::Dev => "dev",
    };
    session.remark(&format!("Watching logs for {which} deployment... ({LABEL})"))?;
    let asked = LogRequest { history, until: Until::Ended };
    session.print_log(ServiceName::Backend, asked, &|record| {
        // As with the real tool, the log of the dev deployment is another one; nobody uses it here, so it stays quiet.
        let wanted = parsed.value("function").is_none_or(|name| record.function == name);
        let text = (target == Target::Production && wanted).then(|| wording(record, parsed))?;
        (!text.is_empty()).then_some(text)
    })
}

fn wording(record: &Record, parsed: &Parsed) -> String {
    if parsed.has("jsonl") {
        return serde_json::to_string(record).unwrap_or_default();
    }
    let (at, function) = (utc_plain(record.at_ms), &record.function);
    let kind = if record.method.is_empty() { "S" } else { record.method.as_str() };
    let prefix = format!("{at} [CONVEX {kind}({function})]");
    let mut lines: Vec<String> = record.notes.iter().map(|note| format!("{prefix} [LOG] '{note}'")).collect();
    lines.extend(record.exceptions.iter().map(|error| format!("{prefix} Uncaught {error}")));
    if parsed.has("success") && record.outcome == Outcome::Ok {
        lines.push(format!("{prefix} Function executed"));
    }
    lines.join("\n")
}
