//! The storage from outside, in processes of its own, and over a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "the whole binary is tests")]

mod copying;
mod crash;
mod cutting;
mod halting;
mod nodes;
mod nodes_world;
mod pooler;
mod postgres;
mod postgres_server;
