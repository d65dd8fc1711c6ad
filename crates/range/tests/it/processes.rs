//! The services as processes: started together, started again when they end, and never left behind.

use range::{Load, ServiceName, Wanted};

use crate::stage::{Stage, Streaming};

#[tokio::test]
async fn a_service_that_is_killed_is_started_again() {
    let stage = Stage::up(Load::Off).await;
    let before = stage.pid(ServiceName::Edge);
    assert_eq!(stage.sh(&format!("kill -KILL {before}")).await.code, Some(0));
    stage.until(ServiceName::Edge, |standing| standing.pid.is_some_and(|pid| pid != before)).await;
    assert_eq!(stage.range.status().unwrap().services[&ServiceName::Edge].restarts, 1);
    assert_eq!(stage.curl_status("https://api.tabbi.dev/health").await, 200);
}

#[tokio::test]
async fn a_service_that_is_held_stays_away_and_the_front_says_so() {
    let stage = Stage::up(Load::Off).await;
    stage.range.break_it("sandbox-down").unwrap();
    stage.until_gone(ServiceName::Sandbox).await;
    let standing = &stage.range.status().unwrap().services[&ServiceName::Sandbox];
    assert_eq!((standing.wanted, standing.restarts), (Wanted::Held, 0));
    let answer = stage.sh("curl -s https://tabbi--coding-agent-sandbox-health.modal.run").await;
    assert!(answer.out.contains("sandbox is not running"), "{answer:?}");
}

#[tokio::test]
async fn nothing_is_left_of_a_range_that_is_killed() {
    let stage = Stage::up(Load::Off).await;
    let dir = stage.range.dir().join("another");
    let tool = env!("CARGO_BIN_EXE_range-tool");
    let line = format!("exec {tool} up --load-ms 0 --dir {}", dir.display());
    let mut up = Streaming::start(stage.shell(&line));
    assert!(up.line().await.starts_with("practice range up"));
    let running = pids_of(&stage, &dir).await;
    assert!(running.len() >= 5, "{running:?}");
    // One of them is stopped, so that it cannot notice anything itself.
    assert_eq!(stage.sh(&format!("kill -STOP {}", running[0])).await.code, Some(0));
    up.child.kill().await.unwrap();
    let gone = format!("while kill -0 {} 2>/dev/null; do :; done", running.join(" "));
    let ended = stage.sh(&format!("timeout 10 bash -c '{gone}'")).await;
    assert_eq!(ended.code, Some(0), "still there: {:?}", pids_of(&stage, &dir).await);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_the_service() {
    let stage = Stage::up(Load::Off).await;
    let taken = stage.range.whereabouts().http.port();
    let dir = stage.range.dir().join("another");
    let tool = env!("CARGO_BIN_EXE_range-tool");
    let refused = stage.sh(&format!("{tool} up --http-port {taken} --dir {}", dir.display())).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("service front") && refused.err.contains(&taken.to_string()), "{refused:?}");
    assert_eq!(pids_of(&stage, &dir).await, [""; 0], "what had started has ended");
}

/// The processes that serve in a directory, apart from the one that asks.
async fn pids_of(stage: &Stage, dir: &std::path::Path) -> Vec<String> {
    let found = stage.sh(&format!("pgrep -f 'range serve [a-z]+ --dir {}'", dir.display())).await;
    let own = |pid: &&str| {
        !std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default().contains("pgrep")
    };
    found.out.lines().filter(own).map(str::to_owned).collect()
}
