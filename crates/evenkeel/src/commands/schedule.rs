//! `evenkeel schedule …`: who is on call when.

use super::silence::minutes;
use super::{items, percent, text};
use crate::cli::{Reach, ScheduleVerb, SwapArgs, TakeArgs, WhoseArgs};
use crate::client::Client;
use crate::config::Config;
use crate::exit::{Failure, Kind};
use crate::{print, wiring};
use engine::ports::Clock as _;
use incident::{MadeOverride, PersonId};
use serde::Deserialize as _;
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn run(reach: &Reach, verb: &ScheduleVerb) -> Result<(), Failure> {
    match verb {
        ScheduleVerb::List { all } => list(reach, *all),
        ScheduleVerb::Show { schedule, days } => show(reach, schedule, *days),
        ScheduleVerb::Override(args) => take(reach, args),
        ScheduleVerb::Swap(args) => swap(reach, args),
        ScheduleVerb::End { id } => end(reach, id),
        ScheduleVerb::Export { config, settings_only } => export(reach, config, *settings_only),
        ScheduleVerb::Ics(whose) => ics(reach, whose),
        ScheduleVerb::Address { whose, forget: false } => {
            let answer = Client::new(reach)?.post(&calendar(whose), &json!({}))?;
            if reach.json { print::json(&answer) } else { print::line(text(&answer, "url")) }
        }
        ScheduleVerb::Address { whose, forget: true } => {
            Client::new(reach)?.delete(&calendar(whose))?;
            if reach.json { print::json(&json!({})) } else { print::line("forgotten") }
        }
    }
}

fn calendar(whose: &WhoseArgs) -> String {
    match (&whose.person, &whose.schedule) {
        (Some(person), _) => format!("/api/people/{}/calendar", percent(person)),
        (None, schedule) => {
            format!("/api/schedules/{}/calendar", percent(schedule.as_deref().unwrap_or_default()))
        }
    }
}

fn ics(reach: &Reach, whose: &WhoseArgs) -> Result<(), Failure> {
    let calendar = Client::new(reach)?.text(&calendar(whose))?;
    if reach.json {
        return print::json(&json!({ "ics": calendar }));
    }
    print::line(calendar.trim_end_matches(['\r', '\n']))
}

fn list(reach: &Reach, all: bool) -> Result<(), Failure> {
    let mut answer = Client::new(reach)?.get("/api/schedules")?;
    if !all && let Some(made) = answer.get_mut("overrides").and_then(Value::as_array_mut) {
        made.retain(|one| text(one, "state") != "over");
    }
    if reach.json {
        return print::json(&answer);
    }
    let schedules = items(&answer, "schedules");
    if schedules.is_empty() {
        return print::line("no schedule: roles are held by people by name");
    }
    let now = |schedule: &Value| {
        let until = text(schedule, "until");
        vec![
            text(schedule, "id").to_owned(),
            people(schedule, "on_call"),
            if until.is_empty() { String::new() } else { format!("until {until}") },
            format!("then {}", people(schedule, "next")),
        ]
    };
    print::table(&schedules.iter().map(now).collect::<Vec<_>>())?;
    let made = items(&answer, "overrides");
    if made.is_empty() {
        return Ok(());
    }
    print::line("")?;
    print::table(&made.iter().flat_map(rows).collect::<Vec<_>>())
}

/// An override, a row for each stretch.
fn rows(made: &Value) -> impl Iterator<Item = Vec<String>> {
    items(made, "takes").iter().map(move |take| {
        let by = made.get("made_by").map(actor).unwrap_or_default();
        vec![
            text(made, "state").to_owned(),
            text(made, "id").to_owned(),
            text(take, "schedule").to_owned(),
            people(take, "people"),
            format!("{} to {}", text(take, "from"), text(take, "until")),
            format!("{by}: {}", text(made, "reason")),
        ]
    })
}

/// Who did something, as the API writes it.
fn actor(value: &Value) -> String {
    let named = value.as_object().and_then(|parts| parts.values().next()).and_then(Value::as_str);
    named.or(value.as_str()).unwrap_or_default().to_owned()
}

fn people(value: &Value, key: &str) -> String {
    let people: Vec<&str> = items(value, key).iter().filter_map(Value::as_str).collect();
    if people.is_empty() { "nobody".to_owned() } else { people.join(", ") }
}

fn show(reach: &Reach, schedule: &str, days: u32) -> Result<(), Failure> {
    let answer = Client::new(reach)?.get(&format!("/api/schedules/{}?days={days}", percent(schedule)))?;
    let row = |shift: &Value| {
        vec![
            text(shift, "from").to_owned(),
            text(shift, "until").to_owned(),
            people(shift, "people"),
            text(shift, "by").to_owned(),
        ]
    };
    super::list(reach, &answer, "shifts", "nobody is ever on call", row)
}

fn take(reach: &Reach, args: &TakeArgs) -> Result<(), Failure> {
    let lasts_min = args.length.as_deref().map(minutes).transpose()?;
    let body = json!({
        "people": args.people,
        "from": args.from,
        "until": args.until,
        "lasts_min": lasts_min,
        "reason": args.reason,
    });
    let path = format!("/api/schedules/{}/overrides", percent(&args.schedule));
    made(reach, &Client::new(reach)?.post(&path, &body)?)
}

fn swap(reach: &Reach, args: &SwapArgs) -> Result<(), Failure> {
    let [person, at] = args.with.as_slice() else {
        return Err(Failure::new(Kind::Usage, "--with takes a person and a time"));
    };
    let body = json!({
        "person": args.person,
        "at": args.at,
        "with": { "schedule": args.of, "person": person, "at": at },
        "reason": args.reason,
    });
    let path = format!("/api/schedules/{}/swaps", percent(&args.schedule));
    made(reach, &Client::new(reach)?.post(&path, &body)?)
}

fn made(reach: &Reach, answer: &Value) -> Result<(), Failure> {
    if reach.json {
        return print::json(answer);
    }
    print::line(text(answer, "id"))?;
    let row = |take: &Value| {
        let when = format!("{} to {}", text(take, "from"), text(take, "until"));
        vec![people(take, "people"), text(take, "schedule").to_owned(), when]
    };
    print::table(&items(answer, "takes").iter().map(row).collect::<Vec<_>>())
}

fn end(reach: &Reach, id: &str) -> Result<(), Failure> {
    let client = Client::new(reach)?;
    let all = client.get("/api/schedules")?;
    let found = items(&all, "overrides").iter().find(|made| text(made, "id") == id);
    let schedule = found.and_then(|made| items(made, "takes").first()).map(|take| text(take, "schedule"));
    let schedule = schedule.ok_or_else(|| {
        Failure::new(Kind::Refused, format!("no override {id:?}")).hint("`evenkeel schedule list` shows them")
    })?;
    let answer = client.delete(&format!("/api/schedules/{}/overrides/{}", percent(schedule), percent(id)))?;
    if reach.json { print::json(&answer) } else { print::line("ended") }
}

fn export(reach: &Reach, config: &Path, settings_only: bool) -> Result<(), Failure> {
    let config = Config::read(config)?;
    let made = if settings_only { Vec::new() } else { made_at_server(reach)? };
    let now = wiring::Steady::new(1.0).now();
    let is_there = |person: &PersonId| config.people.iter().any(|one| one.id == person.0);
    let schedules: Vec<String> =
        config.schedules.iter().map(|one| one.exported(&made, is_there, now)).collect();
    let text = schedules.join("\n");
    if reach.json {
        return print::json(&json!({ "toml": text }));
    }
    print::line(text.trim_end())
}

/// What people made, in the order of its making.
fn made_at_server(reach: &Reach) -> Result<Vec<MadeOverride>, Failure> {
    let answer = Client::new(reach)?.get("/api/schedules").map_err(|failure| {
        failure.hint("--settings-only exports what the settings say, without what people made")
    })?;
    let made = items(&answer, "overrides").iter().map(MadeOverride::deserialize);
    let mut made: Vec<MadeOverride> = made.collect::<Result<_, _>>().map_err(|error| {
        Failure::new(Kind::World, format!("the server's overrides cannot be read: {error}"))
    })?;
    made.sort_by_key(|one| one.id);
    Ok(made)
}
