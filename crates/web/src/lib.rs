//! What people and programs see: the console, the public status page, the API, intake, and the links in pages.
//!
//! Routes turn requests into commands and show what came of them. Must never be here: SQL, couriers, child processes,
//! or a rule of the domain.

mod ack;
mod actions;
mod api;
mod app;
pub mod auth;
mod calendar;
pub mod drills;
mod error;
mod exposition;
mod impacts;
mod intake;
pub mod links;
mod pages;
mod public;
mod routes;
mod schedules;
mod server;
mod sights;
mod silences;
mod streams;
mod view;

pub use api::incident_json;
pub use app::{App, AppParts};
pub use intake::{IntakeHealth, IntakeRejection};
pub use public::{Component, Planned, StatusPage};
pub use routes::{Door, Sign, signs};
pub use server::{Bound, ServeError, ServerConfig, bind, serve};
pub use view::timeline::timeline_text;
