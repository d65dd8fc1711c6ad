//! Judging, the pure half: what is expected of one look, and what many looks together say about a target.
//!
//! Lives here: assertions, percentiles over windows, DOWN after so many failures, UP after so many passes, flapping. Must
//! never be here: a clock, I/O, async, chance. Time comes in with each sample.

mod expect;
mod flaps;
mod rules;
pub mod sketch;
mod standing;
mod window;

pub use expect::{Bound, Expect, Seen, StatusSet};
pub use rules::{Rules, Share};
pub use standing::{Change, Judge};
pub(crate) use window::WINDOW_SAMPLES_MAX;
pub use window::{Measure, WindowRule};
