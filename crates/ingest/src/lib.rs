//! What monitoring systems send, read as alerts: bytes in, `Alert`s out, one wire format a file.
//!
//! Here live the formats, their limits and the answers each sender understands. Absent: sockets, HTTP types, the clock,
//! chance, storage, and every decision about what an alert leads to. `now` and a fresh id come in with the bytes;
//! `no_std` makes the compiler hold that.

#![no_std]

extern crate alloc;

mod alertmanager;
mod details;
mod failure;
mod field;
mod format;
mod generic;
mod json;
mod labelled;
mod labels;
mod limits;
mod pagerduty;
mod prometheus;
mod reply;
mod surrogate;
mod text;
mod time;

pub use alertmanager::alertmanager;
pub use failure::{Failure, Rejected};
pub use format::{Format, Parsed, Received, check_media_type, parse};
pub use generic::generic;
pub use limits::{
    ALERTS_MAX, DEPTH_MAX, DESCRIPTION_CHARS_MAX, KEY_CHARS_MAX, LABEL_CHARS_MAX, LABELS_MAX,
    TITLE_CHARS_MAX, VALUES_MAX,
};
pub use pagerduty::{pagerduty, pagerduty_routing_key};
pub use prometheus::prometheus;
pub use reply::{Reply, failure_reply};
