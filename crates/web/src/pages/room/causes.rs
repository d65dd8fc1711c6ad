//! What is most likely at fault, each suspect with what was found for and against it, and where the playbook leads.

use super::Room;
use crate::view::Tag;
use incident::{Evidence, RankedCause, Status, diagnose};

/// So many suspects are shown at once; the others fold away.
const SHOWN_MAX: usize = 3;
/// From this score on, much speaks for a suspect.
const STRONG_MIN: i32 = 40;
/// So much is said about one suspect.
const EVIDENCE_MAX: usize = 4;

/// The suspects of the runbook in use.
pub(crate) struct Causes {
    pub(crate) likely: Vec<CauseView>,
    pub(crate) others: Vec<CauseView>,
    /// How many looks have yet to end.
    pub(crate) looking: u32,
}

/// One suspect.
pub(crate) struct CauseView {
    pub(crate) name: String,
    pub(crate) tag: Tag,
    /// The step that names it.
    pub(crate) step: u32,
    /// The step that the playbook leads to from here.
    pub(crate) next: Option<u32>,
    pub(crate) evidence: Vec<EvidenceView>,
}

/// One thing that was found.
pub(crate) struct EvidenceView {
    pub(crate) sign: &'static str,
    pub(crate) text: String,
    pub(crate) run: Option<u32>,
    pub(crate) quote: Option<String>,
}

impl Causes {
    pub(super) fn new(room: &Room<'_>) -> Self {
        if room.incident.status != Status::Open {
            return Self { likely: Vec::new(), others: Vec::new(), looking: 0 };
        }
        let found = diagnose(room.incident, room.frame.now);
        // A likelier one whose fix was tried in vain may stand before the one that the playbook goes on with.
        let leads = found.causes.iter().position(|cause| cause.branch == found.proposed_step);
        let mut likely: Vec<CauseView> = found
            .causes
            .iter()
            .enumerate()
            .map(|(at, cause)| view(cause, found.proposed_step.filter(|_| leads == Some(at))))
            .collect();
        let others = likely.split_off(likely.len().min(SHOWN_MAX));
        Self { likely, others, looking: found.looking }
    }
}

fn view(cause: &RankedCause, next: Option<u32>) -> CauseView {
    let tag = match cause.score {
        STRONG_MIN.. => Tag::warn("much speaks for it"),
        1.. => Tag::info("something speaks for it"),
        0 => Tag::plain("undecided"),
        _ => Tag::plain("more speaks against it"),
    };
    CauseView {
        name: cause.name.clone(),
        tag,
        step: cause.step,
        next,
        evidence: cause.evidence.iter().take(EVIDENCE_MAX).map(evidence).collect(),
    }
}

fn evidence(found: &Evidence) -> EvidenceView {
    EvidenceView {
        sign: if found.weight >= 0 { "for" } else { "against" },
        text: found.text.clone(),
        run: found.run,
        quote: found.quote.clone(),
    }
}
