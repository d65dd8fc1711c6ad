//! One courier a channel: mail, signed webhook, Slack-compatible webhook, and the built-in handset.
//!
//! Lives here: what a page looks like on its way out, and how a provider's answer becomes *delivered*, *try again* or
//! *never*. Must never be here: whom to wake, when to try again, the store, the web, child processes.
//!
//! Addresses are the operator's own, so there is no guard against private ones; redirects are never followed, and
//! proxies named in the environment are not used. Addresses of webhooks are secrets: no error repeats one.

mod config;
mod couriers;
mod error;
mod handset;
mod http;
mod mail;
mod reach;
mod slack;
mod switch;
mod text;
mod webhook;

pub use config::{ChannelsConfig, Secret, SlackConfig, SmtpConfig, SmtpTls, SwitchConfig, WebhookConfig};
pub use couriers::couriers;
pub use error::ChannelsError;
pub use handset::Handset;
pub use reach::unreachable;
pub use switch::DeadMansSwitch;
