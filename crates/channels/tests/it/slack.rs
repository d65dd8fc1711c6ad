//! Slack-compatible webhooks: the payload within its limits, and a success that must say so.

use crate::site::{Site, answer};
use crate::{courier_at, delivered, noon, page, parts};
use channels::{ChannelsConfig, SlackConfig};
use engine::ports::Courier;
use incident::Channel;
use std::sync::Arc;

fn courier() -> Arc<dyn Courier> {
    let config =
        ChannelsConfig { slack: Some(SlackConfig {}), http_timeout_s: 2, ..ChannelsConfig::default() };
    courier_at(&config, Channel::Slack, noon())
}

#[tokio::test]
async fn the_payload_has_text_and_blocks() {
    let mut site = Site::answering(answer("200 OK", "content-type: text/html\r\n", "ok")).await;
    let mut page = page(&site.url);
    page.possible_repeat = true;
    assert_eq!(courier().deliver(&page).await, delivered(""));
    let body = site.request().await.json();
    assert_eq!(body["text"], "P1 API answers 500 <https://oncall.example.test/p/abc?sig=1|Open>");
    assert_eq!(body["blocks"][0]["text"]["text"], "P1: API answers 500");
    assert_eq!(body["blocks"][1]["text"]["text"], "Since 11:58\nError rate 62 %");
    let foot = body["blocks"][3]["elements"][0]["text"].as_str().unwrap();
    assert!(foot.contains(&page.reference) && foot.ends_with("possibly a repeat"), "{foot}");
}

#[tokio::test]
async fn an_alert_can_neither_inject_markup_nor_burst_a_limit() {
    let mut site = Site::answering(answer("200 OK", "", "ok\n")).await;
    let mut page = page(&site.url);
    page.short = "<!channel> & <https://evil.test|click>".to_owned();
    page.title = "<&>".repeat(200);
    page.long = vec!["<!here>".repeat(2_000)];
    assert_eq!(courier().deliver(&page).await, delivered(""));
    let body = site.request().await.json();
    let text = body["text"].as_str().unwrap();
    assert!(
        text.starts_with("&lt;!channel&gt; &amp; &lt;https://evil.test|click&gt; <https://oncall."),
        "{text}"
    );
    // A header is plain text, in which Slack reads no markup.
    assert_eq!(body["blocks"][0]["text"]["type"], "plain_text");
    assert!(body["blocks"][0]["text"]["text"].as_str().unwrap().chars().count() <= 150);
    let section = body["blocks"][1]["text"]["text"].as_str().unwrap();
    assert!(section.chars().count() <= 3_000 && !section.contains('<'));
}

#[tokio::test]
async fn each_answer_means_one_of_three() {
    for (status, headers, body, expected) in [
        ("200 OK", "", "ok", ("delivered", None)),
        ("200 OK", "", r#"{"ok": true, "ts": "1"}"#, ("delivered", None)),
        ("200 OK", "", r#"{"ok": false, "error": "x"}"#, ("again", None)),
        ("200 OK", "", "<html>please sign in</html>", ("again", None)),
        ("200 OK", "", "", ("again", None)),
        ("400 Bad Request", "", "invalid_payload", ("never", None)),
        ("403 Forbidden", "", "action_prohibited", ("never", None)),
        ("404 Not Found", "", "no_service", ("never", None)),
        ("410 Gone", "", "channel_is_archived", ("never", None)),
        ("429 Too Many Requests", "retry-after: 30\r\n", "rate_limited", ("again", Some(30))),
        ("500 Internal Server Error", "", "rollup_error", ("again", None)),
        ("302 Found", "location: https://login.test/\r\n", "", ("never", None)),
    ] {
        let site = Site::answering(answer(status, headers, body)).await;
        let (what, after_s, words) = parts(courier().deliver(&page(&site.url)).await);
        assert_eq!((what, after_s), expected, "{status} {body}: {words}");
        assert!(what == "delivered" || words.contains(body), "{words}");
    }
}
