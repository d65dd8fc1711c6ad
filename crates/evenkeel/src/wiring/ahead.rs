//! Looks ahead while the server runs: at the start, and again every hour, whether somebody would be woken in the days to come.

use channels::ChannelsConfig;
use engine::Engine;
use incident::{Plan, Preflight, Roster, Stretch};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::watch;

/// So many days are looked through.
pub(crate) const AHEAD_DAYS: u32 = 90;

/// What lies behind does not count any more, and what comes into sight does. When somebody overrides a schedule it is looked at
/// once.
const LOOK_EVERY: Duration = Duration::from_secs(3600);

/// What would go wrong from an instant on. Contacts that can never work count as none.
pub(crate) fn look_ahead(
    plan: &Plan,
    roster: Roster,
    channels: &ChannelsConfig,
    now: Timestamp,
    days: u32,
) -> Preflight {
    let roster = roster.without(|contact| channels::unreachable(channels, contact).is_some());
    Preflight::look(plan, &roster, Stretch::days(now, days))
}

/// Looks ahead for as long as it is polled, and tells the log of each thing once.
pub(crate) async fn keep_looking(
    engine: Engine,
    channels: ChannelsConfig,
    found: watch::Sender<Option<Preflight>>,
) {
    let mut told = BTreeSet::new();
    let mut turns = tokio::time::interval(LOOK_EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut overridden = engine.overridden();
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            changed = overridden.changed() => {
                // Whoever would tell is gone: the server ends.
                if changed.is_err() {
                    return;
                }
            }
        }
        let (settings, now, channels) = (engine.settings(), engine.clock().now(), channels.clone());
        let look =
            move || look_ahead(&settings.plan, Roster::clone(&settings.roster), &channels, now, AHEAD_DAYS);
        let ahead = match tokio::task::spawn_blocking(look).await {
            Ok(ahead) => ahead,
            Err(error) => {
                tracing::error!(%error, "the days to come could not be looked through");
                continue;
            }
        };
        for finding in ahead.grave() {
            if told.insert((finding.trouble.clone(), finding.severities.clone())) {
                tracing::warn!("{}; to mend it, {}", finding.said, finding.fix);
            }
        }
        found.send_replace(Some(ahead));
    }
}
