//! Signed webhooks: what is sent, and what each answer means.

use crate::site::{Site, answer};
use crate::{courier_at, delivered, noon, page, parts};
use channels::{ChannelsConfig, Secret, WebhookConfig};
use engine::ports::Courier;
use incident::Channel;
use jiff::Timestamp;
use standardwebhooks::Webhook as Oracle;
use std::sync::Arc;
use tokio::net::TcpListener;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn courier(now: Timestamp) -> Arc<dyn Courier> {
    let webhook = Some(WebhookConfig { secret: Secret::new(SECRET.to_owned()) });
    let config = ChannelsConfig { webhook, http_timeout_s: 2, ..ChannelsConfig::default() };
    courier_at(&config, Channel::Webhook, now)
}

#[tokio::test]
async fn an_independent_verifier_accepts_the_signature() {
    let mut site = Site::answering(answer("204 No Content", "", "")).await;
    #[expect(clippy::disallowed_methods, reason = "the verifier compares with the world's clock")]
    let now = Timestamp::now();
    assert_eq!(courier(now).deliver(&page(&site.url)).await, delivered(""));
    let request = site.request().await;
    Oracle::new(SECRET).unwrap().verify(request.body.as_bytes(), &request.headers).unwrap();
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert!(Oracle::new(other).unwrap().verify(request.body.as_bytes(), &request.headers).is_err());
    let changed = request.body.replace("P1", "P3");
    assert!(Oracle::new(SECRET).unwrap().verify(changed.as_bytes(), &request.headers).is_err());
}

#[tokio::test]
async fn the_body_says_everything_and_the_id_stays_the_same() {
    let mut site = Site::answering(answer("200 OK", "", "thanks")).await;
    let courier = courier(noon());
    let mut page = page(&site.url);
    assert_eq!(courier.deliver(&page).await, delivered(""));
    let first = site.request().await;
    assert_eq!(first.line, "POST /hook/T000/secret-part HTTP/1.1");
    assert_eq!(first.headers["content-type"], "application/json");
    assert_eq!(first.headers["webhook-id"], *page.reference.replace('.', "_"));
    assert_eq!(first.headers["webhook-timestamp"], *noon().as_second().to_string());
    let body = first.json();
    assert_eq!((&body["type"], &body["timestamp"]), (&"page.sent".into(), &"2026-01-02T12:00:00Z".into()));
    assert_eq!(body["data"]["reference"], *page.reference);
    assert_eq!(body["data"]["long"][1], "Error rate 62 %");
    (page.attempt, page.possible_repeat) = (2, true);
    courier.deliver(&page).await;
    let second = site.request().await;
    assert_eq!(second.headers["webhook-id"], first.headers["webhook-id"]);
    let data = &second.json()["data"];
    assert_eq!((&data["attempt"], &data["possible_repeat"]), (&2.into(), &true.into()));
}

#[tokio::test]
async fn each_answer_means_one_of_three() {
    for (status, headers, expected) in [
        ("200 OK", "", ("delivered", None)),
        ("202 Accepted", "", ("delivered", None)),
        ("301 Moved Permanently", "location: http://127.0.0.1:1/\r\n", ("never", None)),
        ("400 Bad Request", "", ("never", None)),
        ("401 Unauthorized", "", ("never", None)),
        ("408 Request Timeout", "", ("again", None)),
        ("410 Gone", "retry-after: 5\r\n", ("never", None)),
        ("429 Too Many Requests", "retry-after: 17\r\n", ("again", Some(17))),
        ("500 Internal Server Error", "", ("again", None)),
        ("502 Bad Gateway", "retry-after: soon\r\n", ("again", None)),
        ("503 Service Unavailable", "Retry-After: Fri, 02 Jan 2026 12:01:30 GMT\r\n", ("again", Some(90))),
    ] {
        let mut site = Site::answering(answer(status, headers, "why\r\nso")).await;
        let (what, after_s, words) = parts(courier(noon()).deliver(&page(&site.url)).await);
        assert_eq!((what, after_s), expected, "{status}: {words}");
        if what != "delivered" {
            assert!(words.contains(&status[..3]) && words.contains("why so"), "{words}");
        }
        site.request().await;
        assert!(site.is_quiet(), "{status}: one delivery is one request");
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_left_in_time() {
    let mut site = Site::answering("").await;
    let outcome = courier(noon()).deliver(&page(&site.url)).await;
    site.request().await;
    assert_eq!(parts(outcome), ("unknown", None, "the provider did not answer in time".to_owned()));
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    // It promises a gigabyte and sends a megabyte; reading on would wait for the rest until the time-out.
    let mut answer = b"HTTP/1.1 500 Oops\r\ncontent-length: 1000000000\r\n\r\n".to_vec();
    answer.resize(answer.len() + 1024 * 1024, b'x');
    let site = Site::answering(answer).await;
    let (what, _, words) = parts(courier(noon()).deliver(&page(&site.url)).await);
    assert_eq!(what, "again");
    assert!(words.starts_with("the provider answered 500: xxx") && words.len() < 300, "{words}");
}

#[tokio::test]
async fn no_error_tells_the_address() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (what, _, words) =
        parts(courier(noon()).deliver(&page(&format!("http://{closed}/secret-part"))).await);
    assert_eq!(what, "again");
    assert!(words.contains("refused") && !words.contains("secret-part"), "{words}");
    for address in ["no url: secret-part", "ftp://x.test/secret-part", "", "file:///etc/passwd"] {
        let (what, _, words) = parts(courier(noon()).deliver(&page(address)).await);
        assert_eq!(what, "never", "{address}: {words}");
        assert!(!words.contains("secret-part"), "{words}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_http_may_have_it_and_is_tried_again() {
    let site = Site::answering("SSH-2.0-OpenSSH\r\n").await;
    let (what, _, words) = parts(courier(noon()).deliver(&page(&site.url)).await);
    assert_eq!(what, "unknown", "{words}");
}
