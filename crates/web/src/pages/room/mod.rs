//! The incident room: one screen with everything that is known, what is next, who has it, and how long there is.

mod after;
mod before;
mod causes;
mod clock;
mod guide;
mod head;
mod ladder;
mod run_view;
mod severity;
mod story;
mod talk;
mod word;

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::{PageProblem, Problem};
use crate::view::{Chrome, Frame, Nav, html};
pub(crate) use after::obligation_tag;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
pub(crate) use before::Known;
use engine::ports::AgentView;
use incident::{Audience, Event, Incident, IncidentId, Roster, RunState};
use serde::Deserialize;
pub(crate) use severity::answers;
use std::sync::Arc;
#[cfg(test)]
pub(crate) use tests::is_sound;

/// What the address may ask of the room.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Wish {
    /// The short word of what came of a form.
    #[serde(default)]
    pub(crate) said: String,
    /// Which part of the timeline.
    #[serde(default)]
    pub(crate) kind: String,
    /// `1`: the whole timeline.
    #[serde(default)]
    pub(crate) all: String,
    /// Which template the update begins with, by index; `none` for free words.
    #[serde(default)]
    pub(crate) template: String,
    /// Which phase the update says.
    #[serde(default)]
    pub(crate) phase: String,
    /// For whom the update is filled in: `internal`, `public`, or as its template is meant.
    #[serde(default)]
    pub(crate) audience: String,
    /// The answers so far in the decision tree, such as `yn`.
    #[serde(default)]
    pub(crate) tree: String,
}

/// What somebody typed into a form that was refused, so that nothing is lost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    /// The note.
    pub(crate) note: Option<String>,
    /// The text of the update.
    pub(crate) body: Option<String>,
    /// The update's name for strangers.
    pub(crate) public_title: Option<String>,
    /// Which template the update began with, as in [`Wish`].
    pub(crate) template: String,
    /// Which phase the update says.
    pub(crate) phase: String,
    /// Who the update is for.
    pub(crate) audience: Option<Audience>,
    /// In how many minutes the next one is promised.
    pub(crate) next_min: String,
}

/// The incident room.
#[derive(Template)]
#[template(path = "room/page.html")]
pub(crate) struct RoomPage {
    pub(crate) chrome: Chrome,
    pub(crate) id: String,
    pub(crate) head: head::Head,
    pub(crate) severity: severity::Choosing,
    pub(crate) clock: Option<clock::Clock>,
    pub(crate) guide: guide::Guide,
    pub(crate) causes: causes::Causes,
    pub(crate) ladder: ladder::Ladder,
    pub(crate) talk: talk::Talk,
    pub(crate) story: story::Story,
    pub(crate) after: after::After,
    /// What went before and is like it.
    pub(crate) before: Vec<before::Before>,
}

/// Everything that a room is made of.
pub(crate) struct Room<'a> {
    pub(crate) incident: &'a Incident,
    pub(crate) events: &'a [Event],
    pub(crate) roster: &'a Roster,
    pub(crate) frame: &'a Frame,
    /// The agents on other hosts.
    pub(crate) agents: &'a [AgentView],
    pub(crate) wish: &'a Wish,
    pub(crate) typed: &'a Typed,
}

pub(crate) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response, PageProblem> {
    let id = super::incident_id(&id)?;
    html(&page(&app, &who, id, &wish, &Typed::default()).await?)
}

/// The room again with why a form was refused and what had been typed into it.
pub(crate) async fn refused(
    app: &App,
    who: &SignedIn,
    id: IncidentId,
    problem: Problem,
    typed: Typed,
) -> Result<Response, PageProblem> {
    if problem.status.is_server_error() || problem.status == StatusCode::NOT_FOUND {
        return Err(problem.into());
    }
    let wish = Wish { template: typed.template.clone(), phase: typed.phase.clone(), ..Wish::default() };
    let mut page = page(app, who, id, &wish, &typed).await?;
    page.chrome.refused = Some(problem.detail);
    Ok((problem.status, html(&page)?).into_response())
}

async fn page(
    app: &App,
    who: &SignedIn,
    id: IncidentId,
    wish: &Wish,
    typed: &Typed,
) -> Result<RoomPage, PageProblem> {
    let incident: Arc<Incident> = app.engine().incident(id).await?;
    let events = app.engine().history(id).await?;
    let settings = app.engine().settings();
    let frame = Frame::new(app, who);
    let room = Room {
        incident: &incident,
        events: &events,
        roster: &settings.roster,
        frame: &frame,
        agents: &app.agents(),
        wish,
        typed,
    };
    // The room is there without what went before.
    let before = before::look(app, &incident).await.unwrap_or_default();
    Ok(RoomPage { before, ..room.page() })
}

impl Room<'_> {
    pub(crate) fn page(&self) -> RoomPage {
        let id = self.incident.id.to_string();
        let title = format!("{} {}", self.incident.severity(), self.incident.title);
        let chrome = self.frame.chrome(title, Nav::Incidents, format!("/incidents/{id}{}", self.query()));
        RoomPage {
            chrome: chrome.saying(&self.wish.said).following(self.incident.id),
            head: head::Head::new(self),
            severity: severity::Choosing::new(self),
            clock: clock::Clock::new(self),
            guide: guide::Guide::new(self),
            causes: causes::Causes::new(self),
            ladder: ladder::Ladder::new(self),
            talk: talk::Talk::new(self),
            story: story::Story::new(self),
            after: after::After::new(self),
            before: Vec::new(),
            id,
        }
    }

    /// What the room must keep of its address when it looks again: the filter, not what was said.
    fn query(&self) -> String {
        let kind = story::Kind::of(&self.wish.kind).map_or("", story::Kind::code);
        let all = if self.wish.all == "1" { "1" } else { "" };
        format!("?kind={kind}&all={all}")
    }
}

/// A run's whole output as plain text.
pub(crate) async fn output(
    State(app): State<App>,
    _who: SignedIn,
    Path((id, number)): Path<(String, u32)>,
) -> Result<Response, PageProblem> {
    let incident = app.engine().incident(super::incident_id(&id)?).await?;
    let run = incident.run(number).ok_or_else(|| Problem::not_found(format!("no run {number} in {id}")))?;
    match &run.state {
        RunState::Ended(report) => Ok(report.output.to_string().into_response()),
        RunState::Proposed
        | RunState::Rejected { .. }
        | RunState::Ready
        | RunState::Running { .. }
        | RunState::Lost => {
            Err(Problem::not_found(format!("run {number} of {id} has printed nothing yet")).into())
        }
    }
}

#[cfg(test)]
mod tests;
