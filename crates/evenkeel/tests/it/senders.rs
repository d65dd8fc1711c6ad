//! The senders that teams have: Debian's Prometheus and Alertmanager, each pointed at us, fire and recover; and Prometheus
//! scrapes our probes.

use super::probes::{probes, target};
use crate::world::{LIMIT, PLAYBOOK, Process, Server, Sink, client, settings, until};
use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// Scrape, evaluate, send and resend take a few seconds each.
const SENDER_LIMIT: Duration = Duration::from_secs(60);

async fn world() -> (Sink, Server) {
    let sink = Sink::start().await;
    let playbook = PLAYBOOK.replace("SINK", &sink.url(""));
    let server = Server::start(&settings(&sink.url("/hook")), &playbook).await;
    (sink, server)
}

/// A page of metrics with one number in it.
async fn metrics(errors: Arc<AtomicU32>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let page = move || {
        let errors = errors.load(Ordering::Relaxed);
        async move { format!("# TYPE harbour_errors gauge\nharbour_errors {errors}\n") }
    };
    tokio::spawn(
        async move { axum::serve(listener, Router::new().route("/metrics", get(page))).await.unwrap() },
    );
    address
}

async fn the_only_incident(server: &Server, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    until(what, SENDER_LIMIT, || async {
        let rows = server.incidents().await;
        assert!(rows.len() <= 1, "one alert, several incidents: {rows:?}");
        let id = rows.first()?["id"].as_str().unwrap();
        let incident = server.get(&format!("/api/incidents/{id}")).await;
        wanted(&incident).then_some(incident)
    })
    .await
}

fn prometheus_settings(folder: &Path, server: &Server, scraped: &str) {
    let target = server.url.strip_prefix("http://").unwrap();
    let main = format!(
        "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
         rule_files: [rules.yml]\n\
         scrape_configs: [{{ job_name: harbour, static_configs: [{{ targets: ['{scraped}'] }}] }}]\n\
         alerting: {{ alertmanagers: [{{ path_prefix: /in/{}, static_configs: [{{ targets: ['{target}'] }}] }}] }}\n",
        server.key
    );
    let rules = "groups:\n- name: harbour\n  rules:\n  - alert: ErrorsAreHigh\n    expr: harbour_errors > 5\n    \
                 labels: { severity: critical }\n    annotations: { summary: 'Errors are high at the quay' }\n";
    std::fs::write(folder.join("prometheus.yml"), main).unwrap();
    std::fs::write(folder.join("rules.yml"), rules).unwrap();
}

#[tokio::test]
async fn prometheus_fires_and_recovers() {
    let (sink, server) = world().await;
    let errors = Arc::new(AtomicU32::new(9));
    let scraped = metrics(Arc::clone(&errors)).await;
    let folder = tempfile::tempdir().unwrap();
    prometheus_settings(folder.path(), &server, &scraped);
    let data = format!("--storage.tsdb.path={}", folder.path().join("data").display());
    let settings = format!("--config.file={}", folder.path().join("prometheus.yml").display());
    let args = [
        settings.as_str(),
        data.as_str(),
        "--web.listen-address=127.0.0.1:0",
        "--rules.alert.resend-delay=5s",
    ];
    let prometheus = Process::start("prometheus", &args, &folder.path().join("log"));

    let firing = the_only_incident(&server, "Prometheus' alert opens an incident", |_| true).await;
    assert_eq!(firing["title"], "Errors are high at the quay", "{}", prometheus.log());
    assert_eq!(firing["severity"]["name"], "P1");
    assert_eq!(firing["alerts"][0]["labels"]["alertname"], "ErrorsAreHigh");
    until("the page goes out", LIMIT, || async { (!sink.hits().is_empty()).then_some(()) }).await;

    the_only_incident(&server, "Prometheus repeats it", |incident| {
        incident["alerts"][0]["count"].as_u64() > Some(1)
    })
    .await;
    assert_eq!(sink.hits().len(), 1, "a repeat pages nobody");

    errors.store(0, Ordering::Relaxed);
    let well = |incident: &Value| !incident["recovery_until"].is_null();
    let over = the_only_incident(&server, "Prometheus says that it is over", well).await;
    assert_eq!(over["alerts"][0]["status"], "resolved");
    assert_eq!(sink.hits().len(), 1);
    server.stop().await;
}

/// Where an Alertmanager listens, by its own word.
async fn address(process: &Process) -> String {
    until("Alertmanager says where it listens", LIMIT, || async {
        let log = process.log();
        let line = log.lines().find(|line| line.contains("Listening on"))?;
        let address = line.split("address=").nth(1)?.split_whitespace().next()?;
        Some(address.trim_matches('"').to_owned())
    })
    .await
}

#[tokio::test]
async fn alertmanager_fires_and_recovers() {
    let (sink, server) = world().await;
    let folder = tempfile::tempdir().unwrap();
    let hook = server.at(&format!("/in/{}/alertmanager", server.key));
    let settings = format!(
        "route: {{ receiver: evenkeel, group_wait: 1s, group_interval: 1s, repeat_interval: 1h }}\n\
         receivers: [{{ name: evenkeel, webhook_configs: [{{ url: '{hook}', send_resolved: true }}] }}]\n"
    );
    std::fs::write(folder.path().join("alertmanager.yml"), settings).unwrap();
    let file = format!("--config.file={}", folder.path().join("alertmanager.yml").display());
    let data = format!("--storage.path={}", folder.path().join("data").display());
    let args =
        [file.as_str(), data.as_str(), "--web.listen-address=127.0.0.1:0", "--cluster.listen-address="];
    let alertmanager = Process::start("prometheus-alertmanager", &args, &folder.path().join("log"));
    let api = format!("http://{}/api/v2/alerts", address(&alertmanager).await);

    let mut alert = json!({
        "labels": { "alertname": "DiskFull", "severity": "critical", "berth": "7" },
        "annotations": { "summary": "The disk of berth 7 is full" },
    });
    let answer = client().post(&api).json(&json!([alert])).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let firing = the_only_incident(&server, "Alertmanager's alert opens an incident", |_| true).await;
    assert_eq!(firing["title"], "The disk of berth 7 is full", "{}", alertmanager.log());
    assert_eq!(firing["severity"]["name"], "P1");
    assert_eq!(firing["matches"].as_array().unwrap().len(), 1, "the runbook fits: {}", firing["matches"]);
    until("the page goes out", LIMIT, || async { (!sink.hits().is_empty()).then_some(()) }).await;

    alert["endsAt"] = json!("2020-01-01T00:00:00Z");
    alert["startsAt"] = json!("2019-12-31T23:00:00Z");
    let answer = client().post(&api).json(&json!([alert])).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let well = |incident: &Value| !incident["recovery_until"].is_null();
    let over = the_only_incident(&server, "Alertmanager says that it is over", well).await;
    assert_eq!(over["alerts"][0]["status"], "resolved");
    assert_eq!(sink.hits().len(), 1);
    server.stop().await;
}

/// What Prometheus answers to a query, as pairs of the instance and the value.
async fn asked(prometheus: &str, query: &str) -> Vec<(String, String)> {
    let address = format!("http://{prometheus}/api/v1/query");
    let answer = client().get(address).query(&[("query", query)]).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    let rows = answer["data"]["result"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.iter().map(|row| (text(&row["metric"]["instance"]), text(&row["value"][1]))).collect()
}

#[tokio::test]
async fn prometheus_scrapes_what_probes_hold_and_lets_one_look() {
    let sink = Sink::start().await;
    let well = Arc::new(AtomicBool::new(true));
    let quay = target(&well).await;
    let other = target(&Arc::new(AtomicBool::new(false))).await;
    let probes = probes(&quay).replace("title =", &format!("targets = [\"http://{other}/health\"]\ntitle ="));
    let server = Server::start(&format!("{}{probes}", settings(&sink.url("/hook"))), PLAYBOOK).await;
    let ours = server.url.strip_prefix("http://").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let main = format!(
        "global: {{ scrape_interval: 1s, scrape_timeout: 1s }}\n\
         scrape_configs:\n\
         - job_name: evenkeel\n  authorization: {{ credentials: {token} }}\n  static_configs: [{{ targets: ['{ours}'] }}]\n\
         - job_name: quays\n  metrics_path: /probe\n  params: {{ module: [quay] }}\n  authorization: {{ credentials: {token} }}\n  \
         static_configs: [{{ targets: ['http://{quay}/health', 'http://{other}/health', 'http://{other}/elsewhere'] }}]\n  \
         relabel_configs:\n  - {{ source_labels: [__address__], target_label: __param_target }}\n  \
         - {{ source_labels: [__param_target], target_label: instance }}\n  - {{ target_label: __address__, replacement: '{ours}' }}\n",
        token = server.token
    );
    let config = folder.path().join("prometheus.yml");
    std::fs::write(&config, main).unwrap();
    let file = format!("--config.file={}", config.display());
    let data = format!("--storage.tsdb.path={}", folder.path().join("data").display());
    let args = [file.as_str(), data.as_str(), "--web.listen-address=127.0.0.1:0"];
    let prometheus = Process::start("prometheus", &args, &folder.path().join("log"));
    let api = address(&prometheus).await;

    let pair = |address: &str, value: &str| (format!("http://{address}"), value.to_owned());
    until("each target is looked at", SENDER_LIMIT, || async {
        let mut found = asked(&api, "probe_success{job=\"quays\"}").await;
        let mut wanted = vec![pair(&format!("{quay}/health"), "1"), pair(&format!("{other}/health"), "0")];
        found.sort();
        wanted.sort();
        (found == wanted).then_some(())
    })
    .await;
    let refused = format!("up{{instance=\"http://{other}/elsewhere\"}}");
    until("there is no way to look about through us", SENDER_LIMIT, || async {
        (asked(&api, &refused).await == [pair(&format!("{other}/elsewhere"), "0")]).then_some(())
    })
    .await;

    let state = "evenkeel_probe_state{job=\"evenkeel\",probe=\"quay\",state=\"up\"}";
    let status = "probe_http_status_code{job=\"evenkeel\",probe=\"upgrade\"}";
    let one = |value: &str| vec![(ours.to_owned(), value.to_owned())];
    until("what is held is scraped", SENDER_LIMIT, || async {
        (asked(&api, state).await == one("1") && asked(&api, status).await == one("426")).then_some(())
    })
    .await;
    well.store(false, Ordering::Relaxed);
    until("and what changes", SENDER_LIMIT, || async {
        (asked(&api, state).await == one("0")).then_some(())
    })
    .await;
    server.stop().await;
}
