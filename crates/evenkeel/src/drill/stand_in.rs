//! The stand-in of a drill: answers its page, reads what the room shows, takes the likeliest cause's way out, gives the
//! word for exactly the proposed command, tells people in the playbook's templates and waits for the recovery.
//!
//! Must never be here: which fault is on, how it came about, or anything that the room does not show.

use super::RECOVERY_WAIT;
use super::room::Reader;
use crate::exit::{Failure, Kind};
use crate::practice::{Hands, wait_for};
use core::time::Duration;
use engine::Engine;
use engine::ports::Clock;
use incident::{AckIntent, Command, IncidentId, PageState, Phase, Status, StepOutcome};
use jiff::SignedDuration;
use playbook::TemplateKind;
use std::sync::Arc;

/// How long a page goes unanswered: somebody has to find the phone first.
const WAKING: SignedDuration = SignedDuration::from_secs(90);
/// A page that has not come by then does not come.
const PAGE_WAIT: SignedDuration = SignedDuration::from_mins(10);
/// So long after a fix the monitor has seen whether it helped, by the drill's clock.
const HELP_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// The same by the world's clock at least: the monitor's own window is not shorter for a faster clock.
const HELP_WAIT_MIN: Duration = Duration::from_secs(40);
/// So many proposals are tried before somebody who knows the services better is asked.
const PROPOSALS_MAX: usize = 3;
/// What strangers are to call it.
const PUBLIC_TITLE: &str = "Trouble with the service";

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handled {
    /// What was proposed helped.
    Recovers,
    /// Nothing that the product proposed did.
    NeedsTheOperator,
}

/// How a stand-in goes about it, by the drill's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// How long a page goes unanswered: somebody has to find the phone first.
    pub(super) waking: SignedDuration,
    /// How long they read before they act.
    pub(super) reading: SignedDuration,
    /// How long they wait to see whether a fix helped.
    pub(super) help_wait: SignedDuration,
}

impl Manner {
    /// The usual one, where the drill's clock runs so many times as fast as the world.
    pub(super) fn at(speed: f64) -> Self {
        let least = SignedDuration::try_from(HELP_WAIT_MIN.mul_f64(speed)).unwrap_or(HELP_WAIT);
        Self { waking: WAKING, reading: SignedDuration::ZERO, help_wait: HELP_WAIT.max(least) }
    }
}

/// The whole of it: answers the page, takes what is proposed, asks the operator when nothing helps, and closes. Whether the
/// operator was asked.
pub(super) async fn handles(
    engine: &Engine,
    reader: &Reader,
    (id, manner): (IncidentId, Manner),
    repairs: impl FnOnce() -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let stand_in = StandIn::answers(engine, reader, id, manner).await?;
    let operator = stand_in.works().await? == Handled::NeedsTheOperator;
    if operator {
        repairs()?;
    }
    // A recovery that does not come in time is for the score.
    within(engine.clock(), RECOVERY_WAIT, stand_in.closes()).await.unwrap_or(Ok(()))?;
    Ok(operator)
}

/// A stand-in at work on one incident.
struct StandIn<'a> {
    hands: Hands,
    reader: &'a Reader,
    manner: Manner,
}

impl<'a> StandIn<'a> {
    /// Waits for the page, and answers it.
    async fn answers(
        engine: &Engine,
        reader: &'a Reader,
        id: IncidentId,
        manner: Manner,
    ) -> Result<Self, Failure> {
        let clock = engine.clock();
        let paged = wait_for(engine, id, |incident| {
            incident.pages.iter().any(|page| matches!(page.state, PageState::Delivered { .. }))
        });
        let incident = within(clock, PAGE_WAIT, paged).await.unwrap_or_else(|| {
            Err(Failure::new(Kind::World, format!("nobody was paged within {} min", PAGE_WAIT.as_mins())))
        })?;
        let page = incident.pages.iter().find(|page| matches!(page.state, PageState::Delivered { .. }));
        let page = page.ok_or_else(|| Failure::new(Kind::World, "the page is not there"))?;
        let hands = Hands::new(engine, id, page.responder.clone(), PUBLIC_TITLE);
        clock.sleep_until(clock.now() + manner.waking).await;
        hands.act(Command::Acknowledge { intent: AckIntent::OnIt, page: Some(page.number) }).await?;
        Ok(Self { hands, reader, manner })
    }

    async fn reads(&self) {
        let clock = self.hands.engine.clock();
        clock.sleep_until(clock.now() + self.manner.reading).await;
    }

    /// From the evidence to the recovery, as far as the product leads.
    async fn works(&self) -> Result<Handled, Failure> {
        let incident = self.hands.looks_ended().await?;
        self.reads().await;
        self.hands.confirm_severity(&incident).await?;
        self.hands.internal(TemplateKind::Initial, Phase::Investigating).await?;
        self.hands.public(Phase::Investigating, "Some users meet errors. We are looking into it.").await?;
        for _ in 0..PROPOSALS_MAX {
            let room = self.reader.room(self.hands.id).await?;
            if room.recovers() {
                return Ok(Handled::Recovers);
            }
            let Some(step) = room.diagnosis.proposed_step.filter(|_| !room.proposed().is_empty()) else {
                break;
            };
            self.reads().await;
            for run in room.proposed() {
                self.hands.approve(run.number, &run.source).await?;
            }
            self.hands.internal(TemplateKind::Progress, Phase::Identified).await?;
            if self.helps().await? {
                return Ok(Handled::Recovers);
            }
            self.hands.act(Command::MarkStep { step, outcome: StepOutcome::Failed }).await?;
        }
        let room = self.reader.room(self.hands.id).await?;
        let likeliest = room.diagnosis.causes.first().map_or("nothing in particular", |cause| &cause.name);
        let text =
            format!("The playbook has no more to run; likeliest is: {likeliest}. The operator is asked.");
        self.hands.act(Command::Note { text }).await?;
        Ok(Handled::NeedsTheOperator)
    }

    /// Tells that it recovers, waits until the watch is over, and tells that, too.
    async fn closes(&self) -> Result<(), Failure> {
        let (engine, id) = (&self.hands.engine, self.hands.id);
        wait_for(engine, id, |incident| incident.recovery.is_some() || incident.status == Status::Resolved)
            .await?;
        self.hands.public(Phase::Monitoring, "A fix is in place and we are watching the recovery.").await?;
        wait_for(engine, id, |incident| incident.status == Status::Resolved).await?;
        self.hands.public(Phase::Resolved, "The service works normally again.").await?;
        self.hands.internal(TemplateKind::Resolution, Phase::Resolved).await
    }

    async fn helps(&self) -> Result<bool, Failure> {
        let (engine, id) = (&self.hands.engine, self.hands.id);
        let clock = engine.clock();
        let recovers = wait_for(engine, id, |incident| {
            incident.recovery.is_some() || incident.status == Status::Resolved
        });
        match within(clock, self.manner.help_wait, recovers).await {
            Some(recovers) => recovers.map(|_| true),
            None => Ok(false),
        }
    }
}

/// What comes of it within so long by this clock.
pub(super) async fn within<T>(
    clock: &Arc<dyn Clock>,
    limit: SignedDuration,
    work: impl Future<Output = T>,
) -> Option<T> {
    tokio::select! {
        // In one order, so that a story under a clock of its own is told the same each time.
        biased;
        done = work => Some(done),
        () = clock.sleep_until(clock.now() + limit) => None,
    }
}
