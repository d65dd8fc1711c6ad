//! Where it could have gone worse, and the record vouches for it. Whatever else was luck, only people know.

use super::record::Record;
use crate::decide::CATCH_ALL;
use crate::event::{Ending, EventKind, Purpose};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The items, each with a link to its event.
pub(super) fn items(record: &Record<'_>) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(the_catch_all_answered(record));
    found.extend(a_second_word_refused(record));
    found.extend(a_dry_run_failed_first(record));
    found.sort_by_key(|(_, at)| *at);
    found.into_iter().map(|(words, at)| record.item(&words, at)).collect()
}

/// Nobody of the path had it, and somebody of the catch-all did.
fn the_catch_all_answered(record: &Record<'_>) -> Option<(String, usize)> {
    let taken = record.first(|kind| matches!(kind, EventKind::Acknowledged(_)))?;
    let by = record.events.get(taken)?.by.person()?;
    let reached = record.before(taken).iter().rev().find_map(|event| match &event.kind {
        EventKind::LevelReached(reached) => Some((reached.target.as_str(), reached.level)),
        _ => None,
    });
    let (target, level) = reached?;
    // Whoever answers late, or takes it in passing, is not the catch-all.
    let woken = record.is_woken_at(taken, by, level);
    let words = "Nobody on the path had it, and somebody in the catch-all took it".to_string();
    (target == CATCH_ALL && level > 0 && woken).then_some((words, taken))
}

/// One person had said yes, and another said no.
fn a_second_word_refused(record: &Record<'_>) -> Vec<(String, usize)> {
    let mut first_words: Vec<(u32, &crate::Actor)> = Vec::new();
    let mut found = Vec::new();
    for (at, event) in record.events.iter().enumerate() {
        match &event.kind {
            EventKind::RunFirstApproved { run, .. } => first_words.push((*run, &event.by)),
            EventKind::RunFirstLapsed { run }
            | EventKind::RunHeld { run, .. }
            | EventKind::RunApproved { run } => first_words.retain(|(known, _)| known != run),
            EventKind::RunRejected { run, .. } => {
                let another = first_words.iter().any(|(known, by)| known == run && **by != event.by);
                if another {
                    let words = "A second person refused a change that one had already agreed to";
                    found.push((words.to_string(), at));
                }
            }
            _ => {}
        }
    }
    found
}

/// What a change would have done was seen before it did it.
fn a_dry_run_failed_first(record: &Record<'_>) -> Vec<(String, usize)> {
    let failed = record.events.iter().enumerate().filter_map(|(at, event)| {
        let EventKind::RunEnded { run, report, .. } = &event.kind else { return None };
        let Ending::Exited { code } = report.ending else { return None };
        let Purpose::DryRun { of } = record.incident.run(*run)?.request.purpose else { return None };
        let went = |kind: &EventKind| matches!(kind, EventKind::RunApproved { run } if *run == of);
        let before = record.first(went).is_none_or(|went| went > at);
        let words =
            format!("A dry run failed with exit code {code}, and the change itself had not been made");
        (code != 0 && before).then_some((words, at))
    });
    failed.collect()
}
