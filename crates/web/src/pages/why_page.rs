//! Why whom: an answer for every page that was sent, and for everybody who was not woken.

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::PageProblem;
use crate::view::{Chrome, Frame, Nav, Sev, Tag, html};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use incident::{Incident, Moment, Roster, WhyLine, why};

/// Why whom.
#[derive(Template)]
#[template(path = "incident/why.html")]
pub(crate) struct WhyPage {
    pub(crate) chrome: Chrome,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) sev: Sev,
    pub(crate) lines: Vec<Line>,
    pub(crate) plan: String,
}

/// One answer.
pub(crate) struct Line {
    pub(crate) person: String,
    pub(crate) page: String,
    pub(crate) fate: Tag,
    pub(crate) because: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageProblem> {
    let incident = app.engine().incident(super::incident_id(&id)?).await?;
    let settings = app.engine().settings();
    html(&page(&Frame::new(&app, &who), &incident, &settings.roster))
}

pub(crate) fn page(frame: &Frame, incident: &Incident, roster: &Roster) -> WhyPage {
    let silences = incident::Silences::none();
    let now = Moment { at: frame.now, roster, silences: &silences };
    let id = incident.id.to_string();
    let title = format!("Why: {}", incident.title);
    WhyPage {
        chrome: frame.chrome(title, Nav::Incidents, format!("/incidents/{id}/why")).following(incident.id),
        id,
        title: incident.title.clone(),
        sev: Sev::of(&incident.severity()),
        lines: why(incident, &now).into_iter().map(line).collect(),
        plan: incident.plan.digest.clone(),
    }
}

fn line(line: WhyLine) -> Line {
    let fate = match line.fate.as_str() {
        "paged" => Tag::good(line.fate),
        "failed" => Tag::bad(line.fate),
        "retrying" | "on its way" => Tag::warn(line.fate),
        _ => Tag::plain(line.fate),
    };
    Line {
        person: line.person.to_string(),
        page: line.page.map_or_else(String::new, |page| format!("page {page}")),
        fate,
        because: line.because,
    }
}
