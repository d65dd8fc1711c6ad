//! The decision tree: a fence of questions with YES and NO branches drawn with lines.
//!
//! A question stands alone on its row; a branch belongs to the nearest question above it in the same column, and a
//! branch without an outcome leads to the next question.

use super::claims::{Claims, Role};
use super::rules;
use super::words::{LANGUAGES, arrows, severity_names};
use crate::model::{Answer, DecisionTree, Outcome, Question};
use crate::scan::{Block, Document, Fence};
use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec::Vec;

/// The tree, if the document draws one.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Option<DecisionTree> {
    for (index, section) in doc.each().filter(|(i, _)| claims.is_free_or_title(*i)) {
        for block in &section.blocks {
            if let Block::Fence(fence) = block
                && let Some(tree) = drawn(fence)
            {
                claims.claim(index, Role::DecisionTree);
                return Some(tree);
            }
        }
    }
    None
}

fn drawn(fence: &Fence) -> Option<DecisionTree> {
    let mut grower = Grower::default();
    for line in &fence.lines {
        grower.row(&line.text, line.line);
    }
    let answers = grower.answers;
    let questions: Vec<Question> = grower.nodes.into_iter().map(|node| node.question).collect();
    (answers >= 2 && !questions.is_empty()).then_some(DecisionTree {
        questions,
        line: fence.line,
        origin: rules::DECISION_TREE.at(fence.line),
    })
}

struct Node {
    question: Question,
    column: usize,
    answered: Vec<Answer>,
}

/// Questions that still lack one of the answers, the last on top.
#[derive(Default)]
struct Free {
    by_column: BTreeMap<usize, Vec<usize>>,
    /// All of them, and some that were taken from their column meanwhile.
    all: Vec<usize>,
}

impl Free {
    fn push(&mut self, index: usize, column: usize) {
        self.by_column.entry(column).or_default().push(index);
        self.all.push(index);
    }

    /// Takes the last question of a column, or else the last of all.
    fn take(&mut self, column: usize, nodes: &[Node], answer: Answer) -> Option<usize> {
        let pop = |column: &mut Vec<usize>| column.pop();
        if let Some(index) = self.by_column.get_mut(&column).and_then(pop) {
            return Some(index);
        }
        loop {
            let index = self.all.pop()?;
            let node = nodes.get(index)?;
            if !node.answered.contains(&answer) {
                self.by_column.get_mut(&node.column).and_then(pop);
                return Some(index);
            }
        }
    }
}

#[derive(Default)]
struct Grower {
    nodes: Vec<Node>,
    without_yes: Free,
    without_no: Free,
    /// A branch that waits for its question: node and answer.
    open: Option<(usize, Answer)>,
    answers: u32,
}

impl Grower {
    fn row(&mut self, text: &str, line: u32) {
        let bare = text.trim_start_matches(|c: char| c.is_whitespace() || is_branch(c));
        let bare = bare.trim();
        let column = text.chars().position(|c| !c.is_whitespace() && c != '│' && c != '|').unwrap_or(0);
        match answer(bare) {
            _ if bare.is_empty() => {}
            Some((answer, rest)) => self.branch(answer, rest, column, line),
            None => self.question(bare, column, line),
        }
    }

    fn question(&mut self, text: &str, column: usize, line: u32) {
        let index = self.nodes.len();
        if let Some((node, answer)) = self.open.take() {
            self.lead(node, answer, Outcome::Question(u32::try_from(index).unwrap_or(u32::MAX)));
        } else if let Some(last) = self.nodes.last_mut().filter(|last| last.answered.is_empty()) {
            // A question that goes on in the next row.
            last.question.text.push(' ');
            last.question.text.push_str(text);
            return;
        }
        let question = Question {
            text: text.to_string(),
            yes: Outcome::Unknown,
            no: Outcome::Unknown,
            first: Answer::Yes,
            line,
        };
        self.nodes.push(Node { question, column, answered: Vec::new() });
        self.without_yes.push(index, column);
        self.without_no.push(index, column);
    }

    fn branch(&mut self, answer: Answer, rest: &str, column: usize, line: u32) {
        let free = match answer {
            Answer::Yes => &mut self.without_yes,
            Answer::No => &mut self.without_no,
        };
        let Some(index) = free.take(column, &self.nodes, answer) else { return };
        self.answers += 1;
        if let Some(node) = self.nodes.get_mut(index) {
            if node.answered.is_empty() {
                node.question.first = answer;
            }
            node.answered.push(answer);
        }
        self.open = None;
        let rest = arrows(rest);
        let rest = rest.trim_start_matches(['→', ':', ' ', '-', '─', '>']).trim();
        if let Some(name) = severity_names(rest).into_iter().next() {
            self.lead(index, answer, Outcome::Severity(name));
        } else {
            self.open = Some((index, answer));
            if rest.ends_with('?') {
                self.question(rest, column + 4, line);
            }
        }
    }

    fn lead(&mut self, node: usize, answer: Answer, outcome: Outcome) {
        let Some(node) = self.nodes.get_mut(node) else { return };
        match answer {
            Answer::Yes => node.question.yes = outcome,
            Answer::No => node.question.no = outcome,
        }
    }
}

fn is_branch(c: char) -> bool {
    ('\u{2500}'..='\u{257F}').contains(&c) || matches!(c, '|' | '+' | '`' | '\\' | '-')
}

/// `YES …` or `NO …`, and what follows.
fn answer(text: &str) -> Option<(Answer, &str)> {
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    let rest_leads =
        rest.trim_start().is_empty() || rest.trim_start().starts_with(['→', '-', '=', ':', '─', '➜']);
    let word = word.to_lowercase();
    let is = |words: &[&str]| rest_leads && words.contains(&word.as_str());
    if LANGUAGES.iter().any(|language| is(language.yes)) {
        Some((Answer::Yes, rest))
    } else if LANGUAGES.iter().any(|language| is(language.no)) {
        Some((Answer::No, rest))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;
    use alloc::format;

    #[test]
    fn branches_find_their_questions_and_keep_their_order() {
        let doc = scan(
            "## T\n```\nIs it down?\n├── YES → P0\n└── NO\n    │\n    Can they work?\n    ├── NO → P1\n    └── YES\n\
             \x20       │\n        Any errors?\n        ├── YES → P2\n        └── NO → P3\n```\n",
        );
        let tree = read(&doc, &mut Claims::new(&doc)).expect("a tree");
        let severity = |name: &str| Outcome::Severity(name.to_string());
        let shapes: Vec<_> =
            tree.questions.iter().map(|q| (q.text.clone(), q.yes.clone(), q.no.clone(), q.first)).collect();
        assert_eq!(
            shapes,
            [
                ("Is it down?".to_string(), severity("P0"), Outcome::Question(1), Answer::Yes),
                ("Can they work?".to_string(), Outcome::Question(2), severity("P1"), Answer::No),
                ("Any errors?".to_string(), severity("P2"), severity("P3"), Answer::Yes),
            ]
        );
        assert_eq!(tree.questions[2].line, 11);
    }

    #[test]
    fn answers_are_understood_in_four_languages() {
        for (yes, no) in [("SÍ", "NO"), ("SIM", "NÃO"), ("はい", "いいえ")] {
            let text = format!("## T\n```\n¿?\n├── {yes} → P0\n└── {no} → P1\n```\n");
            let doc = scan(&text);
            let tree = read(&doc, &mut Claims::new(&doc)).expect("a tree");
            assert_eq!(tree.questions[0].yes, Outcome::Severity("P0".into()), "{yes}");
            assert_eq!(tree.questions[0].no, Outcome::Severity("P1".into()), "{no}");
        }
    }

    #[test]
    fn ascii_lines_do_as_well() {
        let doc = scan(
            "## T\n```\nDown?\n|-- Yes: SEV-1\n`-- No -> Slow?\n    |-- Yes: SEV-2\n    `-- No: SEV-3\n```\n",
        );
        let tree = read(&doc, &mut Claims::new(&doc)).expect("a tree");
        assert_eq!(tree.questions.len(), 2);
        assert_eq!(tree.questions[0].no, Outcome::Question(1));
        assert_eq!(tree.questions[1].no, Outcome::Severity("SEV-3".into()));
    }
}
