//! What pages are made of: the frame round them, times, badges, and the words of the timeline.
//!
//! Views are plain data with an HTML file beside them. Must never be here: handlers, or a decision about an incident.

pub(crate) mod assets;
mod badge;
mod chrome;
mod place;
mod rendered;
mod said;
mod time;
pub(crate) mod timeline;

#[cfg(test)]
pub(crate) mod sample;

pub(crate) use badge::{Sev, Tag, effect_tag, effect_words};
pub(crate) use chrome::{Chrome, Frame, Nav, html};
pub(crate) use place::runs_on;
pub(crate) use rendered::Rendered;
pub(crate) use said::{Said, back, back_to};
pub(crate) use time::{Elapsed, Until, When};
