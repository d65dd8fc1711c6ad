//! How something stands by what is kept, for the book of the story.

use super::Desk;
use crate::team::PLAN;
use engine::ports::{Journal, StreamWrite};
use incident::{EventKind, Incident, IncidentId, PageFailure, RunState, Work, evolve};
use std::sync::Arc;

impl Desk {
    /// How a run stands by what is kept now.
    pub(crate) fn run_state(&self, id: IncidentId, run: u32) -> Option<RunState> {
        let events = self.memory.clone().events(id).unwrap_or_default();
        let incident = events.iter().fold(Incident::new(id, Arc::clone(&PLAN)), evolve);
        incident.run(run).map(|run| run.state.clone())
    }

    /// A beginning or an outcome counts only while its lease stands.
    pub(super) fn of_others(&self, owner: &str, write: &StreamWrite) -> Option<String> {
        let rows = self.memory.work_of(write.incident);
        write.events.iter().find_map(|event| {
            let work = match event.kind {
                EventKind::PageDelivered { page, .. } | EventKind::PageFailed(PageFailure { page, .. }) => {
                    Work::Page(page)
                }
                EventKind::RunStarted { run } | EventKind::RunEnded { run, .. } => Work::Run(run),
                _ => return None,
            };
            let other = rows.iter().find(|row| row.work == work && row.lease.owner != owner)?;
            Some(format!("{owner} wrote of {work:?} of {}, which {} held", write.incident, other.lease.owner))
        })
    }
}
