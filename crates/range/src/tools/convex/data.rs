//! `npx convex data`: the tables of the practice backend.

use serde_json::Value;

use super::{Target, refuse, target, too_many};
use crate::RangeError;
use crate::log::ServiceName;
use crate::tools::args::{Flag, Parsed, value};
use crate::tools::session::Session;

pub(super) const FLAGS: &[Flag] = &[value("limit"), value("order"), value("component"), value("format")];
const FORMATS: [&str; 5] = ["jsonArray", "json", "jsonLines", "jsonl", "pretty"];
const LIMIT: usize = 100;

pub(super) fn run(session: &mut Session<'_>, parsed: &Parsed) -> Result<i32, RangeError> {
    let words = parsed.words();
    if words.len() > 1 {
        return too_many(session, "data", 1, words.len());
    }
    let target = match target(session, parsed) {
        Ok(target) => target,
        Err(why) => return refuse(session, &why),
    };
    for (flag, choices) in [("order", &["asc", "desc"][..]), ("format", &FORMATS)] {
        let given = parsed.value(flag).filter(|given| !choices.contains(given));
        if let Some(given) = given {
            let all = choices.join(", ");
            let why = format!(
                "option '--{flag} <{flag}>' argument '{given}' is invalid. Allowed choices are {all}."
            );
            return refuse(session, &why);
        }
    }
    let Ok(limit) = parsed.value("limit").map_or(Ok(LIMIT), str::parse::<usize>) else {
        return refuse(session, "option '--limit <n>' argument is invalid. Not a number.");
    };
    if target == Target::Dev {
        session.remark("There are no tables in the dev deployment's database.")?;
        return Ok(0);
    }
    let client = session.client(ServiceName::Backend)?;
    let Some(table) = words.first() else {
        let tables: Vec<String> = client.get("/data")?;
        session.say(&tables.join("\n"))?;
        return Ok(0);
    };
    let documents: Result<Vec<Value>, RangeError> = client.get(&format!("/data/{table}"));
    let mut documents = match documents {
        Ok(documents) => documents,
        Err(RangeError::Refused(why)) => return refuse(session, &why),
        Err(error) => return Err(error),
    };
    if documents.is_empty() {
        session.remark("There are no documents in this table.")?;
        return Ok(0);
    }
    if parsed.value("order") != Some("asc") {
        documents.reverse();
    }
    documents.truncate(limit);
    let lines: Vec<String> = documents.iter().map(Value::to_string).collect();
    match parsed.value("format") {
        Some("json" | "jsonArray") => session.say(&format!("[\n{}\n]", lines.join(",\n")))?,
        Some("jsonl" | "jsonLines") => session.say(&lines.join("\n"))?,
        _ => session.say(&pretty(&documents))?,
    }
    Ok(0)
}

/// A line of names, and a line a document.
fn pretty(documents: &[Value]) -> String {
    let mut names: Vec<&String> =
        documents.iter().filter_map(Value::as_object).flat_map(|row| row.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let cells = |row: &Value| names.iter().map(|name| row[name.as_str()].to_string()).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = documents.iter().map(cells).collect();
    let width =
        |at: usize| rows.iter().map(|row| row[at].len()).chain([names[at].len()]).max().unwrap_or_default();
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
    };
    let head = line(names.iter().map(|name| name.as_str()).collect());
    let body = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    core::iter::once(head).chain(body).collect::<Vec<_>>().join("\n")
}
