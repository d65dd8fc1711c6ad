//! What a person reports: as small and harmless as what an alert brings.

use crate::world::{PRIMARY, World};
use incident::{Command, Refusal, words};

#[test]
fn what_a_person_reports_is_made_small_and_harmless_as_an_alert_is() {
    let mut world = World::new();
    let report = |title: String, description: String| Command::Report {
        title,
        description,
        severity: None,
        matches: vec![],
    };
    let nothing = world.person(PRIMARY, report("\u{0}\u{1b} \r\n".into(), String::new()));
    assert!(matches!(nothing, Err(Refusal::Missing { .. })), "{nothing:?}");
    let title = format!("it\u{0} broke\u{1b}[31m\r\nhere {}", "x".repeat(100_000));
    world.person(PRIMARY, report(title, format!("a\r\n\u{7}b{}", "x".repeat(100_000)))).expect("opens");
    let incident = &world.incident;
    assert_eq!(incident.title.chars().count(), words::TITLE_CHARS_MAX - 1, "one was no letter");
    assert!(incident.title.starts_with("it  broke [31m here xxx"), "{:?}", incident.title);
    assert_eq!(incident.description.chars().count(), words::DESCRIPTION_CHARS_MAX - 1, "one was no letter");
    assert!(incident.description.starts_with("a\n bxxx"), "{:?}", &incident.description[..9]);
    assert!(!incident.title.contains(char::is_control));
}
