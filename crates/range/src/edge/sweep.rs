//! The platform's round over the session objects: alarms that are due go off, objects that are quiet leave memory.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::platform::Platform;
use super::session::objects::{Object, Slept};
use super::session::start;
use super::settings::Settings;
use crate::clock;

/// How late an alarm may go off.
const ROUND: Duration = Duration::from_millis(100);

/// Goes round until the edge ends.
pub(super) async fn run(platform: Arc<Platform>) {
    let mut clock = interval(ROUND);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let end = platform.post.life.end.clone();
    while end.run_until_cancelled(clock.tick()).await.is_some() {
        let now_ms = clock::now_ms();
        let version = platform.releases.live();
        let (mut awake, mut listeners) = (0_u32, 0_usize);
        let all = platform.objects.each();
        let alarms: Vec<usize> = all.iter().map(|object| object.alarms()).filter(|set| *set > 0).collect();
        for object in all {
            if object.is_due(now_ms) {
                go_off(&platform, object, now_ms).await;
                continue;
            }
            listeners += object.hub.listeners();
            match object.sleep(Settings::of(&version), now_ms) {
                Ok(Slept::No) => awake += 1,
                Ok(Slept::Yes(0)) => {}
                Ok(Slept::Yes(lost)) => {
                    let note = format!("session {} hibernated, {lost} WebSocket(s) lost with it", object.id);
                    platform.note("hibernate", vec![note], None);
                }
                // The next request meets the same error, and answers with it.
                Err(_) => awake += 1,
            }
        }
        let metrics = &platform.post.metrics;
        metrics.set("edge_objects_awake", "Session objects in memory.", &[], f64::from(awake));
        let number = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
        metrics.set("edge_ws_open", "Open WebSockets.", &[], number(listeners));
        metrics.set("edge_alarm_sessions", "Sessions with an alarm.", &[], number(alarms.len()));
        metrics.set("edge_alarms_set", "Alarms that have yet to go off.", &[], number(alarms.iter().sum()));
    }
}

/// Runs an alarm, and pauses the session when the alarm says so.
async fn go_off(platform: &Arc<Platform>, object: Arc<Object>, now_ms: i64) {
    if object.take_due(now_ms).await.is_err() {
        return;
    }
    let pauses = platform.object_event(&object, "alarm", |agent, turn| Ok(agent.alarm(turn))).await;
    if !pauses.unwrap_or(false) {
        return;
    }
    let platform = Arc::clone(platform);
    let tasks = platform.post.life.tasks.clone();
    tasks.spawn(async move {
        if let Err(error) = start::pause(&platform, &object, "alarm").await {
            platform.note("alarm", vec![format!("session {} was not paused: {error}", object.id)], None);
        }
    });
}
