//! Forms of the first minutes: who has it, how bad it is, what is done, and that it is over.

use super::{Form, Nothing, ask};
use crate::app::App;
use crate::auth::Posted;
use crate::error::{PageProblem, Problem};
use crate::pages::room::answers;
use crate::view::Said;
use axum::extract::{Path, State};
use axum::response::Response;
use incident::{AckIntent, Command, PersonId};
use serde::Deserialize;

/// What "in a while" means, as the button says.
const IN_MINUTES: u32 = 10;

type Done = Result<Response, PageProblem>;

#[derive(Deserialize)]
pub(super) struct Acknowledge {
    intent: String,
}

#[derive(Deserialize)]
pub(super) struct Reason {
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
pub(super) struct Other {
    to: String,
    #[serde(default)]
    words: String,
}

#[derive(Deserialize)]
pub(super) struct Minutes {
    minutes: u32,
}

#[derive(Deserialize)]
pub(super) struct Severity {
    severity: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
pub(super) struct Tree {
    answers: String,
}

#[derive(Deserialize)]
pub(super) struct Tick {
    phase: u32,
    item: u32,
    to: String,
}

#[derive(Deserialize)]
pub(super) struct Role {
    role: String,
    #[serde(default)]
    words: String,
}

#[derive(Deserialize)]
pub(super) struct Summary {
    summary: String,
}

pub(super) async fn acknowledge(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Acknowledge>,
) -> Done {
    let (intent, said) = match sent.intent.as_str() {
        "on-it" => (AckIntent::OnIt, Said::Acknowledged),
        "in-10" => (AckIntent::InMinutes(IN_MINUTES), Said::Acknowledged),
        "cannot" => (AckIntent::Cannot, Said::Declined),
        other => return Err(Problem::invalid(format!("no answer {other:?}")).into()),
    };
    ask(&app, &who, &id, Form::new(Command::Acknowledge { intent, page: None }, said, "head")).await
}

pub(super) async fn give_back(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Reason>,
) -> Done {
    let command = Command::Unacknowledge { reason: sent.reason };
    ask(&app, &who, &id, Form::new(command, Said::GivenBack, "head")).await
}

pub(super) async fn take_over(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, Nothing {}): Posted<Nothing>,
) -> Done {
    ask(&app, &who, &id, Form::new(Command::TakeOver, Said::TakenOver, "head")).await
}

pub(super) async fn hand_over(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Other>,
) -> Done {
    let command = Command::HandOver { to: PersonId(sent.to), words: sent.words };
    ask(&app, &who, &id, Form::new(command, Said::HandOverAsked, "head")).await
}

pub(super) async fn snooze(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Minutes>,
) -> Done {
    let command = Command::Snooze { minutes: sent.minutes };
    ask(&app, &who, &id, Form::new(command, Said::Snoozed, "head")).await
}

pub(super) async fn help(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Other>,
) -> Done {
    let command = Command::AskHelp { target: sent.to, words: sent.words };
    ask(&app, &who, &id, Form::new(command, Said::HelpAsked, "head")).await
}

pub(super) async fn severity(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Severity>,
) -> Done {
    let command = Command::SetSeverity { severity: sent.severity, reason: sent.reason };
    ask(&app, &who, &id, Form::new(command, Said::Severity, "head")).await
}

pub(super) async fn severity_tree(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Tree>,
) -> Done {
    let command = Command::AnswerTree { answers: answers(&sent.answers) };
    ask(&app, &who, &id, Form::new(command, Said::Severity, "head")).await
}

pub(super) async fn tick(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Tick>,
) -> Done {
    let (phase, item) = (sent.phase, sent.item);
    let command = match sent.to.as_str() {
        "on" => Command::Tick { phase, item },
        "off" => Command::Untick { phase, item },
        other => return Err(Problem::invalid(format!("a tick is on or off, not {other:?}")).into()),
    };
    ask(&app, &who, &id, Form::new(command, Said::Ticked, "clock")).await
}

pub(super) async fn role(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Role>,
) -> Done {
    let command = Command::TakeRole { role: sent.role, words: sent.words };
    ask(&app, &who, &id, Form::new(command, Said::Role, "head")).await
}

pub(super) async fn resolve(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Summary>,
) -> Done {
    let command = Command::Resolve { summary: sent.summary };
    ask(&app, &who, &id, Form::new(command, Said::Resolved, "head")).await
}

pub(super) async fn reopen(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted(who, sent): Posted<Reason>,
) -> Done {
    ask(&app, &who, &id, Form::new(Command::Reopen { reason: sent.reason }, Said::Reopened, "head")).await
}
