//! A person says that something is wrong.

use super::tell::unix_lines;
use crate::app::App;
use crate::auth::Posted;
use crate::error::PageProblem;
use crate::view::{Said, back};
use axum::extract::State;
use axum::response::Response;
use engine::Report;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Sent {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    severity: String,
}

pub(super) async fn open(
    State(app): State<App>,
    Posted(who, sent): Posted<Sent>,
) -> Result<Response, PageProblem> {
    let report = Report {
        title: sent.title.trim().to_owned(),
        description: unix_lines(sent.description.trim()),
        severity: Some(sent.severity).filter(|name| !name.is_empty()),
        by: who.person,
    };
    let answer = app.engine().report(report).await?;
    Ok(back(answer.incident, Said::Reported, "head"))
}
