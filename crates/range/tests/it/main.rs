//! The range from outside: real listeners on loopback, the real curl, the stand-in tools as real processes.

#![expect(clippy::unwrap_used, reason = "the whole binary is tests")]

mod commands;
mod stack;
mod stage;
mod tools;
