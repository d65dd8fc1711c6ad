//! What a person had before their eyes when they gave their word. A word counts for that, for a short time, and for
//! nothing else.

use crate::id::IncidentId;
use crate::place::Place;
use crate::state::Incident;
use alloc::string::String;
use jiff::Timestamp;
use playbook::Effect;

/// A run as it was shown to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The run's incident.
    pub incident: IncidentId,
    /// Its number there.
    pub run: u32,
    /// How often it had been laid out by then, see [`crate::Run::offer`].
    pub offer: u32,
    /// The exact command, its values filled in.
    pub source: String,
    /// What it was said to do.
    pub effect: Effect,
    /// Where it was said to run.
    pub place: Place,
    /// When it was shown.
    pub at: Timestamp,
}

impl Sight {
    /// What is shown of a run at an instant; `None` when there is no such run.
    #[must_use]
    pub fn of(incident: &Incident, run: u32, at: Timestamp) -> Option<Self> {
        let known = incident.run(run)?;
        Some(Self {
            incident: incident.id,
            run,
            offer: known.offer,
            source: known.request.source.clone(),
            effect: known.request.effect,
            place: known.request.place.clone(),
            at,
        })
    }
}
