//! `http` against servers that answer well, badly, slowly, endlessly and not at all.

use crate::world::{SOON, answers, closed_port, fails, head, is_blind, look, passes, response, serve};
use engine::ports::Verdict;
use tokio::io::AsyncWriteExt as _;

fn http(port: u16, rest: &str) -> String {
    format!("kind = 'http'\nurl = 'http://127.0.0.1:{port}/health?deep=1'\n{rest}")
}

#[tokio::test]
async fn a_good_answer_passes_and_is_measured() {
    let port = answers(|head| {
        assert!(head.starts_with("GET /health?deep=1 HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("authorization: Bearer s3cret\r\n"), "{head}");
        assert!(head.to_lowercase().contains("user-agent: evenkeel-probe/"), "{head}");
        response("200 OK", "content-type: application/json\r\n", "{\"ok\":true}")
    })
    .await;
    let expect = "expect = { status = 200, headers = { content-type = 'json' }, contains = '\"ok\":true', lacks = 'error', latency_max = '9 s' }";
    let seen =
        passes(&http(port, &format!("headers = {{ authorization = 'Bearer s3cret' }}\n{expect}"))).await;
    assert_eq!(seen.seen.unwrap().status, Some(200));
    assert!(!seen.phases.connect.is_zero() && !seen.phases.processing.is_zero(), "{:?}", seen.phases);
    assert!(seen.phases.tls.is_zero());
}

#[tokio::test]
async fn an_answer_that_is_not_the_expected_one_says_both() {
    let port = answers(|_| response("503 Service Unavailable", "", "overloaded")).await;
    fails(&http(port, ""), "status 503; expected is 2xx").await;
    fails(&http(port, "expect = { status = 503, contains = 'ready' }"), "it says \"overloaded\"").await;
    passes(&http(port, "expect = { status = [426, 503] }")).await;
    let moved = answers(|_| response("302 Found", "location: /login\r\n", "")).await;
    fails(&http(moved, ""), "status 302 to /login; expected is 2xx").await;
}

#[tokio::test]
async fn the_head_alone_can_be_asked_for() {
    let port = answers(|head| {
        assert!(head.starts_with("HEAD "), "{head}");
        "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n".to_owned()
    })
    .await;
    passes(&http(port, "method = 'HEAD'")).await;
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_the_targets_trouble() {
    let port = closed_port().await;
    fails(&http(port, ""), "refused").await;
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let port = serve(|mut stream| async move {
        head(&mut stream).await;
        core::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let text = http(port, "timeout = '300 ms'");
    let look = fails(&text, "no answer in time while waiting for the answer");
    tokio::time::timeout(SOON, look).await.unwrap();
}

#[tokio::test]
async fn a_body_without_end_is_read_to_its_limit_and_no_further() {
    let port = serve(|mut stream| async move {
        head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await;
        while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
    })
    .await;
    let seen = tokio::time::timeout(SOON, passes(&http(port, ""))).await.unwrap().seen.unwrap();
    assert!(seen.body_cut);
    assert_eq!(seen.body.len(), 256 * 1024);
}

#[tokio::test]
async fn a_body_that_drips_ends_at_the_deadline() {
    let port = serve(|mut stream| async move {
        head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx").await;
        core::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let text = http(port, "timeout = '300 ms'");
    let look = fails(&text, "while reading the answer");
    tokio::time::timeout(SOON, look).await.unwrap();
}

#[tokio::test]
async fn heads_without_end_and_noise_are_refused() {
    let port = serve(|mut stream| async move {
        head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(b"x-more: and more\r\n").await.is_ok() {}
    })
    .await;
    fails(&http(port, ""), "the connection broke").await;
    let noise = answers(|_| "SSH-2.0-OpenSSH_9.9\r\n\r\n".to_owned()).await;
    fails(&http(noise, ""), "the connection broke").await;
    let gone = answers(|_| String::new()).await;
    fails(&http(gone, ""), "the connection broke").await;
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_is_our_own_trouble() {
    let port = closed_port().await;
    let listening = answers(|_| response("200 OK", "", "")).await;
    let https =
        |port: u16| format!("kind = 'http'\nurl = 'https://127.0.0.1:{port}/'\nca_file = '/nowhere/ca.pem'");
    is_blind(&https(listening), "/nowhere/ca.pem cannot be read").await;
    assert_eq!(look(&https(port)).await.sample.verdict, Verdict::Fail, "nobody listens: that is seen before");
}

#[tokio::test]
async fn an_address_of_one_family_alone_can_be_asked_for() {
    let port = answers(|_| response("200 OK", "", "")).await;
    passes(&http(port, "ip = 4")).await;
    fails(&http(port, "ip = 6"), "no address of that family").await;
}
