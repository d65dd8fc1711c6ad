//! Markdown bytes in, a [`Playbook`] **and** its diagnostics out; compiling cannot fail.
//!
//! Lives here: the repair of broken encodings, the scanner, the recognisers, the analysis of shell commands, the
//! questions about what is in doubt, the lint, and the matching of a text to runbooks. Must never be here: files, clocks, processes, async, or anything
//! about incidents. The same bytes give the same playbook, always.

extern crate alloc;

pub mod answers;
mod compile;
mod documents;
mod doubts;
mod fix;
pub mod html;
mod limits;
mod lint;
mod matching;
mod model;
mod needles;
pub mod oracle;
mod recognise;
mod repair;
mod scan;
mod shell;
mod suspects;
mod trouble;

pub use answers::Answers;
pub use compile::{compile, compile_with, repaired};
pub use documents::{Source, compile_documents, compile_documents_with};
pub use fix::{Unfixable, fixed};
pub use lint::{dead_files, overdue_reviews};
pub use matching::{Matcher, Signal, match_runbooks};
pub use model::*;
pub use recognise::changes_folder;
#[cfg(feature = "fuzz")]
pub use shell::plain_reading_agrees;
pub use shell::{
    DryRun, asks_a_service, asks_about_others, bind, dry_run, effect_of, shows_state_before, ssh_host,
    tools_of, value_fault, variables_of,
};
pub use suspects::{Spoken, Suspect, SuspectKind, Suspects, speaks_alike};
pub use trouble::is_trouble;
