//! The hands of a stand-in: what any responder can do, done in a role's name and plainly marked as a stand-in.
//!
//! Must never be here: what to do when, or anything that the incident's room does not show.

use crate::exit::{Failure, Kind};
use crate::wiring;
use engine::{Engine, EngineError};
use incident::{
    Actor, Audience, Command, Incident, IncidentId, PersonId, Phase, Run, RunState, Sight, UpdateDraft, words,
};
use playbook::{Answer, DecisionTree, Outcome, TemplateKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Waits until the incident is as wanted.
pub(crate) async fn wait_for(
    engine: &Engine,
    id: IncidentId,
    wanted: impl Fn(&Incident) -> bool,
) -> Result<Arc<Incident>, Failure> {
    let mut feed = engine.feed();
    loop {
        let incident = engine.incident(id).await.map_err(wiring::storage_failed)?;
        if wanted(&incident) {
            return Ok(incident);
        }
        if let Err(tokio::sync::broadcast::error::RecvError::Closed) = feed.recv().await {
            return Err(Failure::new(Kind::World, "the engine stopped"));
        }
    }
}

/// Somebody's hands on one incident.
pub(crate) struct Hands {
    pub(crate) engine: Engine,
    pub(crate) id: IncidentId,
    me: Actor,
    public_title: String,
}

impl Hands {
    /// In the name of a person who was paged; strangers are told of the incident by `public_title`.
    pub(crate) fn new(engine: &Engine, id: IncidentId, person: PersonId, public_title: &str) -> Self {
        Self { engine: engine.clone(), id, me: Actor::StandIn(person), public_title: public_title.to_owned() }
    }

    /// In whose name.
    pub(crate) fn person(&self) -> Option<&PersonId> {
        self.me.person()
    }

    pub(crate) async fn act(&self, command: Command) -> Result<(), Failure> {
        let asked = self.engine.ask(self.id, self.me.clone(), command).await;
        asked.map(|_| ()).map_err(|error: EngineError| Failure::new(Kind::Refused, error.to_string()))
    }

    pub(crate) async fn incident(&self) -> Result<Arc<Incident>, Failure> {
        self.engine.incident(self.id).await.map_err(wiring::storage_failed)
    }

    /// Waits until every look has ended, and returns the incident as it is then.
    pub(crate) async fn looks_ended(&self) -> Result<Arc<Incident>, Failure> {
        let busy = |run: &Run| matches!(run.state, RunState::Ready | RunState::Running { .. });
        wait_for(&self.engine, self.id, |incident| !incident.runs.iter().any(busy)).await
    }

    /// Confirms the severity by the playbook's own questions, where it has any that lead there.
    pub(crate) async fn confirm_severity(&self, incident: &Incident) -> Result<(), Failure> {
        let tree = incident.plan.playbook.decision_tree.as_ref();
        match tree.and_then(|tree| answers_to(tree, 0, &incident.severity().name)) {
            Some(answers) => self.act(Command::AnswerTree { answers }).await,
            None => Ok(()),
        }
    }

    /// Gives the word for exactly this command, as it stands in the room, and waits for its end.
    pub(crate) async fn approve(&self, run: u32, source: &str) -> Result<(), Failure> {
        let incident = self.incident().await?;
        let seen = Sight::of(&incident, run, self.engine.clock().now());
        let seen = seen.ok_or_else(|| Failure::new(Kind::World, format!("run {run} is not there")))?;
        let sight = Sight { source: source.to_owned(), ..seen };
        self.act(Command::ApproveRun { run, sight, sponsor: None }).await?;
        let ended = |incident: &Incident| incident.run(run).is_some_and(|run| run.ended_at.is_some());
        wait_for(&self.engine, self.id, ended).await.map(drop)
    }

    /// For the team, in the playbook's template; every blank that the incident cannot fill gets the stand-in's words.
    pub(crate) async fn internal(&self, kind: TemplateKind, phase: Phase) -> Result<(), Failure> {
        let body = self.filled((kind, Audience::Internal), phase, "see the incident's timeline").await?;
        self.post(Audience::Internal, kind, phase, body).await
    }

    /// For everyone, in the playbook's template for the status page.
    pub(crate) async fn public(&self, phase: Phase, message: &str) -> Result<(), Failure> {
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
        let now = self.engine.clock().now();
        let Some(template) = incident.plan.playbook.template(kind) else {
            return Ok(format!("{}: {words_for_blanks}", phase.name()));
        };
        let occasion =
            words::Occasion { phase, now, audience, public_title: Some(self.public_title.as_str()) };
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
            Audience::Public => Some(self.public_title.clone()),
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
