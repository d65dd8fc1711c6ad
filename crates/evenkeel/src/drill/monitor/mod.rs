//! The practice stack's own monitor: takes measures, judges them by its rules and reports through the real intake, as a
//! team's monitoring does. What fires together is one group with one key, sent after a short wait, as Alertmanager groups.
//!
//! Must never be here: which fault is on, or what a runbook is called.

mod group;
mod measures;
mod rules;

pub(super) use group::Group;
pub(super) use measures::Measures;

use super::recording;
use crate::exit::Failure;
use crate::practice::{Intake, Monitor, Stack};
use core::time::Duration;
use engine::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use measures::Gauge;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::watch;

/// How often it looks, by the drill's clock.
pub(super) const EVERY: SignedDuration = SignedDuration::from_secs(15);
/// The shortest time between two looks, by the world's clock: sooner there is nothing new to see.
const EVERY_MIN: Duration = Duration::from_millis(500);
/// Over what it judges, by the drill's clock.
const WINDOW: Duration = Duration::from_secs(5 * 60);
/// The shortest window by the world's clock: in less, too few users do too little for a share to mean anything.
const WINDOW_MIN: Duration = Duration::from_secs(10);
/// The longest: the users are remembered for a minute.
const WINDOW_MAX: Duration = Duration::from_secs(60);

/// Begins to watch the stack; `kept` gets every round that was taken.
pub(super) async fn start(
    stack: &Stack,
    speed: f64,
    kept: Option<recording::Rounds>,
) -> Result<Monitor, Failure> {
    let window = WINDOW.div_f64(speed).clamp(WINDOW_MIN, WINDOW_MAX);
    let rounds = Rounds {
        gauge: Gauge::new(stack)?,
        kept,
        group: Group::at(speed),
        intake: Intake::of(stack).await?,
        clock: Arc::clone(stack.server.engine.clock()),
        every: SignedDuration::try_from(EVERY_MIN.mul_f64(speed)).map_or(EVERY, |least| least.max(EVERY)),
        window: (window.mul_f64(speed), u32::try_from(window.as_secs()).unwrap_or(u32::MAX)),
    };
    Ok(Monitor::start(|stopping| rounds.walk(stopping)))
}

struct Rounds {
    gauge: Gauge,
    kept: Option<recording::Rounds>,
    group: Group,
    intake: Intake,
    clock: Arc<dyn Clock>,
    every: SignedDuration,
    /// By the drill's clock, and the same in seconds of the world.
    window: (Duration, u32),
}

impl Rounds {
    async fn walk(mut self, mut stopping: watch::Receiver<bool>) {
        while !*stopping.borrow() {
            let now = self.clock.now();
            let measures = self.gauge.take(now, self.window).await;
            if let Some(kept) = &self.kept {
                kept.add(now, &measures);
            }
            if let Some(news) = self.group.judge(&measures, now) {
                self.report(&news).await;
            }
            tokio::select! {
                () = self.clock.sleep_until(now + self.every) => {}
                _ = stopping.changed() => {}
            }
        }
    }

    async fn report(&self, news: &News) {
        self.intake.report(&news.alert()).await;
    }
}

impl News {
    /// As it is sent to Evenkeel's own intake.
    pub(super) fn alert(&self) -> Value {
        json!({
            "key": "tabbi-production",
            "title": self.title,
            "description": self.description,
            "status": if self.firing { "firing" } else { "resolved" },
            "severity": self.severity,
            "started_at": self.since,
            "labels": { "alertname": self.rule, "env": "production", "also": self.also },
        })
    }
}

/// What the monitor has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct News {
    firing: bool,
    /// The rule that heads the group.
    rule: &'static str,
    title: String,
    description: String,
    /// What else fires, one line each.
    also: String,
    severity: &'static str,
    since: Timestamp,
}
