//! The first-minutes checklist: ticked by people, or by what happens.

use super::Draft;
use crate::event::EventKind;
use crate::refusal::Refusal;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub(super) fn tick(draft: &mut Draft<'_>, phase: u32, item: u32) -> Result<(), Refusal> {
    exists(draft, phase, item)?;
    if draft.incident.ticks.contains_key(&(phase, item)) {
        return Ok(());
    }
    draft.push(EventKind::Ticked { phase, item, because: None });
    Ok(())
}

pub(super) fn untick(draft: &mut Draft<'_>, phase: u32, item: u32) -> Result<(), Refusal> {
    exists(draft, phase, item)?;
    if draft.incident.ticks.contains_key(&(phase, item)) {
        draft.push(EventKind::Unticked { phase, item });
    }
    Ok(())
}

fn exists(draft: &Draft<'_>, phase: u32, item: u32) -> Result<(), Refusal> {
    // Shown as people count, from 1; the numbers are whatever was sent.
    let shown = |index: u32| u64::from(index) + 1;
    let unknown =
        || Refusal::Unknown { what: "checklist item", id: format!("{}.{}", shown(phase), shown(item)) };
    let at = |index: u32| usize::try_from(index).unwrap_or(usize::MAX);
    let checklist = draft.incident.plan.playbook.checklist.as_ref().ok_or_else(unknown)?;
    checklist
        .phases
        .get(at(phase))
        .and_then(|phase| phase.items.get(at(item)))
        .map(|_| ())
        .ok_or_else(unknown)
}

/// Ticks the open items whose text has one of these words, because of what just happened.
pub(super) fn tick_about(draft: &mut Draft<'_>, words: &[&str], because: &str) {
    for (phase, item) in items_about(draft, words) {
        let because = Some(because.to_string());
        draft.push(EventKind::Ticked { phase, item, because });
    }
}

fn items_about(draft: &Draft<'_>, words: &[&str]) -> Vec<(u32, u32)> {
    let has_word = |text: &str| {
        let text: String = text.to_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    let phases = draft.incident.plan.playbook.checklist.iter().flat_map(|checklist| &checklist.phases);
    let items = (0_u32..).zip(phases).flat_map(|(number, phase)| {
        (0_u32..).zip(&phase.items).map(move |(item, text)| ((number, item), &text.text))
    });
    let open = items.filter(|(at, text)| has_word(text) && !draft.incident.ticks.contains_key(at));
    open.map(|(at, _)| at).collect()
}
