//! A page that waited for the end of its responder's quiet hours, and the schedule went on meanwhile: whoever is on call by
//! then is told in their place, once. Must never be here: whom a level wakes when it is reached.

use super::escalate::{self, Reach};
use super::page::{self, Reason};
use super::whom::{self, Whom};
use super::{Draft, timer};
use crate::event::{EventKind, PagePurpose, StopReason};
use crate::path::{EscalationPath, Level};
use crate::state::{Escalation, Page, PageState};
use alloc::format;
use alloc::vec::Vec;

/// Whether a page that waited is not its responder's any more. It is taken back then, and whoever is on call at its level is
/// told, unless they were meanwhile or are when the escalation goes on.
pub(super) fn is_somebody_elses(draft: &mut Draft<'_>, page: &Page) -> bool {
    if page.waits.is_none() || page.purpose != PagePurpose::Escalation || is_theirs(draft, page) {
        return false;
    }
    // What else is due at this moment wakes people by itself: it goes first, whichever timer fires first.
    let _ = timer::escalation(draft, draft.now.at);
    let here = matches!(draft.incident.escalation, Escalation::Waiting { round, level, .. }
        if (round, level) == (page.round, page.level));
    let Some((path, level)) = level_of(draft, page) else { return false };
    // Who has another level by now is told all the same, where theirs may have been reached in the night.
    let elsewhere = !here && path.levels.iter().any(|level| whom::on(draft, level).contains(&page.responder));
    if !elsewhere {
        take_back(draft, page);
    }
    hand_over(draft, page, &Post { path, level, here });
    !elsewhere
}

/// Where a page belongs to.
struct Post {
    path: EscalationPath,
    level: Level,
    /// Whether the escalation waits for an answer at that very level.
    here: bool,
}

/// Whether its responder still has its level, or nobody has it.
fn is_theirs(draft: &Draft<'_>, page: &Page) -> bool {
    let Some((_, level)) = level_of(draft, page) else { return true };
    let on_call = whom::on(draft, &level);
    on_call.is_empty() || on_call.contains(&page.responder)
}

fn level_of(draft: &Draft<'_>, page: &Page) -> Option<(EscalationPath, Level)> {
    let path = draft.incident.path();
    let level = path.levels.get(usize::try_from(page.level).ok()?)?.clone();
    Some((path, level))
}

/// All of theirs that were to go out for it, over whichever way.
fn take_back(draft: &mut Draft<'_>, page: &Page) {
    let is_theirs = |other: &&Page| {
        (&other.responder, other.purpose, other.round, other.level)
            == (&page.responder, page.purpose, page.round, page.level)
            && matches!(other.state, PageState::Planned { .. } | PageState::Retrying { .. })
    };
    let theirs: Vec<u32> = draft.incident.pages.iter().filter(is_theirs).map(|page| page.number).collect();
    for page in theirs {
        draft.push_own(EventKind::PageWithdrawn { page, reason: StopReason::NotOnCall });
    }
}

fn hand_over(draft: &mut Draft<'_>, page: &Page, post: &Post) {
    let because = format!("{} was to be told later and is not on call any more", page.responder);
    let whom = match whom::at(draft, &post.level, page.round, None) {
        Ok(whom) => untold(draft, page, whom),
        Err(_) => return,
    };
    if whom.ways.is_empty() || reached_later(draft, page) {
        return;
    }
    let number = usize::try_from(page.level).unwrap_or(usize::MAX);
    if post.here {
        let from = Reach { round: page.round, level: number, because, without: None };
        return escalate::reach_again(draft, &post.path, &from, whom);
    }
    let target = whom.targets.join(", ");
    let rule = escalate::rule(draft, &post.path, number, &whom, &because);
    let purpose = PagePurpose::Escalation;
    let reason = Reason { level: page.level, rule: format!("{target}: {rule}"), purpose };
    for (responder, contact) in whom.ways {
        let page = page::decided(draft, responder, contact, &reason);
        draft.push_own(page);
    }
}

/// Those who have had no page since, and none with it.
fn untold(draft: &Draft<'_>, page: &Page, mut whom: Whom) -> Whom {
    let counts = |other: &&Page| {
        other.purpose == PagePurpose::Escalation
            && (other.round, other.level) >= (page.round, page.level)
            && !matches!(other.state, PageState::Failed { .. } | PageState::Withdrawn)
    };
    let told: Vec<_> = draft.incident.pages.iter().filter(counts).map(|page| &page.responder).collect();
    whom.ways.retain(|(person, _)| !told.contains(&person));
    whom
}

/// Whether the escalation rests and reaches the page's level when it goes on.
fn reached_later(draft: &Draft<'_>, page: &Page) -> bool {
    matches!(draft.incident.escalation, Escalation::Resting { level, .. } if level <= page.level)
}
