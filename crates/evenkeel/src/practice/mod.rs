//! What a demonstration and a drill share: the practice stack with a server beside it, the voice that tells what happens,
//! and the hands of a stand-in person.
//!
//! Must never be here: which story is told, or which fault is on.

mod hands;
mod narrator;
mod stack;

pub(crate) use hands::{Hands, wait_for};
pub(crate) use narrator::{Narrator, Voice};
pub(crate) use stack::{Stack, StackOptions, range_failed};
