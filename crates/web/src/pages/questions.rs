//! What the compiler is not sure about, on the playbook's page: open questions with the command that answers each, and
//! what was answered by whom.

use playbook::{Doubt, Playbook};
use std::path::Path;

/// One question.
pub(crate) struct Question {
    pub(crate) line: u32,
    pub(crate) question: String,
    /// The answers there are, each with what follows from it.
    pub(crate) offers: Vec<(String, String)>,
    /// What holds until somebody answers.
    pub(crate) guess: String,
    /// The command that answers it, on the machine where the documents lie.
    pub(crate) command: String,
    /// What was answered, and by whom and when.
    pub(crate) answered: Option<(String, String)>,
}

/// The questions about one document, the open ones first. `place` is where the document lies.
pub(crate) fn questions(playbook: &Playbook, document: u32, place: &Path) -> Vec<Question> {
    let own = playbook.questions.iter().filter(|doubt| doubt.document == document);
    let mut shown: Vec<Question> = own.map(|doubt| question(doubt, place)).collect();
    shown.sort_by_key(|question| question.answered.is_some());
    shown
}

fn question(doubt: &Doubt, place: &Path) -> Question {
    let answer = match doubt.offers.as_slice() {
        [] => "'…'".to_owned(),
        offers => offers.iter().map(|offer| offer.answer.as_str()).collect::<Vec<_>>().join("|"),
    };
    let place = quoted(&place.display().to_string());
    Question {
        line: doubt.origin.span.line,
        question: doubt.question.clone(),
        offers: doubt.offers.iter().map(|offer| (offer.answer.clone(), offer.means.clone())).collect(),
        guess: doubt.guess.clone(),
        command: format!("evenkeel playbook answer {} {answer} --in {place} --by NAME", doubt.id),
        answered: doubt.answered.as_ref().map(|said| (said.answer.clone(), said.whose())),
    }
}

/// One word for a shell.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_one_that_a_shell_takes_as_it_is_meant() {
        assert_eq!(quoted("/srv/books/disk-full.md"), "/srv/books/disk-full.md");
        assert_eq!(quoted("/srv/it's; rm x.md"), r"'/srv/it'\''s; rm x.md'");
    }
}
