//! One play: the real monitor's rules, engine, core, storage in memory and stand-in, on one thread, under a clock that jumps
//! from one thing to the next.

use super::chance::Draws;
use super::clock::PlayClock;
use super::scene::{NoLinks, Scene};
use crate::drill::monitor::{EVERY, Group};
use crate::drill::recording::Recording;
use crate::drill::room::Reader;
use crate::drill::stand_in::{Manner, handles, within};
use crate::drill::{DETECTION_WAIT, score};
use crate::exit::{Failure, Kind};
use crate::practice::{self, Narrator};
use crate::wiring;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use engine::memory::Memory;
use engine::ports::{Clock as _, Courier};
use engine::{Engine, Hands, Parts, Settings, Still};
use incident::{IncidentId, Policy};
use ingest::{Format, Received};
use jiff::{SignedDuration, Timestamp};
use playbook::Playbook;
use range::faults::Fault;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use web::drills::DrillCard;

/// The play begins so long before anything breaks.
const WARM_UP: SignedDuration = SignedDuration::from_secs(60);
/// How long a page goes unanswered, in seconds: from a phone in the hand to one in another room.
const WAKING_S: core::ops::Range<u64> = 20..420;
/// The same of a deep sleep, past the next level of most escalations …
const ASLEEP_S: core::ops::Range<u64> = 1_860..2_400;
/// … which is one in so many.
const ASLEEP_ONE_IN: u64 = 8;
/// How long the stand-in reads before it acts, in seconds.
const READING_S: core::ops::Range<u64> = 5..90;
/// As a drill at the world's own speed has it.
const HELP_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// No play takes more steps.
const STEPS_MAX: u32 = 2_000_000;
/// So many steps at one instant lead nowhere.
const STEPS_AT_ONCE_MAX: u32 = 20_000;

/// Compiling it would be the slowest part of a play.
static PLAYBOOK: LazyLock<Playbook> = LazyLock::new(|| practice::own_playbook().playbook);

/// What came of a play.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told {
    /// All that was told, line by line.
    pub(super) transcript: String,
    /// What was ranked, and what the looks had printed: for a file, not for a terminal.
    pub(super) evidence: String,
    pub(super) card: DrillCard,
}

/// What is played.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) recording: &'a Recording,
    pub(super) fault: &'static Fault,
    pub(super) seed: u64,
    /// Whether nobody is told which drill it is until it is over.
    pub(super) surprise: bool,
}

/// Plays it once. `courier` makes what carries the pages.
pub(super) fn play(
    piece: Piece<'_>,
    courier: &dyn Fn(Arc<Scene>) -> Arc<dyn Courier>,
) -> Result<Told, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Kind::World, format!("no runtime for the play: {error}")))?;
    // The limits that the engine's workers set by the world's time need one; the play itself never waits for it.
    let _within = runtime.enter();
    let clock = Arc::new(PlayClock::new(piece.recording.broken_at - WARM_UP));
    let scene = Arc::new(Scene::new(piece.recording.clone(), Arc::clone(&clock), piece.seed));
    let parts = parts(&piece, &clock, &scene, courier(Arc::clone(&scene)));
    let (engine, mut still) = Engine::still(parts).map_err(wiring::storage_failed)?;
    let mut narrator = Narrator::keeping(clock.clone());
    let stage = Stage { piece, clock: &clock, scene: &scene, engine };
    let (card, evidence) = drive(&mut still, &clock, stage.plays(&mut narrator))?;
    Ok(Told { transcript: narrator.kept(), evidence, card })
}

fn parts(piece: &Piece<'_>, clock: &Arc<PlayClock>, scene: &Arc<Scene>, courier: Arc<dyn Courier>) -> Parts {
    let playbook = PLAYBOOK.clone();
    let roster = practice::roster(practice::people(&playbook));
    let plan = wiring::plan(playbook, Policy::default(), piece.recording.given.clone(), BTreeMap::new());
    let memory = Memory::new();
    Parts {
        journal: Box::new(memory.clone()),
        archive: Arc::new(memory),
        clock: clock.clone(),
        ids: Arc::new(Draws::new(piece.seed, "ids")),
        settings: Settings::new(Arc::new(plan), Arc::new(roster)),
        node: "play".to_owned(),
        hands: Hands { couriers: vec![courier], executor: scene.clone(), links: Arc::new(NoLinks) },
    }
}

/// Lets everything happen that happens at an instant, then shows the next instant at which anything does.
fn drive<T>(
    still: &mut Still,
    clock: &PlayClock,
    story: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let stuck = |why: &str| Err(Failure::new(Kind::World, format!("the play {why} at {}", clock.now())));
    let mut story = pin!(tokio::task::unconstrained(story));
    let mut context = Context::from_waker(Waker::noop());
    let (mut at_once, mut shown) = (0, clock.now());
    for _ in 0..STEPS_MAX {
        if let Poll::Ready(told) = story.as_mut().poll(&mut context) {
            return told;
        }
        at_once = if shown == clock.now() { at_once + 1 } else { 0 };
        shown = clock.now();
        if at_once > STEPS_AT_ONCE_MAX {
            return stuck("goes round in circles");
        }
        if still.go_on() {
            continue;
        }
        match clock.next_wake().into_iter().chain(still.next_due()).min() {
            Some(at) => clock.set(at),
            None => return stuck("waits for something that never comes"),
        }
    }
    stuck("does not end")
}

/// The card, and what it was judged by.
type Scored = (DrillCard, String);

struct Stage<'a> {
    piece: Piece<'a>,
    clock: &'a Arc<PlayClock>,
    scene: &'a Arc<Scene>,
    engine: Engine,
}

impl Stage<'_> {
    async fn plays(&self, narrator: &mut Narrator) -> Result<Scored, Failure> {
        let what = if self.piece.surprise { "A surprise" } else { self.piece.recording.drill.as_str() };
        narrator.say(&format!("{what}, played from its recording under seed {}.", self.piece.seed))?;
        narrator.hands_off()?;
        tokio::select! {
            biased;
            card = self.happens(narrator) => card,
            failure = self.watches() => Err(failure),
        }
    }

    /// The monitor's rounds: recorded measures, real rules, and an alert as it would come in.
    async fn watches(&self) -> Failure {
        let mut group = Group::default();
        let first = Draws::new(self.piece.seed, "monitor").seconds(0..15);
        self.clock.sleep_until(self.clock.now() + first).await;
        loop {
            let now = self.clock.now();
            if let Some(news) = group.judge(&self.scene.measures(), now)
                && let Err(failure) = self.reports(&news.alert().to_string(), now).await
            {
                return failure;
            }
            self.clock.sleep_until(now + EVERY).await;
        }
    }

    async fn reports(&self, body: &str, now: Timestamp) -> Result<(), Failure> {
        let received = Received { source: "practice-monitor", body: body.as_bytes(), fresh: "", now };
        let parsed = ingest::parse(Format::Generic, received)
            .map_err(|_| Failure::new(Kind::World, "the monitor's own alert cannot be read"))?;
        // What ends nothing is no trouble: the real intake takes it, too.
        self.engine.alerts(parsed.alerts).await.map(drop).map_err(wiring::storage_failed)
    }

    async fn happens(&self, narrator: &mut Narrator) -> Result<Scored, Failure> {
        let (clock, broken_at) = (self.engine.clock().clone(), self.piece.recording.broken_at);
        let mut feed = self.engine.feed();
        clock.sleep_until(broken_at).await;
        if !self.piece.surprise {
            narrator.say("Something breaks.")?;
        }
        let opened = within(&clock, DETECTION_WAIT, feed.recv()).await.and_then(Result::ok);
        let Some(change) = opened else {
            narrator.say("The monitor saw nothing.")?;
            return Ok((self.card(), String::new()));
        };
        narrator.say(&format!("An incident opens: {}.", change.incident))?;
        let operator = narrator_follows(narrator, self, change.incident).await?;
        self.scored(change.incident, operator).await
    }

    /// The stand-in's work; whether the operator had to be asked.
    async fn handles(&self, id: IncidentId) -> Result<bool, Failure> {
        let reader = Reader::Words(self.engine.clone());
        let manner = manner(self.piece.seed);
        let mend = || {
            self.scene.mend();
            Ok(())
        };
        handles(&self.engine, &reader, (id, manner), mend).await
    }

    async fn scored(&self, id: IncidentId, operator: bool) -> Result<Scored, Failure> {
        let incident = self.engine.incident(id).await.map_err(wiring::storage_failed)?;
        let events = self.engine.history(id).await.map_err(wiring::storage_failed)?;
        let repaired_by = score::repaired_by(self.scene.mended().is_some(), operator, &events);
        let card = DrillCard { repaired_by, ..self.card() };
        let card = score::filled(card, self.piece.fault, &incident, &events);
        Ok((card, score::evidence(&incident, &events)))
    }

    /// The card of a fault of which nobody heard.
    fn card(&self) -> DrillCard {
        let recording = self.piece.recording;
        let title = &self.engine.settings().plan.playbook.title;
        DrillCard {
            note: format!("played from its recording under seed {}", self.piece.seed),
            ..score::undetected(&recording.drill, recording.broken_at, title)
        }
    }
}

/// How the stand-in of a seed goes about it.
fn manner(seed: u64) -> Manner {
    let waking = Draws::new(seed, "waking");
    let range = if waking.next().is_multiple_of(ASLEEP_ONE_IN) { ASLEEP_S } else { WAKING_S };
    Manner {
        waking: waking.seconds(range),
        reading: Draws::new(seed, "reading").seconds(READING_S),
        help_wait: HELP_WAIT,
    }
}

/// Tells the timeline while the stand-in works; whether the operator had to be asked.
async fn narrator_follows(
    narrator: &mut Narrator,
    stage: &Stage<'_>,
    id: IncidentId,
) -> Result<bool, Failure> {
    let mut operator = false;
    let work = async {
        operator = stage.handles(id).await?;
        Ok(())
    };
    narrator.follow_while(&stage.engine, id, work).await?;
    Ok(operator)
}
