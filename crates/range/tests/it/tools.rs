//! The stand-in tools as real processes in front of a real range.

use range::{Fitness, Load};

use serde_json::json;

use crate::chat::Person;
use crate::stage::{Stage, Streaming};

#[tokio::test]
async fn a_tail_shows_matching_lines_only_and_ends_when_nobody_reads() {
    let stage = Stage::busy().await;
    stage.range.deploy_bad().unwrap();
    let mut tail =
        Streaming::start(stage.shell("exec wrangler tail --env production --status error --format json"));
    for _ in 0..20 {
        let line: serde_json::Value = serde_json::from_str(&tail.line().await).unwrap();
        assert_eq!(line["outcome"], "exception");
        assert_eq!(line["event"]["response"]["status"], 500);
        assert!(line["exceptions"][0]["message"].as_str().unwrap().contains("SESSION_STORE"));
    }
    assert_eq!(tail.close_and_wait().await, Some(0));
}

#[tokio::test]
async fn a_quiet_tail_ends_too_when_nobody_reads() {
    let stage = Stage::up(Load::Off).await;
    let tail = Streaming::start(stage.shell("exec wrangler tail --env production --status error"));
    assert_eq!(tail.close_and_wait().await, Some(0));
}

#[tokio::test]
async fn a_tail_ends_when_the_range_does() {
    let stage = Stage::busy().await;
    let mut tail = Streaming::start(stage.shell("exec wrangler tail --env production --search health"));
    assert!(tail.line().await.contains("/health"));
    stage.range.stop().await.unwrap();
    tail.child.wait().await.unwrap();
}

#[tokio::test]
async fn the_seed_s_filters_work_in_its_dialect() {
    let stage = Stage::busy().await;
    let tail = |filter: &str| format!("wrangler tail --env production --filter \"{filter}\" | head -4");
    let sessions = stage.seed_sh(&tail("pathname:/sessions")).await;
    let requests: Vec<_> = sessions.out.lines().filter(|line| line.contains("https://")).collect();
    assert!(!requests.is_empty() && requests.iter().all(|line| line.contains("/sessions")), "{sessions:?}");
    for text in ["ws upgrade", "alarm", "streaming"] {
        let found = stage.seed_sh(&tail(text)).await;
        assert!(found.out.contains(text), "{text}: {found:?}");
        assert_eq!(found.code, Some(0), "{text}: {found:?}");
    }
    stage.range.deploy_bad().unwrap();
    let failing = stage.seed_sh(&tail("status>=500")).await;
    assert!(failing.out.contains(" 500 - Exception Thrown"), "{failing:?}");
    let convex = stage.seed_sh("npx convex logs --history | grep -m 2 validate-token").await;
    assert_eq!(convex.out.lines().count(), 2, "{convex:?}");
}

#[tokio::test]
async fn what_the_real_tools_refuse_is_refused() {
    let stage = Stage::up(Load::Off).await;
    for (line, code, words) in [
        ("wrangler tail --env production --filter 'status>=500'", 1, "Unknown argument: filter"),
        ("wrangler tail --status broken", 1, "Choices"),
        ("wrangler tail --env staging", 1, "No environment found"),
        ("wrangler frobnicate", 1, "Unknown argument: frobnicate"),
        ("npx convex logs --function sessions:createSession", 1, "unknown option '--function'"),
        ("npx left-pad", 1, "left-pad"),
        ("npx wrangler frobnicate", 1, "Unknown argument: frobnicate"),
        ("modal app logs coding-agent-sandbox --function create_sandbox", 2, "--function"),
        ("modal app logs nobody-s-app", 1, "nobody-s-app"),
        ("modal app stop coding-agent-sandbox", 1, "--yes"),
        ("modal deploy", 2, "APP_REF"),
        ("modal deploy elsewhere.py", 1, "elsewhere.py"),
        ("modal", 2, "Commands"),
        ("modal app", 2, "Commands"),
        ("modal app frob", 2, "No such command 'frob'"),
        ("modal app list --frob", 2, "No such option '--frob'"),
        ("modal app list --env staging", 1, "Environment 'staging' not found"),
        ("modal app logs coding-agent-sandbox extra", 2, "unexpected extra argument (extra)"),
        ("modal app logs coding-agent-sandbox -f --tail 5", 2, "--follow cannot be combined"),
        ("modal app logs coding-agent-sandbox --tail many", 2, "'many' is not a valid integer"),
        ("modal app logs coding-agent-sandbox --tail 0", 2, "must be positive"),
        ("modal app logs coding-agent-sandbox --since yesterday", 2, "yesterday"),
        ("modal app logs coding-agent-sandbox --since 1h --until 2h", 2, "--since must be before"),
        ("modal app logs coding-agent-sandbox --source nowhere", 2, "Invalid source: 'nowhere'"),
        ("modal app rollback coding-agent-sandbox 1", 2, "Invalid version specifier: 1"),
        ("modal app rollback coding-agent-sandbox v9", 1, "no version v9"),
        ("modal app rollback coding-agent-sandbox --yes", 2, "--yes"),
        ("modal app rollover coding-agent-sandbox --strategy slow", 2, "--strategy"),
        ("modal container stop ta-none --yes", 1, "ta-none"),
        ("modal container exec ta-none rm x", 1, "this machine"),
        ("modal container frob", 2, "No such command 'frob'"),
    ] {
        let ended = stage.sh(line).await;
        assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
        assert!(ended.err.contains(words), "{line}: {ended:?}");
        assert!(ended.err.contains("practice"), "{line}: {ended:?}");
    }
}

#[tokio::test]
async fn wrangler_rolls_back_at_once_where_nobody_can_be_asked() {
    let stage = Stage::up(Load::Off).await;
    let good = stage.range.status().unwrap().edge.live;
    let bad = stage.range.deploy_bad().unwrap().version;
    let rolled = stage.sh("wrangler rollback --env production").await;
    assert_eq!(rolled.code, Some(0), "{rolled:?}");
    assert!(rolled.out.contains(&format!("{} → {}", bad.id, good.id)), "{rolled:?}");
    assert_eq!(stage.range.status().unwrap().edge.live, good);

    let listed = stage.sh("wrangler deployments list --env production").await;
    assert_eq!(
        listed.out.matches("Created:").count(),
        6,
        "three deployments, each with its version: {listed:?}"
    );
    assert!(listed.out.contains("Rollback"), "{listed:?}");
    let again = stage.sh("wrangler rollback 00000000 --env production").await;
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.err.contains("no version 00000000"), "{again:?}");
}

#[tokio::test]
async fn wrangler_deploy_ships_a_whole_version() {
    let stage = Stage::up(Load::Off).await;
    stage.range.deploy_bad().unwrap();
    let dry = stage.sh("wrangler deploy --env production --dry-run").await;
    assert_eq!((dry.code, stage.range.status().unwrap().edge.live.fitness), (Some(0), Fitness::Bad));
    let deployed = stage.sh("wrangler deploy --env production --message fix").await;
    assert_eq!((deployed.code, stage.range.status().unwrap().edge.live.fitness), (Some(0), Fitness::Good));
    assert_eq!(stage.range.deployments().unwrap()[0].message, "fix");
}

#[tokio::test]
async fn npx_runs_wrangler_as_wrangler() {
    let stage = Stage::up(Load::Off).await;
    stage.range.deploy_bad().unwrap();
    let (plain, npx) = ("wrangler deployments list --json", "npx --yes wrangler@4 deployments list --json");
    assert_eq!(stage.sh(plain).await.out, stage.sh(npx).await.out);
    assert_eq!(stage.sh("npx wrangler rollback --env production").await.code, Some(0));
    assert_eq!(stage.range.status().unwrap().edge.live.fitness, Fitness::Good);
}

#[tokio::test]
async fn a_stopped_sandbox_app_fails_sessions_until_it_is_deployed() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    let stopped = stage.sh("modal app stop coding-agent-sandbox --yes").await;
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert_eq!(ada.ask("POST", "/sessions", &json!({})).await.status, 503);
    assert_eq!(stage.curl_status("https://tabbi--coding-agent-sandbox-health.modal.run").await, 404);
    let listed = stage.sh("modal app list | grep coding-agent").await;
    assert!(listed.out.contains("stopped"), "{listed:?}");
    let twice = stage.sh("modal app stop coding-agent-sandbox --yes").await;
    assert_eq!(twice.code, Some(1), "{twice:?}");

    assert_eq!(stage.sh("modal deploy sandbox.py").await.code, Some(0));
    ada.session().await;
    let log = stage.sh("modal app logs coding-agent-sandbox | grep create_sandbox | tail -20").await;
    assert_eq!(log.out.matches("is ready after").count(), 1, "{log:?}");
    assert_eq!(log.out.matches("failed: sandbox app is stopped").count(), 1, "{log:?}");
}

#[tokio::test]
async fn modal_shows_versions_and_containers_and_stops_one() {
    let stage = Stage::up(Load::Off).await;
    let ada = Person::signed_in(&stage, "ada").await;
    stage.deploy_app_with("MEMORY_MB", "128").await;
    assert_eq!(stage.sh("modal app rollback coding-agent-sandbox v1").await.code, Some(0));
    let history = stage.sh("modal app history coding-agent-sandbox --json").await;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&history.out).unwrap();
    let versions: Vec<_> = rows.iter().map(|row| row["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["v3", "v2", "v1"], "{history:?}");
    assert_eq!(rows[0]["tag"], "rollback to v1");

    let session = ada.session().await;
    let mut chat = ada.chat(&session).await;
    let listed = stage.sh("modal app list --json").await;
    let apps: Vec<serde_json::Value> = serde_json::from_str(&listed.out).unwrap();
    assert_eq!((&apps[0]["state"], &apps[0]["tasks"]), (&"deployed".into(), &"1".into()), "{listed:?}");
    let listed = stage.sh("modal container list --json").await;
    let containers: Vec<serde_json::Value> = serde_json::from_str(&listed.out).unwrap();
    let container = containers[0]["container_id"].as_str().unwrap();
    let log = stage.sh(&format!("modal container logs {container} --timestamps")).await;
    assert!(log.out.lines().count() >= 3 && log.out.starts_with("20"), "{log:?}");
    assert!(stage.sh("modal container logs ta-none").await.out.is_empty());
    let unasked = stage.sh(&format!("modal container stop {container}")).await;
    assert_eq!(unasked.code, Some(1), "{unasked:?}");
    assert_eq!(stage.sh(&format!("modal container stop {container} -y")).await.code, Some(0));
    let told = chat.frame_with("state", "error").await;
    assert_eq!(told["reason"], "sandbox was stopped by its operator");
    let listed = stage.sh("modal container list --json").await;
    assert_eq!(listed.out.trim(), "[]");
}

#[tokio::test]
async fn the_dev_deployment_s_log_stays_quiet_and_production_s_does_not() {
    let stage = Stage::busy().await;
    let quiet = stage.sh("timeout 1 npx convex logs --history").await;
    assert_eq!((quiet.code, quiet.out.as_str()), (Some(124), ""), "{quiet:?}");
    let loud = stage.sh("npx convex logs --prod --history | head -3").await;
    assert_eq!(loud.out.lines().count(), 3, "{loud:?}");
}

#[tokio::test]
async fn tools_say_what_they_are() {
    let stage = Stage::up(Load::Off).await;
    for tool in ["wrangler", "modal", "npx convex"] {
        for flag in ["--help", "--version"] {
            let said = stage.sh(&format!("{tool} {flag}")).await;
            assert_eq!(said.code, Some(0), "{tool} {flag}: {said:?}");
            assert!(said.out.contains("not the vendor's tool"), "{tool} {flag}: {said:?}");
        }
    }
}

#[tokio::test]
async fn without_a_range_a_tool_says_so() {
    let stage = Stage::up(Load::Off).await;
    let nowhere = stage.sh("EVENKEEL_RANGE_DIR= wrangler rollback").await;
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.err.contains("EVENKEEL_RANGE_DIR is not set"), "{nowhere:?}");
    let empty = stage.sh("EVENKEEL_RANGE_DIR=/nonexistent modal app list").await;
    assert!(empty.err.contains("no practice range runs in /nonexistent"), "{empty:?}");
}

#[tokio::test]
async fn up_serves_until_it_is_told_to_end() {
    let stage = Stage::up(Load::Off).await;
    let dir = stage.range.dir().join("another");
    let range_tool = env!("CARGO_BIN_EXE_range-tool");
    let mut up =
        Streaming::start(stage.shell(&format!("exec {range_tool} up --load-ms 0 --dir {}", dir.display())));
    assert!(up.line().await.starts_with("practice range up: http://127.0.0.1:"));
    let second = stage.sh(&format!("{range_tool} up --dir {}", dir.display())).await;
    assert!(second.err.contains("already runs"), "{second:?}");
    let env = format!("EVENKEEL_RANGE_DIR={0} CURL_HOME={0}/home", dir.display());
    let health = stage.sh(&format!("{env} curl -fsS https://api.tabbi.dev/health")).await;
    assert_eq!(health.code, Some(0), "{health:?}");
    let pid = up.child.id().unwrap();
    assert_eq!(stage.sh(&format!("kill -TERM {pid}")).await.code, Some(0));
    assert_eq!(up.child.wait().await.unwrap().code(), Some(0));
    assert!(!dir.join("range.json").exists());
}
