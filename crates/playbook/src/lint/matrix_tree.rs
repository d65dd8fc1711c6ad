//! E040: the matrix gives an example a severity which the decision tree would not.

use super::document::{Document, Finding};
use crate::{Answer, DecisionTree, Diagnostic, DiagnosticSeverity, Outcome, Question};
use std::collections::BTreeMap;

/// Words that answer a question with yes, by the word of the question.
const MEANS: &[(&str, &[&str])] = &[
    ("visible", &["visible", "ui", "screen", "page", "display", "shown"]),
    ("degrad", &["degrad", "glitch", "slow", "broken", "fail"]),
    ("error", &["error", "exception", "crash"]),
    ("unavailab", &["unavailab", "down", "outage", "unreachab"]),
    ("outage", &["outage", "down", "unavailab"]),
    ("data", &["data loss"]),
];

/// Words that say that nobody is held up.
const UNSEEN: &[&str] = &["never", "invisible", "unnoticed", "cosmetic"];

/// Deeper trees are not followed.
const DEPTH_MAX: usize = 16;

pub(super) fn disagree(document: &Document<'_>) -> Vec<Diagnostic> {
    let Some(tree) = &document.playbook.decision_tree else { return Vec::new() };
    let mut paths: BTreeMap<String, Path> = BTreeMap::new();
    follow(tree, 0, &mut Vec::new(), &mut |name, path| {
        let once = || Path::Once(path.to_vec());
        paths
            .entry(name.to_ascii_lowercase())
            .and_modify(|known| *known = Path::Several)
            .or_insert_with(once);
    });
    let mut found = Vec::new();
    for row in &document.playbook.severities {
        // A severity that is reached in several ways is not judged.
        let Some(Path::Once(path)) = paths.get(&row.name.to_ascii_lowercase()) else { continue };
        for (index, _) in path.iter().filter(|(_, answer)| *answer == Answer::No) {
            let question = &tree.questions[*index];
            let fitting: Vec<&str> = row
                .examples
                .iter()
                .map(String::as_str)
                .filter(|example| says_yes(question, example))
                .collect();
            if let Some(first) = fitting.first() {
                found.push(document.place(finding(question, &row.name, &fitting), row.line, first));
            }
        }
    }
    found
}

/// How a severity is reached in the tree.
enum Path {
    Once(Vec<(usize, Answer)>),
    Several,
}

fn finding(question: &Question, severity: &str, examples: &[&str]) -> Finding {
    let other = match &question.yes {
        Outcome::Severity(name) => format!("says {name}"),
        Outcome::Question(_) | Outcome::Unknown => "goes elsewhere".to_owned(),
    };
    let examples: Vec<String> = examples.iter().map(|example| format!("“{example}”")).collect();
    Finding {
        code: "E040",
        severity: DiagnosticSeverity::Error,
        message: format!(
            "the matrix calls {} {severity}, but the tree asks “{}” and then {other}",
            examples.join(" and "),
            question.text
        ),
        hint: "reword the question, or move the example to the other row",
    }
}

/// Takes a severity and the answers that lead to it.
type Found<'a> = dyn FnMut(&str, &[(usize, Answer)]) + 'a;

/// Calls `found` for every severity of the tree with the answers that lead to it.
fn follow(tree: &DecisionTree, at: usize, path: &mut Vec<(usize, Answer)>, found: &mut Found<'_>) {
    let Some(question) = tree.questions.get(at).filter(|_| path.len() < DEPTH_MAX) else { return };
    for (answer, outcome) in [(Answer::Yes, &question.yes), (Answer::No, &question.no)] {
        path.push((at, answer));
        match outcome {
            Outcome::Severity(name) => found(name, path),
            Outcome::Question(next) => follow(tree, *next as usize, path, found),
            Outcome::Unknown => {}
        }
        path.pop();
    }
}

fn says_yes(question: &Question, example: &str) -> bool {
    let question = question.text.to_lowercase();
    let example = example.to_lowercase();
    if UNSEEN.iter().any(|word| example.contains(word)) {
        return false;
    }
    let words: Vec<&str> = example.split(|character: char| !character.is_alphanumeric()).collect();
    let said = |word: &str| {
        if word.len() <= 2 { words.contains(&word) } else { words.iter().any(|said| said.starts_with(word)) }
    };
    MEANS.iter().any(|(asked, answers)| question.contains(asked) && answers.iter().any(|word| said(word)))
}
