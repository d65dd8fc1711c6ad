//! Probes against real servers on the loopback.

#![expect(clippy::unwrap_used, reason = "the whole binary is tests")]

mod heartbeats;
mod other_kinds;
mod telling;
mod tls;
mod web;
mod websocket;
mod world;
