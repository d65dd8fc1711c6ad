//! Schedules over the console's forms, without a script, and over the API: what holds, what somebody makes otherwise, and what
//! is refused.

use crate::forms::browser;
use crate::world::World;
use engine::Settings;
use engine::ports::Scope;
use incident::{Every, Layer, PersonId, Roster, Rotation, Schedule, Turns};
use jiff::civil::datetime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::sync::Arc;

/// Weeks of the primary and the secondary, Mondays at nine in Berlin. It is Monday the 23rd of November 2026, 10:00 in UTC.
fn bind(world: &World) {
    let settings = world.engine.settings();
    let turn = |name: &str| vec![PersonId(name.to_owned())];
    let turns = vec![turn("primary"), turn("secondary")];
    let rotation = Rotation { turns, every: Every::Days(7), from: datetime(2026, 11, 23, 9, 0, 0, 0) };
    let schedule = Schedule {
        name: "platform".to_owned(),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        layers: vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }],
        overrides: Vec::new(),
    };
    let roles = [("On-call Primary".to_owned(), vec![PersonId("platform".to_owned())])].into();
    let people = settings.roster.people().cloned().collect();
    let roster = Roster::new(people, roles, Vec::new()).with_schedules(vec![schedule]);
    world.engine.set_settings(Settings::new(Arc::clone(&settings.plan), Arc::new(roster)));
}

const TAKE: &str = "schedule=platform&person=lead&from=&until=2026-11-24T09%3A00&reason=the+dentist";

#[tokio::test]
async fn somebody_takes_a_stretch_by_a_form_and_gives_it_back() {
    let world = World::new().await;
    let browser = browser(&world, "/schedules").await;
    assert!(browser.page("/schedules").await.body.contains("No schedule yet"));
    bind(&world);
    let page = browser.page("/schedules").await.body;
    assert!(
        page.contains("Everything is as the schedules have it") && page.contains("Europe/Berlin"),
        "{page}"
    );
    assert!(page.contains("Mon 30 Nov 09:00"), "shifts are listed on the schedule's own clock");

    let made = browser.post("/schedules/overrides", TAKE).await;
    assert_eq!((made.status, made.header("location")), (303, Some("/schedules?said=overridden#made-h")));
    let page = browser.page("/schedules?said=overridden").await.body;
    for words in
        ["whoever is woken next is looked up by it", "the dentist", "2026-11-24 08:00 UTC", "End it now"]
    {
        assert!(page.contains(words), "{words}");
    }
    let watch = browser.page("/").await.body;
    assert!(watch.contains("until Tue 24 Nov 09:00 CET, then primary"), "Watch has it so: {watch}");

    // Whoever is woken for the next incident is looked up by it, and told why.
    let (incident, _) = world.incident("P1").await;
    world.settled(incident).await;
    let stream = world.engine.incident(incident).await.unwrap();
    assert_eq!(stream.pages[0].responder, PersonId("lead".to_owned()));
    let why = browser.page(&format!("/incidents/{incident}/why")).await.body;
    assert!(why.contains("that primary made: the dentist"), "{why}");

    let end =
        page.split("action=\"/schedules/overrides/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let ended = browser.post(&format!("/schedules/overrides/{end}"), "").await;
    assert_eq!(
        (ended.status, ended.header("location")),
        (303, Some("/schedules?said=override-ended#made-h"))
    );
    let page = browser.page("/schedules").await.body;
    assert!(page.contains("ended by") && !page.contains("End it now"), "{page}");
    assert_eq!(browser.post(&format!("/schedules/overrides/{end}"), "").await.status, 409);
}

#[tokio::test]
async fn two_people_exchange_shifts_by_a_form() {
    let world = World::new().await;
    bind(&world);
    let browser = browser(&world, "/schedules").await;
    let page = browser.page("/schedules").await.body;
    let offered: Vec<&str> =
        page.split("<option value=\"2026-").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let [first, second] =
        [offered[0], offered[1]].map(|value| format!("2026-{value}").replace(' ', "+").replace(':', "%3A"));
    let fields = format!("first={first}&second={second}&reason=the+school+play");
    let made = browser.post("/schedules/swaps", &fields).await;
    assert_eq!(
        (made.status, made.header("location")),
        (303, Some("/schedules?said=swapped#made-h")),
        "{made:?}"
    );
    let schedule = world.engine.settings().roster.schedule("platform").unwrap().clone();
    let who = |at: &str| schedule.on_call(at.parse().unwrap()).0[0].to_string();
    assert_eq!(who("2026-11-23T10:00:00Z"), "secondary", "from now on");
    assert_eq!(who("2026-11-30T08:00:00Z"), "primary", "and the week after");
    assert_eq!(who("2026-12-07T08:00:00Z"), "primary", "as the schedule has it");
}

#[tokio::test]
async fn what_is_refused_comes_back_as_it_was_typed_and_makes_nothing() {
    let world = World::new().await;
    bind(&world);
    let browser = browser(&world, "/schedules").await;
    for (fields, words) in [
        (TAKE.replace("the+dentist", "+"), "a reason"),
        (TAKE.replace("person=lead", "person=zoe"), "nobody has the id"),
        (TAKE.replace("person=lead", "person="), "choose who takes it"),
        (TAKE.replace("schedule=platform", "schedule=nights"), "choose which schedule"),
        (TAKE.replace("2026-11-24T09%3A00", "tomorrow"), "is no date and time"),
        (TAKE.replace("2026-11-24T09%3A00", ""), "say until when"),
        (TAKE.replace("2026-11-24T09%3A00", "2026-11-20T09%3A00"), "before it begins"),
    ] {
        let refused = browser.post("/schedules/overrides", &fields).await;
        assert!(matches!(refused.status, 409 | 422), "{fields}: {refused:?}");
        assert!(refused.body.contains(words), "{fields}: {words}: {}", refused.body);
        assert!(refused.body.contains("role=\"alert\""));
    }
    let typed = browser
        .post(
            "/schedules/overrides",
            &TAKE.replace("the+dentist", "+%3Cb%3E").replace("2026-11-24", "2026-11-20"),
        )
        .await;
    assert!(
        typed.body.contains("value=\" &#60;b&#62;\"") || typed.body.contains("&lt;b&gt;"),
        "{}",
        typed.body
    );
    let swap = browser.post("/schedules/swaps", "first=&second=x&reason=r").await;
    assert!(swap.status == 422 && swap.body.contains("choose two shifts"), "{swap:?}");
    let foreign =
        world.ask("POST", "/schedules/overrides").header("cookie", &browser.cookie).form(TAKE).send().await;
    assert_eq!(foreign.status, 403, "a form that is not ours");
    assert_eq!(world.engine.overrides(10).await.unwrap(), []);
}

#[tokio::test]
async fn an_address_for_a_calendar_program_is_shown_once() {
    let world = World::new().await;
    bind(&world);
    let browser = browser(&world, "/schedules").await;
    for (fields, path) in [
        ("schedule=", "/calendar/people/primary.ics?key="),
        ("schedule=platform", "/calendar/schedules/platform.ics?key="),
    ] {
        let made = browser.post("/schedules/calendar", fields).await;
        assert_eq!(made.status, 200);
        let rest = made.body.split(path).nth(1).unwrap_or_else(|| panic!("{}", made.body));
        let key = rest.split('<').next().unwrap().trim();
        let calendar = world.get(&format!("{path}{key}")).await;
        assert!(calendar.status == 200 && calendar.body.contains("BEGIN:VEVENT"), "{calendar:?}");
        assert!(
            made.body.contains("Back to the schedules")
                && !browser.page("/schedules").await.body.contains(key)
        );
    }
    assert_eq!(browser.post("/schedules/calendar", "schedule=nights").await.status, 404);
}

#[tokio::test]
async fn a_program_reads_makes_and_ends_them_in_the_name_of_its_person() {
    let world = World::new().await;
    bind(&world);
    let (reading, own) = (world.token("board", Scope::Read, None).await, world.responder_token().await);
    let listed = world.ask("GET", "/api/schedules").bearer(&reading).send().await.json();
    let wanted = json!({
        "id": "platform", "zone": "Europe/Berlin", "roles": ["On-call Primary"], "on_call": ["primary"],
        "by": "layer 1 of \"platform\"", "until": "2026-11-30T08:00:00Z", "next": ["secondary"],
    });
    assert_eq!(listed, json!({ "schedules": [wanted], "overrides": [] }));
    let path = "/api/schedules/platform/overrides";
    let body = r#"{"people":["lead"],"lasts_min":60,"reason":"the dentist"}"#;
    assert_eq!(world.ask("POST", path).bearer(&reading).json(body).send().await.status, 403);
    let made = world.ask("POST", path).bearer(&own).json(body).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    assert_eq!((&made["made_by"], &made["kind"]), (&json!({ "person": "primary" }), &json!("override")));
    assert_eq!(made["takes"][0]["until"], "2026-11-23T11:00:00Z");
    let shown = world.ask("GET", "/api/schedules/platform?days=7").bearer(&reading).send().await.json();
    let shifts: Vec<(&Value, &Value)> = shown["shifts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shift| (&shift["people"][0], &shift["overridden"]))
        .collect();
    assert_eq!(shifts[..2], [(&json!("lead"), &json!(true)), (&json!("primary"), &json!(false))]);
    assert!(shown["by"].as_str().unwrap().contains("that primary made: the dentist"));

    let swap = r#"{"person":"primary","at":"2026-11-24T10:00:00Z","with":{"person":"secondary","at":"2026-12-01T10:00:00Z"},"reason":"the play"}"#;
    let swapped = world.ask("POST", "/api/schedules/platform/swaps").bearer(&own).json(swap).send().await;
    assert_eq!((swapped.status, &swapped.json()["kind"]), (201, &json!("swap")), "{swapped:?}");

    let id = made["id"].as_str().unwrap();
    let ending = |schedule: &str, id: &str| {
        world.ask("DELETE", &format!("/api/schedules/{schedule}/overrides/{id}")).bearer(&own).send()
    };
    assert_eq!(ending("nights", id).await.status, 404);
    assert_eq!(ending("platform", "ovr_x").await.status, 404);
    let ended = ending("platform", id).await;
    assert_eq!(
        (ended.status, &ended.json()["ended"]["by"]),
        (200, &json!({ "person": "primary" })),
        "{ended:?}"
    );
    assert_eq!(ending("platform", id).await.status, 409, "twice");
    let states: Vec<Value> =
        world.ask("GET", "/api/schedules").bearer(&reading).send().await.json()["overrides"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["state"].clone())
            .collect();
    assert_eq!(states, [json!("waiting"), json!("over")], "the swap begins where the dentist's hour ended");
    for (body, status, words) in [
        (r#"{"people":["lead"],"reason":"x"}"#, 422, "until and lasts_min"),
        (r#"{"people":["lead"],"lasts_min":5,"reason":""}"#, 422, "a reason"),
        (r#"{"people":["lead"],"lasts_min":5,"reason":"x","for":3}"#, 422, "unknown field"),
        (r#"{"people":["zoe"],"lasts_min":5,"reason":"x"}"#, 409, "nobody has the id"),
    ] {
        let refused = world.ask("POST", path).bearer(&own).json(body).send().await;
        assert!(refused.status == status && refused.body.contains(words), "{body}: {refused:?}");
    }
    let nowhere = world.ask("POST", "/api/schedules/nights/overrides").bearer(&own).json(body).send().await;
    assert_eq!(nowhere.status, 404, "{nowhere:?}");
    assert_eq!(world.ask("GET", "/api/schedules/platform?days=0").bearer(&own).send().await.status, 422);
}
