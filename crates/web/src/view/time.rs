//! Times and lengths of time as pages show them: readable without a script, and counting with one.

use askama::Template;
use askama::filters::HtmlSafe;
use incident::words;
use jiff::Timestamp;

/// A moment.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/when.html")]
pub(crate) struct When {
    iso: String,
    ms: i64,
    text: String,
}

/// A length of time that still grows.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/elapsed.html")]
pub(crate) struct Elapsed {
    since_ms: i64,
    text: String,
}

/// A moment to come.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/until.html")]
pub(crate) struct Until {
    iso: String,
    ms: i64,
    text: String,
}

impl HtmlSafe for When {}
impl HtmlSafe for Elapsed {}
impl HtmlSafe for Until {}

impl When {
    /// The time of day alone, for what happened today.
    pub(crate) fn clock(at: Timestamp) -> Self {
        Self { iso: at.to_string(), ms: at.as_millisecond(), text: words::clock(at) }
    }

    /// The time of day without its zone, where a column says it.
    pub(crate) fn bare(at: Timestamp) -> Self {
        Self { iso: at.to_string(), ms: at.as_millisecond(), text: at.strftime("%H:%M").to_string() }
    }

    /// Date and time of day.
    pub(crate) fn full(at: Timestamp) -> Self {
        let text = format!("{} {}", words::date(at), words::clock(at));
        Self { iso: at.to_string(), ms: at.as_millisecond(), text }
    }
}

impl Elapsed {
    pub(crate) fn since(at: Timestamp, now: Timestamp) -> Self {
        Self { since_ms: at.as_millisecond(), text: words::duration(now.duration_since(at)) }
    }
}

impl Until {
    pub(crate) fn at(at: Timestamp, now: Timestamp) -> Self {
        let text = if at > now {
            format!("in {}", words::duration(at.duration_since(now)))
        } else {
            format!("{} late", words::duration(now.duration_since(at)))
        };
        Self { iso: at.to_string(), ms: at.as_millisecond(), text }
    }
}
