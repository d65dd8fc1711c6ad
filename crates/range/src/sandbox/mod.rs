//! The sandbox service, a process of its own: an app with numbered versions, and sandboxes made by its live version. A
//! sandbox is a folder with a clone of a repository and a child process that serves an agent in it.
//!
//! Here: the app (`app`, `settings`, `project`), the sandboxes (`fleet`, `birth`, `boot`, `life`, `queue`, `lock`), the host that they
//! clone from (`git`), the agent's process (`agent`). Sessions, users and messages are the edge's and the backend's.

pub(crate) mod agent;
pub(crate) mod app;
mod birth;
mod boot;
pub(crate) mod faults;
mod fleet;
mod git;
pub(crate) mod kept;
mod life;
mod lock;
mod process;
pub(crate) mod project;
mod queue;
mod service;
pub(crate) mod settings;
mod told;
mod wire;

pub(crate) use service::build;
