//! The stack itself: health, faults and repairs, restarts.

use range::{
    Fitness, Load, Range, RangeConfig, RangeError, ServiceAddress, ServiceName, Source, Whereabouts,
};

use crate::chat::Person;
use crate::stage::Stage;

const HEALTH: &str = "-I https://api.tabbi.dev/health";

#[tokio::test]
async fn a_bad_deployment_breaks_the_api_and_a_rollback_repairs_it() {
    let stage = Stage::up(Load::Off).await;
    assert_eq!(stage.curl_status(HEALTH).await, 200);
    let ada = Person::signed_in(&stage, "ada").await;
    ada.session().await;

    stage.range.deploy_bad().unwrap();
    assert_eq!(stage.curl_status(HEALTH).await, 500);
    assert_eq!(stage.curl_status("-X POST https://api.tabbi.dev/sessions").await, 500);
    assert_eq!(stage.curl_status("https://api.tabbi.dev/sessions/test/ws").await, 500);
    assert_eq!(stage.range.status().unwrap().edge.errors_1m, 3);

    let back = stage.range.roll_back().unwrap();
    assert_eq!((back.source, back.version.fitness), (Source::Rollback, Fitness::Good));
    assert_eq!(stage.curl_status(HEALTH).await, 200);
    ada.session().await;
}

#[tokio::test]
async fn curl_reaches_every_name_of_the_playbook_unedited() {
    let stage = Stage::up(Load::Off).await;
    let health = stage.sh("curl -I https://api.tabbi.dev/health").await;
    assert!(health.out.starts_with("HTTP/1.1 200"), "{health:?}");
    let socket = stage.sh("curl -I https://api.tabbi.dev/sessions/test/ws").await;
    assert!(socket.out.starts_with("HTTP/1.1 426"), "{socket:?}");
    let sandbox = "-X POST https://anybody--coding-agent-sandbox-health-dev.modal.run";
    assert_eq!(stage.curl_status(sandbox).await, 200);
    assert_eq!(stage.curl_status("https://any-deployment-7.convex.site/api/health").await, 200);
    assert_eq!(stage.curl_status("https://api.tabbi.dev/nowhere").await, 404);
    assert_eq!(stage.curl_status("http://api.tabbi.dev/health").await, 200);
    let world = stage.sh("curl https://www.example.com/").await;
    assert_eq!(world.code, Some(60), "curl's exit code for a certificate of another name: {world:?}");

    // A broken edge API does not break its neighbours.
    stage.range.deploy_bad().unwrap();
    assert_eq!(stage.curl_status(sandbox).await, 200);
    assert_eq!(stage.curl_status("https://any-deployment-7.convex.site/api/health").await, 200);
}

#[tokio::test]
async fn plain_http_answers_probes_and_upgrades() {
    let stage = Stage::up(Load::Off).await;
    let http = stage.range.whereabouts().http;
    assert_eq!(stage.curl_status(&format!("http://{http}/health")).await, 200);
    let upgrade = "-H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
                   -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='";
    let ada = Person::signed_in(&stage, "ada").await;
    let session = ada.session().await;
    let bearer = format!("-H 'Authorization: Bearer {}' --max-time 1", ada.token);
    let answer =
        stage.sh(&format!("curl -i -s {upgrade} {bearer} http://{http}/sessions/{session}/ws")).await;
    assert!(answer.out.starts_with("HTTP/1.1 101"), "{answer:?}");
    assert!(answer.out.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{answer:?}");
}

#[tokio::test]
async fn the_admin_endpoint_is_closed_to_web_pages() {
    let stage = Stage::up(Load::Off).await;
    let admin = ServiceAddress::read(stage.range.dir(), ServiceName::Edge).unwrap().unwrap().admin;
    let order = "-X POST -H 'content-type: application/json' \
                 -d '{\"settings\":{},\"author\":\"a\",\"message\":\"m\"}'";
    assert_eq!(stage.curl_status(&format!("{order} http://{admin}/deploy")).await, 403);
    let rebound = format!("{order} -H 'x-evenkeel-range: 1' -H 'Host: evil.example' http://{admin}/deploy");
    assert_eq!(stage.curl_status(&rebound).await, 403);
    assert_eq!(stage.range.status().unwrap().edge.live.fitness, Fitness::Good);
    let own = format!("{order} -H 'x-evenkeel-range: 1' http://{admin}/deploy");
    assert_eq!(stage.curl_status(&own).await, 200);
    assert_eq!(stage.range.status().unwrap().edge.live.fitness, Fitness::Bad);
}

#[tokio::test]
async fn deployments_outlive_the_process_and_its_addresses_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = RangeConfig::new(dir.path());
    config.load = Load::Off;
    config.program = Some(env!("CARGO_BIN_EXE_range-tool").into());
    let first = Range::start(config.clone()).await.unwrap();
    let bad = first.deploy_bad().unwrap();
    assert!(matches!(Range::start(config.clone()).await, Err(RangeError::AlreadyRunning { .. })));
    first.stop().await.unwrap();
    assert!(matches!(Whereabouts::read(dir.path()), Err(RangeError::NotRunning { .. })));

    let second = Range::start(config).await.unwrap();
    assert_eq!(second.deployments().unwrap()[0], bad);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn the_key_of_the_throw_away_authority_is_never_on_disk() {
    let stage = Stage::up(Load::Off).await;
    let found = stage.sh(&format!("grep -rl 'PRIVATE KEY' {}", stage.range.dir().display())).await;
    assert_eq!((found.code, found.out.as_str()), (Some(1), ""), "grep finds nothing");
}
