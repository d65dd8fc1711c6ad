//! Postmortems: drafted from what happened, edited by people, owed by the playbook's own rules.

use super::room::obligation_tag;
use super::row::Row;
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::{PageProblem, Problem};
use crate::view::{Chrome, Frame, Nav, Rendered, Tag, Until, html};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::ports::{Filter, Order};
use incident::words::{Blame, blames};
use incident::{Incident, IncidentId, Status, absolute_links};
use playbook::PostmortemPolicy;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Wish {
    /// `1`: the Markdown as a file.
    #[serde(default)]
    raw: String,
    #[serde(default)]
    said: String,
}

/// One incident's postmortem.
#[derive(Template)]
#[template(path = "learn/postmortem.html")]
pub(crate) struct PostmortemPage {
    pub(crate) chrome: Chrome,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) revision: u32,
    pub(crate) text: String,
    /// As it reads: Markdown rendered, with nothing in it that acts.
    pub(crate) rendered: Rendered,
    /// Where it looks for somebody at fault.
    pub(crate) blames: Vec<Blame>,
    pub(crate) owed: Option<Tag>,
    pub(crate) policy: Vec<(Tag, String)>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) guidelines: Vec<String>,
    pub(crate) resolved: bool,
}

/// A stage with its deadline.
pub(crate) struct Stage {
    pub(crate) action: String,
    pub(crate) due: Until,
    pub(crate) late: bool,
}

/// Every postmortem.
#[derive(Template)]
#[template(path = "learn/list.html")]
pub(crate) struct ListPage {
    pub(crate) chrome: Chrome,
    pub(crate) rows: Vec<Row>,
    pub(crate) policy: Vec<(Tag, String)>,
}

pub(crate) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response, PageProblem> {
    let id = super::incident_id(&id)?;
    let incident = app.engine().incident(id).await?;
    let frame = Frame::new(&app, &who);
    let mut page = page(&frame, &incident, app.postmortem(&incident).await?);
    if wish.raw == "1" {
        return Ok(raw(&incident, absolute_links(&page.text, id, &app.parts.console_url)));
    }
    page.read(&app, id);
    page.chrome = page.chrome.saying(&wish.said);
    html(&page)
}

/// The page again with why saving was refused and what had been typed.
pub(crate) async fn refused(
    app: &App,
    who: &SignedIn,
    id: IncidentId,
    problem: Problem,
    text: String,
) -> Result<Response, PageProblem> {
    if problem.status.is_server_error() || problem.status == StatusCode::NOT_FOUND {
        return Err(problem.into());
    }
    let incident = app.engine().incident(id).await?;
    let mut page = page(&Frame::new(app, who), &incident, text);
    page.read(app, id);
    page.chrome.refused = Some(problem.detail);
    Ok((problem.status, html(&page)?).into_response())
}

impl PostmortemPage {
    /// Renders the text, and reads it for blame.
    fn read(&mut self, app: &App, id: IncidentId) {
        self.rendered = Rendered::markdown(&absolute_links(&self.text, id, &app.parts.console_url));
        self.blames = blames(&self.text, &app.engine().settings().roster);
    }
}

pub(crate) fn page(frame: &Frame, incident: &Incident, text: String) -> PostmortemPage {
    let id = incident.id.to_string();
    let state = &incident.postmortem;
    let rules = incident.plan.playbook.postmortem.as_ref();
    let stage = |(number, (action, due)): (u32, &(String, jiff::Timestamp))| Stage {
        action: action.clone(),
        due: Until::at(*due, frame.now),
        late: state.stages_due.contains(&number),
    };
    PostmortemPage {
        chrome: frame.chrome(
            format!("Postmortem: {}", incident.title),
            Nav::Learn,
            format!("/incidents/{id}/postmortem"),
        ),
        id,
        title: incident.title.clone(),
        revision: state.revision,
        text,
        rendered: Rendered::default(),
        blames: Vec::new(),
        owed: state.obligation.map(obligation_tag),
        policy: rules.map(|rules| policy_lines(&rules.policy)).unwrap_or_default(),
        stages: (0..).zip(&state.stages).map(stage).collect(),
        guidelines: rules
            .map(|rules| rules.guidelines.iter().map(|guideline| guideline.title.clone()).collect())
            .unwrap_or_default(),
        resolved: incident.status == Status::Resolved,
    }
}

fn policy_lines(policy: &[PostmortemPolicy]) -> Vec<(Tag, String)> {
    let said = policy.iter().filter(|rule| !rule.text.is_empty());
    said.map(|rule| (obligation_tag(rule.obligation), rule.text.clone())).collect()
}

fn raw(incident: &Incident, text: String) -> Response {
    let name = format!("attachment; filename=\"postmortem-{}.md\"", incident.id.short());
    let headers = [
        (header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, text).into_response()
}

pub(crate) async fn list(State(app): State<App>, who: SignedIn) -> Result<Response, PageProblem> {
    let frame = Frame::new(&app, &who);
    let filter = Filter { order: Order::Latest, ..Filter::default() };
    let rows = app.engine().summaries(filter).await?;
    let settings = app.engine().settings();
    let rules = settings.plan.playbook.postmortem.as_ref();
    html(&ListPage {
        chrome: frame.chrome("Postmortems", Nav::Learn, "/postmortems"),
        rows: rows.iter().map(|row| Row::new(row, frame.now)).collect(),
        policy: rules.map(|rules| policy_lines(&rules.policy)).unwrap_or_default(),
    })
}
