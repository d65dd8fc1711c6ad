//! The executor: from an order to a report, by way of a process, its limits and the masking.

use crate::capture::Capture;
use crate::config::{Changes, Groups, RunnerConfig};
use crate::mask::Masker;
use crate::notes::Note;
use crate::process::{NotBegun, Process, Start, Stop};
use crate::render::render;
use crate::stops::{Stoppable, Stops};
use crate::terms::{Confinement, Reach, Terms};
use engine::ports::{Coming, Executor, RunOrder, Word};
use incident::{Ending, IncidentId, RunReport};
use playbook::Effect;
use std::ffi::{OsStr, OsString};
use std::io;
use std::num::NonZero;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::timeout;

/// Seconds of processor time beyond what the time limit allows for.
const CPU_S_MORE: u64 = 5;

/// How many runs there were, so that each has a control group of its own name.
static RUNS: AtomicU64 = AtomicU64::new(0);

/// Runs commands in a shell of their own.
pub struct Runner {
    config: RunnerConfig,
    /// Made at the first run: compiling its patterns would be the slowest part of the server's start.
    masker: LazyLock<Masker, Box<dyn FnOnce() -> Masker + Send>>,
    stops: Stops,
}

/// How a run ended, and what is to be said of it.
struct End {
    ending: Ending,
    notes: Vec<Note>,
    /// What this system could not hold of it.
    not_held: Vec<String>,
}

impl End {
    fn not_started(error: String) -> Self {
        Self { ending: Ending::NotStarted { error }, notes: Vec::new(), not_held: Vec::new() }
    }
}

impl Runner {
    /// A runner with these settings; nothing is started or checked yet.
    #[must_use]
    pub fn new(mut config: RunnerConfig) -> Self {
        // A guard works in another folder than whoever wrote these down, and would look for them there.
        for path in config.hidden.iter_mut().chain(&mut config.writable) {
            *path = std::path::absolute(&*path).unwrap_or_default();
        }
        let mut secrets = config.secrets.clone();
        secrets.extend(Masker::secret_values(&config.env));
        Self {
            config,
            masker: LazyLock::new(Box::new(move || Masker::new(&secrets))),
            stops: Stops::default(),
        }
    }

    async fn execute(&self, order: &RunOrder) -> RunReport {
        let started = now();
        // From the very beginning, so that no wish to end it is missed.
        let stoppable = self.stops.enter(order.incident, order.run);
        let side_max = self.config.output_bytes_max / 2 + self.masker.reach();
        let mut out = Capture::new(side_max);
        let End { ending, notes, not_held } =
            self.attempt((order, &stoppable), &mut out).await.unwrap_or_else(End::not_started);
        let output_bytes = out.total();
        let (output, masked) = render(out, &self.masker, self.config.output_bytes_max, &notes);
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        RunReport { ending, duration_ms, output: output.into(), output_bytes, masked, not_held }
    }

    async fn attempt(
        &self,
        (order, stoppable): (&RunOrder, &Stoppable<'_>),
        out: &mut Capture,
    ) -> Result<End, String> {
        let reach = self.reach(order);
        let scratch =
            scratch(reach).map_err(|error| format!("no folder of its own could be made: {error}"))?;
        let start = self.start(order, reach, scratch);
        let mut process = Process::start(start).await.map_err(|not_begun| self.why(not_begun))?;
        let stopped = self.supervise((order.effect, stoppable), &mut process, out).await;
        let leftover = process.settle(out).await;
        let (over, not_held) = (process.over(), process.not_held(reach));
        let status = process.finish().await;
        let notes = Note::all(leftover, over, status, &self.config.limits, (reach, &order.source));
        Ok(End { ending: stopped.unwrap_or_else(|| by_itself(status)), notes, not_held })
    }

    /// How far a command reaches, by its effect.
    fn reach(&self, order: &RunOrder) -> Reach {
        match (order.effect, self.config.changes) {
            (Effect::ReadsHere, _) if playbook::asks_a_service(&order.source) => Reach::Services,
            (Effect::ReadsHere, _) => Reach::Here,
            (Effect::ReadsWorld | Effect::FollowsLog | Effect::Waits, _) => Reach::World,
            (
                Effect::ChangesHere | Effect::ChangesProduction | Effect::Destroys | Effect::Unknown,
                Changes::Guarded,
            ) => Reach::Changes,
            (
                Effect::ChangesHere | Effect::ChangesProduction | Effect::Destroys | Effect::Unknown,
                Changes::Free,
            ) => Reach::Free,
        }
    }

    fn start(&self, order: &RunOrder, reach: Reach, scratch: Option<TempDir>) -> Start<'_> {
        let config = &self.config;
        let (limit, _) = self.limit(order.effect);
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get) as u64;
        let mut env: Vec<(OsString, OsString)> =
            config.env.iter().map(|(name, value)| (name.into(), value.into())).collect();
        if let Some(scratch) = &scratch {
            env.push(("TMPDIR".into(), scratch.path().into()));
        }
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        let terms = Terms {
            reach,
            // What has a person's word runs with what this system can hold of it.
            need: match order.word {
                Word::None => config.confinement,
                Word::Given => Confinement::Waived,
            },
            limits: config.limits.clone(),
            cpu_s_max: (limit + config.grace).as_secs().saturating_mul(cores).saturating_add(CPU_S_MORE),
            scratch: scratch.as_ref().map(|folder| folder.path().to_path_buf()),
            hidden: config.hidden.clone(),
            writable: config.writable.clone(),
            group: match config.groups {
                Groups::Made => format!("evenkeel-{}-{run}", std::process::id()),
                Groups::None => String::new(),
            },
            groups: Vec::new(),
            guard: 0,
        };
        Start {
            guard: &config.guard,
            terms,
            line: shell(config, &order.source),
            env,
            folder: &config.workdir,
            scratch,
        }
    }

    /// What is wrong with what, when a command did not begin.
    fn why(&self, not_begun: NotBegun) -> String {
        let (shell, workdir) = (self.config.shell.display(), self.config.workdir.display());
        match not_begun {
            NotBegun::Refused(why) => {
                format!(
                    "it cannot be confined as a command that only looks must be: {why}; runner.confine = \
                     \"best-effort\" runs it with what there is"
                )
            }
            NotBegun::TooLong => "the command is too long for the system".to_owned(),
            NotBegun::Nul => "the command contains a NUL character".to_owned(),
            NotBegun::NotFound => format!("the shell `{shell}` does not exist"),
            NotBegun::Other(_) if !self.config.workdir.is_dir() => {
                format!("the working folder `{workdir}` does not exist")
            }
            NotBegun::Other(why) => format!("the shell `{shell}` did not start: {why}"),
        }
    }

    /// Watches the command to its end. The ending, if it did not end by itself.
    async fn supervise(
        &self,
        (effect, stoppable): (Effect, &Stoppable<'_>),
        process: &mut Process,
        out: &mut Capture,
    ) -> Option<Ending> {
        let (limit, at_limit) = self.limit(effect);
        let watched = tokio::select! {
            // An end of its own is told before anybody's wish for one.
            biased;
            watched = timeout(limit, process.watch(out, self.config.output_bytes_ceiling)) => watched.map_err(|_| at_limit),
            () = stoppable.rung() => Err(Ending::Stopped),
        };
        let ending = match watched {
            Ok(Stop::Exited) => return None,
            Ok(Stop::TooMuchOutput) => Ending::TooMuchOutput,
            Err(ending) => ending,
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

    fn stop(&self, incident: IncidentId, run: u32) {
        self.stops.ring(incident, run);
    }
}

/// A folder for commands that only look.
fn scratch(reach: Reach) -> io::Result<Option<TempDir>> {
    if !reach.only_looks() {
        return Ok(None);
    }
    tempfile::Builder::new().prefix("evenkeel-run-").tempdir().map(Some)
}

/// No `pipefail`, no `-e`: a playbook's commands are written for a terminal, where the exit code of `a | grep x` is
/// grep's. Adding either would call a command failed that its author saw succeed.
fn shell(config: &RunnerConfig, source: &str) -> Vec<OsString> {
    let mut line = vec![config.shell.clone().into_os_string()];
    if config.shell.file_name() == Some(OsStr::new("bash")) {
        line.extend(["--noprofile", "--norc"].map(OsString::from));
    }
    line.extend(["-c", "--", source].map(OsString::from));
    line
}

fn by_itself(status: Option<ExitStatus>) -> Ending {
    let signal = |status: &ExitStatus| status.signal().map(|signal| Ending::Killed { signal });
    match status {
        Some(status) => {
            let code = status.code().unwrap_or(-1);
            signal(&status).unwrap_or(Ending::Exited { code })
        }
        // Happens only where it could not even be killed; the note says so.
        None => Ending::Exited { code: -1 },
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a child runs in the world's time, also when the engine's clock is sped up"
)]
fn now() -> Instant {
    Instant::now()
}
