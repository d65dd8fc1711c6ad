//! The edge API, a process of its own: the platform around the worker (which version is live, what an error becomes,
//! the log), the worker's code, and the listener of `wrangler`.

pub(crate) mod admin;
mod deployment;
mod platform;
mod releases;
mod websocket;
mod worker;

pub(crate) use platform::{EDGE_SCRIPT, build};

pub use deployment::{Deployment, Fitness, Source, Version};
