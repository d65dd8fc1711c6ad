//! Notes, and status updates in the playbook's templates.

use super::{Draft, checklist, escalate, next_number, resolve};
use crate::command::UpdateDraft;
use crate::event::{Audience, EventKind, Phase, StopReason};
use crate::later::later;
use crate::refusal::Refusal;
use crate::state::{Incident, is_name};
use crate::words;
use alloc::string::String;
use jiff::{SignedDuration, Timestamp};

/// The longest note or update, in bytes: a page of prose, not a log file.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// The furthest that the next update may be promised: whatever stays open longer has a weekly word at least.
const NEXT_UPDATE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) fn note(draft: &mut Draft<'_>, text: String) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Missing { what: String::from("the text of the note") });
    }
    short_enough(&text)?;
    draft.push(EventKind::Noted { text });
    Ok(())
}

pub(super) fn post(draft: &mut Draft<'_>, mut update: UpdateDraft) -> Result<(), Refusal> {
    draft.must_be_person()?;
    if update.phase != Phase::Resolved {
        draft.must_be_open()?;
    }
    // A blank name is none, and takes nothing away from the name that stands.
    update.public_title = update.public_title.filter(|title| is_name(title));
    sendable(draft, &update)?;
    keepable(draft, update.next_at)?;
    let (phase, audience) = (update.phase, update.audience);
    let next_due = match phase {
        Phase::Resolved => None,
        Phase::Investigating | Phase::Identified | Phase::Monitoring => {
            let rhythm = later(draft.now.at, draft.incident.plan.update_every(&draft.incident.severity()));
            Some(update.next_at.unwrap_or(rhythm))
        }
    };
    let number = next_number(&draft.incident.updates);
    draft.push(EventKind::UpdatePosted { update: number, draft: update, next_due });
    escalate::take_back(draft, &StopReason::Told);
    checklist::tick_about(
        draft,
        &["initial status update", "post status", "first update"],
        "an update was posted",
    );
    if audience == Audience::Public {
        checklist::tick_about(draft, &["status page"], "the status page was updated");
    }
    if phase == Phase::Monitoring && draft.incident.recovery.is_none() && alerts_are_over(&draft.incident) {
        resolve::watch_recovery(draft);
    }
    Ok(())
}

/// What never had an alert has nothing that could fire again, and of what fell silent nobody says that it is over: only a
/// person knows.
fn alerts_are_over(incident: &Incident) -> bool {
    !incident.alerts.is_empty() && !incident.is_firing() && !incident.is_silent()
}

/// Nothing goes out with a blank in it, and nothing public without a name for strangers.
fn sendable(draft: &Draft<'_>, update: &UpdateDraft) -> Result<(), Refusal> {
    if update.body.trim().is_empty() {
        return Err(Refusal::Missing { what: String::from("the text of the update") });
    }
    short_enough(&update.body)?;
    let title = update.public_title.as_deref().unwrap_or_default();
    short_enough(title)?;
    let playbook = &draft.incident.plan.playbook;
    let mut open = words::open_placeholders(playbook, &update.body);
    open.extend(words::open_placeholders(playbook, title));
    if !open.is_empty() {
        return Err(Refusal::OpenPlaceholders { names: open });
    }
    let named = update.public_title.is_some() || draft.incident.public_title().is_some();
    if update.audience == Audience::Public && !named {
        let what = String::from("a title for the status page; the incident's own title is internal");
        return Err(Refusal::Missing { what });
    }
    Ok(())
}

/// A promise is about a moment to come, and near enough that it still reminds somebody.
fn keepable(draft: &Draft<'_>, next_at: Option<Timestamp>) -> Result<(), Refusal> {
    let Some(next_at) = next_at else { return Ok(()) };
    let latest = later(draft.now.at, NEXT_UPDATE_MAX);
    if draft.now.at < next_at && next_at <= latest {
        return Ok(());
    }
    let days = NEXT_UPDATE_MAX.as_hours() / 24;
    let why = alloc::format!("{next_at} is not between now and {days} days from now");
    Err(Refusal::NotNow { what: "the next update", why })
}

pub(super) fn short_enough(text: &str) -> Result<(), Refusal> {
    if text.len() <= TEXT_BYTES_MAX {
        return Ok(());
    }
    let why = alloc::format!("{} bytes, the limit is {TEXT_BYTES_MAX}", text.len());
    Err(Refusal::NotNow { what: "text too long", why })
}
