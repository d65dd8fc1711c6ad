//! What a runbook suspects: its named causes, its conditions and what it has people look at, and whether a line that
//! some program printed speaks of one of them.
//!
//! Must never be here: what was printed when, or how a suspicion is judged.

use crate::matching::{concepts, is_weak_concept};
use crate::trouble::is_trouble;
use crate::{Runbook, Step, StepKind};
use std::collections::BTreeMap;

/// How far a concept of a suspect's own name outweighs one of its hints.
const NAME_TIMES: u32 = 2;
/// What a concept tells that no other suspect of the runbook has.
const RARE: u32 = 8;
/// What a concept tells at most that many failures share, or that the runbook's own title has.
const WEAK: u32 = 2;
/// From this weight on, a line speaks of a suspect: one rare word of its name, or two of its hints.
const SPOKEN_MIN: u32 = 14;
/// From this weight on, a text of a few words is about a suspect.
const NEAR_MIN: u32 = 6;
/// More of a line is not read: what it is about stands at its start.
const LINE_CHARS_MAX: usize = 400;

/// Concepts of telling people what to do; they name nothing that could be at fault.
const GUIDANCE: &[&str] = &[
    "ask", "belong", "check", "consid", "confirm", "did", "env", "find", "focus", "go", "here", "if",
    "itself", "keep", "list", "look", "mean", "must", "need", "never", "note", "noth", "plan", "read",
    "review", "see", "seen", "ship", "show", "take", "then", "tonight", "undo", "use", "verifi", "watch",
    "wrangler",
];
/// Beginnings of instructions that tell how to go back, not how to tell.
const WAYS_BACK: &[&str] = &["undo", "rollback:", "revert:", "never "];

/// Beginnings of a condition that says what is *not* so.
const DENIALS: &[&str] = &["not ", "no ", "nothing ", "no es ", "não ", "sin ", "sem "];

/// What a suspect is in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuspectKind {
    /// A named cause, such as `a) GitHub token expired`.
    Cause,
    /// The condition of a step, such as `If CORS issue`.
    Condition,
    /// A step that has people look at one thing.
    Look,
}

/// One thing that may be at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The step that names it.
    pub step: u32,
    /// Which of the step's causes it is, when it is one.
    pub cause: Option<u32>,
    /// What it is in the document.
    pub kind: SuspectKind,
    /// Its name in the document's words.
    pub name: String,
    /// Whether the document says that it is *not* so, such as `If not deployment-related`.
    pub denied: bool,
    /// Whether it speaks of a deployment.
    pub deployment: bool,
    /// The step that says what to do about it.
    pub branch: Option<u32>,
    /// The steps whose outcome speaks of it and of nothing else.
    pub steps: Vec<u32>,
    concepts: BTreeMap<String, u32>,
}

/// A line that speaks of a suspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// Which, by its place in [`Suspects::list`].
    pub suspect: usize,
    /// How much it says.
    pub weight: u32,
    /// The line's words that say so.
    pub words: Vec<String>,
}

/// The suspects of one runbook.
#[derive(Clone, Debug, Default)]
pub struct Suspects {
    /// In document order.
    pub list: Vec<Suspect>,
}

impl Suspects {
    /// Reads a runbook.
    #[must_use]
    pub fn of(runbook: &Runbook) -> Self {
        let mut drafts: Vec<Draft> = runbook.steps.iter().flat_map(drafts_of).collect();
        let weights = Weights::of(runbook, &drafts);
        for at in 0..drafts.len() {
            let Some(way_out) = weights.way_out(&drafts, at) else { continue };
            let Some((step, kind)) = drafts.get(at).map(|draft| (draft.step, draft.kind)) else { continue };
            match kind {
                // A cause that a later condition repeats is that condition: what is known of it counts once.
                SuspectKind::Cause if drafts[at].named.keys().eq(drafts[way_out].named.keys()) => {
                    let told = drafts[at].hinted.clone();
                    drafts[way_out].hinted.extend(told);
                    drafts[at].merged = true;
                }
                SuspectKind::Cause => drafts[at].branch = Some(drafts[way_out].step),
                // A look at what a later condition asks for is that condition's evidence, not a suspect of its own.
                SuspectKind::Look => {
                    let told = [drafts[at].named.clone(), drafts[at].hinted.clone()];
                    drafts[way_out].hinted.extend(told.into_iter().flatten());
                    drafts[way_out].steps.push(step);
                    drafts[at].merged = true;
                }
                SuspectKind::Condition => {}
            }
        }
        drafts.retain(|draft| !draft.merged);
        let weights = Weights::of(runbook, &drafts);
        Self { list: drafts.into_iter().map(|draft| weights.weigh(draft)).collect() }
    }

    /// The suspects that a line tells of, if it tells of trouble at all. The words of whoever asked for it, such as what
    /// a log is searched for, stand in every answer and tell nothing.
    #[must_use]
    pub fn spoken_of(&self, line: &str, asked: &str) -> Vec<Spoken> {
        let line: String = line.chars().take(LINE_CHARS_MAX).collect();
        if !is_trouble(&line) {
            return Vec::new();
        }
        self.named_in(&line, &concepts(asked), SPOKEN_MIN)
    }

    /// The suspect that a short text, such as a command's title, is most about.
    #[must_use]
    pub fn nearest_to(&self, text: &str) -> Option<usize> {
        let named = self.named_in(text, &BTreeMap::new(), NEAR_MIN);
        named
            .iter()
            .max_by_key(|spoken| (spoken.weight, core::cmp::Reverse(spoken.suspect)))
            .map(|spoken| spoken.suspect)
    }

    fn named_in(&self, text: &str, asked: &BTreeMap<String, String>, weight_min: u32) -> Vec<Spoken> {
        let mut heard = concepts(text);
        heard.retain(|key, _| !asked.contains_key(key));
        let spoken = self.list.iter().enumerate().map(|(suspect, known)| {
            let shared = heard.iter().filter_map(|(key, word)| Some((known.concepts.get(key)?, word)));
            let (weights, words): (Vec<u32>, Vec<String>) =
                shared.map(|(weight, word)| (*weight, word.clone())).unzip();
            Spoken { suspect, weight: weights.iter().sum(), words }
        });
        spoken.filter(|spoken| spoken.weight >= weight_min).collect()
    }
}

/// Whether two texts share a concept that not every failure has.
#[must_use]
pub fn speaks_alike(one: &str, other: &str) -> bool {
    let (one, other) = (concepts(one), concepts(other));
    one.keys().any(|key| other.contains_key(key) && !is_weak_concept(key))
}

/// A suspect before it is known what its words are worth.
struct Draft {
    step: u32,
    cause: Option<u32>,
    kind: SuspectKind,
    name: String,
    denied: bool,
    named: BTreeMap<String, String>,
    hinted: BTreeMap<String, String>,
    branch: Option<u32>,
    steps: Vec<u32>,
    merged: bool,
}

fn drafts_of(step: &Step) -> Vec<Draft> {
    if step.kind == StepKind::Verify {
        return Vec::new();
    }
    let draft = |kind, cause, name: &str, hints: &[String]| Draft {
        step: step.number,
        cause,
        kind,
        name: name.to_owned(),
        denied: is_denied(name),
        named: told_in(name),
        hinted: told_in(&hints_of(hints)),
        branch: (kind == SuspectKind::Condition).then_some(step.number),
        steps: if kind == SuspectKind::Cause { Vec::new() } else { vec![step.number] },
        merged: false,
    };
    if !step.causes.is_empty() {
        let causes = (0_u32..).zip(&step.causes);
        return causes
            .map(|(at, cause)| draft(SuspectKind::Cause, Some(at), &cause.name, &cause.hints))
            .collect();
    }
    let hints = step.instructions.as_slice();
    match &step.condition {
        Some(condition) => vec![draft(SuspectKind::Condition, None, &condition.text, hints)],
        // Conditions of single commands, such as `if CORS issue` above one of them.
        None if step.kind == StepKind::Fix => {
            let own = step.commands.iter().filter_map(|command| command.condition.as_deref());
            let mut found: Vec<Draft> =
                own.map(|text| draft(SuspectKind::Condition, None, text, &[])).collect();
            found.dedup_by(|a, b| a.name == b.name);
            found
        }
        None => vec![draft(SuspectKind::Look, None, &step.title, hints)],
    }
}

fn is_denied(name: &str) -> bool {
    let lower = name.to_lowercase();
    DENIALS.iter().any(|word| lower.starts_with(word))
}

fn hints_of(instructions: &[String]) -> String {
    let tells = |line: &&String| {
        let lower = line.to_lowercase();
        !WAYS_BACK.iter().any(|start| lower.starts_with(start))
    };
    instructions.iter().filter(tells).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The concepts of a text, but for those of guidance. A name such as `OpenCode` is one word in logs, too.
fn told_in(text: &str) -> BTreeMap<String, String> {
    let mut found = concepts(text);
    found.retain(|key, _| !GUIDANCE.contains(&key.as_str()));
    let joined = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase));
    for word in joined {
        found.extend(concepts(&word.to_lowercase()));
    }
    found
}

/// What each concept is worth among the suspects of one runbook.
struct Weights {
    /// How many suspects have a concept in their name.
    names: BTreeMap<String, u32>,
    /// How many have it at all.
    spread: BTreeMap<String, u32>,
    own: BTreeMap<String, String>,
    suspects: u32,
}

impl Weights {
    fn of(runbook: &Runbook, drafts: &[Draft]) -> Self {
        let (mut names, mut spread) = (BTreeMap::<String, u32>::new(), BTreeMap::<String, u32>::new());
        for draft in drafts {
            for key in draft.named.keys().filter(|_| !draft.denied) {
                *names.entry(key.clone()).or_default() += 1;
            }
            for key in
                draft.named.keys().chain(draft.hinted.keys().filter(|key| !draft.named.contains_key(*key)))
            {
                *spread.entry(key.clone()).or_default() += 1;
            }
        }
        let suspects = u32::try_from(drafts.len()).unwrap_or(u32::MAX);
        Self { names, spread, own: concepts(&runbook.title), suspects }
    }

    fn worth(&self, key: &str) -> u32 {
        let spread = self.spread.get(key).copied().unwrap_or(1).max(1);
        let rare = if self.suspects <= spread && spread > 1 { 1 } else { (RARE / spread).max(1) };
        if is_weak_concept(key) || self.own.contains_key(key) { rare.min(WEAK) } else { rare }
    }

    /// What it tells that two names share a concept.
    fn joins(&self, key: &str) -> u32 {
        let common = is_weak_concept(key) || self.own.contains_key(key);
        let named = self.names.get(key).copied().unwrap_or(1).max(1);
        if common { 1 } else { RARE / named }
    }

    /// The condition that says most of what a cause or a look is called; for a look that is called otherwise, the one
    /// that says what it has people look for.
    fn way_out(&self, drafts: &[Draft], of: usize) -> Option<usize> {
        let draft = drafts.get(of).filter(|draft| draft.kind != SuspectKind::Condition)?;
        let by_name = self.way_out_by(drafts, &draft.named, WEAK + 1);
        by_name.or_else(|| match draft.kind {
            // Text has many words: one that a single name has, or nothing.
            SuspectKind::Look => self.way_out_by(drafts, &draft.hinted, RARE),
            SuspectKind::Cause | SuspectKind::Condition => None,
        })
    }

    fn way_out_by(
        &self,
        drafts: &[Draft],
        named: &BTreeMap<String, String>,
        weight_min: u32,
    ) -> Option<usize> {
        let shared = |draft: &Draft| -> u32 {
            named.keys().filter(|key| draft.named.contains_key(*key)).map(|key| self.joins(key)).sum()
        };
        let conditions = drafts
            .iter()
            .enumerate()
            .filter(|(_, draft)| draft.kind == SuspectKind::Condition && !draft.denied);
        let weighed = conditions.map(|(at, draft)| (shared(draft), core::cmp::Reverse(at)));
        weighed.filter(|(weight, _)| *weight >= weight_min).max().map(|(_, at)| at.0)
    }

    fn weigh(&self, draft: Draft) -> Suspect {
        let mut weighed: BTreeMap<String, u32> =
            draft.hinted.keys().map(|key| (key.clone(), self.worth(key))).collect();
        for key in draft.named.keys() {
            weighed.insert(key.clone(), self.worth(key) * NAME_TIMES);
        }
        let deployment =
            draft.named.keys().any(|key| matches!(key.as_str(), "deployment" | "rollback" | "releas"))
                || draft.name.to_lowercase().contains("latest version");
        // A look at the deployments is how to tell, not what is wrong.
        let deployment = deployment && draft.kind != SuspectKind::Look;
        let Draft { step, cause, kind, name, denied, branch, steps, .. } = draft;
        Suspect { step, cause, kind, name, denied, deployment, branch, steps, concepts: weighed }
    }
}
