//! Overrides and swaps that people make while the system runs.

use crate::world::{LEAD, PRIMARY, SECONDARY, World, minutes, person, plan, roster};
use incident::words::page_words;
use incident::{
    Entry, EventKind, Every, Layer, MadeOverride, Moment, OVERRIDE_MAX, Override, OverrideDraft, OverrideId,
    OverrideKind, OverrideWish, PersonId, Policy, Reaching, Refusal, Roster, Rotation, Schedule, Silences,
    SwapShift, Turns, Weekdays, Window, why,
};
use jiff::civil::datetime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

fn id(name: &str) -> PersonId {
    PersonId(name.to_owned())
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a valid time")
}

const NOW: &str = "2026-01-05T03:00:00Z";

/// Days of the primary, of the secondary and of both, from midnight to midnight.
fn days() -> Roster {
    let turns = vec![vec![id(PRIMARY)], vec![id(SECONDARY)], vec![id(PRIMARY), id(LEAD)]];
    let rotation = Rotation { turns, every: Every::Days(1), from: datetime(2026, 1, 5, 0, 0, 0, 0) };
    let layers = vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }];
    let schedule = |name: &str, layers| Schedule {
        name: name.to_owned(),
        zone: TimeZone::UTC,
        layers,
        overrides: Vec::new(),
    };
    let people = roster(&[PRIMARY, SECONDARY, LEAD]).people().cloned().collect();
    let roles = [
        ("On-call Primary".to_owned(), vec![id("platform")]),
        ("On-call Secondary".to_owned(), vec![id(SECONDARY)]),
    ];
    Roster::new(people, roles.into(), Vec::new())
        .with_schedules(vec![schedule("platform", layers), schedule("empty", Vec::new())])
}

fn take(who: &[&str], from: Option<&str>, until: &str) -> OverrideWish {
    OverrideWish::Take {
        schedule: "platform".to_owned(),
        people: who.iter().map(|name| id(name)).collect(),
        from: from.map(at),
        until: at(until),
    }
}

fn shift(who: &str, when: &str) -> SwapShift {
    SwapShift { schedule: "platform".to_owned(), person: id(who), at: at(when) }
}

fn swap(first: SwapShift, second: SwapShift) -> OverrideWish {
    OverrideWish::Swap { first, second }
}

fn make(number: u64, wish: OverrideWish, roster: &Roster) -> Result<MadeOverride, Refusal> {
    let draft = OverrideDraft { wish, reason: " the school\nplay ".to_owned() };
    MadeOverride::new(OverrideId::from_parts(number, 1), draft, person("eva"), at(NOW), roster)
}

fn who(roster: &Roster, when: &str) -> String {
    let schedule = roster.schedule("platform").expect("it is there");
    schedule.on_call(at(when)).0.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
}

#[test]
fn the_one_that_was_made_last_counts_until_it_is_ended() {
    let roster = days();
    let first = make(1, take(&[LEAD], None, "2026-01-05T12:00:00Z"), &roster).unwrap();
    let second =
        make(2, take(&[SECONDARY], Some("2026-01-05T06:00:00Z"), "2026-01-05T08:00:00Z"), &roster).unwrap();
    assert_eq!((first.reason.as_str(), first.kind), ("the school play", OverrideKind::Override));
    assert_eq!(first.takes[0].from, at(NOW), "from now on");
    let both = roster.clone().with_made(&[first.clone(), second.clone()]);
    let told = [
        ("2026-01-05T02:59:59Z", PRIMARY),
        ("2026-01-05T03:00:00Z", LEAD),
        ("2026-01-05T06:00:00Z", SECONDARY),
        ("2026-01-05T08:00:00Z", LEAD),
        ("2026-01-05T12:00:00Z", PRIMARY),
    ];
    for (when, wanted) in told {
        assert_eq!(who(&both, when), wanted, "{when}");
    }
    let schedule = both.schedule("platform").unwrap();
    let entry = schedule.on_call(at("2026-01-05T06:00:00Z")).1;
    assert_eq!(schedule.told(entry), "an override of \"platform\" that eva made");
    assert_eq!(
        schedule.told_with_reason(entry),
        "an override of \"platform\" that eva made: the school play"
    );

    let ended = first.end(person("ana"), at("2026-01-05T04:00:00Z")).unwrap();
    assert_eq!((ended.version, ended.until()), (2, at("2026-01-05T04:00:00Z")));
    let after = roster.with_made(&[ended.clone(), second]);
    assert_eq!(who(&after, "2026-01-05T03:30:00Z"), LEAD, "what was, was so");
    assert_eq!(who(&after, "2026-01-05T04:00:00Z"), PRIMARY);
    let again = ended.end(person("ana"), at("2026-01-05T05:00:00Z")).unwrap_err();
    assert!(again.to_string().contains("is over since"), "{again}");
}

#[test]
fn a_swap_exchanges_what_is_still_to_come_of_two_shifts_and_ends_as_one() {
    let roster = days();
    // The primary's shift is under way; the secondary's is tomorrow's.
    let wish = swap(shift(PRIMARY, "2026-01-05T10:00:00Z"), shift(SECONDARY, "2026-01-06T10:00:00Z"));
    let made = make(1, wish, &roster).unwrap();
    let spans: Vec<_> =
        made.takes.iter().map(|take| (take.from.to_string(), take.until.to_string())).collect();
    assert_eq!(spans[0], (NOW.to_owned(), "2026-01-06T00:00:00Z".to_owned()));
    assert_eq!(spans[1], ("2026-01-06T00:00:00Z".to_owned(), "2026-01-07T00:00:00Z".to_owned()));
    let swapped = roster.clone().with_made(std::slice::from_ref(&made));
    assert_eq!(who(&swapped, "2026-01-05T10:00:00Z"), SECONDARY);
    assert_eq!(who(&swapped, "2026-01-06T10:00:00Z"), PRIMARY);
    let ended = made.end(person("ana"), at("2026-01-05T12:00:00Z")).unwrap();
    let after = roster.clone().with_made(&[ended]);
    assert_eq!(who(&after, "2026-01-05T13:00:00Z"), PRIMARY, "what was left of it");
    assert_eq!(who(&after, "2026-01-06T10:00:00Z"), SECONDARY, "and the other half, which never began");

    // Somebody who shares a shift gives away their part of it.
    let wish = swap(shift(LEAD, "2026-01-07T10:00:00Z"), shift(SECONDARY, "2026-01-09T10:00:00Z"));
    let shared = make(2, wish, &roster).unwrap();
    let swapped = roster.clone().with_made(std::slice::from_ref(&shared));
    assert_eq!(who(&swapped, "2026-01-07T10:00:00Z"), "primary+secondary");
    assert_eq!(who(&swapped, "2026-01-09T10:00:00Z"), LEAD);
    // And a swap of what was swapped is one of what holds.
    let back = swap(shift(SECONDARY, "2026-01-07T10:00:00Z"), shift(LEAD, "2026-01-09T10:00:00Z"));
    let back = make(3, back, &swapped).unwrap();
    let both = roster.with_made(&[shared, back]);
    assert_eq!(
        (who(&both, "2026-01-07T10:00:00Z").as_str(), who(&both, "2026-01-09T10:00:00Z").as_str()),
        ("primary+lead", SECONDARY)
    );
}

#[test]
fn what_cannot_be_meant_is_refused_in_words() {
    let roster = days();
    let until = "2026-01-05T12:00:00Z";
    let other = |schedule: &str| OverrideWish::Take {
        schedule: schedule.to_owned(),
        people: vec![id(LEAD)],
        from: None,
        until: at(until),
    };
    let long = (at(NOW) + OVERRIDE_MAX + SignedDuration::from_secs(1)).to_string();
    let monday = shift(PRIMARY, "2026-01-05T10:00:00Z");
    let cases = [
        (other("nights"), "there is no schedule \"nights\"; there is empty, platform"),
        (take(&[], None, until), "1 to 20 people take it, not 0"),
        (take(&["zoe"], None, until), "nobody has the id \"zoe\""),
        (take(&[LEAD], None, NOW), "before it begins"),
        (take(&[LEAD], Some("2026-01-05T13:00:00Z"), until), "before it begins"),
        (take(&[LEAD], None, &long), "longer than 92 days"),
        (take(&[LEAD], Some("2027-01-07T00:00:00Z"), "2027-01-08T00:00:00Z"), "more than a year from now"),
        (swap(monday.clone(), shift(PRIMARY, "2026-01-07T10:00:00Z")), "both shifts are primary's"),
        (
            swap(monday.clone(), shift(LEAD, "2026-01-06T10:00:00Z")),
            "lead does not have \"platform\" at 2026-01-06T10:00:00Z; secondary has",
        ),
        (
            swap(shift(LEAD, "2026-01-07T10:00:00Z"), shift(PRIMARY, "2026-01-08T10:00:00Z")),
            "primary shares the shift",
        ),
        (
            swap(shift(SECONDARY, "2026-01-03T10:00:00Z"), monday.clone()),
            "secondary does not have \"platform\" at 2026-01-03T10:00:00Z; nobody has",
        ),
    ];
    for (wish, words) in cases {
        let said = make(1, wish.clone(), &roster).unwrap_err().to_string();
        assert!(said.starts_with("override: ") && said.contains(words), "{wish:?}: {said}");
    }
    let draft = |reason: &str| OverrideDraft { wish: take(&[LEAD], None, until), reason: reason.to_owned() };
    let made =
        |by, reason| MadeOverride::new(OverrideId::from_parts(1, 1), draft(reason), by, at(NOW), &roster);
    assert!(matches!(made(person("eva"), " \n"), Err(Refusal::Missing { .. })));
    assert_eq!(made(incident::Actor::System, "x"), Err(Refusal::PersonNeeded));
    let over = at("2026-02-05T03:00:00Z");
    let draft = OverrideDraft {
        wish: swap(monday, shift(SECONDARY, "2026-02-05T10:00:00Z")),
        reason: "x".to_owned(),
    };
    let said =
        MadeOverride::new(OverrideId::from_parts(1, 1), draft, person("eva"), over, &roster).unwrap_err();
    assert!(said.to_string().contains("is over since 2026-01-06"), "{said}");
}

#[test]
fn a_shift_without_an_end_is_not_exchanged() {
    let mut schedule = days().schedule("platform").unwrap().clone();
    let rotation = Rotation {
        turns: vec![vec![id(PRIMARY)]],
        every: Every::Days(7),
        from: datetime(2026, 1, 5, 0, 0, 0, 0),
    };
    schedule.layers = vec![Layer { turns: Turns::Rotation(rotation), windows: Vec::new() }];
    schedule.name = "always".to_owned();
    let roster = days().with_schedules(vec![schedule, days().schedule("platform").unwrap().clone()]);
    let always =
        SwapShift { schedule: "always".to_owned(), person: id(PRIMARY), at: at("2026-01-09T10:00:00Z") };
    let said = make(1, swap(always, shift(SECONDARY, "2026-01-06T10:00:00Z")), &roster).unwrap_err();
    assert!(said.to_string().contains("has no end; say from when until when"), "{said}");
}

#[test]
fn one_that_is_made_while_an_escalation_runs_counts_from_the_next_level_on_and_is_told() {
    let mut bound = days();
    let roles = [
        ("On-call Primary".to_owned(), vec![id(PRIMARY)]),
        ("On-call Secondary".to_owned(), vec![id("platform")]),
    ];
    let people = bound.people().cloned().collect();
    let schedules = bound.schedules().cloned().collect();
    bound = Roster::new(people, roles.into(), Vec::new()).with_schedules(schedules);
    let mut world = World::with(plan(Policy::default()), bound.clone());
    world.alert("api", "P1");
    world.deliver();
    assert_eq!(world.paged(), [PRIMARY]);
    let made = make(1, take(&[LEAD], None, "2026-01-05T12:00:00Z"), &bound).unwrap();
    world.roster = bound.with_made(&[made]);
    world.pass(minutes(29));
    assert_eq!(world.paged(), [PRIMARY], "nobody is woken for it");
    world.pass(minutes(1));
    assert_eq!(world.paged(), [PRIMARY, LEAD]);
    let rule = world.events.iter().rev().find_map(|event| match &event.kind {
        EventKind::LevelReached(Reaching { rule, .. }) => Some(rule.clone()),
        _ => None,
    });
    let rule = rule.expect("a level was reached");
    assert!(rule.contains("on call by an override of \"platform\" that eva made"), "{rule}");
    let page = world.incident.pages.iter().find(|page| page.responder == id(LEAD)).expect("was paged");
    let words = format!("{:?}", page_words(&world.incident, page));
    assert!(words.contains("that eva made"), "{words}");
    assert!(
        !words.contains("school") && !rule.contains("school"),
        "the reason is eva's to tell: {words} {rule}"
    );
    let lines = why(&world.incident, &world.moment());
    let of =
        |who: &str| lines.iter().find(|line| line.person == id(who)).expect("there is an answer").clone();
    assert!(of(LEAD).because.contains("; eva's reason for it: the school play"), "{:?}", of(LEAD));
    let spared = of(SECONDARY);
    assert_eq!(spared.fate, "not paged");
    let words = "somebody else's turn by an override of \"platform\" that eva made: the school play";
    assert!(spared.because.contains(words), "{spared:?}");
    assert!(matches!(world.roster.schedule("platform").unwrap().on_call(world.now).1, Entry::Override(_)));
}

#[test]
fn an_override_that_somebody_made_gives_nobody_the_right_to_the_second_word() {
    let bound = days();
    let roles = [("Engineering Lead".to_owned(), vec![id("platform")])];
    let people = bound.people().cloned().collect();
    let roster =
        Roster::new(people, roles.into(), Vec::new()).with_schedules(bound.schedules().cloned().collect());
    let policy = Policy { second_word_roles: vec!["Engineering Lead".to_owned()], ..Policy::default() };
    let silences = Silences::none();
    let may = |roster: &Roster, who: &str| {
        policy.may_confirm(&id(who), &Moment { at: at("2026-01-05T04:00:00Z"), roster, silences: &silences })
    };
    let made = make(1, take(&[SECONDARY], None, "2026-01-05T12:00:00Z"), &roster).unwrap();
    let taken = roster.with_made(&[made]);
    assert_eq!(who(&taken, "2026-01-05T04:00:00Z"), SECONDARY, "who is woken");
    assert!(!may(&taken, SECONDARY), "whoever may answer may make one");
    assert!(may(&taken, PRIMARY), "who has it by the settings keeps the right");

    // What the settings themselves have otherwise counts.
    let mut schedule = taken.schedule("platform").unwrap().clone();
    let own =
        Override { people: vec![id(LEAD)], from: at(NOW), until: at("2026-01-06T00:00:00Z"), made: None };
    schedule.overrides.insert(0, own);
    let set = taken.with_schedules(vec![schedule]);
    assert!(may(&set, LEAD) && !may(&set, PRIMARY) && !may(&set, SECONDARY));
}

#[test]
fn whoever_has_left_the_settings_has_no_part_in_an_override_and_the_schedule_counts_again() {
    let before = days();
    let alone = make(1, take(&[LEAD], None, "2026-01-05T12:00:00Z"), &before).unwrap();
    let both =
        make(2, take(&[LEAD, SECONDARY], Some("2026-01-05T12:00:00Z"), "2026-01-05T18:00:00Z"), &before)
            .unwrap();
    let left = before.people().filter(|one| one.id != id(LEAD)).cloned().collect();
    let roles = [("On-call Primary".to_owned(), vec![id("platform")])];
    let roster = Roster::new(left, roles.into(), Vec::new())
        .with_schedules(before.schedules().cloned().collect())
        .with_made(&[alone, both]);
    assert_eq!(who(&roster, "2026-01-05T04:00:00Z"), PRIMARY, "the layer below");
    assert_eq!(who(&roster, "2026-01-05T13:00:00Z"), SECONDARY, "whoever is left of it");
    let held = roster.holders("On-call Primary", at("2026-01-05T04:00:00Z"));
    assert_eq!(held.iter().map(|one| one.id.0.as_str()).collect::<Vec<_>>(), [PRIMARY]);
}

/// Hours of turns, and so many windows beside them that a year has more changes than are looked at.
fn busy() -> Roster {
    let day = |minute: i8| jiff::civil::time(minute / 60, minute % 60, 0, 0);
    let all = [1, 2, 3, 4, 5, 6, 7].iter().fold(Weekdays::default(), |days, number| {
        days.with(jiff::civil::Weekday::from_monday_one_offset(*number).expect("a day"))
    });
    let windows =
        (1..=22).map(|minute| Window { days: all, from: day(minute), to: day(minute + 30) }).collect();
    let turns = |turns: Vec<Vec<PersonId>>| {
        Turns::Rotation(Rotation { turns, every: Every::Hours(1), from: datetime(2025, 1, 1, 0, 0, 0, 0) })
    };
    let layers = vec![
        Layer { turns: turns(vec![vec![id(PRIMARY)], vec![id(SECONDARY)]]), windows: Vec::new() },
        Layer { turns: turns(vec![vec![id(LEAD)]]), windows },
    ];
    let busy = Schedule { name: "platform".to_owned(), zone: TimeZone::UTC, layers, overrides: Vec::new() };
    days().with_schedules(vec![busy])
}

#[test]
fn a_shift_to_come_is_exchanged_from_its_own_beginning_however_much_was_before() {
    let roster = busy();
    let (first, second) = (shift(PRIMARY, "2026-01-06T10:30:00Z"), shift(SECONDARY, "2026-01-06T13:30:00Z"));
    let made = make(1, swap(first.clone(), second), &roster).unwrap();
    let from: Vec<_> = made.takes.iter().map(|take| take.from.to_string()).collect();
    assert_eq!(from, ["2026-01-06T10:00:00Z", "2026-01-06T13:00:00Z"]);

    let far = shift(SECONDARY, "2026-12-28T13:30:00Z");
    let said = make(2, swap(first, far), &roster).unwrap_err().to_string();
    assert!(
        said.contains("nobody can tell when the shift of \"platform\" at 2026-12-28T13:30:00Z begins"),
        "{said}"
    );
}
