//! One person at two accounts is one person: whoever saw the link by which a colleague's password was set could have set it.

use crate::client::Reply;
use crate::forms::{invited, path_of, proof};
use crate::world::{PASSWORD, World};
use engine::ports::Access as _;
use incident::{IncidentId, RunState};
use playbook::Effect;
use serde_json::{Value, json};

/// A world in which every change needs two people.
async fn world() -> World {
    let world = World::new().await;
    world.needs_two(vec![Effect::ChangesHere, Effect::ChangesProduction, Effect::Destroys]);
    world
}

/// Opens a link and sets the password; the session's cookie.
async fn joins(world: &World, path: &str) -> String {
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let reply = world.ask("POST", path).form(&form).send().await;
    assert_eq!(reply.status, 303, "{reply:?}");
    reply.cookie()
}

async fn shown(world: &World, cookie: &str, id: IncidentId) -> Value {
    let reply = world.ask("GET", &format!("/api/incidents/{id}")).header("cookie", cookie).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["runs"].as_array().unwrap().iter().find(|run| run["needs_two"] == true).unwrap().clone()
}

/// Looks at the run that needs two, and gives a word for it.
async fn word(world: &World, cookie: &str, id: IncidentId) -> Reply {
    let run = shown(world, cookie, id).await;
    let body = json!({"source": run["source"], "seen": run["seen"]}).to_string();
    let path = format!("/api/incidents/{id}/runs/{}/approve", run["number"]);
    let ask = world.ask("POST", &path).header("cookie", cookie).header("x-csrf", &proof(world, cookie));
    ask.json(&body).send().await
}

fn sponsor(world: &World, person: &str) -> Option<String> {
    world.memory.account(person).unwrap().unwrap().sponsor
}

#[tokio::test]
async fn whoever_answers_their_own_invitation_is_not_two_people() {
    let world = world().await;
    let mine = world.set_up("primary").await;
    let asked = invited(&world, &mine, "secondary").await;
    assert_eq!(asked.json()["sponsor"], "primary", "{asked:?}");
    let colleague = joins(&world, &path_of(&asked)).await;
    let (id, _) = world.incident("P1").await;
    for (first, second) in [(&mine, &colleague), (&colleague, &mine)] {
        let given = word(&world, first, id).await;
        assert_eq!(given.status, 200, "{given:?}");
        let refused = word(&world, second, id).await;
        assert_eq!(refused.status, 409, "{refused:?}");
        assert!(
            refused.body.contains("primary saw the link by which secondary set a password"),
            "{refused:?}"
        );
        assert!(refused.body.contains("evenkeel person invite"), "it says what to do: {refused:?}");
        let number = shown(&world, &mine, id).await["number"].as_u64().unwrap();
        let number = u32::try_from(number).unwrap();
        let lapsed = |incident: &incident::Incident| incident.run(number).unwrap().first_word.is_none();
        assert_eq!(world.engine.incident(id).await.unwrap().run(number).unwrap().state, RunState::Proposed);
        world.pass(jiff::SignedDuration::from_mins(16));
        world.until(id, lapsed).await;
    }
    // The page says who counts as whom.
    let page = world.ask("GET", "/settings").header("cookie", &mine).send().await;
    assert!(page.body.contains("primary saw the link; with primary they count as one person"), "{page:?}");
    // Somebody whom the first has no hand in is a second person.
    let third = joins(&world, &world.operator_invites("lead")).await;
    assert_eq!(word(&world, &mine, id).await.status, 200);
    let number = shown(&world, &mine, id).await["number"].as_u64().unwrap();
    assert_eq!(word(&world, &third, id).await.status, 200);
    let run = world.engine.incident(id).await.unwrap().run(u32::try_from(number).unwrap()).unwrap().clone();
    assert_eq!(run.approved_by.map(|by| by.to_string()).as_deref(), Some("lead"));
}

#[tokio::test]
async fn invitations_of_invitations_and_own_new_passwords_stay_in_the_same_hand() {
    let world = world().await;
    let mine = world.set_up("primary").await;
    let colleague = joins(&world, &path_of(&invited(&world, &mine, "secondary").await)).await;
    let further = joins(&world, &path_of(&invited(&world, &colleague, "lead").await)).await;
    assert_eq!(sponsor(&world, "lead").as_deref(), Some("primary"));
    let (id, _) = world.incident("P1").await;
    assert_eq!(word(&world, &colleague, id).await.status, 200);
    let refused = word(&world, &further, id).await;
    assert_eq!(refused.status, 409, "two that the same person could be: {refused:?}");
    let again = path_of(&invited(&world, &colleague, "secondary").await);
    let stripped = again.replacen("~primary", "", 1);
    assert_ne!(stripped, again);
    let forged = world.ask("POST", &stripped).form("password=another+long+enough+one").send().await;
    assert_eq!(forged.status, 410, "a link says who saw it, and cannot be made to say otherwise: {forged:?}");
    joins(&world, &again).await;
    assert_eq!(sponsor(&world, "secondary").as_deref(), Some("primary"), "a new password proves nothing");
}

#[tokio::test]
async fn a_link_of_whoever_runs_the_server_makes_an_account_its_persons_own() {
    let world = world().await;
    let mine = world.set_up("primary").await;
    let taken = joins(&world, &path_of(&invited(&world, &mine, "secondary").await)).await;
    let make =
        world.ask("POST", "/api/tokens").header("cookie", &taken).header("x-csrf", &proof(&world, &taken));
    let made = make.json(r#"{"name":"left behind","scope":"respond"}"#).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let reads = || world.ask("GET", "/api/incidents").bearer(&token).send();
    assert_eq!(reads().await.status, 200);
    let own = joins(&world, &world.operator_invites("secondary")).await;
    assert_eq!(sponsor(&world, "secondary"), None);
    assert_eq!(reads().await.status, 401, "what the other hand left is gone");
    let gone = world.ask("GET", "/api/incidents").header("cookie", &taken).send().await;
    assert_eq!(gone.status, 401, "{gone:?}");
    let (id, _) = world.incident("P1").await;
    assert_eq!(word(&world, &mine, id).await.status, 200);
    assert_eq!(word(&world, &own, id).await.status, 200, "now they are two");
}
