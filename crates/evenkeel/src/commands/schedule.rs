//! `evenkeel schedule …`: who is on call when.

use super::{percent, text};
use crate::cli::{Reach, ScheduleVerb, WhoseArgs};
use crate::client::Client;
use crate::exit::Failure;
use crate::print;
use serde_json::json;

pub(super) fn run(reach: &Reach, verb: &ScheduleVerb) -> Result<(), Failure> {
    match verb {
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
