//! A timer fell due. A timer that was moved or forgotten meanwhile is stale and changes nothing.

use super::{Draft, acknowledge, alert, approve, before, escalate, held, page, resolve, update};
use crate::alert::{AlertKey, AlertStatus};
use crate::event::{EventKind, Lapse};
use crate::follow::TimerKey;
use crate::refusal::Refusal;
use crate::state::{Escalation, Status};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;

pub(super) fn fired(draft: &mut Draft<'_>, key: &TimerKey, due: Timestamp) -> Result<(), Refusal> {
    match key {
        TimerKey::Postmortem(stage) => postmortem(draft, *stage),
        TimerKey::PageRetry(number) => page::retry(draft, *number),
        TimerKey::Escalation => escalation(draft, due),
        TimerKey::Acknowledgement => acknowledge::falls_due(draft, due),
        TimerKey::Update => update::falls_due(draft, due),
        TimerKey::Recovery => recovery(draft, due),
        TimerKey::AlertExpiry => silence(draft, due),
        TimerKey::Hold => hold(draft, due),
        TimerKey::Before(run) => before::looked_long_enough(draft, *run),
        TimerKey::FirstWord(run) => approve::first_lapses(draft, *run, due),
    }
}

/// A timer that was moved to later is stale. One that is due a little late is not: storages round due times up, and
/// sources name times more finely than storages keep them.
pub(super) fn still(current: Option<Timestamp>, due: Timestamp) -> Result<(), Refusal> {
    if current.is_some_and(|at| at <= due) { Ok(()) } else { Err(Refusal::Stale) }
}

/// The escalation goes on, if its time has come.
pub(super) fn escalation(draft: &mut Draft<'_>, due: Timestamp) -> Result<(), Refusal> {
    draft.must_be_open().map_err(|_| Refusal::Stale)?;
    if draft.incident.acknowledged.is_some() {
        return Err(Refusal::Stale);
    }
    match draft.incident.escalation {
        Escalation::Waiting { next_due, level, .. } => {
            still(next_due, due)?;
            escalate::climb(draft, format!("nobody answered at level {}", level + 1));
            Ok(())
        }
        Escalation::Unpaged { next_due, .. } => {
            still(next_due, due)?;
            escalate::try_unpaged(draft, escalate::Retry::InAnyCase)
        }
        Escalation::Resting { until, .. } => {
            still(Some(until), due)?;
            escalate::go_on(draft);
            Ok(())
        }
        Escalation::Idle | Escalation::Exhausted { .. } | Escalation::Stopped => Err(Refusal::Stale),
    }
}

fn recovery(draft: &mut Draft<'_>, due: Timestamp) -> Result<(), Refusal> {
    still(draft.incident.recovery.map(|recovery| recovery.until), due)?;
    if draft.incident.is_silent() {
        // A watch that an older server began: nothing that was heard says that it recovers.
        draft.push_own(EventKind::RecoveryBroken { why: String::from("nobody says that it is over") });
        return Ok(());
    }
    resolve::recovery_held(draft);
    Ok(())
}

/// Sources that said until when their word holds, and did not repeat it, fire no more; that it is over nobody says.
fn silence(draft: &mut Draft<'_>, due: Timestamp) -> Result<(), Refusal> {
    if !matches!(draft.incident.status, Status::Open | Status::Held) {
        return Err(Refusal::Stale);
    }
    still(draft.incident.expiry_timer_at, due)?;
    let silent: Vec<AlertKey> = draft
        .incident
        .alerts
        .iter()
        .filter(|(_, state)| state.status != AlertStatus::Resolved)
        .filter(|(_, state)| state.expires_at.is_some_and(|at| at <= draft.now.at))
        .map(|(key, _)| key.clone())
        .collect();
    for key in silent {
        held::ends(draft, &key, Lapse::Silence)?;
    }
    alert::watch_silence(draft);
    Ok(())
}

/// What held the alert back has come to its end.
fn hold(draft: &mut Draft<'_>, due: Timestamp) -> Result<(), Refusal> {
    still(draft.incident.hold.as_ref().map(|hold| hold.until), due)?;
    held::judge(draft)
}

fn postmortem(draft: &mut Draft<'_>, stage: u32) -> Result<(), Refusal> {
    let at = usize::try_from(stage).unwrap_or(usize::MAX);
    let known = draft.incident.postmortem.stages.get(at).is_some();
    if !known
        || draft.incident.status != Status::Resolved
        || draft.incident.postmortem.stages_due.contains(&stage)
    {
        return Err(Refusal::Stale);
    }
    draft.push_own(EventKind::PostmortemStageDue { stage });
    Ok(())
}
