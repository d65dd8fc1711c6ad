//! A stand-in for the people: answers, approves and tells, in the name of the roles and plainly marked as a stand-in.

use super::narrator::Narrator;
use super::stack::Stack;
use crate::exit::{Failure, Kind};
use crate::wiring;
use engine::EngineError;
use incident::{
    AckIntent, Actor, Audience, Command, Incident, IncidentId, Phase, Run, RunState, Status, UpdateDraft,
    words,
};
use playbook::{Answer, DecisionTree, Outcome, TemplateKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often the public page is looked at before it counts as wrong, ten seconds apart by the demonstration's clock.
const PAGE_LOOKS_MAX: u32 = 60;

/// What strangers are to call it.
const PUBLIC_TITLE: &str = "Errors when using the API";

/// Everything that people do in an incident, in order.
pub(super) async fn work(stack: &Stack, id: IncidentId) -> Result<(), Failure> {
    let paged = wait_for(stack, id, |incident| incident.pages.iter().any(|page| page.level > 0)).await?;
    let page =
        paged.pages.iter().rfind(|page| page.level > 0).ok_or_else(|| lost("the second level's page"))?;
    let hands = Hands { stack, id, me: Actor::StandIn(page.responder.clone()) };
    hands.act(Command::Acknowledge { intent: AckIntent::OnIt, page: Some(page.number) }).await?;
    hands.assess().await?;
    hands.tell_first().await?;
    hands.repair().await?;
    wait_for(stack, id, |incident| incident.recovery.is_some() || incident.status == Status::Resolved)
        .await?;
    hands.public(Phase::Monitoring, "A fix is in place and we are watching the recovery.").await?;
    wait_for(stack, id, |incident| incident.status == Status::Resolved).await?;
    hands.tell_last().await
}

/// Waits until the incident is as wanted.
pub(super) async fn wait_for(
    stack: &Stack,
    id: IncidentId,
    wanted: impl Fn(&Incident) -> bool,
) -> Result<Arc<Incident>, Failure> {
    let mut feed = stack.server.engine.feed();
    loop {
        let incident = stack.server.engine.incident(id).await.map_err(wiring::storage_failed)?;
        if wanted(&incident) {
            return Ok(incident);
        }
        if let Err(tokio::sync::broadcast::error::RecvError::Closed) = feed.recv().await {
            return Err(Failure::new(Kind::World, "the engine stopped"));
        }
    }
}

fn lost(what: &str) -> Failure {
    Failure::new(Kind::World, format!("{what} is not there"))
}

struct Hands<'a> {
    stack: &'a Stack,
    id: IncidentId,
    me: Actor,
}

impl Hands<'_> {
    async fn act(&self, command: Command) -> Result<(), Failure> {
        let asked = self.stack.server.engine.ask(self.id, self.me.clone(), command).await;
        asked.map(|_| ()).map_err(|error: EngineError| Failure::new(Kind::Refused, error.to_string()))
    }

    async fn incident(&self) -> Result<Arc<Incident>, Failure> {
        self.stack.server.engine.incident(self.id).await.map_err(wiring::storage_failed)
    }

    /// Reads the evidence that was gathered, and confirms the severity by the playbook's own questions.
    async fn assess(&self) -> Result<(), Failure> {
        let busy = |run: &Run| matches!(run.state, RunState::Ready | RunState::Running { .. });
        let incident = wait_for(self.stack, self.id, |incident| !incident.runs.iter().any(busy)).await?;
        let tree = incident.plan.playbook.decision_tree.as_ref();
        if let Some(answers) = tree.and_then(|tree| answers_to(tree, 0, &incident.severity().name)) {
            self.act(Command::AnswerTree { answers }).await?;
        }
        let text =
            "The errors began with the newest deployment; the health check fails since then.".to_owned();
        self.act(Command::Note { text }).await
    }

    async fn tell_first(&self) -> Result<(), Failure> {
        self.internal(TemplateKind::Initial, Phase::Investigating).await?;
        self.public(Phase::Investigating, "We are looking into errors when using the API.").await
    }

    /// Approves the playbook's own way back; without one, the stack is repaired by hand and that is said.
    async fn repair(&self) -> Result<(), Failure> {
        let incident = self.incident().await?;
        let waiting = || incident.runs.iter().filter(|run| run.state == RunState::Proposed);
        let fix = waiting().find(|run| run.request.source.contains("rollback"));
        let Some(run) = fix else {
            let text = "The playbook names no rollback; the deployment was taken back by hand.".to_owned();
            self.stack.range.roll_back().map_err(super::stack::range_failed)?;
            return self.act(Command::Note { text }).await;
        };
        let (run, source) = (run.number, run.request.source.clone());
        self.act(Command::ApproveRun { run, source }).await?;
        wait_for(self.stack, self.id, |incident| incident.run(run).is_some_and(|run| run.ended_at.is_some()))
            .await?;
        self.internal(TemplateKind::Progress, Phase::Identified).await
    }

    async fn tell_last(&self) -> Result<(), Failure> {
        self.public(Phase::Resolved, "The API works normally again.").await?;
        self.internal(TemplateKind::Resolution, Phase::Resolved).await?;
        let owner = self.me.person().cloned();
        let title = "Check a version's settings before it is deployed".to_owned();
        let due = self.stack.server.engine.clock().now() + jiff::SignedDuration::from_hours(24 * 7);
        let due = jiff::tz::TimeZone::UTC.to_datetime(due).date();
        self.act(Command::AddActionItem { title, owner, due: Some(due) }).await
    }

    /// For the team, in the playbook's template; every blank that the incident cannot fill gets the stand-in's words.
    async fn internal(&self, kind: TemplateKind, phase: Phase) -> Result<(), Failure> {
        let body = self.filled((kind, Audience::Internal), phase, "see the incident's timeline").await?;
        self.post(Audience::Internal, kind, phase, body).await
    }

    /// For everyone, in the playbook's template for the status page.
    async fn public(&self, phase: Phase, message: &str) -> Result<(), Failure> {
        let body = self.filled((TemplateKind::StatusPage, Audience::Public), phase, message).await?;
        self.post(Audience::Public, TemplateKind::StatusPage, phase, body).await
    }

    async fn filled(
        &self,
        (kind, audience): (TemplateKind, Audience),
        phase: Phase,
        words_for_blanks: &str,
    ) -> Result<String, Failure> {
        let incident = self.incident().await?;
        let now = self.stack.server.engine.clock().now();
        let Some(template) = incident.plan.playbook.template(kind) else {
            return Ok(format!("{}: {words_for_blanks}", phase.name()));
        };
        let occasion = words::Occasion { phase, now, audience, public_title: Some(PUBLIC_TITLE) };
        let first = words::fill(template, &incident, occasion, &BTreeMap::new());
        let values = first.open.into_iter().map(|name| (name, words_for_blanks.to_owned())).collect();
        let mut text = words::fill(template, &incident, occasion, &values).text;
        // What still stands is a choice without brackets: the first of its values serves the stand-in.
        for choice in &template.choices {
            if let Some(value) = choice.values.first() {
                text = text.replace(&choice.token, value);
            }
        }
        Ok(text)
    }

    async fn post(
        &self,
        audience: Audience,
        kind: TemplateKind,
        phase: Phase,
        body: String,
    ) -> Result<(), Failure> {
        let incident = self.incident().await?;
        let template = incident.plan.playbook.templates.iter().position(|template| template.kind == kind);
        let public_title = match audience {
            Audience::Public => Some(PUBLIC_TITLE.to_owned()),
            Audience::Internal => None,
        };
        let update = UpdateDraft {
            template: template.and_then(|index| u32::try_from(index).ok()),
            phase,
            audience,
            public_title,
            body,
            next_at: None,
        };
        self.act(Command::PostUpdate { update }).await
    }
}

/// The answers that lead from a question to a severity.
fn answers_to(tree: &DecisionTree, question: usize, severity: &str) -> Option<Vec<Answer>> {
    let asked = tree.questions.get(question)?;
    [(Answer::Yes, &asked.yes), (Answer::No, &asked.no)].into_iter().find_map(|(answer, outcome)| {
        match outcome {
            Outcome::Severity(name) => name.eq_ignore_ascii_case(severity).then(|| vec![answer]),
            Outcome::Question(next) => {
                let next = usize::try_from(*next).ok().filter(|next| *next > question)?;
                let mut rest = answers_to(tree, next, severity)?;
                rest.insert(0, answer);
                Some(rest)
            }
            Outcome::Unknown => None,
        }
    })
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
