//! Looking, the half with I/O: one look a call, each kind in a file.
//!
//! Lives here: connections, their deadlines and bounds, and whose trouble a failure is. Must never be here: what looks
//! mean together, alerts, storage.

mod attempt;
mod certificate;
mod command;
mod connect;
mod dns;
mod http;
mod prometheus;
mod tcp;
mod tls;
mod trouble;
mod trust;
mod upgrade;
mod uplink;

pub use attempt::{Attempt, Phases};
pub(crate) use attempt::{Means, attempt};
pub(crate) use trouble::Trouble;
use trust::Trust;
pub(crate) use uplink::Uplink;
