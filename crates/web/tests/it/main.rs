//! The web room over loopback: real sockets, the real engine on storage in memory, couriers that only write down.

#![expect(clippy::unwrap_used, reason = "a test whose world cannot be made says where, and ends")]

mod ack;
mod api;
mod calendar;
mod client;
mod doors;
mod forms;
mod heartbeats;
mod intake;
mod limits;
mod pages;
mod schedules;
mod silences;
mod status_page;
mod two_people;
mod world;
