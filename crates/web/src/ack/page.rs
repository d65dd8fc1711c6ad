//! What the link shows.

use crate::app::App;
use crate::error::Problem;
use crate::view::timeline::ack_intent;
use askama::Template;
use axum::response::Html;
use incident::{Incident, Page, PagePurpose, Status, words};
use std::collections::BTreeSet;

/// The longest description on a phone.
const DESCRIPTION_CHARS_MAX: usize = 400;

/// What can still be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answerable {
    /// Nobody has it.
    Open,
    /// It was answered, somebody has it, or it is over; in words.
    Closed(String),
}

#[derive(Template)]
#[template(path = "ack/page.html")]
struct AckPage<'a> {
    severity: String,
    title: &'a str,
    description: String,
    since: String,
    ago: String,
    others: String,
    rule: &'a str,
    token: &'a str,
    minutes: u32,
    answerable: Answerable,
    answers: Answers,
}

/// The words of the answers, by what a page is for.
struct Answers {
    yes: &'static str,
    /// Whether "in ten minutes" answers it.
    soon: bool,
    no: &'static str,
}

impl Answers {
    const fn to(purpose: PagePurpose) -> Self {
        let (yes, soon, no) = match purpose {
            PagePurpose::Escalation => ("On it", true, "Can’t, wake the next"),
            PagePurpose::Reminder => ("Still on it", false, "Can’t, wake others"),
            PagePurpose::Help => ("I’m coming", true, "Can’t"),
            PagePurpose::Update => ("I write it", false, "Can’t, ask the next"),
            PagePurpose::HandOver => ("I take it", false, "Can’t, they keep it"),
        };
        Self { yes, soon, no }
    }
}

pub(super) fn html(
    app: &App,
    incident: &Incident,
    page: &Page,
    token: &str,
) -> Result<Html<String>, Problem> {
    let view = AckPage {
        severity: incident.severity().name,
        title: &incident.title,
        description: incident.description.chars().take(DESCRIPTION_CHARS_MAX).collect(),
        since: words::clock(incident.opened_at),
        ago: words::duration(app.now().duration_since(incident.opened_at)),
        others: others(incident, page),
        rule: &page.rule,
        token,
        minutes: super::IN_MINUTES,
        answerable: answerable(incident, page),
        answers: Answers::to(page.purpose),
    };
    view.render().map(Html).map_err(|error| Problem::bug(&error))
}

fn answerable(incident: &Incident, page: &Page) -> Answerable {
    if incident.status != Status::Open {
        return Answerable::Closed("The incident is resolved.".to_owned());
    }
    // Whoever has it may be the one who is asked, or be the one who asks.
    let settled = page.answer.is_some() || !incident.still_wants(page);
    if let Some(holder) = incident.acknowledged.as_ref().filter(|_| settled) {
        let how = ack_intent(holder.intent);
        return Answerable::Closed(format!("{} has it since {}: {how}.", holder.by, words::clock(holder.at)));
    }
    match page.answer {
        Some(intent) => {
            let how = ack_intent(intent);
            Answerable::Closed(format!(
                "{} answered this page: {how}. Sign in to answer anew.",
                page.responder
            ))
        }
        None => Answerable::Open,
    }
}

fn others(incident: &Incident, page: &Page) -> String {
    let others = incident.pages.iter().filter(|other| other.responder != page.responder);
    let names: BTreeSet<&str> = others.map(|other| other.responder.0.as_str()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}
