//! The settings `heartbeats`: each is checked while the file is read, so that what is wrong with one is told with its line.

use probes::{Heartbeat, HeartbeatSetting};
use serde::Deserialize as _;
use serde::de::{Deserializer, Error};
use std::collections::BTreeMap;

/// For more heartbeats than this one server does not listen.
const HEARTBEATS_MAX: usize = 1_000;

/// Every `[heartbeats.NAME]`.
pub(super) fn checked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Heartbeat>, D::Error> {
    let settings = BTreeMap::<String, HeartbeatSetting>::deserialize(deserializer)?;
    if settings.len() > HEARTBEATS_MAX {
        let many = settings.len();
        return Err(D::Error::custom(format!(
            "{many} heartbeats; one server listens for at most {HEARTBEATS_MAX}"
        )));
    }
    let each = settings.iter().map(|(name, setting)| setting.heartbeat(name).map_err(D::Error::custom));
    each.collect()
}
