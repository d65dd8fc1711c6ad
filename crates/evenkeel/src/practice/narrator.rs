//! Tells the terminal what happens, by the practice's own clock, in the timeline's own words.

use super::stack::Stack;
use crate::exit::{Failure, Kind};
use crate::{print, wiring};
use engine::Engine;
use engine::ports::Clock;
use incident::{IncidentId, Status};
use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// Whether the terminal hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// Every line.
    Aloud,
    /// Nothing; a transcript has it all the same.
    Silent,
}

/// Where all of it is written down.
enum Transcript {
    None,
    File(File),
    Kept(RefCell<String>),
}

/// The voice of the practice.
pub(crate) struct Narrator {
    clock: Arc<dyn Clock>,
    transcript: Transcript,
    voice: Voice,
    told: usize,
}

impl Narrator {
    pub(crate) fn new(clock: Arc<dyn Clock>, transcript: Option<&Path>) -> Result<Self, Failure> {
        let create = |path: &Path| {
            File::create(path).map_err(|error| {
                Failure::new(Kind::World, format!("cannot write {}: {error}", path.display()))
            })
        };
        let transcript = transcript.map(create).transpose()?.map_or(Transcript::None, Transcript::File);
        Ok(Self { clock, transcript, voice: Voice::Aloud, told: 0 })
    }

    /// One that says nothing and keeps all of it.
    pub(crate) fn keeping(clock: Arc<dyn Clock>) -> Self {
        Self { clock, transcript: Transcript::Kept(RefCell::default()), voice: Voice::Silent, told: 0 }
    }

    /// What it has kept.
    pub(crate) fn kept(self) -> String {
        match self.transcript {
            Transcript::Kept(text) => text.into_inner(),
            Transcript::None | Transcript::File(_) => String::new(),
        }
    }

    /// The same with another voice.
    pub(crate) fn with_voice(mut self, voice: Voice) -> Self {
        self.voice = voice;
        self
    }

    /// One line with the time.
    pub(crate) fn say(&self, words: &str) -> Result<(), Failure> {
        self.write(&format!("{}  {words}", self.clock.now().strftime("%H:%M:%S")))
    }

    /// That nobody has to do anything.
    pub(crate) fn hands_off(&self) -> Result<(), Failure> {
        self.say("Hands off: a stand-in answers, approves and tells. Everything it does says so.")
    }

    /// Where people come in, and where each of them is rung.
    pub(crate) fn seats(&self, stack: &Stack) -> Result<(), Failure> {
        if let Some(url) = &stack.server.setup_url {
            self.say(&format!("Make your account with this one-time link: {url}"))?;
        }
        let console = &stack.server.console_url;
        let mut people = stack.people.iter();
        people
            .try_for_each(|one| self.say(&format!("The phone of {}: {console}/handset/{}", one.name, one.id)))
    }

    /// A whole text, as it stands.
    pub(crate) fn document(&self, text: &str) -> Result<(), Failure> {
        self.write(text.trim_end())
    }

    /// For the transcript alone: what nobody wants on a terminal.
    pub(crate) fn aside(&self, text: &str) -> Result<(), Failure> {
        let text = text.trim_end();
        match &self.transcript {
            Transcript::None => Ok(()),
            Transcript::Kept(kept) => {
                kept.borrow_mut().push_str(text);
                kept.borrow_mut().push('\n');
                Ok(())
            }
            Transcript::File(file) => {
                let mut file = file;
                writeln!(file, "{text}").map_err(|error| {
                    Failure::new(Kind::World, format!("cannot write the transcript: {error}"))
                })
            }
        }
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        self.aside(text)?;
        match self.voice {
            Voice::Aloud => print::line(text),
            Voice::Silent => Ok(()),
        }
    }

    /// Tells the timeline while somebody works.
    pub(crate) async fn follow_while(
        &mut self,
        engine: &Engine,
        id: IncidentId,
        work: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let mut feed = engine.feed();
        tokio::pin!(work);
        loop {
            self.catch_up(engine, id).await?;
            tokio::select! {
                // In one order, so that a story under a clock of its own is told the same each time.
                biased;
                done = &mut work => {
                    self.catch_up(engine, id).await?;
                    return done;
                }
                change = feed.recv() => if matches!(change, Err(RecvError::Closed)) {
                    return Err(Failure::new(Kind::World, "the engine stopped"));
                }
            }
        }
    }

    /// Tells the timeline until it is over.
    pub(crate) async fn follow_until_resolved(
        &mut self,
        engine: &Engine,
        id: IncidentId,
    ) -> Result<(), Failure> {
        self.follow_while(engine, id, async {
            super::hands::wait_for(engine, id, |incident| incident.status == Status::Resolved)
                .await
                .map(|_| ())
        })
        .await
    }

    async fn catch_up(&mut self, engine: &Engine, id: IncidentId) -> Result<(), Failure> {
        let incident = engine.incident(id).await.map_err(wiring::storage_failed)?;
        let events = engine.history(id).await.map_err(wiring::storage_failed)?;
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
