//! `tcp`, `dns`, `command` and `prometheus`.

use crate::world::{SOON, answers, closed_port, fails, is_blind, passes, response};

#[tokio::test]
async fn a_port_is_open_or_it_is_not() {
    let open = answers(|_| String::new()).await;
    let tcp = |port: u16| format!("kind = 'tcp'\nhost = '127.0.0.1'\nport = {port}");
    passes(&tcp(open)).await;
    fails(&tcp(closed_port().await), "connecting to 127.0.0.1").await;
}

#[tokio::test]
async fn a_name_stands_for_addresses() {
    let seen = passes("kind = 'dns'\nhost = 'localhost'").await.seen.unwrap();
    assert!(seen.addresses.iter().all(|address| address.is_loopback()), "{:?}", seen.addresses);
    fails(
        "kind = 'dns'\nhost = 'localhost'\nexpect = { addresses = ['192.0.2.1'] }",
        "does not stand for 192.0.2.1",
    )
    .await;
}

#[tokio::test]
async fn a_command_counts_by_its_exit_its_words_and_its_number() {
    passes(
        "kind = 'command'\ncommand = 'echo exit 0: depth 3'\nexpect = { value = '< 5', contains = 'depth' }",
    )
    .await;
    fails("kind = 'command'\ncommand = 'echo exit 0: depth 7'\nexpect = { value = '< 5' }", "the value is 7")
        .await;
    fails("kind = 'command'\ncommand = 'echo exit 2: no such queue'", "exit code 2; expected is 0").await;
    is_blind("kind = 'command'\ncommand = 'echo none: x'", "the command was not started: no shell").await;
    let hangs = fails("kind = 'command'\ncommand = 'echo hang'\ntimeout = '200 ms'", "no answer in time");
    tokio::time::timeout(SOON, hangs).await.unwrap();
}

#[tokio::test]
async fn a_query_counts_by_its_value() {
    let port = answers(|head| {
        assert!(head.starts_with("GET /prom/api/v1/query?query=up%7Bjob%3D%22api%22%7D HTTP/1.1\r\n"), "{head}");
        let body = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"api"},"value":[1,"93.5"]}]}}"#;
        response("200 OK", "", body)
    })
    .await;
    let ask = |port: u16, bound: &str| {
        format!(
            "kind = 'prometheus'\nurl = 'http://127.0.0.1:{port}/prom/'\nquery = 'up{{job=\"api\"}}'\nexpect = {{ value = '{bound}' }}"
        )
    };
    passes(&ask(port, "> 90")).await;
    fails(&ask(port, "> 95 %"), "the value of {job=\"api\"} is 93.5; expected is > 95").await;
    is_blind(&ask(closed_port().await, "> 90"), "refused").await;
    let ill = answers(|_| response("503 Service Unavailable", "", "starting up")).await;
    is_blind(&ask(ill, "> 90"), "Prometheus: status 503").await;
}
