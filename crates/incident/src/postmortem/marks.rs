//! Words of people and programs as Markdown: they stay where they are put.

use crate::event::Ending;
use crate::words::one_line;
use alloc::format;
use alloc::string::{String, ToString};

/// Text that cannot leave its cell.
pub(super) fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

/// A command on one line, in as many backticks as it needs.
pub(super) fn code(source: &str) -> String {
    let source = one_line(source);
    if source.contains('`') { format!("`` {source} ``") } else { format!("`{source}`") }
}

/// How a command ended, after its name.
pub(super) fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Exited { code: 0 } => "succeeded".to_string(),
        Ending::Exited { code } => format!("ended with exit code {code}"),
        Ending::Killed { signal } => format!("was ended by signal {signal}"),
        Ending::TimedOut => "took too long and was ended".to_string(),
        Ending::Followed => "was followed to its limit".to_string(),
        Ending::TooMuchOutput => "wrote too much and was ended".to_string(),
        Ending::Stopped => "was stopped".to_string(),
        Ending::NotStarted { error } => format!("could not be started: {error}"),
    }
}
