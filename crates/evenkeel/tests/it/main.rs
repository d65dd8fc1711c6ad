//! The whole program from outside: the real binary on loopback, real senders, real pages, and real kills.

#![expect(clippy::unwrap_used, reason = "the whole binary is tests")]
#![expect(clippy::print_stdout, reason = "tests say which seed and which documents they used")]

mod agents;
mod answers;
mod bad_input;
mod browser;
mod cli;
mod crash;
mod demo;
mod drill;
mod patching;
mod probes;
mod restart;
mod senders;
mod tools;
mod world;
