//! The backend, a process of its own: users, sessions, messages, API tokens and git tokens, behind `*.convex.site` and
//! behind the edge. What it is deployed with, its environment variables and the constants in its code, can be wrong; the
//! stand-in for `npx convex` sets them right.
//!
//! `rows` is what it keeps, `store` where; `auth`, `sign_in`, `github`, `sessions`, `messages` are its functions; `turn` runs
//! and logs one of them; `http` leads requests to them; `settings`, `deployment` and `faults` say what it is deployed with and how
//! that can be wrong; `admin` is the listener of `npx convex`.

pub(crate) mod admin;
mod auth;
mod deployment;
pub(crate) mod faults;
mod gate;
mod github;
mod http;
pub(crate) mod inspect;
mod limits;
mod messages;
pub(crate) mod project;
mod rows;
mod sessions;
pub(crate) mod settings;
mod sign_in;
mod store;
mod transcripts;
mod turn;

pub(crate) use http::build;
