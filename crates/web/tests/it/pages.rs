//! The console's pages and forms, and the public page, as a browser without scripts uses them.

use crate::client::{Reply, ask};
use crate::world::World;
use core::time::Duration;
use engine::ports::{Filter, Scope};
use incident::{IncidentId, RunState};
use jiff::SignedDuration;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Someone signed in, with an incident to look at.
struct Browser {
    world: World,
    cookie: String,
    id: IncidentId,
}

impl Browser {
    async fn new() -> Self {
        let world = World::new().await;
        let cookie = world.set_up("primary").await;
        let (id, _) = world.incident("P1").await;
        world.settled(id).await;
        Self { world, cookie, id }
    }

    async fn get(&self, path: &str) -> Reply {
        self.world.ask("GET", path).header("cookie", &self.cookie).send().await
    }

    fn room(&self) -> String {
        format!("/incidents/{}", self.id)
    }

    /// Sends one of the room's forms with the proof that the room gave.
    async fn post(&self, part: &str, fields: &str) -> Reply {
        let room = self.get(&self.room()).await;
        let proof = between(&room.body, "name=\"csrf\" value=\"", "\"");
        let form = format!("csrf={proof}&{fields}");
        let path = format!("{}{part}", self.room());
        self.world.ask("POST", &path).header("cookie", &self.cookie).form(&form).send().await
    }

    async fn status_page(&self) -> SocketAddr {
        let watch = self.get("/").await;
        between(&watch.body, "<a href=\"http://", "\">Status page").parse().expect("an address")
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).expect("an end").0
}

#[tokio::test]
async fn watch_says_what_would_go_wrong_in_the_days_to_come() {
    let browser = Browser::new().await;
    let page = browser.get("/").await;
    assert!(page.body.contains("CTO of P0 would be passed over"), "{}", page.body);
    assert!(page.body.contains("To mend it, bind"), "{}", page.body);
}

#[tokio::test]
async fn every_page_is_there_and_shows_without_scripts() {
    let browser = Browser::new().await;
    let room = browser.room();
    let paths = [
        "/".to_owned(),
        "/incidents".to_owned(),
        "/incidents?status=open&text=api".to_owned(),
        room.clone(),
        format!("{room}?kind=runs&all=1&tree=n&template=0&phase=monitoring&said=told"),
        format!("{room}/runs/1"),
        format!("{room}/why"),
        format!("{room}/postmortem"),
        format!("{room}/postmortem?raw=1"),
        "/playbook".to_owned(),
        "/postmortems".to_owned(),
        "/action-items".to_owned(),
        "/handset/primary".to_owned(),
        "/handset/nobody%20%2F%20there".to_owned(),
        "/settings".to_owned(),
    ];
    for path in paths {
        let reply = browser.get(&path).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{path}");
        assert!(!reply.body.contains(" style=") && reply.body.len() < 100_000, "{path}");
    }
    for path in ["/incidents/x", "/incidents/inc_01HF7YAT00000000000000001A/why", "/nowhere"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    assert_eq!(browser.get(&format!("{room}/runs/99")).await.status, 404);
}

#[tokio::test]
async fn the_style_and_the_script_of_a_page_are_there_for_ever() {
    let browser = Browser::new().await;
    let page = browser.get("/").await.body;
    let assets: Vec<&str> =
        page.split("\"/assets/").skip(1).filter_map(|rest| rest.split(['"', '#']).next()).collect();
    assert!(assets.len() >= 4, "{assets:?}");
    for name in assets {
        let reply = browser.world.get(&format!("/assets/{name}")).await;
        assert_eq!(reply.status, 200, "{name}");
        assert!(reply.header("cache-control").is_some_and(|cache| cache.contains("immutable")), "{reply:?}");
    }
}

#[tokio::test]
async fn a_form_does_its_work_and_goes_back_with_one_line() {
    let browser = Browser::new().await;
    let forms = [
        ("/acknowledge", "intent=on-it", "acknowledged"),
        ("/snooze", "minutes=240", "snoozed"),
        ("/hand-over", "to=secondary&words=over+to+you", "hand-over"),
        ("/help", "to=lead&words=who+knows+the+queue", "help"),
        ("/tick", "phase=1&item=0&to=on", "ticked"),
        ("/tick", "phase=1&item=0&to=off", "ticked"),
        ("/severity", "severity=P0&reason=", "severity"),
        ("/note", "text=one%0D%0Atwo", "noted"),
        ("/update", "template=none&phase=identified&audience=internal&body=found&public_title=", "told"),
        ("/mark", "step=1&outcome=found-it", "marked"),
        ("/action-items", "title=canary&owner=primary&due=2026-12-01", "item"),
        ("/action-items/0/done", "", "item-done"),
        ("/give-back", "reason=lunch", "given-back"),
        ("/resolve", "summary=rolled+back", "resolved"),
        ("/reopen", "reason=not+over", "reopened"),
    ];
    for (part, fields, said) in forms {
        let reply = browser.post(part, fields).await;
        assert_eq!(reply.status, 303, "{part}: {reply:?}");
        let to = reply.header("location").expect("a way back");
        assert!(to.starts_with(&format!("{}?said={said}#", browser.room())), "{part}: {to}");
        let back = browser.get(to.split('#').next().expect("a path")).await;
        assert!(back.body.contains("<p class=\"said\" role=\"status\">"), "{part} says what came of it");
    }
    let room = browser.get(&browser.room()).await.body;
    assert!(room.contains("one\ntwo"), "line breaks are kept as the playbook writes them");
}

#[tokio::test]
async fn an_update_promises_the_next_one_and_a_refused_promise_stays_chosen() {
    let browser = Browser::new().await;
    let fields = "template=none&phase=identified&audience=internal&body=found&public_title=&next_min=120";
    assert_eq!(browser.post("/update", fields).await.status, 303);
    let incident = browser.world.until(browser.id, |incident| !incident.updates.is_empty()).await;
    let posted = incident.updates.last().map(|update| update.at + SignedDuration::from_hours(2));
    assert_eq!(incident.update_due_at, posted);
    let refused =
        browser.post("/update", &fields.replace("body=found", "body=%5BWhat+users+notice%5D")).await;
    assert!(refused.body.contains("<option value=\"120\" selected>"), "{}", refused.body);
    let wrong = browser.post("/update", &fields.replace("=120", "=soon")).await;
    assert_eq!(wrong.status, 422, "{wrong:?}");
}

#[tokio::test]
async fn what_went_before_is_shown_with_what_fixed_it_and_what_was_left_to_do() {
    let browser = Browser::new().await;
    let world = &browser.world;
    let item = "title=Deploy+in+steps&owner=primary&due=2027-12-01";
    assert_eq!(browser.post("/action-items", item).await.status, 303);
    assert_eq!(browser.post("/resolve", "summary=rolled+back+to+41").await.status, 303);
    world.pass(SignedDuration::from_hours(2));
    let key = world.token("again", Scope::Alerts, None).await;
    let alert = r#"{"title":"API returning 5xx errors","key":"a","severity":"P1"}"#;
    let reply = world.ask("POST", &format!("/in/{key}/alerts")).json(alert).send().await;
    assert!(reply.status < 300, "{reply:?}");
    let open = Filter { status: Some("open".to_owned()), ..Filter::default() };
    let again = world.engine.summaries(open).await.unwrap()[0].id;
    assert_ne!(again, browser.id, "too long ago to be the same incident");
    let room = browser.get(&format!("/incidents/{again}")).await.body;
    let before = between(&room, "<section id=\"before\"", "</section>");
    for words in ["the same runbook", "rolled back to 41", "1 action item still open"] {
        assert!(before.contains(words), "{words:?} in {before}");
    }
    assert!(before.contains(&browser.room()), "the way there: {before}");
}

#[tokio::test]
async fn a_role_is_taken_with_what_was_said() {
    let browser = Browser::new().await;
    let reply = browser.post("/role", "role=communications&words=the+first+update+is+out").await;
    assert_eq!(reply.status, 303, "{reply:?}");
    let room = browser.get(&browser.room()).await.body;
    assert!(room.contains("primary is communications: the first update is out"), "the timeline");
    assert!(room.contains(">communications</span>: <b><bdi>primary</bdi></b>"), "the head");
    assert!(!room.contains("value=\"communications\">Take"), "it is not offered to who has it");
}

#[tokio::test]
async fn a_form_without_its_proof_changes_nothing() {
    let browser = Browser::new().await;
    let before = browser.world.version(browser.id).await;
    for part in ["/acknowledge", "/resolve", "/note"] {
        let path = format!("{}{part}", browser.room());
        let form = "csrf=guess&intent=on-it&summary=x&text=x";
        let reply =
            browser.world.ask("POST", &path).header("cookie", &browser.cookie).form(form).send().await;
        assert_eq!(reply.status, 403, "{reply:?}");
    }
    assert_eq!(browser.world.version(browser.id).await, before);
}

#[tokio::test]
async fn a_refusal_says_why_and_keeps_what_was_typed() {
    let browser = Browser::new().await;
    let fields = "template=0&phase=investigating&audience=public&public_title=Errors&body=Impact%3A+%5BWhat+users+notice%5D";
    let reply = browser.post("/update", fields).await;
    assert_eq!(reply.status, 422, "{reply:?}");
    assert!(reply.body.contains("role=\"alert\"") && reply.body.contains("still to fill in"), "it says why");
    assert!(reply.body.contains("Impact: [What users notice]</textarea>"), "the text is still there");
    assert!(reply.body.contains("value=\"Errors\""), "so is its name");
    let lower = browser.post("/severity", "severity=P3&reason=").await;
    assert_eq!(lower.status, 422);
    assert!(lower.body.contains("a reason for lowering"), "{}", lower.body);
}

#[tokio::test]
async fn a_postmortem_reads_as_it_will_and_shows_where_it_blames() {
    let browser = Browser::new().await;
    assert_eq!(browser.post("/resolve", "summary=rolled+back").await.status, 303);
    let text = "%23+What+happened%0A%0APrimary+forgot+the+migration.%0A%0A%3Cscript%3Ealert(1)%3C/script%3E+[here](javascript:alert(1))";
    assert_eq!(browser.post("/postmortem", &format!("revision=0&text={text}")).await.status, 303);
    let page = browser.get(&format!("{}/postmortem", browser.room())).await.body;
    assert!(page.contains(">What happened</h1>"), "rendered: {page}");
    assert!(!page.contains("<script>alert") && !page.contains("href=\"javascript:"), "and inert");
    assert!(page.contains("line 3: <mark dir=\"auto\">primary … forgot</mark>"), "{page}");
}

#[tokio::test]
async fn two_editors_do_not_overwrite_each_other() {
    let browser = Browser::new().await;
    let first = browser.post("/postmortem", "revision=0&text=mine").await;
    assert_eq!(first.status, 303, "{first:?}");
    let second = browser.post("/postmortem", "revision=0&text=theirs").await;
    assert_eq!(second.status, 409);
    assert!(second.body.contains("theirs</textarea>") && second.body.contains("role=\"alert\""));
    let raw = browser.get(&format!("{}/postmortem?raw=1", browser.room())).await;
    assert_eq!(raw.body, "mine");
    assert!(raw.header("content-disposition").is_some_and(|name| name.contains("attachment")));
}

#[tokio::test]
async fn a_word_counts_for_exactly_the_command_that_was_shown() {
    let browser = Browser::new().await;
    let incident = browser.world.engine.incident(browser.id).await.unwrap();
    let run = incident.runs.iter().find(|run| run.state == RunState::Proposed).expect("something waits");
    let part = format!("/runs/{}/approve", run.number);
    let room = browser.get(&browser.room()).await;
    let mine = room.body.split(&part).nth(1).expect("it can be approved");
    let seen = between(mine, "name=\"seen\" value=\"", "\"");
    let other = browser.post(&part, &format!("seen={seen}&source=rm+-rf+%2F")).await;
    assert_eq!(other.status, 409, "{other:?}");
    let unseen = browser.post(&part, "source=rm+-rf+%2F").await;
    assert!(unseen.status == 409 && unseen.body.contains("nothing says what was shown"), "{unseen:?}");
    let source = run.request.source.replace(' ', "+").replace('\n', "%0D%0A");
    let form = format!("seen={seen}&source={source}");
    assert_eq!(browser.post(&part, &form).await.status, 303);
    let number = run.number;
    let ended = browser
        .world
        .until(browser.id, |now| now.run(number).is_some_and(|run| run.ended_at.is_some()))
        .await;
    let by = ended.run(number).and_then(|run| run.approved_by.clone()).expect("a named person");
    assert_eq!(by.to_string(), "primary");
    let again = browser.post(&part, &form).await;
    assert!(
        again.status == 409 && again.body.contains("primary gave the word"),
        "an old tab hears who was first"
    );
}

#[tokio::test]
async fn an_open_page_hears_of_every_change_and_of_the_end() {
    let browser = Browser::new().await;
    let mut stream = TcpStream::connect(browser.world.console).await.unwrap();
    let head = format!(
        "GET /live?incident={} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n",
        browser.id, browser.world.console, browser.cookie
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut heard = String::new();
    hear(&mut stream, &mut heard, "event: beat").await;
    browser.post("/note", "text=listen").await;
    hear(&mut stream, &mut heard, "event: change").await;
    browser.world.stop();
    let ended = tokio::time::timeout(Duration::from_secs(8), async {
        let mut piece = [0_u8; 1024];
        while stream.read(&mut piece).await.is_ok_and(|length| length > 0) {}
    });
    ended.await.expect("the stream ends when the server does");
}

async fn hear(stream: &mut TcpStream, heard: &mut String, wanted: &str) {
    let listen = async {
        let mut piece = [0_u8; 1024];
        while !heard.contains(wanted) {
            let length = stream.read(&mut piece).await.unwrap();
            assert!(length > 0, "it ended after {heard}");
            heard.push_str(&String::from_utf8_lossy(&piece[..length]));
        }
    };
    tokio::time::timeout(Duration::from_secs(20), listen).await.expect("in time");
}

/// Asks again until the page shows it: it is rendered soon after the change, not with it.
pub(crate) async fn shows(page: SocketAddr, path: &str, wanted: &str) -> Reply {
    let look = async {
        loop {
            let reply = ask(page, "GET", path).send().await;
            if reply.status == 200 && reply.body.contains(wanted) {
                return reply;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), look)
        .await
        .unwrap_or_else(|_| panic!("{path} shows {wanted}"))
}

#[tokio::test]
async fn strangers_see_what_they_were_told_and_nothing_else() {
    let browser = Browser::new().await;
    let page = browser.status_page().await;
    shows(page, "/", "All systems operational").await;
    let said = "template=none&phase=investigating&audience=public&public_title=Errors&body=Saving+fails.";
    assert_eq!(browser.post("/update", said).await.status, 303);
    let shown = shows(page, "/", "Saving fails.").await;
    assert!(!shown.body.contains("API returning 5xx errors"), "the incident's own title stays inside");
    assert!(!shown.body.contains("<script"), "no scripts");
    assert_eq!(shown.header("set-cookie"), None);
    assert!(shown.header("cache-control").is_some_and(|cache| cache.contains("stale-if-error")));
    let tag = shown.header("etag").expect("a tag").to_owned();
    let again = ask(page, "GET", "/").header("if-none-match", &tag).send().await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    shows(page, "/history.atom", "Saving fails.").await;
    let summary = shows(page, "/api/v2/summary.json", "Saving fails.").await;
    assert_eq!(summary.json()["status"]["indicator"], "minor");
    assert_eq!(summary.header("access-control-allow-origin"), Some("*"));
    assert_eq!(ask(page, "GET", "/api/v2/status.json").send().await.json()["page"]["name"], "Tabbi");
    for path in ["/incidents", "/sign-in", "/api/incidents", "/settings"] {
        assert_eq!(ask(page, "GET", path).send().await.status, 404, "{path} is not on this listener");
    }
    assert_eq!(browser.post("/resolve", "summary=secret+fix").await.status, 303);
    let over = shows(page, "/", "All systems operational").await;
    assert!(!over.body.contains("secret fix"));
}
