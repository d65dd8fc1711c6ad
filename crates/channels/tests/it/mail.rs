//! Mail: the letter as a real server received it, encryption, and what each reply means.

use crate::mail_server::{MailServer, certificate, make_certificate, scripted};
use crate::{courier_at, noon, page, parts};
use channels::{ChannelsConfig, Secret, SmtpConfig, SmtpTls};
use engine::ports::Courier;
use incident::{Channel, PageOutcome};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;

const TO: &str = "primary@example.test";

fn smtp(port: u16) -> SmtpConfig {
    SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port: Some(port),
        tls: SmtpTls::None,
        ca_file: None,
        user: None,
        password: None,
        from: "Evenkeel <evenkeel@oncall.example.test>".to_owned(),
        timeout_s: 5,
    }
}

fn courier(smtp: SmtpConfig) -> Arc<dyn Courier> {
    let config = ChannelsConfig { smtp: Some(smtp), ..ChannelsConfig::default() };
    courier_at(&config, Channel::Email, noon())
}

fn header<'a>(letter: &'a Value, name: &str) -> Vec<&'a str> {
    let all = letter["headers"].as_array().unwrap().iter();
    let same = all.filter(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name));
    same.map(|header| header[1].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_real_server_receives_the_letter() {
    let mut server = MailServer::start("none", Path::new("/")).await;
    let courier = courier(smtp(server.port));
    let mut page = page(TO);
    let outcome = courier.deliver(&page).await;
    assert_eq!(outcome, PageOutcome::Delivered { reference: "2.0.0 Ok: queued as 4F2A".to_owned() });
    let letter = server.letter().await;
    let id = page.reference.replace('.', "_");
    let thread = format!("<{}@oncall.example.test>", page.incident);
    assert_eq!(letter["mail_from"], "evenkeel@oncall.example.test");
    assert_eq!(letter["rcpt_tos"], json!([TO]));
    for (name, value) in [
        ("Subject", "P1 API answers 500"),
        ("From", "Evenkeel <evenkeel@oncall.example.test>"),
        ("To", "primary <primary@example.test>"),
        ("Date", "Fri, 02 Jan 2026 12:00:00 +0000"),
        ("Message-ID", &format!("<{id}.1@oncall.example.test>")),
        ("In-Reply-To", &thread),
        ("References", &thread),
        ("Auto-Submitted", "auto-generated"),
        ("X-Evenkeel-Reference", &page.reference),
    ] {
        assert_eq!(header(&letter, name), [value], "{name}");
    }
    let body = letter["body"].as_str().unwrap();
    assert!(
        body.contains("https://oncall.example.test/p/abc?sig=1\n") && body.contains("\nError rate 62 %\n")
    );
    assert!(!body.contains("earlier attempt"));
    (page.attempt, page.possible_repeat) = (2, true);
    courier.deliver(&page).await;
    let again = server.letter().await;
    assert_eq!(header(&again, "Message-ID"), [format!("<{id}.2@oncall.example.test>")]);
    assert!(
        again["body"].as_str().unwrap().contains("An earlier attempt at this page may have arrived already.")
    );
}

#[tokio::test]
async fn an_alert_cannot_write_headers() {
    let mut server = MailServer::start("none", Path::new("/")).await;
    let mut page = page(TO);
    page.short = "P1 Störung\r\nBcc: everyone@example.test\r\n\r\nbody".to_owned();
    page.title = "a\r\n.\r\nQUIT".to_owned();
    page.responder = "primary\r\nX-Evil: 1".to_owned();
    page.reference = "inc\r\nX-Evil: 2".to_owned();
    page.long = vec![".".to_owned(), "..two".to_owned(), "é".repeat(2_000)];
    let (what, _, words) = parts(courier(smtp(server.port)).deliver(&page).await);
    assert_eq!(what, "delivered", "{words}");
    let letter = server.letter().await;
    assert_eq!(letter["rcpt_tos"], json!([TO]));
    assert_eq!(header(&letter, "Subject"), ["P1 Störung Bcc: everyone@example.test body"]);
    assert_eq!((header(&letter, "Bcc").len(), header(&letter, "X-Evil").len()), (0, 0));
    let body = letter["body"].as_str().unwrap();
    assert!(body.starts_with("P1: a . QUIT\n") && body.contains("\n.\n..two\n"), "{body}");
    assert!(body.contains(&"é".repeat(2_000)));
}

#[tokio::test]
async fn both_kinds_of_encryption_work_and_check_the_certificate() {
    for (mode, tls) in [("starttls", SmtpTls::Starttls), ("implicit", SmtpTls::Implicit)] {
        let folder = tempfile::tempdir().unwrap();
        make_certificate(folder.path());
        let mut server = MailServer::start(mode, folder.path()).await;
        let mut settings = smtp(server.port);
        settings.tls = tls;
        settings.user = Some("evenkeel".to_owned());
        settings.password = Some(Secret::new("hunter2".to_owned()));
        let (what, _, words) = parts(courier(settings.clone()).deliver(&page(TO)).await);
        assert_eq!(what, "again", "an unknown authority was trusted: {words}");
        settings.ca_file = Some(certificate(folder.path()).into());
        let (what, _, words) = parts(courier(settings.clone()).deliver(&page(TO)).await);
        assert_eq!(what, "delivered", "{mode}: {words}");
        let letter = server.letter().await;
        assert_eq!((&letter["tls"], &letter["authenticated"]), (&json!(true), &json!(true)), "{mode}");
        settings.password = Some(Secret::new("wrong".to_owned()));
        let (what, _, words) = parts(courier(settings).deliver(&page(TO)).await);
        assert!(what == "never" && words.contains("535"), "{mode}: {what}: {words}");
    }
}

#[tokio::test]
async fn a_server_without_encryption_gets_nothing_that_wants_it() {
    let server = MailServer::start("none", Path::new("/")).await;
    let mut settings = smtp(server.port);
    settings.tls = SmtpTls::Starttls;
    let (what, _, words) = parts(courier(settings).deliver(&page(TO)).await);
    assert_eq!(what, "never", "{words}");
}

#[tokio::test]
async fn each_reply_means_one_of_three() {
    const HELLO: &str = "220 mail.test ESMTP";
    for (greeting, replies, expected, words) in [
        (
            HELLO,
            &[("DATA", "354 go on"), (".", "250 queued as 7"), ("", "250 ok")][..],
            "delivered",
            "queued as 7",
        ),
        ("421 too busy", &[], "again", "421"),
        ("554 no service here", &[], "never", "554"),
        (HELLO, &[("MAIL", "451 try later")], "again", "try later"),
        (HELLO, &[("RCPT", "550 no such user")], "never", "no such user"),
        (HELLO, &[("RCPT", "452 mailbox full")], "again", "mailbox full"),
        (HELLO, &[("DATA", "421 going down")], "again", "going down"),
    ] {
        let port = scripted(greeting, replies).await;
        let (what, _, said) = parts(courier(smtp(port)).deliver(&page(TO)).await);
        assert!(what == expected && said.contains(words), "{greeting} {replies:?}: {what}: {said}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_or_is_not_there_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut hanging = smtp(listener.local_addr().unwrap().port());
    hanging.timeout_s = 1;
    let (what, _, words) = parts(courier(hanging).deliver(&page(TO)).await);
    assert_eq!((what, words.as_str()), ("unknown", "the mail server did not answer in time"));
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let (what, _, words) = parts(courier(smtp(port)).deliver(&page(TO)).await);
    assert!(what == "again" && words.contains("refused"), "{what}: {words}");
}

#[tokio::test]
async fn what_is_no_address_will_never_work() {
    for address in
        ["", "primary", "a@b@c", "x@y.test\r\nRCPT TO:<z@y.test>", "primary <primary@example.test>"]
    {
        let (what, _, words) = parts(courier(smtp(1)).deliver(&page(address)).await);
        assert!(what == "never" && words.contains("is no mail address"), "{address:?}: {what}: {words}");
    }
}
