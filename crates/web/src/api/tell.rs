//! Status updates: in the playbook's own templates or in free words; and what the public has been told.

use super::body::Sent;
use super::view::UpdateView;
use super::{Done, ask, count, incident_id};
use crate::app::App;
use crate::auth::{ApiCaller, ApiWriter};
use crate::error::Problem;
use axum::Json;
use axum::extract::{Path, State};
use engine::ports::Filter;
use incident::{Audience, Command, Incident, IncidentId, Phase, UpdateDraft, words};
use jiff::Timestamp;
use playbook::{Template, TemplateKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many incidents the status shows.
const SHOWN_MAX: u32 = 50;

/// A template by its index in the playbook, or by its kind or name.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Index(u32),
    Name(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Update {
    template: Option<Named>,
    phase: Option<Phase>,
    #[serde(default = "internal")]
    audience: Audience,
    public_title: Option<String>,
    body: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    next_at: Option<Timestamp>,
}

const fn internal() -> Audience {
    Audience::Internal
}

pub(super) async fn post(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Update>,
) -> Result<Json<Done>, Problem> {
    let incident = app.engine().incident(incident_id(&id)?).await?;
    let update = drafted(&incident, sent, app.now())?;
    let Json(done) = ask(&app, who, &id, Command::PostUpdate { update }).await?;
    let incident = app.engine().incident(incident.id).await?;
    Ok(Json(Done { number: Some(count(incident.updates.len())), ..done }))
}

fn drafted(incident: &Incident, sent: Update, now: Timestamp) -> Result<UpdateDraft, Problem> {
    let templates = &incident.plan.playbook.templates;
    let named = sent.template.as_ref().map(|named| find(templates, named)).transpose()?;
    let phase = sent.phase.or_else(|| named.and_then(|index| phase_of(templates.get(index)?)));
    let phase = phase.ok_or_else(|| Problem::invalid("missing: phase, or a template that implies one"))?;
    let (template, body) = match sent.body {
        Some(body) => (named, body),
        None => {
            let index = named.or_else(|| fitting(templates, phase, sent.audience));
            let index = index
                .ok_or_else(|| Problem::invalid("the playbook has no template for that; send a body"))?;
            let template = templates.get(index).ok_or_else(|| Problem::invalid("no such template"))?;
            let public_title = sent.public_title.as_deref();
            let occasion = words::Occasion { phase, now, audience: sent.audience, public_title };
            (Some(index), filled(template, incident, occasion, &sent.values)?)
        }
    };
    Ok(UpdateDraft {
        template: template.map(count),
        phase,
        audience: sent.audience,
        public_title: sent.public_title,
        body,
        next_at: sent.next_at,
    })
}

fn filled(
    template: &Template,
    incident: &Incident,
    occasion: words::Occasion<'_>,
    values: &BTreeMap<String, String>,
) -> Result<String, Problem> {
    let filled = words::fill(template, incident, occasion, values);
    if filled.open.is_empty() {
        return Ok(filled.text);
    }
    Err(incident::Refusal::OpenPlaceholders { names: filled.open }.into())
}

fn find(templates: &[Template], named: &Named) -> Result<usize, Problem> {
    let found = match named {
        Named::Index(index) => usize::try_from(*index).ok().filter(|index| *index < templates.len()),
        Named::Name(name) => templates.iter().position(|template| {
            kind_name(template.kind).eq_ignore_ascii_case(name) || template.name.eq_ignore_ascii_case(name)
        }),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = templates.iter().map(|template| template.name.as_str()).collect();
        Problem::invalid(format!("no such template in the playbook; it has: {}", known.join(", ")))
    })
}

const fn kind_name(kind: TemplateKind) -> &'static str {
    match kind {
        TemplateKind::Initial => "initial",
        TemplateKind::Progress => "progress",
        TemplateKind::Resolution => "resolution",
        TemplateKind::StatusPage => "status_page",
        TemplateKind::Other => "other",
    }
}

const fn phase_of(template: &Template) -> Option<Phase> {
    match template.kind {
        TemplateKind::Initial => Some(Phase::Investigating),
        TemplateKind::Progress => Some(Phase::Identified),
        TemplateKind::Resolution => Some(Phase::Resolved),
        TemplateKind::StatusPage | TemplateKind::Other => None,
    }
}

/// The template for this moment: the status page's own for the public, else the one for the phase.
fn fitting(templates: &[Template], phase: Phase, audience: Audience) -> Option<usize> {
    let by_phase = match phase {
        Phase::Investigating => TemplateKind::Initial,
        Phase::Identified | Phase::Monitoring => TemplateKind::Progress,
        Phase::Resolved => TemplateKind::Resolution,
    };
    let kind = match audience {
        Audience::Public => TemplateKind::StatusPage,
        Audience::Internal => by_phase,
    };
    templates.iter().position(|template| template.kind == kind)
}

#[derive(Serialize)]
pub(super) struct PublicStatus {
    title: String,
    url: String,
    components: Vec<String>,
    incidents: Vec<PublicIncident>,
}

#[derive(Serialize)]
struct PublicIncident {
    incident: IncidentId,
    title: Option<String>,
    phase: Phase,
    updates: Vec<UpdateView>,
}

/// What the public has been told, newest first. Only what a person published.
pub(super) async fn status(
    State(app): State<App>,
    _caller: ApiCaller,
) -> Result<Json<PublicStatus>, Problem> {
    let rows = app.engine().summaries(Filter { limit: SHOWN_MAX, ..Filter::default() }).await?;
    let mut incidents = Vec::new();
    for row in rows {
        let incident = app.engine().incident(row.id).await?;
        incidents.extend(public(&incident));
    }
    Ok(Json(PublicStatus {
        title: app.parts.status_page.title.clone(),
        url: app.parts.status_url.clone(),
        components: app.parts.status_page.components.iter().map(|component| component.name.clone()).collect(),
        incidents,
    }))
}

fn public(incident: &Incident) -> Option<PublicIncident> {
    let told = || incident.updates.iter().filter(|update| update.draft.audience == Audience::Public);
    let last = told().next_back()?;
    Some(PublicIncident {
        incident: incident.id,
        title: incident.public_title().map(str::to_owned),
        phase: last.draft.phase,
        updates: told().rev().map(UpdateView::of).collect(),
    })
}
