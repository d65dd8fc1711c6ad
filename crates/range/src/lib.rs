//! The practice range: a small real stack on loopback which can be broken and repaired, so that a playbook can be
//! tried against something that answers, fails and logs. **This is practice equipment.** It looks like the services
//! of `playbooks/tabbi.md` from outside, it serves nobody, and nothing in it is the vendors' own.
//!
//! Lives here: the edge API with its numbered deployments, the two small services beside it, the request log, the
//! synthetic users, faults to inject, and the stand-ins for `wrangler`, `modal` and `npx convex` which act on this
//! stack alone. Must never be here: any other room of the house; the range knows nothing of incidents.
//!
//! State is one directory of plain files. `range.json` in it names the addresses of the running stack; the stand-ins
//! are told the directory by the environment variable `EVENKEEL_RANGE_DIR`.

mod admin;
mod chance;
pub mod cli;
mod client;
mod clock;
mod curl_home;
mod deployment;
mod env;
mod error;
mod front;
mod listen;
mod load;
mod log;
mod running;
mod state_file;
mod tls;
pub mod tools;
mod websocket;
mod worker;
mod world;

pub use deployment::{Deployment, Fitness, Source, Version};
pub use error::RangeError;
pub use load::Load;
pub use log::{Outcome, Record, ServiceName};
pub use running::{Range, RangeConfig};
pub use state_file::Whereabouts;
pub use world::{AppState, Sandbox, Status};
