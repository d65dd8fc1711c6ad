//! What is read of a calendar, held against another program's reading, and what is refused.

use super::*;
use incident::{Layer, Schedule, Turns};
use jiff::Timestamp;
use jiff::civil::date;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn known() -> Known {
    let words =
        [("ana", "ana"), ("Ana Alvarez", "ana"), ("ana@example.test", "ana"), ("ben", "ben"), ("eva", "eva")];
    Known::new(words.map(|(word, id)| (word.to_owned(), PersonId(id.to_owned()))))
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn of(text: &str) -> Result<Calendar, String> {
    calendar(text, &berlin(), &Named::default(), &known())
}

fn events(events: &[&str]) -> String {
    let event = |lines: &&str| {
        let lines: Vec<&str> = lines.lines().map(str::trim).collect();
        format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", lines.join("\r\n"))
    };
    let events: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{events}END:VCALENDAR\r\n")
}

fn schedule(calendar: Calendar) -> Schedule {
    Schedule {
        name: "platform".to_owned(),
        zone: berlin(),
        layers: vec![Layer { turns: Turns::Calendar(calendar), windows: Vec::new() }],
        overrides: Vec::new(),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The shifts of a stretch of time, as `from until who`.
fn shifts(text: &str, from: &str, until: &str) -> Vec<String> {
    let schedule = schedule(of(text).unwrap_or_else(|why| panic!("{why}: {text}")));
    let shifts = schedule.shifts(at(from), at(until));
    let shifts = shifts.iter().filter(|shift| !shift.people.is_empty());
    let who = |people: &[PersonId]| people.iter().map(ToString::to_string).collect::<Vec<_>>().join("+");
    shifts.map(|shift| format!("{} {} {}", shift.from, shift.until, who(&shift.people))).collect()
}

/// The occurrences of a stretch of time as the `icalendar` and `dateutil` packages of Python have them.
const OTHERS: &str = "
import sys
try:
    from icalendar import Calendar
    from dateutil import rrule, tz
except ImportError:
    sys.exit('apt-get install -y python3-icalendar')
from datetime import datetime, timezone, timedelta
begin, end = [datetime.fromisoformat(text) for text in sys.argv[1:3]]
aware = lambda value: value if getattr(value, 'tzinfo', None) else datetime(value.year, value.month, value.day, getattr(value, 'hour', 0), getattr(value, 'minute', 0), tzinfo=tz.gettz('Europe/Berlin'))
named = lambda value: value.replace(tzinfo=tz.gettz(str(value.tzinfo))) if str(value.tzinfo) not in ('UTC', 'None') and 'tzfile' not in str(value.tzinfo) else value
utc = lambda value: value.astimezone(timezone.utc)
found = []
for event in Calendar.from_ical(sys.stdin.buffer.read()).walk('VEVENT'):
    first, last = [named(aware(event.decoded(name))) for name in ('DTSTART', 'DTEND')]
    lasts = last.replace(tzinfo=None) - first.replace(tzinfo=None)
    skip = event.get('EXDATE', [])
    skip = [utc(named(aware(each.dt))) for one in (skip if isinstance(skip, list) else [skip]) for each in one.dts]
    starts = [first]
    if 'RRULE' in event:
        starts = rrule.rrulestr(event['RRULE'].to_ical().decode(), dtstart=first)
    for start in starts:
        if utc(start) > end:
            break
        stop = (start.replace(tzinfo=None) + lasts).replace(tzinfo=start.tzinfo)
        if utc(start) not in skip and utc(start) >= begin:
            found.append((utc(start), utc(stop), str(event['SUMMARY'])))
for start, stop, who in sorted(found):
    print(start.strftime('%Y-%m-%dT%H:%M:%SZ'), stop.strftime('%Y-%m-%dT%H:%M:%SZ'), who)
";

fn others(text: &str, from: &str, until: &str) -> Vec<String> {
    let python = if Path::new("/usr/bin/python3").exists() { "/usr/bin/python3" } else { "python3" };
    #[expect(clippy::disallowed_methods, reason = "the other reader of the calendar is a child process")]
    let mut child = Command::new(python)
        .args(["-c", OTHERS, &from.replace('Z', "+00:00"), &until.replace('Z', "+00:00")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 reads the calendar: apt-get install -y python3-icalendar");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{text}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn recurring_events_come_when_another_program_says() {
    let (from, until) = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    let rules = [
        "RRULE:FREQ=DAILY",
        "RRULE:FREQ=DAILY;INTERVAL=3;COUNT=40\r\nEXDATE;TZID=ZONE:20260108T090000,20260408T090000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,FR;UNTIL=20260901T070000Z",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO;COUNT=21",
        "RRULE:FREQ=DAILY;BYDAY=MO,WE\r\nEXDATE;TZID=ZONE:20260112T090000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260330T070000Z",
    ];
    for rule in rules {
        for zone in ["Europe/Berlin", "America/New_York", "Asia/Kolkata"] {
            let rule = rule.replace("ZONE", zone);
            let text = events(&[&format!(
                "SUMMARY:ana\nDTSTART;TZID={zone}:20260105T090000\nDTEND;TZID={zone}:20260105T173000\n{rule}"
            )]);
            let ours = shifts(&text, from, until);
            assert_eq!(ours, others(&text, from, until), "{rule} in {zone}");
            assert!(ours.len() > 10, "{rule}: {ours:?}");
        }
    }
}

#[test]
fn hand_offs_of_a_weekly_series_meet_when_the_clocks_change() {
    let text = events(&[
        "SUMMARY:Ana Alvarez\nDTSTART;TZID=Europe/Berlin:20260302T090000\nDTEND;TZID=Europe/Berlin:20260309T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2",
        "SUMMARY:BEN\nDTSTART;TZID=Europe/Berlin:20260309T090000\nDURATION:P1W\nRRULE:FREQ=WEEKLY;INTERVAL=2",
    ]);
    let shifts = shifts(&text, "2026-03-16T08:00:00Z", "2026-04-06T07:00:00Z");
    // On the 29th of March an hour is skipped: nine o'clock is an hour earlier in UTC from then on.
    let wanted = [
        "2026-03-16T08:00:00Z 2026-03-23T08:00:00Z ana",
        "2026-03-23T08:00:00Z 2026-03-30T07:00:00Z ben",
        "2026-03-30T07:00:00Z 2026-04-06T07:00:00Z ana",
    ];
    assert_eq!(shifts, wanted);
}

#[test]
fn one_of_a_series_may_be_moved_or_called_off_and_several_may_be_on_call() {
    let text = events(&[
        "UID:a\nSUMMARY:ana\nDTSTART:20260105T090000Z\nDTEND:20260105T100000Z\nRRULE:FREQ=DAILY;COUNT=4",
        "UID:a\nRECURRENCE-ID:20260106T090000Z\nSUMMARY:ben\nDTSTART:20260106T120000Z\nDTEND:20260106T130000Z",
        "UID:a\nRECURRENCE-ID:20260107T090000Z\nSTATUS:CANCELLED\nDTSTART:20260107T090000Z",
        "UID:b\nSUMMARY:eva, ben\nDTSTART:20260108T093000Z\nDTEND:20260108T110000Z\nBEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM",
        "UID:c\nSTATUS:CANCELLED\nSUMMARY:eva\nDTSTART:20260109T093000Z\nDTEND:20260109T110000Z",
    ]);
    let wanted = [
        "2026-01-05T09:00:00Z 2026-01-05T10:00:00Z ana",
        "2026-01-06T12:00:00Z 2026-01-06T13:00:00Z ben",
        "2026-01-08T09:00:00Z 2026-01-08T09:30:00Z ana",
        "2026-01-08T09:30:00Z 2026-01-08T10:00:00Z eva+ben+ana",
        "2026-01-08T10:00:00Z 2026-01-08T11:00:00Z eva+ben",
    ];
    assert_eq!(shifts(&text, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"), wanted);
}

#[test]
fn bare_times_hang_in_the_zone_of_the_beginning_and_a_day_means_what_comes_on_it() {
    let text = events(&[
        "UID:a\nSUMMARY:ana\nDTSTART;TZID=America/New_York:20260105T090000\nDTEND:20260105T100000\nRRULE:FREQ=DAILY;COUNT=4\n\
         EXDATE;VALUE=DATE:20260106",
        "UID:a\nRECURRENCE-ID:20260107T090000\nSUMMARY:ben\nDTSTART:20260107T120000Z\nDTEND:20260107T130000",
        "UID:a\nRECURRENCE-ID;VALUE=DATE:20260108\nSTATUS:CANCELLED",
        "UID:gone\nRECURRENCE-ID:20260109T090000Z\nSUMMARY:eva\nDTSTART:20260109T120000Z\nDTEND:20260109T130000Z",
    ]);
    let wanted = [
        "2026-01-05T14:00:00Z 2026-01-05T15:00:00Z ana",
        "2026-01-07T12:00:00Z 2026-01-07T13:00:00Z ben",
        "2026-01-09T12:00:00Z 2026-01-09T13:00:00Z eva",
    ];
    assert_eq!(shifts(&text, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"), wanted);
}

#[test]
fn a_skipped_hour_is_read_alike_whether_it_comes_once_or_again() {
    let (from, until) = ("2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z");
    let event = |rule: &str| {
        events(&[&format!("SUMMARY:ana\nDTSTART:20260329T023000\nDTEND:20260329T100000\n{rule}")])
    };
    let wanted = ["2026-03-29T01:00:00Z 2026-03-29T08:00:00Z ana"];
    assert_eq!(shifts(&event("TRANSP:OPAQUE"), from, until), wanted);
    assert_eq!(shifts(&event("RRULE:FREQ=DAILY"), from, until), wanted);
    let skipped = events(&["SUMMARY:ana\nDTSTART:20260329T021500\nDTEND:20260329T024500"]);
    assert_eq!(
        shifts(&skipped, from, until),
        [""; 0],
        "all of it is skipped, and that is no fault of the file"
    );
}

#[test]
fn a_day_without_a_zone_is_one_of_the_schedules() {
    let text = events(&[
        "SUMMARY:eva\nDTSTART;VALUE=DATE:20260704",
        "SUMMARY:ben\nDTSTART:20260706T060000\nDURATION:PT12H",
    ]);
    let wanted =
        ["2026-07-03T22:00:00Z 2026-07-04T22:00:00Z eva", "2026-07-06T04:00:00Z 2026-07-06T16:00:00Z ben"];
    assert_eq!(shifts(&text, "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"), wanted);
    let event = Recurring {
        people: Vec::new(),
        from: date(2026, 7, 4).at(0, 0, 0, 0),
        until: date(2026, 7, 5).at(0, 0, 0, 0),
        zone: berlin(),
        every: Again::Days(1),
        days: Weekdays::default(),
        last: None,
        except: Vec::new(),
    };
    assert_eq!(event.on(date(2026, 7, 3)), None, "none comes before the first");
}

#[test]
fn people_may_be_those_who_are_invited_and_have_other_names_in_the_calendar() {
    let text = events(&[
        "SUMMARY:On call\nDTSTART:20260105T090000Z\nDTEND:20260105T100000Z\nATTENDEE;CN=Somebody:mailto:Ana@Example.test\n\
         ATTENDEE;CN=\"Benjamin, B.\":mailto:b@elsewhere.test\nATTENDEE;PARTSTAT=DECLINED:mailto:eva@example.test",
    ]);
    let names = [("benjamin, b.".to_owned(), "ben".to_owned())].into();
    let named = Named { by: By::Attendee, names };
    let read = calendar(&text, &berlin(), &named, &known()).unwrap();
    assert_eq!(read.once[0].people, [PersonId("ana".to_owned()), PersonId("ben".to_owned())]);
    let unknown =
        calendar(&text, &berlin(), &Named { by: By::Attendee, ..Named::default() }, &known()).unwrap_err();
    assert!(unknown.contains("\"b@elsewhere.test\"") && unknown.contains("names = {"), "{unknown}");
}

#[test]
fn a_word_that_fits_two_people_means_neither_until_names_says_which() {
    let words = [
        ("ana", "ana"),
        ("Ana", "ana2"),
        ("ana2", "ana2"),
        ("team@example.test", "ana"),
        ("Team@example.test", "ben"),
        ("ben", "ben"),
    ];
    let known = Known::new(words.map(|(word, id)| (word.to_owned(), PersonId(id.to_owned()))));
    let hour = "DTSTART:20260105T090000Z\nDTEND:20260105T100000Z";
    let read = |lines: &str, by, names: &[(&str, &str)]| {
        let names = names.iter().map(|(word, id)| ((*word).to_owned(), (*id).to_owned())).collect();
        calendar(&events(&[&format!("{lines}\n{hour}")]), &berlin(), &Named { by, names }, &known)
            .map(|read| read.once[0].people.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let title = "SUMMARY:ben\\, ANA";
    let said = read(title, By::Summary, &[]).unwrap_err();
    assert!(said.contains("SUMMARY names \"ANA\", which is ana as well as ana2; names = {"), "{said}");
    assert_eq!(read(title, By::Summary, &[("Ana", "ana2")]).unwrap(), ["ben", "ana2"]);
    let said = read("ATTENDEE;CN=ben:mailto:team@example.test", By::Attendee, &[]).unwrap_err();
    assert!(said.contains("\"team@example.test\", which is ana as well as ben"), "{said}");
    let said = read(title, By::Summary, &[("Ana", "ANA")]).unwrap_err();
    assert!(
        said.contains("names says that \"ANA\" is \"ANA\", and nobody in [[people]] has that id"),
        "{said}"
    );
    let said = read(title, By::Summary, &[("Ana", "ana"), ("ana", "ana2")]).unwrap_err();
    assert!(said.contains("ana as well as ana2"), "{said}");
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line_and_what_to_do() {
    let hour = "DTSTART:20260105T090000Z\nDTEND:20260105T100000Z";
    let event = |lines: &str| events(&[&format!("SUMMARY:ana\n{hour}\n{lines}")]);
    let cases = [
        (String::new(), "does not begin with BEGIN:VCALENDAR"),
        ("<html>".to_owned(), "line 1 is no line of a calendar"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:ana".to_owned(), "ends before END:VCALENDAR"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n".to_owned(), "line 3: END:VCALENDAR ends nothing"),
        (events(&["SUMMARY:ana\nDTEND:20260105T100000Z"]), "the event at line 4: it has no DTSTART"),
        (events(&["SUMMARY:ana\nDTSTART:20260105T090000Z"]), "neither DTEND nor DURATION"),
        (events(&["SUMMARY:ana\nDTSTART:20261305T090000Z\nDTEND:20260105T100000Z"]), "is no date or time"),
        (events(&["SUMMARY:ana\nDTSTART:20260105T090000Z\nDURATION:1 hour"]), "is no length of time"),
        (events(&[&format!("SUMMARY:zoe\n{hour}")]), "SUMMARY names \"zoe\", and nobody"),
        (events(&[hour]), "it has no SUMMARY"),
        (
            events(&["SUMMARY:ana\nDTSTART;TZID=W. Europe Standard Time:20260105T090000\nDURATION:PT1H"]),
            "no time zone is called \"W. Europe Standard Time\"; export",
        ),
        (event("RRULE:FREQ=MONTHLY"), "neither daily nor weekly; what is read is"),
        (event("RRULE:FREQ=WEEKLY;BYMONTH=3"), "BYMONTH is not read"),
        (event("RRULE:FREQ=WEEKLY;BYDAY=1MO"), "BYDAY has something else"),
        (event("RRULE:FREQ=WEEKLY;BYDAY=TU"), "begins on a day that its own rule does not name"),
        (event("RRULE:FREQ=WEEKLY;COUNT=0"), "COUNT must be"),
        (event("RRULE:FREQ=WEEKLY;COUNT=2;UNTIL=20260201T000000Z"), "both COUNT and UNTIL"),
        (event("RRULE:INTERVAL=2"), "does not say how often"),
        (event("RDATE:20260106T090000Z"), "RDATE is not read"),
        (event("RRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY"), "line 9: EXRULE is not read"),
        (event("RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY"), "line 9: a second RRULE is not read"),
        (
            event("RRULE:FREQ=DAILY\nEXDATE:20260106T083000Z"),
            "line 9: EXDATE:20260106T083000Z meets none of its series",
        ),
        (
            event("RRULE:FREQ=WEEKLY\nEXDATE;VALUE=DATE:20260113"),
            "line 9: EXDATE:20260113 meets none of its series",
        ),
        (
            events(&[
                &format!("UID:a\nSUMMARY:ana\n{hour}\nRRULE:FREQ=DAILY;COUNT=3"),
                "UID:a\nRECURRENCE-ID:20260108T090000Z\nSTATUS:CANCELLED",
            ]),
            "the event at line 11: line 13: RECURRENCE-ID:20260108T090000Z meets none of its series",
        ),
        (event("RECURRENCE-ID:20260105T090000Z"), "without a UID nobody knows of which"),
        (
            events(&["SUMMARY:ana\nDTSTART:20260105T090000Z\nDTEND:20260104T100000Z"]),
            "must end after it begins",
        ),
        (
            events(&["SUMMARY:ana\nDTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260105"]),
            "must end after it begins",
        ),
        (event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260105T090000Z"), "RANGE is not read"),
        (
            events(&["SUMMARY:ana\nDTSTART:20260105T090000Z\nDTEND:20260301T090000Z\nRRULE:FREQ=WEEKLY"]),
            "must last from a second to 31 days",
        ),
    ];
    for (text, words) in cases {
        let said = of(&text).unwrap_err();
        assert!(said.contains(words), "{text}: {said}");
    }
    let many: Vec<&str> = vec!["SUMMARY:ana\nDTSTART:20260105T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"; 101];
    assert!(of(&events(&many)).unwrap_err().contains("101 events come again and again; at most 100"));
}

#[test]
fn a_file_that_is_not_there_or_is_too_large_is_told_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oncall.ics");
    let read = || read(&path, &berlin(), &Named::default(), &known()).unwrap_err();
    assert!(read().contains("oncall.ics: cannot be read"), "{}", read());
    std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert!(read().contains("is not UTF-8"), "{}", read());
    std::fs::write(&path, " ".repeat(BYTES_MAX + 1)).unwrap();
    assert!(read().contains("export fewer months"), "{}", read());
}

#[test]
fn a_server_goes_on_with_what_it_read_last_or_with_nobody_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (path, kept) = (folder.path().join("oncall.ics"), Kept::below(&folder.path().join("data")));
    let read = |known: &Known| kept.read(&path, &berlin(), &Named::default(), known);
    let served = read(&known());
    let why = served.unread.expect("there is no file");
    assert!(
        why.contains("cannot be read") && why.contains("its layer has nobody, for it was never read before"),
        "{why}"
    );
    assert_eq!(served.calendar, Calendar::default());

    let good = events(&["SUMMARY:ana\nDTSTART:20260105T090000Z\nDTEND:20260105T100000Z"]);
    std::fs::write(&path, &good).unwrap();
    let served = read(&known());
    assert_eq!((served.calendar.once.len(), served.unread, served.unkept), (1, None, None));
    std::fs::write(&path, good.replace("20260105T10", "20260104T10")).unwrap();
    let served = read(&known());
    let why = served.unread.expect("it ends before it begins");
    assert!(
        why.contains("must end after it begins") && why.ends_with("what counts is what was read of it last"),
        "{why}"
    );
    assert_eq!(served.calendar.once[0].people, [PersonId("ana".to_owned())]);
    let served = read(&Known::new([("ben".to_owned(), PersonId("ben".to_owned()))]));
    let why = served.unread.expect("nobody knows ana");
    assert!(why.contains("its layer has nobody, for what was kept cannot be read either"), "{why}");
    assert_eq!(served.calendar, Calendar::default());

    let nowhere = Kept::below(&path);
    std::fs::write(&path, good).unwrap();
    let served = nowhere.read(&path, &berlin(), &Named::default(), &known());
    assert_eq!(served.calendar.once.len(), 1, "it counts all the same");
    assert!(served.unkept.expect("a file is no folder").contains("cannot be kept in"));
}
