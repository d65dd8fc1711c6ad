//! The public page's own listener: what is sent, in which language and packing, and what there is not.

use crate::client::ask;
use crate::pages::shows;
use crate::world::World;
use engine::ports::JournalError;
use jiff::SignedDuration;

#[tokio::test]
async fn the_reader_chooses_language_and_packing_and_caches_are_told_so() {
    let world = World::new().await;
    let page = world.status;
    shows(page, "/", "All systems operational").await;
    let german = ask(page, "GET", "/").header("accept-language", "de-AT, en;q=0.5").send().await;
    assert!(german.body.contains("Alle Systeme laufen") && german.body.contains("<html lang=\"de\""));
    assert_eq!(german.header("content-language"), Some("de"));
    let varies: Vec<&str> =
        german.headers.iter().filter(|(name, _)| name == "vary").map(|(_, value)| value.as_str()).collect();
    assert_eq!(varies, ["Accept-Encoding", "Accept-Language"]);
    let arabic = ask(page, "GET", "/ar/").header("accept-language", "de").send().await;
    assert!(arabic.body.contains("dir=\"rtl\""));
    assert!(!arabic.headers.iter().any(|(_, value)| value == "Accept-Language"), "its address says it");

    let packed = ask(page, "HEAD", "/de/").header("accept-encoding", "gzip, br").send().await;
    assert_eq!((packed.status, packed.header("content-encoding")), (200, Some("br")));
    assert_eq!(packed.body, "");
    let length: usize = packed.header("content-length").and_then(|text| text.parse().ok()).expect("a length");
    println!("the page with one component: {} bytes, {length} as Brotli", german.body.len());
    assert!(length < 6_000, "{length} bytes");
    let tag = packed.header("etag").expect("a tag");
    let again =
        ask(page, "GET", "/de/").header("accept-encoding", "br").header("if-none-match", tag).send().await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let plain = ask(page, "GET", "/de/").header("if-none-match", tag).send().await;
    assert_eq!(plain.status, 200, "that tag is of other bytes");
}

#[tokio::test]
async fn addresses_lead_to_documents_and_nowhere_else() {
    let world = World::new().await;
    let page = world.status;
    shows(page, "/?utm_source=mail", "All systems operational").await;
    for (path, to) in [("/de", "/de/"), ("/history", "/history/"), ("/de/history", "/de/history/")] {
        let reply = ask(page, "GET", path).send().await;
        assert_eq!((reply.status, reply.header("location")), (308, Some(to)), "{path}");
    }
    for path in
        ["/xx/", "/index.html", "/en/incidents/0123456789ab/", "//de", "/%2e%2e/", "/api/v2/nothing.json"]
    {
        let reply = ask(page, "GET", path).send().await;
        assert_eq!((reply.status, reply.header("cache-control")), (404, Some("no-store")), "{path}");
    }
    for (path, kind) in [
        ("/en/embed/", "text/html; charset=utf-8"),
        ("/history/", "text/html; charset=utf-8"),
        ("/history.rss", "application/rss+xml; charset=utf-8"),
        ("/feed.json", "application/feed+json; charset=utf-8"),
        ("/badge.svg", "image/svg+xml"),
        ("/api/v2/scheduled-maintenances/active.json", "application/json; charset=utf-8"),
    ] {
        let reply = ask(page, "GET", path).send().await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(kind)), "{path}");
        let framed = reply.header("content-security-policy").expect("a policy").contains("frame-ancestors *");
        assert_eq!(framed, path.contains("embed"), "{path}");
        assert_eq!(reply.header("set-cookie"), None);
    }
    assert_eq!(ask(page, "POST", "/").send().await.status, 405);
}

#[tokio::test]
async fn while_nothing_can_be_kept_the_page_says_as_of_when_it_is() {
    let world = World::new().await;
    let (key, page) = (world.source_key().await, world.status);
    let fresh = shows(page, "/en/", "All systems operational").await;
    assert!(!fresh.body.contains("could not be refreshed"));
    for _ in 0..100_000 {
        // Tried again and again, and each try is one of these.
        world.memory.fail_next_commit(JournalError::Unavailable("disk full".to_owned()));
    }
    let alert = r#"{"key":"a","title":"Down","severity":"critical"}"#;
    let send = || ask(world.console, "POST", "/api/alerts").bearer(&key).json(alert).send();
    assert_eq!(send().await.status, 503);
    world.pass(SignedDuration::from_mins(5));
    let stale = shows(page, "/en/", "This page could not be refreshed since.").await;
    assert!(stale.body.contains("As of <time datetime=\"2026-11-23T10:00:00Z\">23 November 2026, 10:00 UTC"));
    assert!(stale.body.contains("All systems operational"), "what was known still stands");
    world.memory.work_again();
    assert_eq!(send().await.status, 200);
    let fresh = shows(page, "/en/", "2026-11-23T10:05:00Z").await;
    assert!(!fresh.body.contains("could not be refreshed"));
}
