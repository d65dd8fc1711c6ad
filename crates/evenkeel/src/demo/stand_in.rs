//! A stand-in for the people: answers, approves and tells, in the name of the roles and plainly marked as a stand-in.

use crate::exit::{Failure, Kind};
use crate::practice::{Hands, Narrator, Stack, range_failed, wait_for};
use incident::{AckIntent, Command, IncidentId, Phase, RunState, Status};
use playbook::TemplateKind;

/// How often the public page is looked at before it counts as wrong, ten seconds apart by the demonstration's clock.
const PAGE_LOOKS_MAX: u32 = 5_000;

/// What strangers are to call it.
const PUBLIC_TITLE: &str = "Errors when using the API";

/// Everything that people do in an incident, in order.
pub(super) async fn work(stack: &Stack, id: IncidentId) -> Result<(), Failure> {
    let engine = &stack.server.engine;
    let paged = wait_for(engine, id, |incident| incident.pages.iter().any(|page| page.level > 0)).await?;
    let page =
        paged.pages.iter().rfind(|page| page.level > 0).ok_or_else(|| lost("the second level's page"))?;
    let hands = Hands::new(engine, id, page.responder.clone(), PUBLIC_TITLE);
    hands.act(Command::Acknowledge { intent: AckIntent::OnIt, page: Some(page.number) }).await?;
    assess(&hands).await?;
    tell_first(&hands).await?;
    repair(stack, &hands).await?;
    wait_for(engine, id, |incident| incident.recovery.is_some() || incident.status == Status::Resolved)
        .await?;
    hands.public(Phase::Monitoring, "A fix is in place and we are watching the recovery.").await?;
    wait_for(engine, id, |incident| incident.status == Status::Resolved).await?;
    tell_last(&hands).await
}

fn lost(what: &str) -> Failure {
    Failure::new(Kind::World, format!("{what} is not there"))
}

/// Reads the evidence that was gathered, and confirms the severity by the playbook's own questions.
async fn assess(hands: &Hands) -> Result<(), Failure> {
    let incident = hands.looks_ended().await?;
    hands.confirm_severity(&incident).await?;
    let text = "The errors began with the newest deployment; the health check fails since then.".to_owned();
    hands.act(Command::Note { text }).await
}

async fn tell_first(hands: &Hands) -> Result<(), Failure> {
    hands.internal(TemplateKind::Initial, Phase::Investigating).await?;
    hands.public(Phase::Investigating, "We are looking into errors when using the API.").await
}

/// Approves the playbook's own way back; without one, the stack is repaired by hand and that is said.
async fn repair(stack: &Stack, hands: &Hands) -> Result<(), Failure> {
    let incident = hands.incident().await?;
    let waiting = || incident.runs.iter().filter(|run| run.state == RunState::Proposed);
    let Some(run) = waiting().find(|run| run.request.source.contains("rollback")) else {
        let text = "The playbook names no rollback; the deployment was taken back by hand.".to_owned();
        stack.range.roll_back().map_err(range_failed)?;
        return hands.act(Command::Note { text }).await;
    };
    hands.approve(run.number, &run.request.source).await?;
    hands.internal(TemplateKind::Progress, Phase::Identified).await
}

async fn tell_last(hands: &Hands) -> Result<(), Failure> {
    hands.public(Phase::Resolved, "The API works normally again.").await?;
    hands.internal(TemplateKind::Resolution, Phase::Resolved).await?;
    let owner = hands.person().cloned();
    let title = "Check a version's settings before it is deployed".to_owned();
    let due = hands.engine.clock().now() + jiff::SignedDuration::from_hours(24 * 7);
    let due = jiff::tz::TimeZone::UTC.to_datetime(due).date();
    hands.act(Command::AddActionItem { title, owner, due: Some(due) }).await
}

/// The public page really says that it is over.
pub(super) async fn check_the_public_page(stack: &Stack, narrator: &Narrator) -> Result<(), Failure> {
    let Some(url) = &stack.server.status_url else { return Err(lost("the status page")) };
    let failed = |error: reqwest::Error| Failure::new(Kind::World, format!("status page: {error}"));
    let http = reqwest::Client::builder().build().map_err(failed)?;
    // The page is rendered a moment after what it shows was kept.
    let clock = stack.server.engine.clock();
    for _ in 0..PAGE_LOOKS_MAX {
        let page = http.get(url).send().await.map_err(failed)?.text().await.map_err(failed)?;
        if page.contains("Resolved") {
            return narrator.say(&format!("The status page at {url} says: Resolved."));
        }
        clock.sleep_until(clock.now() + jiff::SignedDuration::from_secs(10)).await;
    }
    Err(Failure::new(Kind::World, "the status page does not say that it is resolved"))
}
