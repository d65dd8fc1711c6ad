//! The practice range: a small real stack on loopback which can be broken and repaired, so that a playbook can be
//! tried against something that answers, fails and logs. **This is practice equipment.** It looks like the services
//! of `playbooks/tabbi.md` from outside, it serves nobody, and nothing in it is the vendors' own.
//!
//! Each service is a process of its own, the same executable called as `range serve SERVICE`: the front (TLS, the `Host`
//! header), the edge API with its numbered deployments, the sandbox app, the backend, the synthetic users. A supervisor
//! starts them, keeps them up and ends them. Beside them: stand-ins for `wrangler`, `modal` and `npx convex` which act on
//! this stack alone. Must never be here: any other room of the house; the range knows nothing of incidents.
//!
//! State is one directory of plain files. `range.json` in it names the addresses of the running stack, `services/` those
//! of each service; the stand-ins are told the directory by the environment variable `EVENKEEL_RANGE_DIR`.

mod address;
mod admin;
mod backend;
mod call;
mod chance;
pub mod cli;
mod client;
mod clock;
mod curl_home;
mod edge;
mod env;
mod error;
pub mod faults;
mod front;
mod listen;
mod load;
mod log;
mod metrics;
mod names;
mod provider;
mod running;
mod sandbox;
mod serve;
mod service;
mod site;
mod state_file;
mod supervisor;
mod tls;
pub mod tools;

pub use address::ServiceAddress;
pub use edge::admin::EdgeStatus;
pub use edge::{Deployment, Fitness, Source, Version};
pub use error::RangeError;
pub use load::{Load, Measured, Stats, Users};
pub use log::{Outcome, Record, ServiceName};
pub use running::{Range, RangeConfig, Status};
pub use state_file::Whereabouts;
pub use supervisor::{Standing, Wanted};
