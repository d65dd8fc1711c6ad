//! What responders do with an incident, one command a handler.

use super::body::Sent;
use super::{Done, ask};
use crate::app::App;
use crate::auth::ApiWriter;
use crate::error::Problem;
use axum::Json;
use axum::extract::{Path, State};
use incident::{AckIntent, Command, PersonId};
use playbook::Answer;
use serde::Deserialize;

type Answered = Result<Json<Done>, Problem>;

/// How long "in a while" is when nobody says.
const MINUTES_DEFAULT: u32 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Intent {
    OnIt,
    InMinutes,
    Cannot,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Acknowledge {
    #[serde(default = "on_it")]
    intent: Intent,
    minutes: Option<u32>,
    page: Option<u32>,
}

const fn on_it() -> Intent {
    Intent::OnIt
}

pub(super) async fn acknowledge(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Acknowledge>,
) -> Answered {
    let intent = match sent.intent {
        Intent::OnIt => AckIntent::OnIt,
        Intent::InMinutes => AckIntent::InMinutes(sent.minutes.unwrap_or(MINUTES_DEFAULT)),
        Intent::Cannot => AckIntent::Cannot,
    };
    ask(&app, who, &id, Command::Acknowledge { intent, page: sent.page }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    #[serde(default)]
    reason: String,
}

pub(super) async fn unacknowledge(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Reason>,
) -> Answered {
    ask(&app, who, &id, Command::Unacknowledge { reason: sent.reason }).await
}

pub(super) async fn reopen(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Reason>,
) -> Answered {
    ask(&app, who, &id, Command::Reopen { reason: sent.reason }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetSeverity {
    severity: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    answers: Vec<String>,
}

pub(super) async fn severity(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<SetSeverity>,
) -> Answered {
    let command = match (sent.severity, sent.answers.is_empty()) {
        (Some(severity), true) => Command::SetSeverity { severity, reason: sent.reason },
        (None, false) => {
            let answers = sent.answers.iter().map(|answer| tree_answer(answer));
            Command::AnswerTree { answers: answers.collect::<Result<_, _>>()? }
        }
        (Some(_), false) | (None, true) => {
            return Err(Problem::invalid("send either severity (with a reason when lowering it) or answers"));
        }
    };
    ask(&app, who, &id, command).await
}

fn tree_answer(text: &str) -> Result<Answer, Problem> {
    match text {
        "yes" => Ok(Answer::Yes),
        "no" => Ok(Answer::No),
        other => Err(Problem::invalid(format!("an answer is yes or no, not {other:?}"))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    text: String,
}

pub(super) async fn note(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Note>,
) -> Answered {
    ask(&app, who, &id, Command::Note { text: sent.text }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    phase: u32,
    item: u32,
    done: bool,
}

pub(super) async fn checklist(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(Item { phase, item, done }): Sent<Item>,
) -> Answered {
    let command = if done { Command::Tick { phase, item } } else { Command::Untick { phase, item } };
    ask(&app, who, &id, command).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

pub(super) async fn take_over(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Answered {
    ask(&app, who, &id, Command::TakeOver).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Other {
    to: String,
    #[serde(default)]
    words: String,
}

pub(super) async fn hand_over(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Other>,
) -> Answered {
    ask(&app, who, &id, Command::HandOver { to: PersonId(sent.to), words: sent.words }).await
}

pub(super) async fn help(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Other>,
) -> Answered {
    ask(&app, who, &id, Command::AskHelp { target: sent.to, words: sent.words }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Snooze {
    minutes: u32,
}

pub(super) async fn snooze(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Snooze>,
) -> Answered {
    ask(&app, who, &id, Command::Snooze { minutes: sent.minutes }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    role: String,
    #[serde(default)]
    words: String,
}

pub(super) async fn role(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Role>,
) -> Answered {
    ask(&app, who, &id, Command::TakeRole { role: sent.role, words: sent.words }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolve {
    #[serde(default)]
    summary: String,
}

pub(super) async fn resolve(
    State(app): State<App>,
    who: ApiWriter,
    Path(id): Path<String>,
    Sent(sent): Sent<Resolve>,
) -> Answered {
    ask(&app, who, &id, Command::Resolve { summary: sent.summary }).await
}
