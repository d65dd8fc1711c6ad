//! Silences: what holds alerts back, what is held back now, and the form for a new one.

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::{PageProblem, Problem};
use crate::silences::{self, All, Held, Preview, Shown, Standing, Window};
use crate::view::{Chrome, Frame, Nav, Tag, When, html};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use incident::SilenceKind;
use serde::Deserialize;

/// How many alerts that are held back the page lists, and as many that were.
const ROWS_MAX: u32 = 100;

/// How many alerts a preview names.
const COVERED_MAX: usize = 50;

#[derive(Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    said: String,
}

/// What somebody typed into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub(crate) matchers: String,
    pub(crate) reason: String,
    pub(crate) length: String,
    pub(crate) unit: String,
    pub(crate) kind: String,
    pub(crate) starts_at: String,
}

/// Silences.
#[derive(Template)]
#[template(path = "silences/page.html")]
pub(crate) struct SilencesPage {
    pub(crate) chrome: Chrome,
    pub(crate) rows: Vec<Row>,
    pub(crate) windows: Vec<WindowRow>,
    pub(crate) held: Vec<HeldRow>,
    pub(crate) passed: Vec<HeldRow>,
    pub(crate) typed: Typed,
    pub(crate) preview: Option<PreviewRows>,
}

/// One silence.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) state: Tag,
    pub(crate) kind: &'static str,
    pub(crate) reason: String,
    pub(crate) matchers: Vec<String>,
    pub(crate) by: String,
    pub(crate) from: When,
    pub(crate) until: When,
    pub(crate) ended_by: Option<String>,
    pub(crate) holds: usize,
    pub(crate) can_end: bool,
}

/// One window of the settings.
pub(crate) struct WindowRow {
    pub(crate) name: String,
    pub(crate) state: Tag,
    pub(crate) reason: String,
    pub(crate) matchers: Vec<String>,
    pub(crate) until: Option<When>,
    pub(crate) next: Option<When>,
    pub(crate) holds: usize,
}

/// One alert that is, or was, held back.
pub(crate) struct HeldRow {
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) by: String,
    pub(crate) since: When,
    pub(crate) over: Option<When>,
    pub(crate) count: u32,
}

/// What the typed conditions cover.
pub(crate) struct PreviewRows {
    pub(crate) words: String,
    pub(crate) alerts: Vec<CoveredRow>,
}

/// One alert that they cover.
pub(crate) struct CoveredRow {
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) state: Tag,
    pub(crate) last: When,
    pub(crate) incident: Option<String>,
}

pub(crate) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Query(wish): Query<Wish>,
) -> Result<Response, PageProblem> {
    let page = page(&app, &who, Typed::default(), None).await?;
    html(&SilencesPage { chrome: page.chrome.saying(&wish.said), ..page })
}

/// The page again with everything that was typed, and with what the conditions cover.
pub(crate) async fn previewed(
    app: &App,
    who: &SignedIn,
    typed: Typed,
    preview: Preview,
) -> Result<Response, PageProblem> {
    html(&page(app, who, typed, Some(preview)).await?)
}

/// The page again with everything that was typed, and with why it was refused.
pub(crate) async fn refused(
    app: &App,
    who: &SignedIn,
    typed: Typed,
    problem: Problem,
) -> Result<Response, PageProblem> {
    if problem.status.is_server_error() {
        return Err(problem.into());
    }
    let mut page = page(app, who, typed, None).await?;
    page.chrome.refused = Some(problem.detail);
    Ok((problem.status, html(&page)?).into_response())
}

async fn page(
    app: &App,
    who: &SignedIn,
    typed: Typed,
    preview: Option<Preview>,
) -> Result<SilencesPage, PageProblem> {
    let held_now = silences::held_now(app).await?;
    let all = silences::all(app, &held_now).await?;
    let shown = usize::try_from(ROWS_MAX).unwrap_or(usize::MAX);
    let held = held_now.into_iter().take(shown).map(silences::of_row).collect();
    let passed = silences::held(app, "passed", None, ROWS_MAX).await?;
    Ok(made(&Frame::new(app, who), all, (held, passed), typed).with(preview))
}

/// The page of these.
pub(crate) fn made(
    frame: &Frame,
    all: All,
    (held, passed): (Vec<Held>, Vec<Held>),
    typed: Typed,
) -> SilencesPage {
    SilencesPage {
        chrome: frame.chrome("Silences", Nav::Silences, "/silences"),
        rows: all.silences.into_iter().map(row).collect(),
        windows: all.windows.into_iter().map(window).collect(),
        held: held.into_iter().map(held_row).collect(),
        passed: passed.into_iter().map(held_row).collect(),
        typed,
        preview: None,
    }
}

impl SilencesPage {
    fn with(self, preview: Option<Preview>) -> Self {
        Self { preview: preview.map(preview_rows), ..self }
    }
}

fn row(shown: Shown) -> Row {
    let silence = shown.silence;
    let state = match shown.state {
        Standing::Active => Tag::warn("holds alerts back"),
        Standing::Waiting => Tag::info("begins later"),
        Standing::Over => Tag::plain("over"),
    };
    Row {
        id: silence.id.to_string(),
        state,
        kind: match silence.kind {
            SilenceKind::Silence => "Silence",
            SilenceKind::Maintenance => "Maintenance",
        },
        reason: silence.reason.clone(),
        matchers: silence.matchers.iter().map(ToString::to_string).collect(),
        by: silence.made_by.to_string(),
        from: When::full(silence.starts_at),
        until: When::full(silence.until()),
        ended_by: silence.ended.as_ref().map(|ended| ended.by.to_string()),
        holds: shown.holds,
        can_end: shown.state != Standing::Over,
    }
}

fn window(window: Window) -> WindowRow {
    let state = if window.until.is_some() { Tag::warn("holds alerts back") } else { Tag::plain("not now") };
    WindowRow {
        name: window.name,
        state,
        reason: window.reason,
        matchers: window.matchers,
        until: window.until.map(When::full),
        next: window.next_at.map(When::full),
        holds: window.holds,
    }
}

fn held_row(held: Held) -> HeldRow {
    HeldRow {
        title: held.title,
        source: held.source,
        by: held.by,
        since: When::full(held.since),
        over: held.over_at.map(When::full),
        count: held.count,
    }
}

fn preview_rows(preview: Preview) -> PreviewRows {
    let (count, looked) = (preview.alerts.len(), preview.looked);
    let words = match count {
        0 => format!("None of the {looked} alerts that came last would be held back."),
        _ => format!(
            "{count} of the {looked} alerts that came last would be held back when they come again. Incidents that \
             are open stay open."
        ),
    };
    let alerts = preview.alerts.into_iter().take(COVERED_MAX).map(|alert| CoveredRow {
        title: alert.title,
        source: alert.source,
        state: if alert.firing { Tag::bad("fires") } else { Tag::plain("over") },
        last: When::full(alert.last_at),
        incident: alert.incident,
    });
    PreviewRows { words, alerts: alerts.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::room::is_sound;
    use crate::view::sample::{RIGHT_TO_LEFT, SCRIPT, Sample, frame};
    use incident::{Actor, IncidentId, PersonId, Silence, SilenceDraft, SilenceId};
    use jiff::{SignedDuration, Timestamp};

    fn silence(now: Timestamp, number: u64) -> Silence {
        let draft = SilenceDraft {
            kind: SilenceKind::Maintenance,
            reason: SCRIPT.to_owned(),
            matchers: vec![format!("title=~\"{RIGHT_TO_LEFT}\"").parse().unwrap()],
            starts_at: None,
            ends_at: now + SignedDuration::from_hours(1),
        };
        let id = SilenceId::from(IncidentId::from_parts(number, 0));
        Silence::new(id, draft, Actor::Person(PersonId("ana".to_owned())), now).unwrap()
    }

    #[test]
    fn nothing_and_everything_is_shown() {
        let now = Sample::new("x", "P1").now;
        let none = All { silences: Vec::new(), windows: Vec::new() };
        let empty = made(&frame(now), none, (Vec::new(), Vec::new()), Typed::default()).render().unwrap();
        is_sound(&empty);
        assert!(empty.contains("Nothing is silenced"), "an empty page says what this is for");
        let one = |number, state, ended| {
            let made = silence(now, number);
            let silence = if ended { made.end(made.made_by.clone(), now).unwrap() } else { made };
            Shown { silence, state, holds: 3 }
        };
        let silences = vec![
            one(1, Standing::Active, false),
            one(2, Standing::Waiting, false),
            one(3, Standing::Over, true),
        ];
        let window = Window {
            id: "window:x".to_owned(),
            name: SCRIPT.to_owned(),
            reason: RIGHT_TO_LEFT.to_owned(),
            matchers: vec![SCRIPT.to_owned()],
            until: Some(now),
            next_at: Some(now),
            holds: 2,
        };
        let held = || Held {
            title: SCRIPT.to_owned(),
            source: RIGHT_TO_LEFT.to_owned(),
            key: "k".to_owned(),
            by: "sil_1".to_owned(),
            since: now,
            over_at: Some(now),
            count: 7,
        };
        let covered = silences::Covered {
            title: SCRIPT.to_owned(),
            source: SCRIPT.to_owned(),
            key: "k".to_owned(),
            firing: true,
            last_at: now,
            incident: Some("inc_1".to_owned()),
        };
        let preview = Preview { alerts: vec![covered], looked: 9 };
        let typed = Typed { matchers: SCRIPT.to_owned(), reason: SCRIPT.to_owned(), ..Typed::default() };
        let all = All { silences, windows: vec![window] };
        let page = made(&frame(now), all, (vec![held()], vec![held()]), typed).with(Some(preview));
        let html = page.render().unwrap();
        is_sound(&html);
        for words in ["holds alerts back", "begins later", "over", "Maintenance", "1 of the 9 alerts"] {
            assert!(html.contains(words), "{words:?}");
        }
        assert_eq!(html.matches("/end\"").count(), 2, "what is over cannot be ended");
    }
}
