//! Schedules as calendars: read by another program's parser, by an address that opens nothing else.

use crate::world::World;
use engine::Settings;
use incident::{Every, Layer, Override, PersonId, Rotation, Schedule, Turns};
use jiff::civil::datetime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Prints the events that the `icalendar` package of Python reads from standard input.
const READ: &str = "
import json, sys
try:
    from icalendar import Calendar
except ImportError:
    sys.exit('apt-get install -y python3-icalendar')
calendar = Calendar.from_ical(sys.stdin.buffer.read())
when = lambda event, name: event.decoded(name).strftime('%Y-%m-%dT%H:%M:%SZ')
print(json.dumps({'version': str(calendar['VERSION']), 'refresh': str(calendar['REFRESH-INTERVAL'].to_ical()),
    'name': str(calendar['NAME']), 'events': [{
    'uid': str(event['UID']), 'from': when(event, 'DTSTART'), 'until': when(event, 'DTEND'),
    'stamp': when(event, 'DTSTAMP'), 'summary': str(event['SUMMARY']), 'errors': event.errors,
    'zone': str(event.decoded('DTSTART').tzinfo)}
    for event in calendar.walk('VEVENT')]}))
";

fn parsed(calendar: &str) -> Value {
    let python = ["/usr/bin/python3", "/usr/local/bin/python3"].map(PathBuf::from);
    let python = python.into_iter().find(|python| python.exists()).unwrap_or_else(|| "python3".into());
    #[expect(clippy::disallowed_methods, reason = "the other reader of the calendar is a child process")]
    let mut child = Command::new(python)
        .args(["-c", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 reads the calendar: apt-get install -y python3-icalendar");
    child.stdin.take().unwrap().write_all(calendar.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the calendar cannot be read: {calendar}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn ids(names: &[&str]) -> Vec<PersonId> {
    names.iter().map(|name| PersonId((*name).to_owned())).collect()
}

/// A week each of the primary and the secondary, Mondays at nine in Berlin, with one override.
fn schedule() -> Schedule {
    let turns = vec![ids(&["primary"]), ids(&["secondary"])];
    let rotation = Rotation { turns, every: Every::Days(7), from: datetime(2026, 1, 5, 9, 0, 0, 0) };
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    Schedule {
        name: "platform; \"night\", all".to_owned(),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        layers: vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }],
        overrides: vec![Override {
            people: ids(&["lead", "primary"]),
            from: at("2026-11-26T12:00:00Z"),
            until: at("2026-11-27T12:00:00Z"),
            made: None,
        }],
    }
}

const ID: &str = "platform%3B%20%22night%22%2C%20all";

async fn world() -> World {
    let world = World::new().await;
    let settings = world.engine.settings();
    let people = settings.roster.people().cloned().collect();
    let roles = [("On-call Primary".to_owned(), ids(&["platform; \"night\", all"]))].into();
    let roster = incident::Roster::new(people, roles, Vec::new()).with_schedules(vec![schedule()]);
    world.engine.set_settings(Settings::new(Arc::clone(&settings.plan), Arc::new(roster)));
    world
}

#[tokio::test]
async fn another_program_reads_every_shift_of_a_schedule() {
    let world = world().await;
    let token = world.responder_token().await;
    let reply = world.ask("GET", &format!("/api/schedules/{ID}/calendar")).bearer(&token).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("text/calendar; charset=utf-8"));
    for line in reply.body.split("\r\n") {
        assert!(line.len() <= 75, "{line:?}");
    }
    let read = parsed(&reply.body);
    assert_eq!((read["version"].as_str(), read["refresh"].as_str()), (Some("2.0"), Some("b'PT1H'")));
    assert_eq!(read["name"], "On call: platform; \"night\", all");
    let events = read["events"].as_array().unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| (event["from"].as_str().unwrap(), event["until"].as_str().unwrap()))
        .collect();
    // It is the 23rd of November, a Monday, and two weeks before lie in the shift that began on the 2nd.
    assert_eq!(told[0], ("2026-11-02T08:00:00Z", "2026-11-09T08:00:00Z"), "whole, though it began before");
    let around = [
        ("2026-11-23T08:00:00Z", "2026-11-26T12:00:00Z"),
        ("2026-11-26T12:00:00Z", "2026-11-27T12:00:00Z"),
        ("2026-11-27T12:00:00Z", "2026-11-30T08:00:00Z"),
    ];
    assert_eq!(&told[3..6], &around, "the override cuts the shift in two");
    assert!(told.windows(2).all(|two| two[0].1 == two[1].0), "there is no gap: {told:?}");
    assert_eq!(told.last().unwrap().1, "2027-02-22T08:00:00Z", "the last is whole, too");
    let uids: std::collections::BTreeSet<_> =
        events.iter().map(|event| &event["uid"]).map(Value::to_string).collect();
    assert_eq!(uids.len(), events.len(), "each has an id of its own");
    assert_eq!(events[4]["summary"], "lead, primary: On-call Primary (platform; \"night\", all)");
    assert!(
        events.iter().all(|event| event["errors"].as_array().unwrap().is_empty() && event["zone"] == "UTC")
    );
}

#[tokio::test]
async fn a_persons_calendar_has_their_shifts_and_keeps_their_ids() {
    let world = world().await;
    let token = world.responder_token().await;
    let ask = || world.ask("GET", "/api/people/primary/calendar").bearer(&token).send();
    let first = ask().await;
    let before = parsed(&first.body);
    let events = before["events"].as_array().unwrap();
    let shifts: Vec<_> = events.iter().map(|event| event["from"].as_str().unwrap()).collect();
    assert!(shifts.contains(&"2026-11-23T08:00:00Z"), "{shifts:?}");
    assert!(
        !shifts.contains(&"2026-11-26T12:00:00Z"),
        "one shift, though they share a day of it: {shifts:?}"
    );
    let lead = world.ask("GET", "/api/people/lead/calendar").bearer(&token).send().await;
    let lead = parsed(&lead.body);
    let shared: Vec<_> = lead["events"].as_array().unwrap().iter().map(|event| &event["from"]).collect();
    assert_eq!(shared, ["2026-11-26T12:00:00Z"], "whoever shares it has that day alone");
    assert!(
        events.iter().all(|event| event["summary"] == "On call: On-call Primary (platform; \"night\", all)")
    );
    assert_eq!(world.ask("GET", "/api/people/nobody/calendar").bearer(&token).send().await.status, 404);

    // The same day, the same bytes; the day after the same events by the same ids.
    world.pass(SignedDuration::from_mins(60));
    assert_eq!(ask().await.body, first.body);
    let tag = first.header("etag").unwrap().to_owned();
    let path = "/api/people/primary/calendar";
    let again = world.ask("GET", path).bearer(&token).header("if-none-match", &tag).send().await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    world.pass(SignedDuration::from_hours(24));
    let later = world.ask("GET", path).bearer(&token).header("if-none-match", &tag).send().await;
    assert_eq!(later.status, 200, "the time that it covers has moved");
    let after = parsed(&later.body);
    let pairs = |calendar: &Value| -> Vec<(String, String)> {
        let events = calendar["events"].as_array().unwrap().iter();
        events.map(|event| (event["uid"].to_string(), event["from"].to_string())).collect()
    };
    let (before, after) = (pairs(&before), pairs(&after));
    assert!(before.iter().filter(|event| after.contains(event)).count() >= before.len() - 1);
}

#[tokio::test]
async fn an_address_opens_one_calendar_and_nothing_else_until_it_is_renewed() {
    let world = world().await;
    let token = world.responder_token().await;
    let path = format!("/api/schedules/{ID}/calendar");
    let make = || world.ask("POST", &path).bearer(&token).send();
    let made = make().await;
    assert_eq!(made.status, 201, "{made:?}");
    let url = made.json()["url"].as_str().unwrap().to_owned();
    let of = |url: &str| url.strip_prefix(&format!("http://{}", world.console)).unwrap().to_owned();
    let address = of(&url);
    assert!(
        address.starts_with("/calendar/schedules/platform%3B%20%22night%22%2C%20all.ics?key="),
        "{address}"
    );
    let key = address.split_once("key=").unwrap().1;
    let calendar = world.ask("GET", &address).send().await;
    assert_eq!(calendar.status, 200, "{calendar:?}");
    assert!(!calendar.body.contains(key) && !parsed(&calendar.body)["events"].as_array().unwrap().is_empty());
    let tag = calendar.header("etag").unwrap();
    assert_eq!(world.ask("GET", &address).header("if-none-match", tag).send().await.status, 304);

    let others = [
        format!("/calendar/people/primary.ics?key={key}"),
        format!("/calendar/schedules/other.ics?key={key}"),
        address.replace("key=", "key=x"),
        address.split_once('?').unwrap().0.to_owned(),
    ];
    for other in others {
        let reply = world.ask("GET", &other).send().await;
        assert_eq!(reply.status, 404, "{other}: {reply:?}");
        assert!(!reply.body.contains("BEGIN:VCALENDAR"));
    }
    for (method, path) in [("GET", "/api/incidents"), ("GET", "/api/tokens"), ("POST", "/api/alerts")] {
        let reply = world.ask(method, path).bearer(key).json("{}").send().await;
        assert!(matches!(reply.status, 401 | 403), "{path}: {reply:?}");
    }
    let listed = world.ask("GET", "/api/tokens").bearer(&token).send().await;
    assert!(listed.body.contains("\"calendar\"") && !listed.body.contains(key), "{}", listed.body);

    let renewed = of(make().await.json()["url"].as_str().unwrap());
    assert_eq!(world.ask("GET", &address).send().await.status, 404, "the one before is good no more");
    assert_eq!(world.ask("GET", &renewed).send().await.status, 200);
    assert_eq!(world.ask("DELETE", &path).bearer(&token).send().await.status, 204);
    assert_eq!(world.ask("GET", &renewed).send().await.status, 404);
    assert_eq!(world.ask("DELETE", &path).bearer(&token).send().await.status, 404);
    let nowhere = world.ask("POST", "/api/schedules/nothing/calendar").bearer(&token).send().await;
    assert_eq!(nowhere.status, 404, "{nowhere:?}");
}
