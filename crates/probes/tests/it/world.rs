//! What the tests have in common: servers that answer as told, certificates, and one look at a target.

use engine::ports::{Coming, Executor, RunOrder, Verdict};
use incident::{Ending, IncidentId, RunReport};
use jiff::Timestamp;
use probes::{Attempt, Probe, ProbeSetting, try_once};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The probe of these settings.
pub(crate) fn probe(text: &str) -> Probe {
    let setting: ProbeSetting = toml::from_str(&format!("name = 'p'\n{text}")).unwrap();
    setting.probe().unwrap()
}

/// A moment that is not now: looks take their time from whoever asks.
pub(crate) fn moment() -> Timestamp {
    "2040-03-01T00:00:00Z".parse().unwrap()
}

/// One look.
pub(crate) async fn look(text: &str) -> Attempt {
    try_once(&probe(text), Arc::new(Shell), moment()).await
}

/// One look that passes.
pub(crate) async fn passes(text: &str) -> Attempt {
    let attempt = look(text).await;
    assert_eq!(attempt.sample.verdict, Verdict::Pass, "{}", attempt.sample.reason);
    attempt
}

/// One look that counts against the target, with these words.
pub(crate) async fn fails(text: &str, words: &str) -> Attempt {
    not_passes(text, Verdict::Fail, words).await
}

/// One look that says nothing of the target, with these words.
pub(crate) async fn is_blind(text: &str, words: &str) -> Attempt {
    not_passes(text, Verdict::Blind, words).await
}

async fn not_passes(text: &str, verdict: Verdict, words: &str) -> Attempt {
    let attempt = look(text).await;
    let sample = &attempt.sample;
    assert_eq!(sample.verdict, verdict, "{}", sample.reason);
    assert!(sample.reason.contains(words), "{words:?} is not in {:?}", sample.reason);
    attempt
}

/// A server on the loopback that does this with each connection, and its port.
pub(crate) async fn serve<F>(with: impl Fn(TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(with(stream));
        }
    });
    port
}

/// A server that reads the head of a request, gives it to `answer` and sends back what that says.
pub(crate) async fn answers(answer: impl Fn(&str) -> String + Send + Sync + Clone + 'static) -> u16 {
    serve(move |mut stream| {
        let answer = answer.clone();
        async move {
            let head = head(&mut stream).await;
            // A reader who has seen enough may go before the end.
            let _ = stream.write_all(answer(&head).as_bytes()).await;
        }
    })
    .await
}

/// The head of a request.
pub(crate) async fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// A whole answer.
pub(crate) fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// A port of the loopback where nobody listens.
pub(crate) async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Runs nothing: a command's text says how it ends. `exit N: OUTPUT`, or `hang`.
pub(crate) struct Shell;

impl Executor for Shell {
    fn run<'a>(&'a self, order: &'a RunOrder) -> Coming<'a, RunReport> {
        Box::pin(async move {
            let words = order.source.strip_prefix("echo ").unwrap_or_default();
            if words == "hang" {
                core::future::pending::<()>().await;
            }
            let (code, output) = words.split_once(": ").unwrap();
            let ending = match code.strip_prefix("exit ") {
                Some(code) => Ending::Exited { code: code.parse().unwrap() },
                None => Ending::NotStarted { error: "no shell".to_owned() },
            };
            RunReport {
                ending,
                duration_ms: 1,
                output: output.into(),
                output_bytes: output.len() as u64,
                masked: 0,
                not_held: Vec::new(),
            }
        })
    }

    fn stop(&self, _incident: IncidentId, _run: u32) {}
}

/// Longer than a look takes that ends by itself, on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(10);
