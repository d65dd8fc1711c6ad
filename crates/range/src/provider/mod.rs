//! The provider that people sign in with, a process of its own behind `github.com`: a small one of GitHub's kind, with
//! one OAuth app, a page on which somebody says who they are, and grants that can be taken back. Nobody has a password:
//! this is practice.
//!
//! `grants` is what it keeps, without clock and files; `http` its requests.

mod grants;
mod http;

pub(crate) use http::build;

/// The OAuth app of the product, and what it proves itself with. No secret: it opens nothing but this practice stack.
pub(crate) const CLIENT_ID: &str = "Iv1.practice-tabbi";
/// See [`CLIENT_ID`].
pub(crate) const CLIENT_SECRET: &str = "practice-app-password";
/// The path of the callback that is registered for the app.
pub(crate) const CALLBACK_PATH: &str = "/api/auth/callback/github";
