//! The synthetic users: what they measure when all is well, and that they notice when it is not.

use std::time::Duration;

use range::{Load, ServiceName};

use crate::stage::{LIMIT, Stage};

#[tokio::test]
async fn users_go_the_whole_way_and_measure_it() {
    let stage = Stage::up(Load::Every(Duration::from_millis(10))).await;
    let stats = stage
        .stats_with(|stats| stats.get("end").is_some_and(|ended| ended.count >= 4))
        .await
        .expect("some visits end");
    for act in [
        "sign-in", "health", "session", "socket", "prompt", "reading", "show", "history", "pause", "resume",
        "end",
    ] {
        let measured = stats.get(act).unwrap_or_else(|| panic!("nobody did {act}: {stats:?}"));
        assert_eq!(measured.count, measured.ok, "{act}: {measured:?}");
        assert!(measured.p95_ms >= measured.p50_ms);
    }
    let numbers = stage.metrics(ServiceName::Load).await;
    assert!(numbers.contains("load_act_seconds_count{act=\"prompt\"}"), "{numbers}");
}

#[tokio::test]
async fn users_notice_what_a_fault_does_to_them() {
    let stage = Stage::up(Load::Every(Duration::from_millis(10))).await;
    for (fault, act, words) in [
        ("origin-missing", "socket", "status 403"),
        ("actor-hibernated", "reading", "Not connected"),
        ("auto-pause-wrong", "reading", "Session paused"),
        ("storage-limit", "prompt", "Something went wrong"),
        ("sse-cut", "prompt", "the answer broke off"),
        ("sandbox-crash", "prompt", "the session was lost"),
        ("sync-stalled", "history", "messages are missing"),
        ("duplicate-message-ids", "history", "messages are missing"),
        ("ten-minute-ceiling", "stay", "Session paused"),
        ("git-token-expired", "session", "status 503"),
        ("provider-down", "sign-in", "status 502"),
        ("backend-down", "session", "status 503"),
        ("bad-deployment", "health", "status 500"),
    ] {
        stage.range.break_it(fault).unwrap();
        let met = stage
            .stats_with(|stats| stats.get(act).is_some_and(|measured| measured.failures.contains_key(words)))
            .await;
        assert!(met.is_ok(), "{fault}: nobody met {words:?} at {act} within {LIMIT:?}: {:?}", met.err());
        stage.range.set_back(fault).unwrap();
        stage.until_there(ServiceName::Backend).await;
    }
}
