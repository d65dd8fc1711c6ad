//! Whole bodies in, alerts and answers out: recorded requests of real senders, and everything else that can arrive.

#![expect(clippy::unwrap_used, reason = "the whole binary is tests")]

mod alertmanager;
mod arbitrary;
mod bodies;
mod generic;
mod pagerduty;
mod prometheus;

use ingest::{Failure, Format, Parsed, Received, failure_reply};
use jiff::Timestamp;
use serde_json::Value;

/// An id such as the caller makes for each request.
const FRESH: &str = "01JFRESH";

/// Half past seven in the evening, between `startsAt` and `endsAt` of the recorded alerts.
fn now() -> Timestamp {
    at("2026-11-23T19:29:40Z")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn received(body: &[u8]) -> Received<'_> {
    Received { source: "site-a", body, fresh: FRESH, now: now() }
}

fn read(format: Format, body: impl AsRef<[u8]>) -> Result<Parsed, Failure> {
    ingest::parse(format, received(body.as_ref()))
}

/// The one alert of a body.
fn only(format: Format, body: impl AsRef<[u8]>) -> incident::Alert {
    let parsed = read(format, body).unwrap();
    assert_eq!(parsed.rejected, []);
    let [alert] = <[_; 1]>::try_from(parsed.alerts).unwrap();
    alert
}

/// Status code and JSON of the answer to a body that is refused as a whole.
fn refusal(format: Format, body: impl AsRef<[u8]>) -> (u16, Value) {
    let failure = read(format, body).unwrap_err();
    answer(&failure_reply(format, &failure))
}

/// Status code and JSON of an answer.
fn answer(reply: &ingest::Reply) -> (u16, Value) {
    (reply.status, serde_json::from_str(&reply.body).unwrap())
}
