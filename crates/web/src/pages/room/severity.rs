//! Choosing a severity: by hand, or by the playbook's questions, one link at a time.

use super::Room;
use incident::{Incident, Severity};
use playbook::{Answer, DecisionTree, Outcome};

/// The forms for a severity.
pub(crate) struct Choosing {
    pub(crate) options: Vec<Choice>,
    pub(crate) tree: Option<Asking>,
    /// Whether the questions are under way.
    pub(crate) asking: bool,
}

/// One severity to choose.
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) impact: String,
    pub(crate) current: bool,
}

/// Where the questions stand.
pub(crate) struct Asking {
    pub(crate) answered: Vec<(String, &'static str)>,
    pub(crate) next: Next,
    /// The answers so far, such as `yn`.
    pub(crate) code: String,
}

/// What comes after the answers so far.
pub(crate) enum Next {
    /// A question, with its answers in the document's order: the words and their code.
    Question(String, Vec<(&'static str, char)>),
    /// A severity.
    Severity(String),
    /// The document does not say.
    Unknown,
}

impl Choosing {
    pub(super) fn new(room: &Room<'_>) -> Self {
        let current = room.incident.severity();
        let option = |severity: Severity| Choice {
            impact: impact(room.incident, &severity),
            current: severity == current,
            name: severity.name,
        };
        let tree = room.incident.plan.playbook.decision_tree.as_ref();
        Self {
            options: room.incident.plan.severities().into_iter().map(option).collect(),
            tree: tree.filter(|tree| !tree.questions.is_empty()).map(|tree| ask(tree, &room.wish.tree)),
            asking: !room.wish.tree.is_empty(),
        }
    }
}

fn impact(incident: &Incident, severity: &Severity) -> String {
    incident.plan.playbook.severity(&severity.name).map_or_else(String::new, |row| row.impact.clone())
}

/// Reads answers such as `yn`; anything else ends them.
pub(crate) fn answers(code: &str) -> Vec<Answer> {
    let read = |letter| match letter {
        'y' => Some(Answer::Yes),
        'n' => Some(Answer::No),
        _ => None,
    };
    code.chars().map_while(read).collect()
}

fn ask(tree: &DecisionTree, code: &str) -> Asking {
    let mut asking = Asking { answered: Vec::new(), next: Next::Unknown, code: String::new() };
    let mut at = 0_u32;
    for answer in answers(code) {
        let Some(question) = tree.questions.get(at as usize) else { return asking };
        let (word, letter, outcome) = match answer {
            Answer::Yes => ("yes", 'y', &question.yes),
            Answer::No => ("no", 'n', &question.no),
        };
        asking.answered.push((question.text.clone(), word));
        asking.code.push(letter);
        match outcome {
            Outcome::Question(next) => at = *next,
            Outcome::Severity(name) => {
                asking.next = Next::Severity(name.clone());
                return asking;
            }
            Outcome::Unknown => return asking,
        }
    }
    if let Some(question) = tree.questions.get(at as usize) {
        let both = match question.first {
            Answer::Yes => vec![("Yes", 'y'), ("No", 'n')],
            Answer::No => vec![("No", 'n'), ("Yes", 'y')],
        };
        asking.next = Next::Question(question.text.clone(), both);
    }
    asking
}
