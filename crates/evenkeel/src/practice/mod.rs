//! What a demonstration and a drill share: the practice stack with a server beside it, what its monitors are made of, the
//! voice that tells what happens, and the hands of a stand-in person.
//!
//! Must never be here: which story is told, or which fault is on.

mod hands;
mod monitor;
mod narrator;
mod stack;

pub(crate) use hands::{Hands, wait_for};
pub(crate) use monitor::{Intake, Monitor};
pub(crate) use narrator::{Narrator, Voice};
pub(crate) use stack::{Stack, StackOptions, folder, own_playbook, people, range_failed, roster};
