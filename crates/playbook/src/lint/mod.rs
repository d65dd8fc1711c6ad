//! What a careful reader would say about the document before an incident does.
//!
//! Lives here: one rule a file; each looks at the compiled playbook and its text and names a line. Must never be
//! here: parsing of the document, or anything that changes the playbook.

mod across;
mod addresses;
mod cadence;
mod commands;
mod contacts;
mod contents;
mod curl_exit;
mod document;
mod drift;
mod duplicates;
mod facts;
mod fences;
mod formatter;
mod inverse;
mod links;
mod log_window;
mod matrix_tree;
mod options;
mod prerequisites;
mod reviews;
mod selector;
mod streams;
mod symptoms;
mod thresholds;
mod timing;
mod unexplained;
mod verification;

#[cfg(test)]
mod tests;

pub(crate) use across::Across;
pub use links::dead_files;
pub use reviews::overdue_reviews;

use crate::shell::Shell;
use crate::{Diagnostic, Playbook, limits};
use document::Document;

/// A rule: what it finds in a document.
type Rule = fn(&Document<'_>) -> Vec<Diagnostic>;

const RULES: &[Rule] = &[
    options::unknown_option,
    options::missing_argument,
    selector::not_production,
    commands::restart_that_ends,
    commands::open_hole,
    inverse::change_without_inverse,
    fences::read_and_change,
    duplicates::same_command_twice,
    log_window::only_the_end,
    curl_exit::success_on_failure,
    streams::taken_for_ended,
    drift::drifted,
    unexplained::holes,
    prerequisites::unsaid,
    addresses::personal,
    formatter::stars_lost,
    formatter::escaped_blanks,
    matrix_tree::disagree,
    thresholds::gap,
    verification::missing,
    symptoms::shared,
    symptoms::none,
    symptoms::below_all,
    facts::two_values,
    timing::escalates_late,
    contacts::missing,
    cadence::missing,
    contents::incomplete,
    contents::leads_nowhere,
    links::dead_anchors,
    fences::untagged,
];

/// Every finding about the document, alone and beside those before it, by line.
pub(crate) fn run(
    playbook: &Playbook,
    text: &str,
    shell: &Shell,
    across: Option<&mut Across>,
) -> Vec<Diagnostic> {
    let document = Document::new(playbook, text, shell);
    let mut found: Vec<Diagnostic> = RULES.iter().flat_map(|rule| listed(rule(&document), text)).collect();
    if let Some(across) = across {
        found.extend(listed(across.find(&document), text));
    }
    found.sort_by(|left, right| left.line.cmp(&right.line).then_with(|| left.code.cmp(&right.code)));
    found
}

/// A rule names so many places at most; who has more reads them by the hundred anyway.
const FINDINGS_MAX: usize = 1_000;

/// The findings of one rule, and how many more there are.
fn listed(mut found: Vec<Diagnostic>, text: &str) -> Vec<Diagnostic> {
    let more = found.len().saturating_sub(FINDINGS_MAX);
    if let Some(next) = found.get(FINDINGS_MAX) {
        let told =
            limits::left_out(format!("{more} more findings {} are not listed", next.code), next.line, text);
        found.truncate(FINDINGS_MAX);
        found.push(told);
    }
    found
}
