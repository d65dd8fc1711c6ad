//! Knocks at every route there is, with every key there is.

use crate::client::{Reply, ask};
use crate::world::World;
use engine::ports::Scope;
use web::{Door, Sign, signs};

/// The path with something in its braces, of the kind that it stands for.
fn filled(sign: &Sign, id: &str) -> String {
    let path = sign.path.replace("{id}", id).replace("{key}", "nobodyskey");
    let mut out = String::new();
    let mut rest = path.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push('1');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out + rest
}

fn refused(reply: &Reply) -> bool {
    let sent_to_sign_in =
        reply.status == 303 && reply.header("location").is_some_and(|to| to.starts_with("/sign-in"));
    matches!(reply.status, 401 | 403) || sent_to_sign_in
}

#[tokio::test]
async fn nothing_but_what_is_open_answers_without_a_key() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    world.settled(id).await;
    let before = world.version(id).await;
    for sign in signs() {
        let path = filled(&sign, &id.to_string());
        let reply = world.ask(&sign.method, &path).json("{}").send().await;
        let open = match sign.door {
            Door::Open if sign.path.starts_with("/assets/") => matches!(reply.status, 200 | 404),
            Door::Open => matches!(reply.status, 200 | 422),
            Door::Link => matches!(reply.status, 403 | 404 | 422) && !reply.body.contains("API returning"),
            // One format's key stands in its body: without one the body is no event.
            Door::Source if sign.path.ends_with("/v2/enqueue") => reply.status == 400,
            Door::Source => reply.status == 401,
            Door::Agent => reply.status == 401,
            Door::Session | Door::Read | Door::Respond => refused(&reply),
        };
        assert!(open, "{sign:?} {path}: {reply:?}");
        assert!(reply.status < 500, "{sign:?}: {reply:?}");
    }
    assert_eq!(world.version(id).await, before, "knocking changes nothing");
}

#[tokio::test]
async fn open_doors_are_few_and_known() {
    let open: Vec<String> = signs()
        .iter()
        .filter(|sign| sign.door == Door::Open)
        .map(|sign| format!("{} {}", sign.method, sign.path))
        .filter(|sign| !sign.starts_with("GET /assets/"))
        .collect();
    let known = [
        "GET /sign-in",
        "POST /sign-in",
        "GET /-/healthy",
        "GET /-/ready",
        "GET /api/health",
        "GET /healthz",
        "GET /readyz",
    ];
    assert_eq!(open, known, "a new open door needs a reason here");
}

#[tokio::test]
async fn a_reading_token_opens_what_is_read_and_nothing_else() {
    let world = World::new().await;
    // A copy of the page is made of what it shows.
    crate::pages::shows(world.status, "/", "All systems operational").await;
    let (id, _) = world.incident("P1").await;
    world.settled(id).await;
    let before = world.version(id).await;
    let token = world.token("board", Scope::Read, None).await;
    for sign in signs() {
        let path = filled(&sign, &id.to_string());
        // Streams go on for ever; they are read in a test of their own.
        if matches!(sign.door, Door::Open | Door::Link | Door::Source) || sign.path == "/api/events" {
            continue;
        }
        let reply = world.ask(&sign.method, &path).bearer(&token).json("{}").send().await;
        match sign.door {
            // It must be told which probe is to look.
            Door::Read if sign.path == "/probe" => assert_eq!(reply.status, 422, "{sign:?}: {reply:?}"),
            // There is neither a schedule nor a person of that name.
            Door::Read if sign.path.ends_with("}/calendar") || sign.path == "/api/schedules/{schedule}" => {
                assert_eq!(reply.status, 404, "{reply:?}");
            }
            Door::Read => assert_eq!(reply.status, 200, "{sign:?}: {reply:?}"),
            Door::Respond | Door::Agent => assert_eq!(reply.status, 403, "{sign:?}: {reply:?}"),
            Door::Open | Door::Link | Door::Source | Door::Session => {
                assert!(refused(&reply), "{sign:?}: {reply:?}");
            }
        }
    }
    assert_eq!(world.version(id).await, before);
}

#[tokio::test]
async fn a_sources_key_sends_alerts_and_reads_nothing() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    let key = world.source_key().await;
    assert_eq!(key.len(), 32);
    assert!(key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{key}");
    let others = [Door::Read, Door::Respond, Door::Session, Door::Agent];
    for sign in signs().iter().filter(|sign| others.contains(&sign.door)) {
        let path = filled(sign, &id.to_string());
        let reply = world.ask(&sign.method, &path).bearer(&key).json("{}").send().await;
        assert!(refused(&reply), "{sign:?}: {reply:?}");
    }
}

#[tokio::test]
async fn an_agents_token_opens_its_own_doors_and_no_other() {
    let world = World::new().await;
    let (id, _) = world.incident("P1").await;
    world.settled(id).await;
    let before = world.version(id).await;
    let token = world.token("db1", Scope::Agent, None).await;
    for sign in signs() {
        let path = filled(&sign, &id.to_string());
        let reply = world.ask(&sign.method, &path).bearer(&token).json("{}").send().await;
        match sign.door {
            Door::Agent => {
                assert_eq!(reply.status, 403, "{sign:?}: {reply:?}");
                assert!(reply.body.contains("of the agent"), "another agent's address: {reply:?}");
                let own = sign.path.replace("{name}", "db1");
                let reply = world.ask(&sign.method, &own).bearer(&token).json("{}").send().await;
                assert_eq!(reply.status, 422, "its own door, and an empty body: {sign:?}: {reply:?}");
            }
            Door::Source if sign.path.ends_with("/v2/enqueue") => assert_eq!(reply.status, 400, "{reply:?}"),
            Door::Source => assert_eq!(reply.status, 401, "{sign:?}: {reply:?}"),
            Door::Read | Door::Respond | Door::Session => assert!(refused(&reply), "{sign:?}: {reply:?}"),
            Door::Open | Door::Link => {}
        }
    }
    assert_eq!(world.version(id).await, before);
}

#[tokio::test]
async fn a_token_taken_back_opens_nothing_from_then_on() {
    let world = World::new().await;
    let token = world.responder_token().await;
    let made =
        world.ask("POST", "/api/tokens").bearer(&token).json(r#"{"name":"x","scope":"read"}"#).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    let reading = made.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(world.ask("GET", "/api/incidents").bearer(&reading).send().await.status, 200);
    let listed = world.ask("GET", "/api/tokens").bearer(&token).send().await;
    assert!(!listed.body.contains(&reading) && !listed.body.contains("hash"), "{}", listed.body);
    let twice =
        world.ask("POST", "/api/tokens").bearer(&token).json(r#"{"name":"x","scope":"read"}"#).send().await;
    assert_eq!(twice.status, 409);
    assert_eq!(world.ask("DELETE", "/api/tokens/x").bearer(&token).send().await.status, 204);
    assert_eq!(world.ask("GET", "/api/incidents").bearer(&reading).send().await.status, 401);
    assert_eq!(world.ask("DELETE", "/api/tokens/x").bearer(&token).send().await.status, 404);
}

#[tokio::test]
async fn nobody_makes_a_token_in_somebody_elses_name() {
    let world = World::new().await;
    let token = world.responder_token().await;
    let body = r#"{"name":"y","scope":"respond","person":"lead"}"#;
    assert_eq!(world.ask("POST", "/api/tokens").bearer(&token).json(body).send().await.status, 403);
    let own = r#"{"name":"y","scope":"respond"}"#;
    let made = world.ask("POST", "/api/tokens").bearer(&token).json(own).send().await;
    assert_eq!(made.json()["person"], "primary");
}

#[tokio::test]
async fn every_answer_carries_the_hard_headers() {
    let world = World::new().await;
    let paths =
        ["/sign-in", "/nothing-here", "/api/incidents", "/api/nothing", "/a/x", "/-/healthy", "/setup"];
    for path in paths {
        for method in ["GET", "POST", "TRACE"] {
            let reply = world.ask(method, path).send().await;
            let policy =
                reply.header("content-security-policy").unwrap_or_else(|| panic!("{path}: {reply:?}"));
            for part in
                ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
            {
                assert!(policy.contains(part), "{part} in {policy}");
            }
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
            assert_eq!(reply.header("cross-origin-opener-policy"), Some("same-origin"), "{path}");
            assert!(reply.header("referrer-policy").is_some(), "{path}");
            assert!(reply.header("cache-control").is_some(), "{path}");
            assert!(!reply.body.contains("<style") && !reply.body.contains("style="), "{path}: inline style");
        }
    }
}

#[tokio::test]
async fn the_public_listener_shows_nothing_of_the_console_and_sets_no_cookie() {
    let world = World::new().await;
    crate::pages::shows(world.status, "/", "All systems operational").await;
    for sign in signs().iter().filter(|sign| !sign.path.starts_with("/assets/") && sign.path != "/") {
        let path = filled(sign, "inc_01HF7YAT00000000000000001A");
        let reply = ask(world.status, &sign.method, &path).send().await;
        assert!(matches!(reply.status, 404 | 405), "{sign:?}: {reply:?}");
        assert!(reply.header("content-security-policy").is_some() && reply.header("set-cookie").is_none());
    }
}

#[test]
fn every_route_for_programs_is_documented() {
    let documents =
        [include_str!("../../../../docs/api.md"), include_str!("../../../../docs/intake.md")].concat();
    let programs =
        signs().into_iter().filter(|sign| sign.path.starts_with("/api/") && sign.path != "/api/alerts");
    for sign in programs.filter(|sign| sign.door != Door::Source) {
        let line = format!("`{} {}`", sign.method, sign.path);
        assert!(documents.contains(&line), "{line} is not in docs/api.md");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_told_as_every_other_failure() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    let token = world.responder_token().await;
    for path in ["/api/incidents?limit=many", "/api/incidents/%ff", "/api/runbooks/match?text=%ff&text=a"] {
        let reply = world.ask("GET", path).bearer(&token).send().await;
        assert_eq!(reply.status, 400, "{path}: {reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{path}");
        assert_eq!(reply.json()["type"], "urn:evenkeel:problem:address", "{path}");
    }
    for path in ["/incidents/%ff", "/incidents/inc_1/runs/first", "/incidents?text=a&text=b"] {
        let reply = world.ask("GET", path).header("cookie", &cookie).send().await;
        assert_eq!(reply.status, 400, "{path}: {reply:?}");
        assert!(reply.body.contains("<h1>Bad Request</h1>"), "{path}: {reply:?}");
    }
}
