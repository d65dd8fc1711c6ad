//! Silences over the console's forms, without a script: looked at before they are made, made, ended, each by its person.

use crate::forms::browser;
use crate::world::World;
use engine::ports::Scope;

async fn alert(world: &World, source: &str, key: &str) {
    let body =
        format!(r#"{{"title":"{key} is dark","key":"{key}","severity":"P1","labels":{{"team":"web"}}}}"#);
    let reply = world.ask("POST", "/api/alerts").bearer(source).json(&body).send().await;
    assert!(reply.status < 300, "{reply:?}");
}

const WEB: &str = "matchers=team%3Dweb&reason=the+quay+moves&length=2&unit=h&kind=maintenance&starts_at=";

#[tokio::test]
async fn one_is_looked_at_made_and_ended_by_forms() {
    let world = World::new().await;
    let source = world.token("quays", Scope::Alerts, None).await;
    alert(&world, &source, "quay-0").await;
    let browser = browser(&world, "/silences").await;
    assert!(browser.page("/silences").await.body.contains("Nothing is silenced"));
    let looked = browser.post("/silences/preview", WEB).await;
    assert_eq!(looked.status, 200);
    assert!(looked.body.contains("1 of the 1 alerts that came last"), "{}", looked.body);
    assert!(
        looked.body.contains("quay-0 is dark") && looked.body.contains("the quay moves"),
        "what was typed"
    );
    assert!(browser.page("/silences").await.body.contains("Nothing is silenced"), "looking makes none");

    let made = browser.post("/silences", WEB).await;
    assert_eq!((made.status, made.header("location")), (303, Some("/silences?said=silenced#all-h")));
    alert(&world, &source, "quay-1").await;
    let page = browser.page("/silences?said=silenced").await.body;
    for words in [
        "Kept: such alerts",
        "Held back now · 1",
        "quay-1 is dark",
        "holds alerts back",
        "Maintenance",
        "primary",
    ] {
        assert!(page.contains(words), "{words:?} is not in {page}");
    }
    assert!(browser.page("/").await.body.contains("1 alert is held back by silences"));
    assert_eq!(world.engine.summaries(engine::ports::Filter::default()).await.unwrap().len(), 1);

    let end = page.split("action=\"/silences/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let ended = browser.post(&format!("/silences/{end}"), "").await;
    assert_eq!((ended.status, ended.header("location")), (303, Some("/silences?said=silence-ended#held")));
    let page = browser.page("/silences").await.body;
    assert!(page.contains("ended by"), "{page}");
    let again = browser.post(&format!("/silences/{end}"), "").await;
    assert!(again.body.contains("Not done."), "{again:?}");
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_what_was_typed() {
    let world = World::new().await;
    let browser = browser(&world, "/silences").await;
    for (fields, words) in [
        (WEB.replace("the+quay+moves", ""), "a reason"),
        (WEB.replace("team%3Dweb", "team"), "is no condition"),
        (WEB.replace("team%3Dweb", "team%21%3Dweb"), "something that is there"),
        (WEB.replace("length=2", "length=soon"), "is no length of time"),
        (WEB.replace("length=2", "length=9223372036854775807"), "longer than time goes on"),
        (WEB.replace("length=2", "length=-2"), "before it begins"),
        (WEB.replace("length=2", "length=2000"), "longer than 30 days"),
        (WEB.replace("starts_at=", "starts_at=tomorrow"), "no date and time"),
    ] {
        let refused = browser.post("/silences", &fields).await;
        assert!((400..500).contains(&refused.status), "{refused:?}");
        assert!(refused.body.contains(words), "{words:?} is not in {}", refused.body);
        assert!(refused.body.contains("Not done."));
    }
    let typed =
        browser.post("/silences", &WEB.replace("the+quay+moves", "%3Cb%3E").replace("team%3D", "%3C")).await;
    assert!(typed.body.contains("&#60;b&#62;") && !typed.body.contains("<b>"), "{}", typed.body);
    assert_eq!(world.engine.silences(10).await.unwrap(), []);
    let foreign = world.ask("POST", "/silences").header("cookie", &browser.cookie).form(WEB).send().await;
    assert_eq!(foreign.status, 403, "a form that is not ours");
}

#[tokio::test]
async fn a_reading_token_makes_none_and_a_sources_token_sees_none() {
    let world = World::new().await;
    let reading = world.token("board", Scope::Read, None).await;
    let body = r#"{"reason":"x","matchers":["team=web"],"lasts_min":5}"#;
    let refused = world.ask("POST", "/api/silences").bearer(&reading).json(body).send().await;
    assert_eq!(refused.status, 403);
    let listed = world.ask("GET", "/api/silences").bearer(&reading).send().await.json();
    assert_eq!(listed, serde_json::json!({ "silences": [], "windows": [] }));
    let source = world.token("quays", Scope::Alerts, None).await;
    assert_eq!(world.ask("GET", "/api/held").bearer(&source).send().await.status, 403);
    let own = world.token("laptop", Scope::Respond, Some("primary")).await;
    let made = world.ask("POST", "/api/silences").bearer(&own).json(body).send().await;
    assert_eq!((made.status, &made.json()["made_by"]), (201, &serde_json::json!({ "person": "primary" })));
}
