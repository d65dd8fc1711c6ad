//! The timeline: the newest first, with day breaks, and one kind of thing at a time on request.

use super::Room;
use crate::view::When;
use crate::view::timeline::timeline_text;
use incident::Actor;
use incident::words::date;

/// How many lines are shown unless all are asked for.
const LINES_MAX: usize = 60;

/// How many lines are shown when all are asked for.
const ALL_MAX: usize = 2_000;

/// The timeline.
pub(crate) struct Story {
    pub(crate) lines: Vec<Line>,
    pub(crate) hidden: usize,
    pub(crate) kind: &'static str,
    pub(crate) picks: Vec<Pick>,
}

/// One line.
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) day: Option<String>,
    pub(crate) at: When,
    pub(crate) text: String,
    pub(crate) class: &'static str,
}

/// A link that shows one kind.
pub(crate) struct Pick {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) chosen: bool,
}

/// A kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What people did and said.
    People,
    /// Alerts.
    Alerts,
    /// Pages and the escalation.
    Pages,
    /// Commands.
    Runs,
    /// Status updates and the end.
    Updates,
}

impl Kind {
    const ALL: [Self; 5] = [Self::People, Self::Alerts, Self::Pages, Self::Runs, Self::Updates];

    /// By its short word.
    pub(crate) fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Alerts => "alerts",
            Self::Pages => "pages",
            Self::Runs => "runs",
            Self::Updates => "updates",
        }
    }

    /// Whether a line of this word, caused by a person or not, is of this kind.
    fn has(self, word: &str, by: &Actor) -> bool {
        match self {
            Self::People => by.person().is_some(),
            Self::Alerts => matches!(word, "alert" | "opened" | "severity"),
            Self::Pages => {
                matches!(word, "page" | "page-failed" | "escalation" | "unpaged" | "acknowledge")
            }
            Self::Runs => matches!(word, "run" | "approval" | "step" | "runbook"),
            Self::Updates => {
                matches!(
                    word,
                    "update" | "update-missed" | "recovery" | "resolved" | "reopened" | "postmortem"
                )
            }
        }
    }
}

impl Story {
    pub(super) fn new(room: &Room<'_>) -> Self {
        let kind = Kind::of(&room.wish.kind);
        let numbered = room.events.iter().enumerate();
        let mut lines: Vec<Line> = Vec::new();
        for (number, event) in numbered {
            let Some((word, text)) = timeline_text(event, room.incident) else { continue };
            if kind.is_none_or(|kind| kind.has(word, &event.by)) {
                let day = Some(date(event.at));
                let class = class(word, &event.by);
                lines.push(Line { number: number + 1, day, at: When::bare(event.at), text, class });
            }
        }
        lines.reverse();
        let most = if room.wish.all == "1" { ALL_MAX } else { LINES_MAX };
        let hidden = lines.len().saturating_sub(most);
        lines.truncate(most);
        break_days(&mut lines);
        Self { lines, hidden, kind: kind.map_or("", Kind::code), picks: picks(kind) }
    }
}

/// Leaves the day only where it changes; a timeline of one day needs it once.
fn break_days(lines: &mut [Line]) {
    let mut last = String::new();
    for line in lines {
        match line.day.take() {
            Some(day) if day != last => {
                last.clone_from(&day);
                line.day = Some(day);
            }
            Some(_) | None => {}
        }
    }
}

fn class(word: &str, by: &Actor) -> &'static str {
    match (word, by.person()) {
        ("unpaged" | "page-failed" | "update-missed", _) => "loudly",
        (_, Some(_)) => "people",
        (_, None) => "",
    }
}

fn picks(chosen: Option<Kind>) -> Vec<Pick> {
    let mut picks = vec![Pick { code: "", name: "all", chosen: chosen.is_none() }];
    let pick = |kind: Kind| Pick { code: kind.code(), name: kind.code(), chosen: chosen == Some(kind) };
    picks.extend(Kind::ALL.into_iter().map(pick));
    picks
}
