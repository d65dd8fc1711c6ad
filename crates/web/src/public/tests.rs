//! What strangers see, from samples: never anything internal.

use super::page::{Site, render};
use super::told::told;
use crate::view::sample::{RIGHT_TO_LEFT, SCRIPT, Sample};
use incident::{Audience, Phase};
use jiff::{SignedDuration, Timestamp};

const SECRET: &str = "internal-secret-of-the-team";

fn site(now: Timestamp) -> Site {
    Site {
        title: "Tabbi".to_owned(),
        url: "https://status.example.test".to_owned(),
        components: vec!["API".to_owned(), "Web".to_owned()],
        now,
        started_at: now - SignedDuration::from_hours(1),
    }
}

fn all(docs: &super::board::Docs) -> [&str; 7] {
    [
        docs.page.text(),
        docs.feed.text(),
        docs.summary.text(),
        docs.status.text(),
        docs.components.text(),
        docs.incidents.text(),
        docs.unresolved.text(),
    ]
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn an_incident_nobody_spoke_of_is_not_there() {
    let mut sample = Sample::new(SECRET, "P0");
    sample.tell(Audience::Internal, Phase::Identified, "", SECRET);
    assert_eq!(told(&sample.incident), None);
}

#[test]
fn nothing_internal_is_ever_shown() {
    let mut sample = Sample::new(SECRET, "P0");
    sample.person(incident::Command::Note { text: SECRET.to_owned() });
    sample.tell(Audience::Internal, Phase::Investigating, "", SECRET);
    sample.tell(Audience::Public, Phase::Investigating, "Errors", "We are looking into it.");
    sample.person(incident::Command::Resolve { summary: SECRET.to_owned() });
    let docs = render(&site(sample.now), vec![told(&sample.incident).expect("strangers were told")]);
    let name = sample.incident.id.to_string().to_lowercase();
    for text in all(&docs) {
        assert!(!text.contains(SECRET), "{text}");
        assert!(!text.contains("primary"), "nobody is named: {text}");
        assert!(!text.to_lowercase().contains(&name), "the incident's own id stays inside: {text}");
    }
}

#[test]
fn the_page_follows_the_words() {
    let mut sample = Sample::new("x", "P1");
    let now = sample.now;
    let well = render(&site(now), Vec::new());
    assert!(well.page.text().contains("All systems operational"));
    assert_eq!(json(well.status.text())["status"]["indicator"], "none");

    sample.tell(Audience::Public, Phase::Investigating, "Errors", "The API answers slowly.");
    let ill = render(&site(now), told(&sample.incident).into_iter().collect());
    assert!(ill.page.text().contains("Service is degraded: one incident"));
    let summary = json(ill.summary.text());
    assert_eq!(summary["status"]["indicator"], "minor");
    assert_eq!(summary["components"][0]["status"], "degraded_performance", "its words name it");
    assert_eq!(summary["components"][1]["status"], "operational");
    assert_eq!(summary["incidents"][0]["status"], "investigating");
    assert_eq!(summary["incidents"][0]["incident_updates"][0]["body"], "The API answers slowly.");
    assert_eq!(summary["incidents"][0]["id"].as_str().map(str::len), Some(12));

    sample.pass(60).tell(Audience::Public, Phase::Resolved, "Errors", "It is over.");
    let over = render(&site(sample.now), told(&sample.incident).into_iter().collect());
    assert!(over.page.text().contains("All systems operational") && over.page.text().contains("It is over."));
    let summary = json(over.summary.text());
    assert_eq!(summary["incidents"].as_array().map(Vec::len), Some(0));
    assert_eq!(json(over.incidents.text())["incidents"][0]["status"], "resolved");
}

#[test]
fn an_incident_whose_words_name_no_component_degrades_all() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Investigating, "Errors", "Something is slow.");
    let docs = render(&site(sample.now), told(&sample.incident).into_iter().collect());
    assert_eq!(docs.page.text().matches("degraded</span>").count(), 2);
}

#[test]
fn over_without_a_last_word_is_over_all_the_same() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Identified, "Errors", "The cause is known.");
    sample.pass(5).person(incident::Command::Resolve { summary: SECRET.to_owned() });
    let one = told(&sample.incident).expect("strangers were told");
    assert_eq!((one.phase(), one.over_at), (Phase::Resolved, Some(sample.now)));
}

#[test]
fn a_feed_is_named_after_its_page_and_is_no_status_twice() {
    let now = "2026-11-23T03:00:00Z".parse().expect("a time");
    for (title, name) in [("Tabbi", "Tabbi status"), ("Practice status", "Practice status")] {
        let docs = render(&Site { title: title.to_owned(), ..site(now) }, Vec::new());
        let wanted = format!("<title>{name}</title>");
        assert!(docs.feed.text().contains(&wanted), "{wanted} in {}", docs.feed.text());
    }
}

#[test]
fn words_stay_words_and_feeds_stay_feeds() {
    for words in [SCRIPT, RIGHT_TO_LEFT, &"x".repeat(200), "a\u{0}b\u{1b}[31m"] {
        let mut sample = Sample::new("x", "P1");
        sample.tell(Audience::Public, Phase::Investigating, words, words);
        let docs = render(&site(sample.now), told(&sample.incident).into_iter().collect());
        let page = docs.page.text();
        assert!(!page.contains("<script") && !page.contains(" style="), "{page}");
        let feed = docs.feed.text();
        assert!(!feed.contains("<script") && !feed.contains('\u{0}') && !feed.contains('\u{1b}'), "{feed}");
        assert_eq!(feed.matches("<entry>").count(), 1);
        assert!(page.len() < 20_000, "{} bytes", page.len());
    }
}

#[test]
fn days_older_than_a_fortnight_leave() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Resolved, "Old trouble", "It is over.");
    let told: Vec<_> = told(&sample.incident).into_iter().collect();
    let soon = render(&site(sample.now + SignedDuration::from_hours(24 * 13)), told.clone());
    assert!(soon.page.text().contains("Old trouble"));
    let late = render(&site(sample.now + SignedDuration::from_hours(24 * 15)), told);
    assert!(!late.page.text().contains("Old trouble"));
}
