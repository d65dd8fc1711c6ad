//! What the engine needs of the world, as traits. Other rooms implement them; the app wires them.

mod access;
mod agents;
mod archive;
mod courier;
mod executor;
mod heartbeats;
mod journal;
mod probing;
mod time;

pub use access::{Access, AccessError, Account, Scope, Session, Token};
pub use agents::{
    AGENT_PROTOCOL, AgentAsk, AgentLeave, AgentOrder, AgentRefusal, AgentReport, AgentRuns, AgentSelf,
    AgentTake, AgentVersion, AgentView, AgentWork, OrderName, Presence, Reported, Taken,
};
pub use archive::{Archive, Filter, Order};
pub use courier::{Courier, Links, PageMessage};
pub use executor::{Executor, RunOrder, Word};
pub use heartbeats::{
    HeartbeatBoard, HeartbeatError, HeartbeatRecords, HeartbeatState, HeartbeatView, Pulse, Sign, SignRefusal,
};
pub use journal::{
    Batch, Claim, ClaimedWork, Company, Foreign, Journal, JournalError, KeyClaim, Lease, News, NodeStanding,
    Schedule, StreamWrite, TimerWrite, WorkWrite,
};
pub use probing::{
    Bins, Bucket, BucketWidth, ProbeBoard, ProbeHistory, ProbeHistoryError, ProbeRefusal, ProbeRetention,
    ProbeState, ProbeStretch, ProbeView, ProbeWrite, Sample, Standing, Verdict,
};
pub use time::{Clock, Ids};

use core::future::Future;
use core::pin::Pin;

/// A future that an object-safe port returns.
pub type Coming<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
