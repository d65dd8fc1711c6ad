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
mod failover;
mod heartbeats;
mod keeping;
mod nodes;
mod patching;
#[path = "../../../store/tests/it/postgres_server.rs"]
#[allow(dead_code, reason = "the storage's own tests use all of it")]
mod postgres_server;
mod probes;
mod restart;
mod schedules;
mod senders;
mod silences;
mod status_page;
mod tools;
mod world;
