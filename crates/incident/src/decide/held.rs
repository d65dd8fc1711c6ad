//! An alert that a silence holds back: it is kept, it wakes nobody, and it opens its incident when nothing holds it any more.

use super::{Draft, alert};
use crate::alert::{Alert, AlertKey, AlertStatus};
use crate::event::{EventKind, Holding, Lapse};
use crate::refusal::Refusal;
use crate::silence::Hold;
use crate::state::Status;
use alloc::vec::Vec;
use playbook::RunbookMatch;

/// A new alert is held back.
pub(super) fn hold(draft: &mut Draft<'_>, alert: Alert, matches: Vec<RunbookMatch>, hold: Hold) {
    held(draft, &alert, matches, hold);
    draft.push(EventKind::AlertFired { alert });
    alert::watch_silence(draft);
}

fn held(draft: &mut Draft<'_>, alert: &Alert, matches: Vec<RunbookMatch>, hold: Hold) {
    let plan = draft.incident.plan.digest.clone();
    draft.push(EventKind::Held(Holding { hold, title: alert.title.clone(), matches, plan }));
}

/// A delivery about an alert that is, or was, held back.
pub(super) fn alert(draft: &mut Draft<'_>, alert: Alert) -> Result<(), Refusal> {
    match (draft.incident.status, alert.status) {
        (Status::Passed, AlertStatus::Firing) => again(draft, alert),
        (_, AlertStatus::Firing) => {
            fires(draft, alert);
            Ok(())
        }
        // That somebody has it where it comes from changes nothing: nobody was woken here.
        (_, AlertStatus::Acknowledged) => Ok(()),
        (_, AlertStatus::Resolved) => ends(draft, &alert.key, Lapse::Told),
    }
}

/// It fires again after it was over. If it is held back again, here; else it is an incident of its own.
fn again(draft: &mut Draft<'_>, alert: Alert) -> Result<(), Refusal> {
    let found = draft.now.silences.hold(&alert, draft.now.at).ok_or(Refusal::AlreadyResolved)?;
    let matches = draft.incident.matches.clone();
    hold(draft, alert, matches, found);
    Ok(())
}

/// It goes on. What it says now decides whether it is still held back.
fn fires(draft: &mut Draft<'_>, alert: Alert) {
    let known = draft.incident.alerts.get(&alert.key).map(|state| &state.alert);
    let same = known.is_some_and(|known| known.title == alert.title && known.labels == alert.labels);
    if same {
        draft.push(EventKind::AlertRepeated { key: alert.key, expires_at: alert.expires_at });
    } else {
        draft.push(EventKind::AlertFired { alert });
    }
    alert::watch_silence(draft);
    // It fires, so there is something to judge.
    let _ = judge(draft);
}

/// The alert is over.
pub(super) fn ends(draft: &mut Draft<'_>, key: &AlertKey, lapsed: Lapse) -> Result<(), Refusal> {
    alert::ends(draft, key, lapsed)?;
    if draft.incident.status == Status::Held && !draft.incident.is_firing() {
        draft.push_own(EventKind::HeldPassed);
    }
    Ok(())
}

/// What held it back may be over: something else holds it now, or it opens its incident.
pub(super) fn judge(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.incident.status != Status::Held {
        return Err(Refusal::Stale);
    }
    let firing = draft.incident.alerts.values().filter(|state| state.status != AlertStatus::Resolved);
    let holds =
        firing.map(|state| (state.alert.clone(), draft.now.silences.hold(&state.alert, draft.now.at)));
    // Nothing comes before an end.
    let (alert, hold) =
        holds.min_by_key(|(_, hold)| hold.as_ref().map(|hold| hold.until)).ok_or(Refusal::Stale)?;
    match hold {
        None => alert::opens_late(draft, &alert),
        Some(hold) if draft.incident.hold.as_ref() != Some(&hold) => {
            let matches = draft.incident.matches.clone();
            held(draft, &alert, matches, hold);
        }
        Some(_) => {}
    }
    Ok(())
}
