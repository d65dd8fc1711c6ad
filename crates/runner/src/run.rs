//! The executor: from an order to a report, by way of a process, its limits and the masking.

use crate::capture::Capture;
use crate::config::RunnerConfig;
use crate::mask::Masker;
use crate::process::{Leftover, Process, Stop};
use crate::render::render;
use engine::ports::{Coming, Executor, RunOrder};
use incident::{Ending, RunReport};
use playbook::Effect;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Runs commands in a shell of their own.
pub struct Runner {
    config: RunnerConfig,
    /// Made at the first run: compiling its patterns would be the slowest part of the server's start.
    masker: LazyLock<Masker, Box<dyn FnOnce() -> Masker + Send>>,
}

impl Runner {
    /// A runner with these settings; nothing is started or checked yet.
    #[must_use]
    pub fn new(config: RunnerConfig) -> Self {
        let mut secrets = config.secrets.clone();
        secrets.extend(Masker::secret_values(&config.env));
        Self { config, masker: LazyLock::new(Box::new(move || Masker::new(&secrets))) }
    }

    async fn execute(&self, order: &RunOrder) -> RunReport {
        let started = now();
        let side_max = self.config.output_bytes_max / 2 + self.masker.reach();
        let mut out = Capture::new(side_max);
        let (ending, note) = match self.attempt(order, &mut out).await {
            Ok(end) => end,
            Err(error) => (Ending::NotStarted { error }, None),
        };
        let output_bytes = out.total();
        let (output, masked) = render(out, &self.masker, self.config.output_bytes_max, note);
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        RunReport { ending, duration_ms, output: output.into(), output_bytes, masked }
    }

    async fn attempt(&self, order: &RunOrder, out: &mut Capture) -> Result<(Ending, Option<Note>), String> {
        let mut process = Process::start(&self.config, &order.source)?;
        let stopped = self.supervise(order.effect, &mut process, out).await;
        let leftover = process.settle(out).await;
        let status = process.finish().await;
        let note = Note::of(leftover, &status);
        Ok((stopped.unwrap_or_else(|| by_itself(&status)), note))
    }

    /// Watches the command to its end. The ending, if it did not end by itself.
    async fn supervise(&self, effect: Effect, process: &mut Process, out: &mut Capture) -> Option<Ending> {
        let (limit, at_limit) = self.limit(effect);
        let ending = match timeout(limit, process.watch(out, self.config.output_bytes_ceiling)).await {
            Ok(Stop::Exited) => return None,
            Ok(Stop::TooMuchOutput) => Ending::TooMuchOutput,
            Err(_) => at_limit,
        };
        process.end(out, self.config.grace).await;
        Some(ending)
    }

    fn limit(&self, effect: Effect) -> (Duration, Ending) {
        match effect {
            Effect::FollowsLog => (self.config.follow_limit, Ending::Followed),
            Effect::ReadsHere
            | Effect::ReadsWorld
            | Effect::Waits
            | Effect::ChangesHere
            | Effect::ChangesProduction
            | Effect::Destroys
            | Effect::Unknown => (self.config.time_limit, Ending::TimedOut),
        }
    }
}

impl Executor for Runner {
    fn run<'a>(&'a self, order: &'a RunOrder) -> Coming<'a, RunReport> {
        Box::pin(self.execute(order))
    }
}

/// Something about the end that the reader of the output should know.
#[derive(Clone, Copy)]
pub(crate) enum Note {
    /// Processes in the background were killed.
    Killed,
    /// A process got away.
    Escaped,
    /// The system did not tell how the command ended.
    StatusUnknown,
}

impl Note {
    fn of(leftover: Leftover, status: &io::Result<ExitStatus>) -> Option<Self> {
        match (leftover, status) {
            (Leftover::Killed, _) => Some(Self::Killed),
            (Leftover::Escaped, _) => Some(Self::Escaped),
            (Leftover::Nothing, Err(_)) => Some(Self::StatusUnknown),
            (Leftover::Nothing, Ok(_)) => None,
        }
    }

    /// As a sentence for the end of the output.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Killed => "the command left processes in the background; they were ended with it",
            Self::Escaped => {
                "a process that left the command's group still holds its output; reading stopped here"
            }
            Self::StatusUnknown => "the system did not tell how the command ended",
        }
    }
}

fn by_itself(status: &io::Result<ExitStatus>) -> Ending {
    let signal = |status: &ExitStatus| status.signal().map(|signal| Ending::Killed { signal });
    match status {
        Ok(status) => {
            let code = status.code().unwrap_or(-1);
            signal(status).unwrap_or(Ending::Exited { code })
        }
        // Happens only where somebody else reaps our children; the note says so.
        Err(_) => Ending::Exited { code: -1 },
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a child runs in the world's time, also when the engine's clock is sped up"
)]
fn now() -> Instant {
    Instant::now()
}
