//! Slow, silent, huge and sudden clients; and a calm end.

use crate::client::read;
use crate::world::World;
use core::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Longer than any limit of the server.
const PATIENCE: Duration = Duration::from_secs(50);

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let world = World::new().await;
    let mut silent = TcpStream::connect(world.console).await.unwrap();
    let mut slow = TcpStream::connect(world.console).await.unwrap();
    slow.write_all(b"GET /api/health HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    let drip = async {
        let mut byte = [0_u8; 64];
        loop {
            // One more letter each second, for as long as the other side listens.
            match tokio::time::timeout(Duration::from_secs(1), slow.read(&mut byte)).await {
                Ok(Ok(0) | Err(_)) => return,
                Ok(Ok(_)) => {}
                Err(_) if slow.write_all(b"a").await.is_err() => return,
                Err(_) => {}
            }
        }
    };
    let silence = async {
        let mut rest = Vec::new();
        let _ = silent.read_to_end(&mut rest).await;
    };
    let both = tokio::time::timeout(PATIENCE, async { tokio::join!(drip, silence) }).await;
    assert!(both.is_ok(), "both connections were closed by the server");
}

#[tokio::test]
async fn a_body_that_never_ends_is_told_so_and_counted() {
    let world = World::new().await;
    let key = world.source_key().await;
    let mut slow = TcpStream::connect(world.console).await.unwrap();
    let head =
        format!("POST /in/{key}/alerts HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{{\"title\":");
    slow.write_all(head.as_bytes()).await.unwrap();
    let reply = tokio::time::timeout(PATIENCE, read(&mut slow)).await.expect("an end").expect("an answer");
    assert_eq!(reply.status, 408, "{reply:?}");
    let health = world.app.intake_counts();
    assert_eq!(health[0].rejected, 1);
    assert!(health[0].last_rejection.as_ref().unwrap().why.contains("took longer"), "{health:?}");
}

#[tokio::test]
async fn a_body_beyond_its_limit_is_refused_before_it_is_read() {
    let world = World::new().await;
    let key = world.source_key().await;
    let huge = vec![b' '; 5 * 1024 * 1024];
    for path in
        [format!("/in/{key}/api/v2/alerts"), format!("/in/{key}/alertmanager"), format!("/in/{key}/alerts")]
    {
        let reply =
            world.ask("POST", &path).header("content-type", "application/json").body(&huge).send().await;
        assert_eq!(reply.status, 413, "{path}: {reply:?}");
    }
    let event = vec![b' '; 600 * 1024];
    let reply = world.ask("POST", "/v2/enqueue").body(&event).send().await;
    assert_eq!(reply.status, 413, "{reply:?}");
    let token = world.responder_token().await;
    let note = format!(r#"{{"title":"{}"}}"#, "x".repeat(300 * 1024));
    assert_eq!(world.ask("POST", "/api/incidents").bearer(&token).json(&note).send().await.status, 413);
    let form = format!("person=a&password={}", "x".repeat(70 * 1024));
    assert_eq!(world.ask("POST", "/sign-in").form(&form).send().await.status, 413);
}

#[tokio::test]
async fn a_head_beyond_its_limit_is_refused() {
    let world = World::new().await;
    let reply = world.ask("GET", "/api/health").header("x-huge", &"x".repeat(64 * 1024)).send().await;
    assert_eq!(reply.status, 431, "{reply:?}");
}

#[tokio::test]
async fn streams_end_when_the_server_stops_and_it_stops_at_once() {
    let mut world = World::new().await;
    let token = world.responder_token().await;
    let mut stream = TcpStream::connect(world.console).await.unwrap();
    let head = format!("GET /api/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut idle = TcpStream::connect(world.console).await.unwrap();
    let mut seen = String::new();
    let mut piece = [0_u8; 4096];
    let length = stream.read(&mut piece).await.unwrap();
    seen.push_str(&String::from_utf8_lossy(&piece[..length]));
    assert!(seen.contains("text/event-stream"), "{seen}");
    let (id, _) = world.incident("P1").await;
    while !seen.contains(&id.to_string()) {
        let length = stream.read(&mut piece).await.unwrap();
        assert!(length > 0, "the stream ended early: {seen}");
        seen.push_str(&String::from_utf8_lossy(&piece[..length]));
    }
    assert!(seen.contains("event: change"), "{seen}");
    world.stop();
    let ended = tokio::time::timeout(Duration::from_secs(5), &mut world.serving).await;
    assert!(ended.is_ok(), "neither the stream nor an idle connection holds the server up");
    assert_eq!(idle.read(&mut piece).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn an_address_that_is_taken_is_named_with_a_hint() {
    let world = World::new().await;
    let config = web::ServerConfig { listen: world.console, status_listen: None };
    let words = web::bind(config).await.unwrap_err().to_string();
    assert!(
        words.contains(&world.console.to_string()) && words.contains("another program has it"),
        "{words}"
    );
}

#[tokio::test]
async fn no_browser_takes_every_connection_by_following() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    let mut held = Vec::new();
    let refused = loop {
        let mut stream = TcpStream::connect(world.console).await.unwrap();
        let head = format!("GET /live HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut piece = [0_u8; 2048];
        let length = tokio::time::timeout(PATIENCE, stream.read(&mut piece)).await.unwrap().unwrap();
        let seen = String::from_utf8_lossy(&piece[..length]).into_owned();
        if !seen.starts_with("HTTP/1.1 200") {
            break seen;
        }
        held.push(stream);
        assert!(held.len() < 2_000, "there is no limit");
    };
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after"), "{refused}");
    drop(held);
}
