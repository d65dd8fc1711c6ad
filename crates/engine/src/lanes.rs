//! The ways on which work goes from the core to the workers, so that no kind of work waits behind another: pages of each
//! channel, commands that a person wants, commands that only look.
//!
//! A lane is short on purpose. What does not fit waits in the core, in its order, and goes out as places become free:
//! nothing is handed out that cannot begin soon, and nothing waits where it can no longer be put in order or taken back.

use crate::request::Job;
use incident::{Channel, Incident, Work};
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// How many pages are carried at once over one channel.
const PAGES_AT_ONCE: usize = 32;

/// How many commands run at once that only look, and as many that a person wants: each is a process on the responder's
/// machine.
const RUNS_AT_ONCE: usize = 4;

/// How many pages lie ready beside those that are carried, so that a channel never waits for the core.
const PAGES_READY: usize = PAGES_AT_ONCE;

/// The same for commands on other machines, of all agents together: here each is no more than a wait.
const AWAY_AT_ONCE: usize = 64;

/// How many commands lie ready. One: whatever is worse and comes later goes before all that is still in the core.
const RUNS_READY: usize = 1;

/// A way to the workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Pages over this channel.
    Pages(Channel),
    /// Pages over a channel that nobody has set up: they end at once, with words that say so.
    Unset,
    /// Commands that a person approved or asked for: they do not wait behind the looks of a storm.
    Wanted,
    /// Commands that only look, begun by the runbook.
    Looks,
    /// Commands for agents that a person approved or asked for. An agent that is away holds its place for a while, so
    /// commands of this machine must not wait behind.
    WantedAway,
    /// Commands for agents that only look, begun by the runbook.
    LooksAway,
}

/// The core's ends of the lanes.
pub(crate) type Ways = BTreeMap<Lane, mpsc::Sender<Job>>;

/// The workers' ends of the lanes.
pub(crate) type Arrivals = BTreeMap<Lane, mpsc::Receiver<Job>>;

/// A lane for each of these channels, and the others.
pub(crate) fn lanes(channels: impl Iterator<Item = Channel>) -> (Ways, Arrivals) {
    let all = channels.map(Lane::Pages).chain([
        Lane::Unset,
        Lane::Wanted,
        Lane::Looks,
        Lane::WantedAway,
        Lane::LooksAway,
    ]);
    let pairs = all.map(|lane| (lane, mpsc::channel(lane.ready_max())));
    pairs.map(|(lane, (way, arrival))| ((lane, way), (lane, arrival))).unzip()
}

impl Lane {
    /// On which lane this work goes; `None` when the incident does not know it.
    pub(crate) fn of(incident: &Incident, work: Work) -> Option<Self> {
        match work {
            Work::Page(number) => incident.page(number).map(|page| Self::Pages(page.channel)),
            Work::Run(number) => incident.run(number).map(|run| {
                let wanted = run.approved_by.is_some() || run.asked_by.person().is_some();
                match (wanted, run.request.place.is_server()) {
                    (true, true) => Self::Wanted,
                    (false, true) => Self::Looks,
                    (true, false) => Self::WantedAway,
                    (false, false) => Self::LooksAway,
                }
            }),
        }
    }

    /// How much of it is under way at once.
    pub(crate) const fn places(self) -> usize {
        match self {
            Self::Pages(_) | Self::Unset => PAGES_AT_ONCE,
            Self::Wanted | Self::Looks => RUNS_AT_ONCE,
            Self::WantedAway | Self::LooksAway => AWAY_AT_ONCE,
        }
    }

    const fn ready_max(self) -> usize {
        match self {
            Self::Pages(_) | Self::Unset => PAGES_READY,
            Self::Wanted | Self::Looks | Self::WantedAway | Self::LooksAway => RUNS_READY,
        }
    }
}
