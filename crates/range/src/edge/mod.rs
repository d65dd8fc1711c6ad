//! The edge API, a process of its own: the platform around the worker (which version is live, what an error becomes,
//! the log), the worker's code, and the listener of `wrangler`.

pub(crate) mod admin;
mod deployment;
pub(crate) mod faults;
mod limits;
mod platform;
pub(crate) mod project;
mod releases;
mod routes;
mod session;
pub(crate) mod settings;
mod socket;
mod sweep;
mod worker;

pub(crate) use platform::{EDGE_SCRIPT, build};

pub use deployment::{Deployment, Fitness, Source, Version};
