//! Why was this person woken, and that one not? Asked of twenty-four stories, each answered in words.

use crate::world::{CTO, LEAD, PRIMARY, SECONDARY, World, minutes, plan, roster};
use incident::{
    AckIntent, Channel, Command, Contact, Every, Layer, Override, PageOutcome, PersonId, Policy, Responder,
    Roster, Rotation, Schedule, Turns, why,
};
use jiff::civil::datetime;
use jiff::tz::TimeZone;

fn id(name: &str) -> PersonId {
    PersonId(name.into())
}

fn answer(intent: AckIntent) -> Command {
    Command::Acknowledge { intent, page: None }
}

fn on_it() -> Command {
    answer(AckIntent::OnIt)
}

fn resolve() -> Command {
    Command::Resolve { summary: "rolled back".into() }
}

fn outcome(world: &mut World, outcome: &PageOutcome) {
    for (page, attempt) in world.pending() {
        let command = Command::PageOutcome { page, attempt, outcome: outcome.clone() };
        world.ask(incident::Actor::System, command).expect("it counts");
    }
}

/// Everybody with a handset; `ana` and `ben` share the primary's schedule, a day each, and `cho` has an override.
fn by_schedule(overridden: bool) -> World {
    let people = ["ana", "ben", "cho", SECONDARY];
    let bound = [
        ("On-call Primary".to_owned(), vec![id("platform")]),
        ("On-call Secondary".to_owned(), vec![id(SECONDARY)]),
    ];
    let turns = vec![vec![id("ana")], vec![id("ben")]];
    let rotation = Rotation { turns, every: Every::Days(1), from: datetime(2026, 1, 5, 0, 0, 0, 0) };
    let (from, until) = ("2026-01-05T00:00:00Z".parse(), "2026-01-06T00:00:00Z".parse());
    let (from, until) = (from.expect("a time"), until.expect("a time"));
    let overrides = if overridden {
        vec![Override { people: vec![id("cho")], from, until, made: None }]
    } else {
        Vec::new()
    };
    let schedule = Schedule {
        name: "platform".into(),
        zone: TimeZone::UTC,
        layers: vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }],
        overrides,
    };
    let people = roster(&people).people().cloned().collect();
    let roster = Roster::new(people, bound.into(), Vec::new()).with_schedules(vec![schedule]);
    World::with(plan(Policy::default()), roster)
}

/// The primary with a phone at once and a mail later.
fn two_ways() -> World {
    let contact = |channel, after_min| Contact { after_min, ..Contact::new(channel, PRIMARY.into()) };
    let contacts = vec![contact(Channel::Handset, 0), contact(Channel::Email, 5)];
    let person = Responder { id: id(PRIMARY), name: PRIMARY.into(), contacts };
    let roles = [("On-call Primary".to_owned(), vec![id(PRIMARY)])].into();
    World::with(plan(Policy::default()), Roster::new(vec![person], roles, Vec::new()))
}

/// The secondary holds a role and has no way to be reached.
fn without_a_phone() -> World {
    let mut people: Vec<Responder> = roster(&[PRIMARY, SECONDARY, LEAD, CTO]).people().cloned().collect();
    people.iter_mut().filter(|one| one.id == id(SECONDARY)).for_each(|one| one.contacts.clear());
    let roles = roster(&[]).roles().map(|(role, people)| (role.to_owned(), people.to_vec())).collect();
    World::with(plan(Policy::default()), Roster::new(people, roles, Vec::new()))
}

struct Story {
    world: World,
    /// About whom it is asked.
    who: &'static str,
    /// The fate of their last page, or of none.
    fate: &'static str,
    /// What the answer says.
    says: &'static [&'static str],
}

fn after(mut world: World, happens: impl FnOnce(&mut World)) -> World {
    happens(&mut world);
    world
}

fn opened(severity: &str, happens: impl FnOnce(&mut World)) -> World {
    after(World::new(), |world| {
        world.alert("api", severity);
        happens(world);
    })
}

#[expect(clippy::too_many_lines, reason = "a table of stories")]
fn stories() -> Vec<Story> {
    let story = |world, who, fate, says| Story { world, who, fate, says };
    vec![
        story(opened("P0", |_| {}), PRIMARY, "on its way", &["On-call Primary: P0 level 1 of 4"]),
        story(opened("P0", World::deliver), PRIMARY, "paged", &["taken over by handset at 03:00"]),
        story(
            opened("P0", |world| {
                world.deliver();
                world.pass(minutes(5));
            }),
            SECONDARY,
            "on its way",
            &["On-call Secondary: P0 level 2 of 4", "nobody answered at level 1"],
        ),
        story(opened("P0", |_| {}), SECONDARY, "not paged", &["level 2 of P0", "woken at 03:05"]),
        story(opened("P0", |_| {}), CTO, "not paged", &["level 4 of P0", "2 level(s) come first"]),
        story(
            opened("P0", |world| {
                world.person(PRIMARY, on_it()).expect("taken");
            }),
            SECONDARY,
            "not paged",
            &["level 2 of P0", "primary had it from 03:00"],
        ),
        story(
            opened("P0", |world| {
                world.source(crate::world::alert("api", "", incident::AlertStatus::Resolved)).expect("over");
                world.person(PRIMARY, resolve()).expect("resolved");
            }),
            LEAD,
            "not paged",
            &["level 3 of P0", "resolved before that level was reached"],
        ),
        story(opened("P2", |_| {}), SECONDARY, "not paged", &["holds no role on the P2 path"]),
        story(opened("P3", |_| {}), PRIMARY, "not paged", &["P3 wakes nobody", "Create an issue"]),
        story(
            after(by_schedule(false), |world| drop(world.alert("api", "P1"))),
            "ana",
            "on its way",
            &["on call by layer 1 of \"platform\""],
        ),
        story(
            after(by_schedule(false), |world| drop(world.alert("api", "P1"))),
            "ben",
            "not paged",
            &["in the schedule \"platform\"", "somebody else's turn"],
        ),
        story(
            after(by_schedule(true), |world| drop(world.alert("api", "P1"))),
            "cho",
            "on its way",
            &["on call by an override of \"platform\""],
        ),
        story(
            after(by_schedule(true), |world| drop(world.alert("api", "P1"))),
            "ana",
            "not paged",
            &["in the schedule \"platform\"", "somebody else's turn"],
        ),
        story(
            after(two_ways(), |world| drop(world.alert("api", "P1"))),
            PRIMARY,
            "planned",
            &["over email at 03:05", "unless somebody answers"],
        ),
        story(
            after(without_a_phone(), |world| drop(world.alert("api", "P0"))),
            SECONDARY,
            "not paged",
            &["level 2 of P0", "no way to be reached"],
        ),
        story(
            after(World::with(plan(Policy::default()), roster(&[CTO])), |world| {
                world.alert("api", "P1");
            }),
            CTO,
            "on its way",
            &["no further level can be reached, so everybody in the catch-all is woken"],
        ),
        story(
            after(World::with(plan(Policy::default()), roster(&[SECONDARY])), |world| {
                world.alert("api", "P1");
            }),
            SECONDARY,
            "on its way",
            &["P1 level 2 of 3", "passed over: On-call Primary"],
        ),
        story(opened("P0", |world| world.fail("410 gone")), PRIMARY, "failed", &["handset: 410 gone"]),
        story(
            opened("P0", |world| world.fail("410 gone")),
            SECONDARY,
            "on its way",
            &["P0 level 2 of 4", "no page of the level before could be delivered"],
        ),
        story(
            opened("P0", |world| {
                outcome(world, &PageOutcome::TryAgain { error: "busy".into(), after_s: Some(30) });
            }),
            PRIMARY,
            "retrying",
            &["again at 03:00", "busy"],
        ),
        story(
            opened("P0", |world| {
                world.person(SECONDARY, on_it()).expect("taken");
            }),
            PRIMARY,
            "withdrawn",
            &["taken back before it went out: somebody has it"],
        ),
        story(
            opened("P0", |world| {
                let page = world.incident.pages[0].number;
                world.ask(incident::Actor::System, Command::PageUncertain { page }).expect("it is unknown");
            }),
            PRIMARY,
            "on its way",
            &["possibly repeated 1 time(s) after a restart"],
        ),
        story(
            opened("P0", |world| {
                world.deliver();
                world.person(PRIMARY, answer(AckIntent::Cannot)).expect("heard");
            }),
            SECONDARY,
            "on its way",
            &["P0 level 2 of 4", "everybody woken so far cannot"],
        ),
        story(
            opened("P0", |world| {
                world.deliver();
                world.person(PRIMARY, on_it()).expect("taken");
                world.pass(minutes(61));
            }),
            PRIMARY,
            "on its way",
            &["P0 level 1 of 4", "no word from primary for 60 min"],
        ),
        story(
            opened("P0", |world| {
                world.person(PRIMARY, on_it()).expect("taken");
                world.pass(minutes(55));
            }),
            PRIMARY,
            "on its way",
            &["primary has it and gave no news for 55 min"],
        ),
        story(
            opened("P0", |world| {
                world.person(PRIMARY, on_it()).expect("taken");
                let asked = Command::HandOver { to: id(CTO), words: "the vendor knows you".into() };
                world.person(PRIMARY, asked).expect("asked");
            }),
            CTO,
            "on its way",
            &["primary wants to hand it over to you: the vendor knows you"],
        ),
        story(
            opened("P0", |world| {
                let asked = Command::AskHelp { target: "Eng Lead".into(), words: String::new() };
                world.person(PRIMARY, asked).expect("asked");
            }),
            LEAD,
            "on its way",
            &["primary asks for your help"],
        ),
        story(
            opened("P2", |world| {
                world.deliver();
                let worse =
                    incident::Command::SetSeverity { severity: "P0".into(), reason: "all is down".into() };
                world.person(PRIMARY, worse).expect("set");
                world.pass(minutes(5));
            }),
            SECONDARY,
            "on its way",
            &["P0 level 2 of 4"],
        ),
        story(
            opened("P0", |world| {
                world.deliver();
                world.pass(minutes(60 * 24));
                world.deliver();
            }),
            PRIMARY,
            "paged",
            &["round 6 of the path began: nobody has answered"],
        ),
    ]
}

#[test]
fn every_story_is_answered() {
    let stories = stories();
    assert!(stories.len() >= 20, "{}", stories.len());
    for Story { world, who, fate, says } in stories {
        let lines = why(&world.incident, &world.moment());
        let line = lines.iter().rfind(|line| line.person.0 == who);
        let line = line.unwrap_or_else(|| panic!("no answer about {who}: {lines:#?}"));
        println!("{who}: {}: {}", line.fate, line.because);
        assert_eq!(line.fate, fate, "{who}: {}", line.because);
        for words in says {
            assert!(line.because.contains(words), "{who}: {words:?} is not in {:?}", line.because);
        }
    }
}

/// Nobody in the roster is left without an answer, whatever happened.
#[test]
fn everybody_gets_an_answer() {
    for story in stories() {
        let lines = why(&story.world.incident, &story.world.moment());
        for person in story.world.roster.people() {
            assert!(lines.iter().any(|line| line.person == person.id), "{} has no answer", person.id);
        }
        assert!(lines.iter().all(|line| !line.because.is_empty()));
    }
}
