//! The handset plays a phone: the pages addressed to it as their responder would see them. For trying things out and for
//! the demonstration.
//!
//! Only its own responder gets the answers of the signed links, which speak in their name. Whoever else looks answers as
//! themselves, as in the incident's room, so that nobody's word is ever taken for another's.

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::PageProblem;
use crate::view::{Chrome, Elapsed, Frame, Nav, Tag, html};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use engine::ports::Filter;
use incident::words::{clock, page_words};
use incident::{AckIntent, Channel, Incident, PageState, Status};

/// How many incidents are looked through, and how many pages are shown.
const INCIDENTS_MAX: u32 = 30;
const PAGES_MAX: usize = 20;

/// A phone.
#[derive(Template)]
#[template(path = "handset/page.html")]
pub(crate) struct HandsetPage {
    pub(crate) chrome: Chrome,
    pub(crate) name: String,
    pub(crate) clock: String,
    pub(crate) pages: Vec<Ringing>,
    pub(crate) known: bool,
    pub(crate) others: Vec<String>,
}

/// A page on the phone.
pub(crate) struct Ringing {
    pub(crate) at_ms: i64,
    pub(crate) text: String,
    pub(crate) ago: Elapsed,
    /// Of the link that answers in its responder's name; theirs alone.
    pub(crate) token: Option<String>,
    pub(crate) responder: String,
    pub(crate) incident: String,
    pub(crate) answer: Option<Tag>,
    pub(crate) asks: bool,
}

pub(crate) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, PageProblem> {
    let frame = Frame::new(&app, &who);
    let rows = app.engine().summaries(Filter { limit: INCIDENTS_MAX, ..Filter::default() }).await?;
    let mut pages = Vec::new();
    for row in rows {
        let incident = app.engine().incident(row.id).await?;
        pages.extend(ringing(&frame, &incident, &name, |page| app.own.links.token(row.id, page)));
    }
    let settings = app.engine().settings();
    let contacts = settings.roster.people().flat_map(|person| &person.contacts);
    let others: Vec<String> = contacts
        .filter(|contact| contact.channel == Channel::Handset)
        .map(|contact| contact.address.clone())
        .collect();
    html(&phone(&frame, name, pages, others))
}

/// The phone with these pages, the newest first.
pub(crate) fn phone(
    frame: &Frame,
    name: String,
    mut pages: Vec<Ringing>,
    others: Vec<String>,
) -> HandsetPage {
    pages.sort_by_key(|page| core::cmp::Reverse(page.at_ms));
    pages.truncate(PAGES_MAX);
    HandsetPage {
        chrome: frame.chrome(format!("Handset {name}"), Nav::Elsewhere, "?"),
        clock: clock(frame.now),
        known: others.contains(&name),
        others: others.into_iter().filter(|other| *other != name).collect(),
        pages,
        name,
    }
}

/// The pages of one incident that went to a handset.
pub(crate) fn ringing(
    frame: &Frame,
    incident: &Incident,
    name: &str,
    token: impl Fn(u32) -> String,
) -> Vec<Ringing> {
    let own = incident.pages.iter().filter(|page| {
        page.channel == Channel::Handset
            && page.address == name
            && matches!(page.state, PageState::Delivered { .. })
    });
    own.map(|page| Ringing {
        at_ms: page.decided_at.as_millisecond(),
        text: page_words(incident, page).short,
        ago: Elapsed::since(page.decided_at, frame.now),
        token: (page.responder.0 == frame.person).then(|| token(page.number)),
        responder: page.responder.to_string(),
        incident: incident.id.to_string(),
        answer: page
            .answer
            .map(answer)
            .or_else(|| (incident.status == Status::Resolved).then(|| Tag::plain("over"))),
        asks: page.answer.is_none() && incident.status == Status::Open,
    })
    .collect()
}

fn answer(intent: AckIntent) -> Tag {
    match intent {
        AckIntent::OnIt => Tag::good("you answered: on it"),
        AckIntent::InMinutes(minutes) => Tag::info(format!("you answered: in {minutes} min")),
        AckIntent::Cannot => Tag::warn("you answered: cannot"),
    }
}
