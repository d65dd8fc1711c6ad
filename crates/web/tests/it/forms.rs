//! Accounts, sessions and the proof that a form was ours.

use crate::client::Reply;
use crate::world::{PASSWORD, World};
use engine::ports::Access as _;
use jiff::SignedDuration;
use web::auth::setup_key;

/// Somebody signed in, with the proof that one page gave.
pub(crate) struct Browser<'a> {
    world: &'a World,
    pub(crate) cookie: String,
    csrf: String,
}

impl Browser<'_> {
    pub(crate) async fn page(&self, path: &str) -> Reply {
        self.world.ask("GET", path).header("cookie", &self.cookie).send().await
    }

    pub(crate) async fn post(&self, path: &str, fields: &str) -> Reply {
        let form = format!("csrf={}&{fields}", self.csrf);
        let origin = format!("http://{}", self.world.console);
        let asking = self.world.ask("POST", path).header("cookie", &self.cookie).header("origin", &origin);
        asking.form(&form).send().await
    }
}

/// The primary, with the proof of the page at this path.
pub(crate) async fn browser<'a>(world: &'a World, path: &str) -> Browser<'a> {
    let cookie = world.set_up("primary").await;
    let page = world.ask("GET", path).header("cookie", &cookie).send().await;
    let csrf =
        page.body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    Browser { world, cookie, csrf }
}

async fn sign_in(world: &World, person: &str, password: &str) -> Reply {
    let form = format!("person={person}&password={}", password.replace(' ', "+"));
    world.ask("POST", "/sign-in").form(&form).send().await
}

/// Whether the session still opens the API.
async fn inside(world: &World, cookie: &str) -> bool {
    world.ask("GET", "/api/incidents").header("cookie", cookie).send().await.status == 200
}

#[tokio::test]
async fn the_set_up_link_makes_the_first_account_once() {
    let world = World::new().await;
    let key = setup_key(&world.app).unwrap().unwrap();
    let path = format!("/setup?key={key}");
    assert_eq!(world.get(&path).await.status, 200);
    assert_eq!(world.memory.accounts().unwrap(), 0, "looking makes no account");
    assert_eq!(world.get("/setup?key=guess").await.status, 403);
    let short = format!("key={key}&person=primary&password=short");
    let told = world.ask("POST", "/setup").form(&short).send().await;
    assert_eq!(told.status, 422);
    assert!(told.body.contains("at least 10 characters"), "{}", told.body);
    let cookie = world.set_up("primary").await;
    assert!(inside(&world, &cookie).await);
    assert_eq!(world.get(&path).await.status, 410, "the link is spent");
    let again = format!("key={key}&person=other&password=a-long-enough-one");
    assert_eq!(world.ask("POST", "/setup").form(&again).send().await.status, 410);
    assert_eq!(setup_key(&world.app).unwrap(), None);
    assert_eq!(world.memory.accounts().unwrap(), 1);
}

#[tokio::test]
async fn a_right_password_opens_and_a_wrong_one_does_not() {
    let world = World::new().await;
    world.set_up("primary").await;
    let wrong = sign_in(&world, "primary", "not the password").await;
    let nobody = sign_in(&world, "nobody", PASSWORD).await;
    for reply in [&wrong, &nobody] {
        assert_eq!(reply.status, 422);
        assert!(reply.header("set-cookie").is_none());
        assert!(reply.body.contains("do not belong together"), "the same words for both");
    }
    let right = sign_in(&world, "primary", PASSWORD).await;
    assert_eq!(right.status, 303);
    let cookie = right.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(inside(&world, &right.cookie()).await);
}

#[tokio::test]
async fn guessing_runs_dry_and_time_refills() {
    let world = World::new().await;
    world.set_up("primary").await;
    for _ in 0..10 {
        assert_eq!(sign_in(&world, "primary", "a wrong password").await.status, 422);
    }
    let slowed = sign_in(&world, "primary", PASSWORD).await;
    assert_eq!(slowed.status, 429);
    assert!(slowed.header("retry-after").is_some());
    world.pass(SignedDuration::from_mins(1));
    assert_eq!(sign_in(&world, "primary", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn a_session_that_the_browser_brought_is_never_taken_over() {
    let world = World::new().await;
    let first = world.set_up("primary").await;
    let form = format!("person=primary&password={}", PASSWORD.replace(' ', "+"));
    let planted = world.ask("POST", "/sign-in").header("cookie", "evenkeel=planted").form(&form).send().await;
    assert_ne!(planted.cookie(), "evenkeel=planted");
    assert!(!inside(&world, "evenkeel=planted").await);
    let renewed = world.ask("POST", "/sign-in").header("cookie", &first).form(&form).send().await;
    assert_ne!(renewed.cookie(), first);
    assert!(inside(&world, &renewed.cookie()).await);
    assert!(!inside(&world, &first).await, "the old one ended");
}

#[tokio::test]
async fn a_session_ends_after_seven_days() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    world.pass(SignedDuration::from_hours(7 * 24 - 1));
    assert!(inside(&world, &cookie).await);
    world.pass(SignedDuration::from_hours(1));
    assert!(!inside(&world, &cookie).await);
}

/// The proof for a session's forms, made as the server makes it: read from a page is the other helper's part, so it is
/// taken from the same key here.
pub(crate) fn proof(world: &World, cookie: &str) -> String {
    use base64::Engine as _;
    let secret = cookie.split_once('=').unwrap().1;
    let hash = ring::digest::digest(&ring::digest::SHA256, secret.as_bytes());
    let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let key = world.memory.secret("csrf", [0; 32]).unwrap();
    let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key), hex.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(tag)
}

#[tokio::test]
async fn signing_out_needs_this_sessions_own_proof() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    let other = sign_in(&world, "primary", PASSWORD).await.cookie();
    let others_proof = format!("csrf={}", proof(&world, &other));
    for form in ["", "csrf=", "csrf=guess", others_proof.as_str()] {
        let reply = world.ask("POST", "/sign-out").header("cookie", &cookie).form(form).send().await;
        assert_eq!(reply.status, 403, "{form}: {reply:?}");
    }
    assert!(inside(&world, &cookie).await);
    let own = format!("csrf={}", proof(&world, &cookie));
    let out = world.ask("POST", "/sign-out").header("cookie", &cookie).form(&own).send().await;
    assert_eq!(out.status, 303, "{out:?}");
    assert!(!inside(&world, &cookie).await);
    assert!(inside(&world, &other).await, "the other browser stays");
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    let own = format!("csrf={}", proof(&world, &cookie));
    let post = || world.ask("POST", "/sign-out").header("cookie", &cookie);
    let foreign = [
        post().header("origin", "https://else.example"),
        post().header("origin", "null"),
        post().header("sec-fetch-site", "cross-site"),
        post().header("sec-fetch-site", "same-site"),
        post().header("sec-fetch-site", "cross-site").header("origin", &format!("http://{}", world.console)),
    ];
    for request in foreign {
        assert_eq!(request.form(&own).send().await.status, 403);
    }
    assert!(inside(&world, &cookie).await);
    let ours =
        post().header("origin", &format!("http://{}", world.console)).header("sec-fetch-site", "same-origin");
    assert_eq!(ours.form(&own).send().await.status, 303);
}

#[tokio::test]
async fn a_browsers_session_needs_its_proof_to_change_anything_over_the_api() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    let report = r#"{"title":"the API is slow"}"#;
    let post = || world.ask("POST", "/api/incidents").header("cookie", &cookie).json(report);
    assert_eq!(post().send().await.status, 403);
    assert_eq!(post().header("x-csrf", "guess").send().await.status, 403);
    assert_eq!(post().header("x-csrf", &proof(&world, &cookie)).send().await.status, 201);
}

/// Invites somebody as whoever holds the session.
pub(crate) async fn invited(world: &World, cookie: &str, person: &str) -> Reply {
    let ask = world.ask("POST", &format!("/api/people/{person}/invite")).header("cookie", cookie);
    ask.header("x-csrf", &proof(world, cookie)).send().await
}

/// The path of the link in an invitation.
pub(crate) fn path_of(invited: &Reply) -> String {
    assert_eq!(invited.status, 200, "{invited:?}");
    let link = invited.json()["link"].as_str().unwrap().to_owned();
    format!("/join/{}", link.split_once("/join/").unwrap().1)
}

#[tokio::test]
async fn an_invitation_sets_a_password_once() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    let path = path_of(&invited(&world, &cookie, "secondary").await);
    assert_eq!(world.get(&path).await.status, 200);
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let joined = world.ask("POST", &path).form(&form).send().await;
    assert_eq!(joined.status, 303);
    assert!(inside(&world, &joined.cookie()).await);
    assert_eq!(sign_in(&world, "secondary", PASSWORD).await.status, 303);
    assert_eq!(world.ask("POST", &path).form(&form).send().await.status, 410, "spent");
    let forged = path.replacen("secondary", "lead", 1);
    assert_eq!(world.ask("POST", &forged).form(&form).send().await.status, 410);
    let takeover = invited(&world, &cookie, "secondary").await;
    assert_eq!(takeover.status, 403, "whoever has an account keeps it");
}

#[tokio::test]
async fn an_invitation_ends_after_three_days() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    let path = path_of(&invited(&world, &cookie, "secondary").await);
    world.pass(SignedDuration::from_hours(72));
    assert_eq!(world.get(&path).await.status, 410);
}

#[tokio::test]
async fn a_token_lets_nobody_in_and_takes_no_account_over() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    let token = world.responder_token().await;
    for person in ["primary", "secondary"] {
        let path = format!("/api/people/{person}/invite");
        let refused = world.ask("POST", &path).bearer(&token).send().await;
        assert_eq!(refused.status, 403, "{person}: {refused:?}");
        let both = world.ask("POST", &path).bearer(&token).header("cookie", &cookie).send().await;
        assert_eq!(both.status, 403, "{person}: {both:?}");
    }
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    let other = sign_in(&world, "primary", PASSWORD).await.cookie();
    let path = path_of(&invited(&world, &cookie, "primary").await);
    let joined = world.ask("POST", &path).form("password=another+long+enough+one").send().await;
    assert_eq!(joined.status, 303, "{joined:?}");
    assert!(inside(&world, &joined.cookie()).await);
    for old in [cookie, other] {
        assert!(!inside(&world, &old).await, "the old password's session goes on");
    }
}

#[tokio::test]
async fn the_settings_make_a_key_that_a_source_can_use() {
    let world = World::new().await;
    let cookie = world.set_up("primary").await;
    let post = |path: &str, form: &str| {
        let form = format!("csrf={}&{form}", proof(&world, &cookie));
        world.ask("POST", path).header("cookie", &cookie).form(&form).send()
    };
    let made = post("/settings/keys", "name=test-source").await;
    assert_eq!(made.status, 200, "{made:?}");
    let shown = made.body.split_once("id=\"made\">").unwrap().1.split_once('<').unwrap().0;
    let alert = r#"{"title":"Test: API answers 500","severity":"P1","key":"test-1"}"#;
    let sent = world.ask("POST", "/api/alerts").bearer(shown).json(alert).send().await;
    assert!(sent.status < 300, "{sent:?}");
    assert_eq!(post("/settings/keys", "name=test-source").await.status, 409, "the name is taken");
    let invited = post("/settings/invitations", "person=secondary").await;
    assert!(invited.body.contains("/join/secondary~primary."), "{invited:?}");
}

#[tokio::test]
async fn over_tls_the_cookie_keeps_to_its_host() {
    let world = World::known_as(Some("https://evenkeel.example.test")).await;
    let key = setup_key(&world.app).unwrap().unwrap();
    let form = format!("key={key}&person=primary&password=a-long-enough-one");
    let reply = world.ask("POST", "/setup").form(&form).send().await;
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-evenkeel=") && cookie.contains("; Secure"), "{cookie}");
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert!(inside(&world, &reply.cookie()).await);
    let origin = world.ask("POST", "/sign-in").header("origin", "https://evenkeel.example.test");
    let form = "person=primary&password=a-long-enough-one";
    assert_eq!(origin.form(form).send().await.status, 303, "a proxy may change the host header");
}
