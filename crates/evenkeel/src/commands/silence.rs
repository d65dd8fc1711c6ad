//! `evenkeel silence …`: what holds alerts back.

use super::{items, percent, text};
use crate::cli::{AddSilence, Reach, SilenceVerb};
use crate::client::Client;
use crate::exit::{Failure, Kind};
use crate::print;
use probes::Length;
use serde_json::{Value, json};

pub(super) fn run(reach: &Reach, verb: &SilenceVerb) -> Result<(), Failure> {
    match verb {
        SilenceVerb::Add(add) if add.preview => preview(reach, add),
        SilenceVerb::Add(add) => make(reach, add),
        SilenceVerb::List { all } => list(reach, *all),
        SilenceVerb::Held { over } => held(reach, *over),
        SilenceVerb::End { id } => {
            let answer =
                Client::new(reach)?.post(&format!("/api/silences/{}/end", percent(id)), &json!({}))?;
            if reach.json { print::json(&answer) } else { print::line("ended") }
        }
    }
}

fn make(reach: &Reach, add: &AddSilence) -> Result<(), Failure> {
    let lasts_min = add.length.as_deref().map(minutes).transpose()?;
    let body = json!({
        "kind": if add.maintenance { "maintenance" } else { "silence" },
        "reason": add.reason,
        "matchers": add.matchers,
        "starts_at": add.from,
        "ends_at": add.until,
        "lasts_min": lasts_min,
    });
    let answer = Client::new(reach)?.post("/api/silences", &body)?;
    if reach.json {
        return print::json(&answer);
    }
    print::line(format!("{} until {}", text(&answer, "id"), text(&answer, "ends_at")))
}

pub(super) fn minutes(length: &str) -> Result<u64, Failure> {
    let words = format!("{length:?} is no length of time in whole minutes; some are 30min, 2h and 3d");
    let read = Length::read(length).map(|length| length.time().as_secs());
    read.filter(|seconds| *seconds >= 60 && seconds % 60 == 0)
        .map(|seconds| seconds / 60)
        .ok_or_else(|| Failure::new(Kind::Usage, words))
}

fn preview(reach: &Reach, add: &AddSilence) -> Result<(), Failure> {
    let answer = Client::new(reach)?.post("/api/silences/preview", &json!({ "matchers": add.matchers }))?;
    if reach.json {
        return print::json(&answer);
    }
    let alerts = items(&answer, "alerts");
    let looked = answer.get("looked").and_then(Value::as_u64).unwrap_or_default();
    print::line(format!("{} of the {looked} alerts that came last would be held back", alerts.len()))?;
    let row = |alert: &Value| {
        let fires = alert.get("firing").and_then(Value::as_bool).unwrap_or_default();
        vec![
            if fires { "fires" } else { "over" }.to_owned(),
            text(alert, "last_at").to_owned(),
            text(alert, "source").to_owned(),
            text(alert, "title").to_owned(),
        ]
    };
    print::table(&alerts.iter().map(row).collect::<Vec<_>>())
}

fn list(reach: &Reach, all: bool) -> Result<(), Failure> {
    let mut answer = Client::new(reach)?.get("/api/silences")?;
    if !all && let Some(silences) = answer.get_mut("silences").and_then(Value::as_array_mut) {
        silences.retain(|silence| text(silence, "state") != "over");
    }
    if reach.json {
        return print::json(&answer);
    }
    let mut rows: Vec<Vec<String>> = items(&answer, "silences").iter().map(row).collect();
    rows.extend(items(&answer, "windows").iter().map(window));
    if rows.is_empty() {
        return print::line("nothing is silenced");
    }
    print::table(&rows)
}

fn row(silence: &Value) -> Vec<String> {
    let ended = silence.get("ended").filter(|ended| !ended.is_null());
    let until = ended.map_or_else(|| text(silence, "ends_at"), |ended| text(ended, "at"));
    let matcher = |one: &Value| format!("{}{}{:?}", text(one, "name"), text(one, "op"), text(one, "value"));
    let matchers: Vec<String> = items(silence, "matchers").iter().map(matcher).collect();
    vec![
        text(silence, "state").to_owned(),
        text(silence, "id").to_owned(),
        format!("holds {}", count(silence)),
        format!("until {until}"),
        matchers.join(" "),
        text(silence, "reason").to_owned(),
    ]
}

fn window(window: &Value) -> Vec<String> {
    let until = text(window, "until");
    let next = format!("next {}", text(window, "next_at"));
    let matchers: Vec<&str> = items(window, "matchers").iter().filter_map(Value::as_str).collect();
    vec![
        if until.is_empty() { "waiting" } else { "active" }.to_owned(),
        text(window, "id").to_owned(),
        format!("holds {}", count(window)),
        if until.is_empty() { next } else { format!("until {until}") },
        matchers.join(" "),
        text(window, "reason").to_owned(),
    ]
}

fn count(value: &Value) -> u64 {
    value.get("holds").and_then(Value::as_u64).unwrap_or_default()
}

fn held(reach: &Reach, over: bool) -> Result<(), Failure> {
    let answer = Client::new(reach)?.get(if over { "/api/held?over=true" } else { "/api/held" })?;
    let row = |alert: &Value| {
        let word = |key: &str| text(alert, key).to_owned();
        vec![word("since"), word("by"), word("source"), word("title")]
    };
    super::list(reach, &answer, "alerts", if over { "none was" } else { "no alert is held back" }, row)
}
