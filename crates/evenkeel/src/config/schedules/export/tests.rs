//! What is exported is read to the same shifts, whatever the schedule.

use super::super::{ScheduleSetting, ics::Known};
use super::*;
use incident::{
    Actor, OverrideDraft, OverrideId, OverrideWish, PersonId, Responder, Roster, Schedule, SwapShift,
};
use jiff::SignedDuration;

/// So many schedules are tried.
const SEEDS: u64 = 150;
const PEOPLE: [&str; 5] = ["ana", "ben", "cho \"c\"", "dev", "eva"];

/// A file of nothing but schedules.
#[derive(serde::Deserialize)]
struct File {
    schedules: Vec<ScheduleSetting>,
}

/// A number from a seed, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

fn id(name: &str) -> PersonId {
    PersonId(name.to_owned())
}

/// A schedule as somebody may write it; every fifth has a layer from a calendar.
fn written(dice: &mut Dice) -> String {
    let zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"];
    let mut text = format!("id = 'platform'\nzone = '{}'\n", dice.of(&zones));
    for _ in 0..=dice.below(3) {
        text.push_str("[[layers]]\n");
        if dice.below(5) == 0 {
            text.push_str("ics = 'oncall.ics'\nnames = { \"Ana \\\"A\\\"\" = 'ana' }\n");
        } else {
            let turns: Vec<String> = (0..=dice.below(3)).map(|_| quoted(dice.of(&PEOPLE))).collect();
            let every = format!("{} {}", dice.below(20) + 1, dice.of(&["hours", "days", "weeks"]));
            let from =
                format!("2026-{:02}-{:02} {:02}:30", dice.below(12) + 1, dice.below(28) + 1, dice.below(24));
            let _ = write!(
                text,
                "people = [[{}], {}]\nevery = '{every}'\nfrom = '{from}'\n",
                turns.join(", "),
                quoted(dice.of(&PEOPLE))
            );
        }
        if dice.below(2) == 0 {
            let days = dice.of(&["mon-fri", "sat,sun", "wed", "fri-mon"]);
            let _ = writeln!(text, "hours = ['{days} {:02}:15-{:02}:45']", dice.below(24), dice.below(24));
        }
    }
    for _ in 0..dice.below(3) {
        let day = dice.below(27) + 1;
        let until = if dice.below(2) == 0 { " 04:00" } else { "T04:00:07Z" };
        let _ = writeln!(
            text,
            "[[overrides]]\npeople = [{}]\nfrom = '2026-10-{day:02} 02:30'\nuntil = '2026-10-{:02}{until}'",
            quoted(dice.of(&PEOPLE)),
            day + 1
        );
    }
    text
}

fn roster(schedule: &Schedule) -> Roster {
    let person = |name: &&str| Responder { id: id(name), name: (*name).to_owned(), contacts: Vec::new() };
    Roster::new(PEOPLE.iter().map(person).collect(), [].into(), Vec::new())
        .with_schedules(vec![schedule.clone()])
}

/// Overrides and swaps that people make of it, some of them ended.
fn made(dice: &mut Dice, schedule: &Schedule, now: Timestamp) -> Vec<MadeOverride> {
    let mut all: Vec<MadeOverride> = Vec::new();
    for number in 0..dice.below(5) {
        let roster = roster(&schedule.with_made(&all, |_| true));
        let later = |dice: &mut Dice, hours: u64| {
            now + SignedDuration::from_secs(i64::try_from(dice.below(hours * 3600)).unwrap())
        };
        let from = later(dice, 60 * 24);
        let wish = if dice.below(2) == 0 {
            let until = from + SignedDuration::from_secs(i64::try_from(dice.below(900_000) + 1).unwrap());
            let people = vec![id(dice.of(&PEOPLE))];
            OverrideWish::Take { schedule: "platform".to_owned(), people, from: Some(from), until }
        } else {
            let shift = |at: Timestamp| {
                let person = roster.schedule("platform")?.on_call(at).0.first()?.clone();
                Some(SwapShift { schedule: "platform".to_owned(), person, at })
            };
            let (Some(first), Some(second)) = (shift(from), shift(later(dice, 60 * 24))) else { continue };
            OverrideWish::Swap { first, second }
        };
        let draft = OverrideDraft { wish, reason: "a \"reason\" # with = signs".to_owned() };
        let (number, by) = (OverrideId::from_parts(number + 1, 1), Actor::Person(id("ana")));
        // What cannot be meant, such as a swap within one shift, is refused, and that is fine.
        let Ok(one) = MadeOverride::new(number, draft, by.clone(), now, &roster) else { continue };
        all.push(if dice.below(4) == 0 { one.end(by, now).unwrap() } else { one });
    }
    all
}

/// Who is on call when, by whatever entry.
fn people(schedule: &Schedule, from: Timestamp) -> Vec<(Timestamp, Vec<PersonId>)> {
    let shifts = schedule.shifts(from, from + SignedDuration::from_hours(90 * 24));
    let mut told: Vec<(Timestamp, Vec<PersonId>)> = Vec::new();
    for shift in shifts {
        if told.last().is_none_or(|(_, last)| *last != shift.people) {
            told.push((shift.from, shift.people));
        }
    }
    told
}

#[test]
fn what_is_exported_gives_the_same_people_at_each_instant() {
    let folder = tempfile::tempdir().unwrap();
    let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Ana \"A\"\nDTSTART:20260907T090000\nDURATION:PT8H\n\
                    RRULE:FREQ=WEEKLY;BYDAY=MO,WE,SA\nEND:VEVENT\nEND:VCALENDAR\n";
    std::fs::write(folder.path().join("oncall.ics"), calendar).unwrap();
    let known = Known::new(PEOPLE.map(|name| (name.to_owned(), id(name))));
    let now: Timestamp = "2026-09-20T10:11:12Z".parse().unwrap();
    let (mut overridden, mut shifts) = (0, 0);
    for seed in 0..SEEDS {
        let mut dice = Dice(seed);
        let text = written(&mut dice);
        let mut setting: ScheduleSetting =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        setting.settle(folder.path(), &known).unwrap();
        let made = made(&mut dice, &setting.schedule(), now);
        // One of them has left the settings since.
        let is_there = |person: &PersonId| *person != id(PEOPLE[0]);
        let holds = setting.schedule().with_made(&made, is_there);

        let exported = setting.exported(&made, is_there, now);
        let file: File =
            toml::from_str(&exported).unwrap_or_else(|error| panic!("seed {seed}: {error}: {exported}"));
        let [mut again] = <[ScheduleSetting; 1]>::try_from(file.schedules).unwrap();
        again.settle(folder.path(), &known).unwrap();
        let (wanted, got) = (people(&holds, now), people(&again.schedule(), now));
        assert_eq!(got, wanted, "seed {seed}: {exported}");
        assert_eq!(
            again.exported(&[], is_there, now),
            without_comments(&exported),
            "seed {seed}: the same again"
        );
        overridden += made.len();
        shifts += wanted.len();
    }
    assert!(overridden > 100 && shifts > 3_000, "{overridden} overrides and {shifts} shifts were compared");
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| [line, "\n"]).collect()
}
