//! What strangers see, from samples: never anything internal.

use super::board::Docs;
use super::history::{Hours, Looks};
use super::render::{INDEX, render};
use super::site::{Component, Freshness, Planned, Site};
use super::told::told;
use crate::view::sample::{RIGHT_TO_LEFT, SCRIPT, Sample};
use incident::{Audience, Phase};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

const SECRET: &str = "internal-secret-of-the-team";

fn named(name: &str) -> Component {
    Component { name: name.to_owned(), ..Component::default() }
}

fn site(now: Timestamp) -> Site {
    Site {
        title: "Tabbi".to_owned(),
        url: "https://status.example.test".to_owned(),
        zone: TimeZone::UTC,
        components: vec![named("API"), named("Web")],
        planned: Vec::new(),
        now,
        since: now - SignedDuration::from_hours(1),
        fresh: Freshness::Fresh,
    }
}

/// Everything, of a page with one incident or none.
fn docs(site: &Site, sample: Option<&Sample>) -> Docs {
    render(site, sample.and_then(|sample| told(&sample.incident)).into_iter().collect(), &Hours::new(), None)
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

fn api(docs: &Docs, name: &str) -> serde_json::Value {
    json(docs.text(&format!("/api/v2/{name}.json")))
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
    let docs = docs(&site(sample.now), Some(&sample));
    let name = sample.incident.id.to_string().to_lowercase();
    let mut seen = 0;
    for (path, doc) in docs.each() {
        let text = doc.text();
        assert!(!text.contains(SECRET), "{path}: {text}");
        assert!(!text.contains("primary"), "{path}: nobody is named: {text}");
        assert!(!text.to_lowercase().contains(&name), "{path}: the incident's own id stays inside: {text}");
        seen += 1;
    }
    assert!(seen > 50, "{seen} documents");
}

#[test]
fn the_page_follows_the_words() {
    let mut sample = Sample::new("x", "P1");
    let well = docs(&site(sample.now), None);
    assert!(well.text("/en/").contains("All systems operational"));
    assert_eq!(api(&well, "status")["status"]["indicator"], "none");

    sample.tell(Audience::Public, Phase::Investigating, "Errors", "The API answers slowly.");
    let ill = docs(&site(sample.now), Some(&sample));
    assert!(ill.text("/en/").contains("Service is degraded: one incident"));
    let summary = api(&ill, "summary");
    assert_eq!(summary["status"]["indicator"], "minor");
    assert_eq!(summary["components"][0]["status"], "degraded_performance", "its words name it");
    assert_eq!(summary["components"][1]["status"], "operational");
    let incident = &summary["incidents"][0];
    assert_eq!(incident["status"], "investigating");
    assert_eq!(incident["components"].as_array().map(Vec::len), Some(1));
    let update = &incident["incident_updates"][0];
    assert_eq!(update["body"], "The API answers slowly.");
    assert_eq!(update["affected_components"][0]["new_status"], "degraded_performance");
    let id = incident["id"].as_str().expect("an id").to_owned();
    assert_eq!(id.len(), 12);
    assert_eq!(incident["shortlink"], format!("https://status.example.test/incidents/{id}/"));
    assert!(ill.text(&format!("/en/incidents/{id}/")).contains("The API answers slowly."));
    assert!(ill.text("/badge.svg").contains("degraded"));

    sample.pass(60).tell(Audience::Public, Phase::Resolved, "Errors", "It is over.");
    let over = docs(&site(sample.now), Some(&sample));
    let page = over.text("/en/");
    assert!(page.contains("All systems operational") && page.contains("It is over."));
    assert_eq!(api(&over, "summary")["incidents"].as_array().map(Vec::len), Some(0));
    assert_eq!(api(&over, "incidents/unresolved")["incidents"].as_array().map(Vec::len), Some(0));
    assert_eq!(api(&over, "incidents")["incidents"][0]["status"], "resolved");
    assert!(over.text("/en/history/").contains("1 incident"));
    assert!(over.text("/en/history/2026-11/").contains("It is over."));
}

#[test]
fn an_incident_whose_words_name_no_component_degrades_all() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Investigating, "Errors", "Something is slow.");
    let docs = docs(&site(sample.now), Some(&sample));
    assert_eq!(docs.text("/en/").matches("degraded</span>").count(), 2);
}

#[test]
fn over_without_a_last_word_is_over_all_the_same() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Identified, "Errors", "The cause is known.");
    sample.pass(5).person(incident::Command::Resolve { summary: SECRET.to_owned() });
    let one = told(&sample.incident).expect("strangers were told");
    assert_eq!((one.phase(), one.over_at), (Phase::Resolved, Some(sample.now)));
    let docs = docs(&site(sample.now), Some(&sample));
    assert!(docs.text("/history.atom").contains("<title>Resolved: Errors</title>"));
}

#[test]
fn what_is_said_after_the_end_moves_no_end() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Identified, "Errors", "The cause is known.");
    sample.pass(5).tell(Audience::Public, Phase::Resolved, "Errors", "It is over.");
    let over = sample.now;
    sample.pass(1).person(incident::Command::Resolve { summary: SECRET.to_owned() });
    sample.pass(5 * 24 * 60).tell(Audience::Public, Phase::Resolved, "Errors", "Our report is out.");
    assert_eq!(told(&sample.incident).expect("strangers were told").over_at, Some(over));
}

#[test]
fn readers_of_rss_take_words_for_words() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Identified, "Errors", "a < b & <img src=x>\nsecond line");
    let docs = docs(&site(sample.now), Some(&sample));
    let rss = docs.text("/history.rss");
    // Once for XML, once for the HTML that its reader makes of it.
    let wanted = "a &#38;lt; b &#38;amp; &#38;lt;img src=x&#38;gt;&#60;br&#62;second line";
    assert!(rss.contains(wanted), "{rss}");
}

#[test]
fn a_feed_is_named_after_its_page_and_is_no_status_twice() {
    let now = "2026-11-23T03:00:00Z".parse().expect("a time");
    for (title, name) in [("Tabbi", "Tabbi status"), ("Practice status", "Practice status")] {
        let docs = docs(&Site { title: title.to_owned(), ..site(now) }, None);
        let wanted = format!("<title>{name}</title>");
        assert!(docs.text("/history.atom").contains(&wanted), "{wanted} in {}", docs.text("/history.atom"));
        assert!(docs.text("/history.rss").contains(&wanted));
    }
}

#[test]
fn each_update_is_an_entry_of_every_feed_and_a_component_has_its_own() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Investigating, "Errors", "The API answers slowly.");
    sample.pass(5).tell(Audience::Public, Phase::Resolved, "Errors", "It is over.");
    let site = site(sample.now);
    let docs = docs(&site, Some(&sample));
    let own = |at: usize| format!("/components/{}/", site.components[at].id());
    for (folder, entries) in [("/", 2), (&own(0), 2), (&own(1), 0)] {
        let feed = |name: &str| docs.text(&format!("{folder}{name}")).to_owned();
        assert_eq!(feed("history.atom").matches("<entry>").count(), entries, "{folder}");
        assert_eq!(feed("history.rss").matches("<item>").count(), entries, "{folder}");
        assert_eq!(json(&feed("feed.json"))["items"].as_array().map(Vec::len), Some(entries), "{folder}");
    }
    let rss = docs.text("/history.rss");
    assert!(rss.contains("<pubDate>Mon, 23 Nov 2026 03:05:00 +0000</pubDate>"), "{rss}");
}

#[test]
fn words_stay_words_and_feeds_stay_feeds() {
    let turned = "a \u{202e}nwod\u{202c}";
    for words in [SCRIPT, RIGHT_TO_LEFT, turned, &"x".repeat(200), "a\u{0}b\u{1b}[31m"] {
        let mut sample = Sample::new("x", "P1");
        sample.tell(Audience::Public, Phase::Investigating, words, words);
        let mut site = site(sample.now);
        let group = Some(words.to_owned());
        site.components[0] = Component { name: words.to_owned(), group, ..Component::default() }.clean();
        let docs = docs(&site, Some(&sample));
        for (path, doc) in docs.each() {
            let text = doc.text();
            let is_json = text.starts_with('{');
            assert!(is_json || !text.contains("<script"), "{path}: {text}");
            assert!(
                !text.contains(" style=") && !text.contains('\u{0}') && !text.contains('\u{1b}'),
                "{path}: {text}"
            );
        }
        assert_eq!(docs.text("/history.atom").matches("<entry>").count(), 1);
        let (plain, brotli) = docs.at("/en/").expect("a page").weighs();
        assert!(plain < 40_000 && brotli < 8_000, "{plain} and {brotli} bytes");
    }
}

#[test]
fn days_older_than_a_fortnight_leave_for_the_history() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Resolved, "Old trouble", "It is over.");
    let soon = docs(&site(sample.now + SignedDuration::from_hours(24 * 13)), Some(&sample));
    assert!(soon.text("/en/").contains("Old trouble"));
    let late = docs(&site(sample.now + SignedDuration::from_hours(24 * 15)), Some(&sample));
    assert!(!late.text("/en/").contains("Old trouble"));
    assert!(late.text("/en/history/2026-11/").contains("Old trouble"));
    assert!(late.text("/en/history/2026-12/").contains("No incidents."), "a month with nothing to tell");
}

#[test]
fn every_day_says_in_words_what_its_colour_says() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Investigating, "Errors", "The API fails.");
    sample.pass(60).tell(Audience::Public, Phase::Resolved, "Errors", "It is over.");
    let mut site = site("2026-11-24T00:00:00Z".parse().expect("a time"));
    site.since = "2026-11-20T00:00:00Z".parse().expect("a time");
    let docs = docs(&site, Some(&sample));
    let page = docs.text("/en/");
    assert!(
        page.contains("<li class=\"w\"><span>23 November 2026: 95.83 % up, 1 incident</span>")
            || page.contains("<li class=\"b\"><span>23 November 2026: 95.83 % up, 1 incident</span>"),
        "{page}"
    );
    assert!(page.contains("<li class=\"u\"><span>22 November 2026: 100 % up</span>"));
    assert!(page.contains("<li class=\"n\"><span>19 November 2026: not measured</span>"));
    assert_eq!(page.matches("<li class=\"n\">").count() + page.matches("<li class=\"u\">").count(), 179);
    assert!(page.contains("By what was said: the share of the time"), "the method is printed");
    assert!(page.contains("not measured: <bdi>85 d"));
    let german = docs.text("/de/");
    assert!(german.contains("<span>23. November 2026: 95,83 % verfügbar, 1 Störung</span>"), "{german}");
}

#[test]
fn a_component_with_probes_is_counted_by_their_looks() {
    let mut site = site("2026-11-24T12:00:00Z".parse().expect("a time"));
    site.components[0].probes = vec!["home".to_owned()];
    let hour: Timestamp = "2026-11-24T10:00:00Z".parse().expect("a time");
    let hours =
        Hours::from([("home".to_owned(), [(hour.as_second(), Looks { passes: 999, fails: 1 })].into())]);
    let docs = render(&site, Vec::new(), &hours, None);
    let page = docs.text("/en/");
    assert!(page.contains("24 November 2026: 99.9 % up"), "{page}");
    assert!(
        page.contains("<b>99.9 %</b></span> <span>by probes</span> <span>measured: <bdi>1 h</bdi></span>"),
        "{page}"
    );
}

#[test]
fn planned_work_is_told_before_while_and_after() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    let work = Planned {
        title: "New disks <b>".to_owned(),
        body: "The API is read-only.".to_owned(),
        components: vec!["API".to_owned()],
        from: at("2026-11-24T22:00:00Z"),
        until: at("2026-11-24T23:00:00Z"),
    };
    let id = work.id();
    let page_at = |now: &str| docs(&Site { planned: vec![work.clone()], ..site(at(now)) }, None);
    let count = |docs: &Docs, name: &str| api(docs, name)["scheduled_maintenances"].as_array().map(Vec::len);

    let before = page_at("2026-11-24T21:00:00Z");
    assert!(
        before.text("/en/").contains("All systems operational") && before.text("/en/").contains("Scheduled")
    );
    assert_eq!(count(&before, "scheduled-maintenances/upcoming"), Some(1));
    assert_eq!(count(&before, "scheduled-maintenances/active"), Some(0));

    let during = page_at("2026-11-24T22:00:00Z");
    assert!(during.text("/en/").contains("Planned work is under way"));
    let summary = api(&during, "summary");
    assert_eq!(summary["status"]["description"], "Service Under Maintenance");
    assert_eq!(summary["components"][0]["status"], "under_maintenance");
    assert_eq!(summary["components"][1]["status"], "operational");
    let told = &summary["scheduled_maintenances"][0];
    assert_eq!(
        (&told["status"], &told["id"]),
        (&json("\"in_progress\""), &serde_json::Value::from(id.as_str()))
    );
    assert_eq!(told["scheduled_until"], "2026-11-24T23:00:00.000Z");

    let after = page_at("2026-11-24T23:00:00Z");
    assert_eq!(count(&after, "summary"), Some(0));
    assert_eq!(count(&after, "scheduled-maintenances"), Some(1));
    assert!(after.text("/en/").contains("Completed") && !after.text("/en/").contains("<h2 id=\"works\""));
    assert!(after.text(&format!("/fr/incidents/{id}/")).contains("New disks &#60;b&#62;"));
}

#[test]
fn groups_stand_in_the_api_as_statuspage_has_them() {
    let mut site = site("2026-11-24T12:00:00Z".parse().expect("a time"));
    for component in &mut site.components {
        component.group = Some("Core".to_owned());
    }
    site.components.push(named("Mail"));
    let docs = docs(&site, None);
    let list = api(&docs, "components")["components"].clone();
    let names: Vec<&str> =
        list.as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["Core", "API", "Web", "Mail"]);
    assert_eq!((&list[0]["group"], &list[1]["group_id"]), (&serde_json::Value::Bool(true), &list[0]["id"]));
    assert_eq!(list[0]["components"][0], list[1]["id"]);
    assert_eq!(list[3]["group_id"], serde_json::Value::Null);
    assert!(docs.text("/en/").contains("<h3 class=\"group\"><bdi>Core</bdi></h3>"));
}

#[test]
fn every_page_is_there_in_every_language_and_links_to_each() {
    let mut sample = Sample::new("x", "P1");
    sample.tell(Audience::Public, Phase::Investigating, "Errors", "The API fails.");
    let docs = docs(&site(sample.now), Some(&sample));
    let mut pages = 0;
    for (path, doc) in docs.each() {
        let Some(rest) = path.strip_prefix("/en/") else { continue };
        for lang in super::lang::ALL {
            let other = docs.text(&format!("/{}/{rest}", lang.code));
            assert!(other.contains(&format!("<html lang=\"{}\" dir=\"{}\">", lang.code, lang.dir)), "{path}");
        }
        if !rest.starts_with("embed/") {
            let up = "../".repeat(path.matches('/').count() - 1);
            assert!(doc.text().contains(&format!("href=\"{up}ar/{rest}\"")), "{path}");
        }
        pages += 1;
    }
    assert_eq!(pages, 5, "home, frame, history, its month, an incident");
    assert!(docs.text(INDEX).contains("href=\"./de/\""));
}

#[test]
fn a_page_that_cannot_be_refreshed_says_as_of_when_it_is() {
    let now = "2026-11-24T12:00:00Z".parse().expect("a time");
    let fresh = docs(&site(now), None);
    assert!(!fresh.text("/en/").contains("class=\"stale\""));
    let stale = docs(&Site { fresh: Freshness::Stale, ..site(now) }, None);
    let page = stale.text("/en/");
    let note = "<span>As of <time datetime=\"2026-11-24T12:00:00Z\">24 November 2026, 12:00 UTC</time>. This page could \
                not be refreshed since.";
    assert!(page.contains(note), "{page}");
}

#[test]
fn times_are_those_of_the_pages_zone_with_utc_beside() {
    let mut site = site("2026-11-24T23:30:00Z".parse().expect("a time"));
    site.zone = TimeZone::get("Asia/Tokyo").expect("a zone");
    let docs = docs(&site, None);
    assert!(docs.text("/en/").contains("25 November 2026, 08:30 Asia/Tokyo (24 November 2026, 23:30 UTC)"));
}

#[test]
fn fifty_components_with_forty_incidents_stay_small() {
    let mut told_all = Vec::new();
    let mut now = Timestamp::UNIX_EPOCH;
    for number in 0..40 {
        let mut sample = Sample::new("x", "P1");
        sample.tell(
            Audience::Public,
            Phase::Investigating,
            &format!("Component {number} is slow"),
            "We look into it.",
        );
        now = sample.now;
        let mut one = told(&sample.incident).expect("told");
        one.id = format!("{number:012}");
        told_all.push(one);
    }
    let mut site = site(now);
    site.components = (0..50).map(|number| named(&format!("Component {number}"))).collect();
    let docs = render(&site, told_all, &Hours::new(), None);
    let (plain, brotli) = docs.at("/en/").expect("a page").weighs();
    println!("fifty components, forty incidents: {plain} bytes, {brotli} as Brotli");
    assert!(brotli < 16_000, "{brotli} bytes of Brotli");
}

#[test]
fn what_is_the_same_is_not_packed_again() {
    let now: Timestamp = "2026-11-24T12:00:00Z".parse().expect("a time");
    let before = docs(&site(now), None);
    let after = render(&site(now), Vec::new(), &Hours::new(), Some(&before));
    for (path, doc) in after.each() {
        let same = before.at(path).is_some_and(|old| core::ptr::eq(old.as_ref(), doc));
        assert!(same, "{path}");
    }
}
