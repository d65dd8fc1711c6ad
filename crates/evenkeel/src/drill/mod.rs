//! `evenkeel drill`: a fault is made to happen by its cause in the practice stack, people or a plainly marked stand-in
//! handle its incident through the product, and a score card says how that went.
//!
//! Who handles it knows what the product shows and nothing else; who keeps the score knows the fault.

mod control;
mod kept;
mod list;
mod monitor;
mod recording;
mod room;
mod score;
mod seeded;
mod stand_in;
mod tell;
mod truth;

use crate::cli::{DrillRun, DrillVerb};
use crate::commands::serve::{runtime, told_to_stop};
use crate::exit::{Failure, Kind};
use crate::practice::{self, Narrator, Stack, StackOptions, Voice, range_failed, wait_for};
use crate::wiring;
use core::time::Duration;
use incident::{IncidentId, Status};
use jiff::{SignedDuration, Timestamp};
pub(crate) use kept::file as cards_file;
use range::Load;
use range::faults::{self, Fault};
use room::Reader;
use stand_in::{Manner, handles, within};
use std::path::Path;
use std::process::ExitCode;
use web::drills::{DrillCard, HandledBy};

/// Ten acts a second: over the shortest window of the monitor there are some hundred.
const LOAD: Load = Load::Every(Duration::from_millis(100));
/// How long a log is followed, in the world's own time: users wait up to ten seconds before they give up and try again.
const FOLLOW_LIMIT: Duration = Duration::from_secs(8);
/// The users are at work for so long, by the world's clock, before anything breaks.
const WARM_UP: Duration = Duration::from_secs(12);
/// A surprise comes at some moment within this time, by the drill's clock.
const SURPRISE_WITHIN: SignedDuration = SignedDuration::from_mins(5);
/// A fault that the monitor has not told of by then is not detected, by the drill's clock.
const DETECTION_WAIT: SignedDuration = SignedDuration::from_mins(20);
/// The same by the world's clock at least: a fault may take its time to reach users.
const DETECTION_WAIT_MIN: Duration = Duration::from_secs(60);
/// An incident is over so long after its fault is gone, or it is not repaired.
const RECOVERY_WAIT: SignedDuration = SignedDuration::from_hours(2);
/// The name that stands for no fault at all.
const NONE: &str = "none";

/// Does what `evenkeel drill` asks.
pub(crate) fn run(verb: &DrillVerb, form: Voice) -> Result<ExitCode, Failure> {
    match verb {
        DrillVerb::List { data } => list::run(&kept::file(data), form).map(|()| ExitCode::SUCCESS),
        DrillVerb::Run(args) if args.name.as_deref() == Some(NONE) => control::run(args, form),
        DrillVerb::Run(args) => match args.seed {
            Some(seed) => seeded::run(args, seed, form),
            None => drill(args, form),
        },
    }
}

fn drill(args: &DrillRun, voice: Voice) -> Result<ExitCode, Failure> {
    let fault = chosen(args)?;
    let kept_in = kept::file(&args.data);
    let earlier = kept::earlier(&kept_in)?;
    let card = runtime()?.block_on(perform(args, fault, voice))?;
    kept::keep(&kept_in, &card)?;
    tell::card(&card, &earlier, voice)?;
    tell::fault(fault, voice)?;
    Ok(if card.is_repaired() { ExitCode::SUCCESS } else { ExitCode::from(Kind::Refused.code()) })
}

/// The fault that was asked for, or one that nobody is told of.
fn chosen(args: &DrillRun) -> Result<&'static Fault, Failure> {
    let all: Vec<&'static Fault> = faults::all().collect();
    match &args.name {
        Some(name) => faults::named(name).ok_or_else(|| {
            let names: Vec<&str> = all.iter().map(|fault| fault.name).collect();
            Failure::new(Kind::Refused, format!("no drill {name:?}"))
                .hint(format!("there are {}, and none", names.join(", ")))
        }),
        None => {
            let drawn = usize::from(wiring::Chance::default().byte());
            all.get(drawn % all.len().max(1))
                .copied()
                .ok_or_else(|| Failure::new(Kind::World, "the practice range has no faults"))
        }
    }
}

/// When a surprise comes.
fn drawn_wait() -> SignedDuration {
    SURPRISE_WITHIN / 256 * i32::from(wiring::Chance::default().byte())
}

async fn perform(args: &DrillRun, fault: &'static Fault, voice: Voice) -> Result<DrillCard, Failure> {
    let folder = practice::folder("drill")?;
    let stack = start(args, folder.path()).await?;
    let clock = stack.server.engine.clock().clone();
    let narrator = Narrator::new(clock, args.transcript.as_deref())?.with_voice(voice);
    let mut drill = Drill { args, fault, stack: &stack, narrator, mended_at: None };
    let done = tokio::select! {
        done = drill.happens() => done,
        ended = told_to_stop() => ended.and_then(|()| Err(Failure::new(Kind::Refused, "the drill was broken off"))),
    };
    let stopped = stack.stop().await;
    let card = done?;
    stopped.map(|()| card)
}

async fn start(args: &DrillRun, folder: &Path) -> Result<Stack, Failure> {
    let options = StackOptions {
        playbook: args.playbook.clone(),
        speed: args.speed,
        load: LOAD,
        follow_limit: FOLLOW_LIMIT,
        drills: Some(kept::file(&args.data)),
    };
    Stack::start(folder, &options).await
}

/// One drill under way.
struct Drill<'a> {
    args: &'a DrillRun,
    fault: &'static Fault,
    stack: &'a Stack,
    narrator: Narrator,
    /// When the operator set the fault back.
    mended_at: Option<Timestamp>,
}

impl Drill<'_> {
    async fn happens(&mut self) -> Result<DrillCard, Failure> {
        let clock = self.stack.server.engine.clock().clone();
        tell::introduction(&self.narrator, self.stack, self.args)?;
        let rounds = self.args.record.is_some().then(recording::Rounds::default);
        let monitor = monitor::start(self.stack, self.args.speed, rounds.clone()).await?;
        clock.sleep_until(clock.now() + self.world(WARM_UP)).await;
        let mut feed = self.stack.server.engine.feed();
        if self.args.surprise {
            let within = SURPRISE_WITHIN.as_mins();
            self.narrator
                .say(&format!("Something breaks within the next {within} min, and nobody is told."))?;
            clock.sleep_until(clock.now() + drawn_wait()).await;
        }
        self.stack.range.break_it(self.fault.name).map_err(range_failed)?;
        let broken_at = clock.now();
        if !self.args.surprise {
            self.narrator.say("Something breaks.")?;
        }
        let wait = DETECTION_WAIT.max(self.world(DETECTION_WAIT_MIN));
        let opened = within(&clock, wait, feed.recv()).await.and_then(Result::ok);
        let card = match opened {
            Some(change) => self.handled(change.incident, broken_at).await,
            None => Ok(self.undetected(broken_at)),
        };
        monitor.stop().await;
        if let (Some(file), Some(rounds), Some(change), Ok(card)) = (&self.args.record, rounds, opened, &card)
        {
            self.record(file, (rounds, broken_at), change.incident, card).await?;
        }
        card
    }

    /// Keeps what a play under a seed needs of this drill.
    async fn record(
        &self,
        file: &Path,
        (rounds, broken_at): (recording::Rounds, Timestamp),
        id: IncidentId,
        card: &DrillCard,
    ) -> Result<(), Failure> {
        let incident = self.stack.server.engine.incident(id).await.map_err(wiring::storage_failed)?;
        let mended_at = self.mended_at.or_else(|| recording::last_fix(&incident));
        recording::keep(
            file,
            &recording::Played { card, broken_at, mended_at, rounds: &rounds, incident: &incident },
        )
    }

    async fn handled(&mut self, id: IncidentId, broken_at: Timestamp) -> Result<DrillCard, Failure> {
        let stack = self.stack;
        self.narrator.say(&format!("An incident opens: {}/incidents/{id}", stack.server.console_url))?;
        let mut operator = Operator { stack, fault: self.fault, asked: None };
        let (hands_off, speed) = (self.args.hands_off, self.args.speed);
        let work = async {
            if hands_off {
                let reader = Reader::new(stack).await?;
                let how = (id, Manner::at(speed));
                return handles(&stack.server.engine, &reader, how, || operator.repairs()).await.map(drop);
            }
            wait_for(&stack.server.engine, id, |incident| incident.status == Status::Resolved).await.map(drop)
        };
        self.narrator.follow_while(&stack.server.engine, id, work).await?;
        self.mended_at = operator.asked;
        self.scored(id, broken_at, self.mended_at.is_some()).await
    }

    async fn scored(
        &self,
        id: IncidentId,
        broken_at: Timestamp,
        operator: bool,
    ) -> Result<DrillCard, Failure> {
        let engine = &self.stack.server.engine;
        let incident = engine.incident(id).await.map_err(wiring::storage_failed)?;
        let events = engine.history(id).await.map_err(wiring::storage_failed)?;
        self.narrator.aside(&score::evidence(&incident, &events))?;
        let gone = !self.fault.is_left(&self.stack.range.faults_on().map_err(range_failed)?);
        let note = format!("{}. {}", incident.title, incident.description);
        let repaired_by = score::repaired_by(gone, operator, &events);
        let card = DrillCard { repaired_by, note, ..self.undetected(broken_at) };
        Ok(score::filled(card, self.fault, &incident, &events))
    }

    /// The card of a fault of which nobody heard.
    fn undetected(&self, broken_at: Timestamp) -> DrillCard {
        DrillCard {
            speed: self.args.speed,
            by: if self.args.hands_off { HandledBy::StandIn } else { HandledBy::People },
            ..score::undetected(self.fault.name, broken_at, &self.stack.title)
        }
    }

    /// A time of the world by the drill's clock.
    fn world(&self, time: Duration) -> SignedDuration {
        SignedDuration::try_from(time.mul_f64(self.args.speed)).unwrap_or(SignedDuration::MAX)
    }
}

/// Whoever runs the broken service, outside the product: asked when the playbook has nothing that helps.
struct Operator<'a> {
    stack: &'a Stack,
    fault: &'static Fault,
    /// When they were asked, and did it.
    asked: Option<Timestamp>,
}

impl Operator<'_> {
    fn repairs(&mut self) -> Result<(), Failure> {
        self.asked = Some(self.stack.server.engine.clock().now());
        self.stack.range.set_back(self.fault.name).map_err(range_failed)
    }
}
