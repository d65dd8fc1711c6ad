//! The storage from outside, in processes of its own, and over a real PostgreSQL.

mod copying;
mod crash;
mod cutting;
mod halting;
mod nodes;
mod nodes_world;
mod pooler;
mod postgres;
mod postgres_server;
