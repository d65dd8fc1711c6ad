//! Every drill that is kept, newest first, each beside the one before it of the same kind.

use crate::app::App;
use crate::auth::SignedIn;
use crate::drills::{DrillCard, HandledBy, Judged, RepairedBy, read_cards, spent};
use crate::error::{PageProblem, Problem};
use crate::view::{Chrome, Frame, Nav, Tag, When, html};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

/// How many drills one page holds.
const ROWS_MAX: usize = 100;

/// Drills.
#[derive(Template)]
#[template(path = "learn/drills.html")]
pub(crate) struct DrillsPage {
    pub(crate) chrome: Chrome,
    pub(crate) rows: Vec<DrillRow>,
    pub(crate) more: usize,
}

/// One drill.
pub(crate) struct DrillRow {
    drill: String,
    at: When,
    by: &'static str,
    runbook: Tag,
    runbook_first: String,
    cause: Tag,
    cause_first: String,
    repaired: Tag,
    stages: Vec<Stage>,
    speed: String,
    playbook: String,
}

/// How long it took from the fault to a stage.
struct Stage {
    name: &'static str,
    took: String,
    /// Against the same drill before: `12 s sooner`.
    change: String,
}

pub(crate) async fn show(State(app): State<App>, who: SignedIn) -> Result<Response, PageProblem> {
    let frame = Frame::new(&app, &who);
    let file = app.parts.drills_file.clone();
    let read = tokio::task::spawn_blocking(move || read_cards(&file)).await;
    let cards = read.map_err(|error| Problem::bug(&error))?.map_err(|error| Problem::bug(&error))?;
    html(&page(&frame, &cards))
}

/// Of cards, oldest first.
pub(crate) fn page(frame: &Frame, cards: &[DrillCard]) -> DrillsPage {
    let newest = cards.iter().enumerate().rev().take(ROWS_MAX);
    let rows = newest.map(|(at, card)| {
        let same = |other: &&DrillCard| {
            (&other.drill, other.by, &other.playbook) == (&card.drill, card.by, &card.playbook)
        };
        DrillRow::new(card, cards.iter().take(at).rfind(same))
    });
    DrillsPage {
        chrome: frame.chrome("Drills", Nav::Learn, "/drills"),
        rows: rows.collect(),
        more: cards.len().saturating_sub(ROWS_MAX),
    }
}

impl DrillRow {
    fn new(card: &DrillCard, before: Option<&DrillCard>) -> Self {
        let (times, last) = (card.times, before.map(|before| before.times));
        let stage = |name, took: Option<u64>, before: Option<u64>| Stage {
            name,
            took: spent(took),
            change: took.zip(before).map_or_else(String::new, |(took, before)| change(took, before)),
        };
        Self {
            drill: card.drill.clone(),
            at: When::full(card.at),
            by: match card.by {
                HandledBy::StandIn => "a stand-in",
                HandledBy::People => "people",
            },
            runbook: judged(&card.runbook),
            runbook_first: card.runbook.first.clone(),
            cause: judged(&card.cause),
            cause_first: card.cause.first.clone(),
            repaired: match card.repaired_by {
                RepairedBy::Playbook if card.is_repaired() => Tag::good("by the playbook"),
                RepairedBy::Playbook => Tag::warn("not verified"),
                RepairedBy::Operator => Tag::warn("by the operator"),
                RepairedBy::Nobody => Tag::bad("not repaired"),
            },
            stages: vec![
                stage("Detected", times.detected, last.and_then(|last| last.detected)),
                stage("Paged", times.paged, last.and_then(|last| last.paged)),
                stage("Acknowledged", times.acknowledged, last.and_then(|last| last.acknowledged)),
                stage("Public told", times.told, last.and_then(|last| last.told)),
                stage("Fix run", times.fixed, last.and_then(|last| last.fixed)),
                stage("Verified", times.verified, last.and_then(|last| last.verified)),
            ],
            speed: format!("{}", card.speed),
            playbook: card.playbook.clone(),
        }
    }
}

fn judged(judged: &Judged) -> Tag {
    match judged.right {
        Some(true) => Tag::good("right"),
        Some(false) => Tag::bad("wrong"),
        None => Tag::plain("not judged"),
    }
}

fn change(took: u64, before: u64) -> String {
    match took.cmp(&before) {
        core::cmp::Ordering::Less => format!("{} sooner", spent(Some(before - took))),
        core::cmp::Ordering::Equal => "as before".to_owned(),
        core::cmp::Ordering::Greater => format!("{} later", spent(Some(took - before))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drills::DrillTimes;
    use crate::pages::room::is_sound;
    use crate::view::sample::{RIGHT_TO_LEFT, SCRIPT, frame};
    use jiff::Timestamp;

    fn card(name: &str, detected: u64) -> DrillCard {
        let times = DrillTimes { detected: Some(detected), verified: Some(900), ..DrillTimes::default() };
        DrillCard {
            drill: name.to_owned(),
            at: Timestamp::UNIX_EPOCH,
            playbook: SCRIPT.to_owned(),
            speed: 30.0,
            by: HandledBy::StandIn,
            times,
            runbook: Judged { right: Some(true), first: RIGHT_TO_LEFT.to_owned() },
            cause: Judged { right: Some(false), first: SCRIPT.to_owned() },
            fixes: vec![SCRIPT.to_owned()],
            repaired_by: RepairedBy::Playbook,
            note: String::new(),
        }
    }

    #[test]
    fn drills_stand_newest_first_beside_the_one_before() {
        let frame = frame(Timestamp::UNIX_EPOCH);
        let html = page(&frame, &[card("a", 120), card("b", 5), card("a", 60)]).render().unwrap();
        is_sound(&html);
        let at = |text: &str| html.find(text).unwrap_or_else(|| panic!("no {text} in {html}"));
        assert!(at("1 min sooner") < at(">b<div"), "the newest stands first: {html}");
        assert_eq!(html.matches("sooner").count(), 1, "nothing stands before the first of its kind");
    }

    #[test]
    fn no_drill_tells_how_to_run_one_and_many_are_cut() {
        let frame = frame(Timestamp::UNIX_EPOCH);
        let html = page(&frame, &[]).render().unwrap();
        is_sound(&html);
        assert!(html.contains("evenkeel drill run"), "{html}");
        let many: Vec<DrillCard> = (0..130).map(|at| card("a", at)).collect();
        let html = page(&frame, &many).render().unwrap();
        is_sound(&html);
        assert!(html.contains("30 older"), "{}", &html[html.len() - 400..]);
        assert!(html.len() < 200_000, "{} bytes", html.len());
    }
}
