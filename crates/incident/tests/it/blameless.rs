//! Words that look for somebody at fault, and those that do not.

use crate::world::{PRIMARY, roster};
use incident::words::blames;

fn lines(text: &str) -> Vec<(u32, String)> {
    blames(text, &roster(&[PRIMARY, "ana"])).into_iter().map(|blame| (blame.line, blame.quote)).collect()
}

#[test]
fn a_name_beside_a_fault_and_words_of_blame_are_shown_with_their_line() {
    let text = "# Root cause\n\nAna forgot the migration.\nIt was human error; the review should have found it.\n\
                The outage was the fault of @primary.\n";
    assert_eq!(
        lines(text),
        [
            (3, "ana … forgot".to_owned()),
            (4, "human error".to_owned()),
            (4, "should have".to_owned()),
            (5, "@primary … fault".to_owned()),
        ]
    );
    let every = blames(text, &roster(&[PRIMARY]));
    assert!(every.iter().all(|blame| !blame.instead.is_empty()));
}

#[test]
fn systems_may_fail_and_people_may_act() {
    let text = "The deployment failed and broke the sign-in.\nAna rolled it back after four minutes.\n\
                The alert missed it, because its limit was too high.\n\
                Ana read the log and found that the migration, which had run before, in the night, had failed.\n";
    assert_eq!(lines(text), []);
}

#[test]
fn code_quotations_tables_and_who_wrote_it_are_left_alone() {
    let text = "**Author**: @ana, who missed nothing\n> \"ana broke it\", said the ticket\n| 03:00 | ana missed a page |\n\
                ```\nana failed\n```\nWe ran `ana broke caused` again.\n- Owner: primary (mistake in the rota)\n";
    assert_eq!(lines(text), []);
}

#[test]
fn no_more_than_thirty_are_shown() {
    assert_eq!(lines(&"human error\n".repeat(100)).len(), 30);
}
