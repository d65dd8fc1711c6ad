//! The range from outside: real listeners on loopback, the real curl, the stand-in tools as real processes.

#![expect(clippy::unwrap_used, reason = "the whole binary is tests")]

mod backend;
mod backend_faults;
mod chat;
mod command_line;
mod commands;
mod convex;
mod faults;
mod load;
mod processes;
mod sandbox_faults;
mod sandboxes;
mod sessions;
mod sign_in;
mod site;
mod stack;
mod stage;
mod tools;
