//! Tells the terminal what happens, by the demonstration's clock, in the timeline's own words.

use super::stack::Stack;
use crate::exit::{Failure, Kind};
use crate::{print, wiring};
use engine::ports::Clock;
use incident::{IncidentId, Status};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// The voice of the demonstration.
pub(super) struct Narrator {
    clock: Arc<dyn Clock>,
    transcript: Option<File>,
    told: usize,
}

impl Narrator {
    pub(super) fn new(clock: Arc<dyn Clock>, transcript: Option<&Path>) -> Result<Self, Failure> {
        let create = |path: &Path| {
            File::create(path).map_err(|error| {
                Failure::new(Kind::World, format!("cannot write {}: {error}", path.display()))
            })
        };
        Ok(Self { clock, transcript: transcript.map(create).transpose()?, told: 0 })
    }

    /// One line with the time.
    pub(super) fn say(&self, words: &str) -> Result<(), Failure> {
        self.write(&format!("{}  {words}", self.clock.now().strftime("%H:%M:%S")))
    }

    /// A whole text, as it stands.
    pub(super) fn document(&self, text: &str) -> Result<(), Failure> {
        self.write(text.trim_end())
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        if let Some(mut file) = self.transcript.as_ref() {
            writeln!(file, "{text}").map_err(|error| {
                Failure::new(Kind::World, format!("cannot write the transcript: {error}"))
            })?;
        }
        print::line(text)
    }

    /// Tells the timeline while somebody works.
    pub(super) async fn follow_while(
        &mut self,
        stack: &Stack,
        id: IncidentId,
        work: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let mut feed = stack.server.engine.feed();
        tokio::pin!(work);
        loop {
            self.catch_up(stack, id).await?;
            tokio::select! {
                done = &mut work => {
                    self.catch_up(stack, id).await?;
                    return done;
                }
                change = feed.recv() => if matches!(change, Err(RecvError::Closed)) {
                    return Err(Failure::new(Kind::World, "the engine stopped"));
                }
            }
        }
    }

    /// Tells the timeline until it is over.
    pub(super) async fn follow_until_resolved(
        &mut self,
        stack: &Stack,
        id: IncidentId,
    ) -> Result<(), Failure> {
        self.follow_while(stack, id, async {
            super::stand_in::wait_for(stack, id, |incident| incident.status == Status::Resolved)
                .await
                .map(|_| ())
        })
        .await
    }

    async fn catch_up(&mut self, stack: &Stack, id: IncidentId) -> Result<(), Failure> {
        let incident = stack.server.engine.incident(id).await.map_err(wiring::storage_failed)?;
        let events = stack.server.engine.history(id).await.map_err(wiring::storage_failed)?;
        for event in events.iter().skip(self.told) {
            if let Some((_, words)) = web::timeline_text(event, &incident) {
                let time = event.at.strftime("%H:%M:%S");
                self.write(&format!("{time}  {:<28} {words}", event.by.to_string()))?;
            }
        }
        self.told = self.told.max(events.len());
        Ok(())
    }
}
