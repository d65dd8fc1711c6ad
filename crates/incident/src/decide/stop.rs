//! A person ends a run. What has not begun does not begin; what runs is ended kindly, then by force, by whoever runs it.

use super::run::find_run;
use super::{Draft, before};
use crate::event::EventKind;
use crate::refusal::Refusal;
use crate::state::RunState;
use alloc::format;
use alloc::string::String;

/// Any named person may stop any run, also after the incident was resolved: it still runs then.
pub(super) fn stop(draft: &mut Draft<'_>, number: u32) -> Result<(), Refusal> {
    draft.must_be_person()?;
    let run = find_run(draft, number)?;
    let not_now = |why: String| Err(Refusal::NotNow { what: "stop", why });
    match (&run.state, &run.stopped_by) {
        (RunState::Running { .. }, Some(by)) => {
            not_now(format!("{by} has already had run {number} stopped; it is ending"))
        }
        (RunState::Ready | RunState::Running { .. }, _) => {
            draft.push(EventKind::RunStopAsked { run: number });
            before::looked(draft, number);
            Ok(())
        }
        (RunState::Proposed, _) => {
            not_now(format!("run {number} has not begun: it waits for a word, which can be refused"))
        }
        (RunState::Rejected { .. }, _) => not_now(format!("run {number} never began")),
        (RunState::Ended(_) | RunState::Lost, _) => not_now(format!("run {number} is over")),
    }
}
