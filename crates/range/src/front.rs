//! The platform in front of the services, a process of its own: ends TLS, picks a service by the `Host` header, and
//! passes requests, answers and WebSockets through. It knows nothing of what they mean.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::call::{self, CallError, Caller};
use crate::listen::{self, Wrapping};
use crate::log::ServiceName;
use crate::metrics::Metrics;
use crate::service::{Post, Rooms};
use crate::state_file::write_whole;
use crate::{RangeError, curl_home, names, tls};

/// A service that has not begun to answer by then is given up, as the platform would.
const ANSWER_WAIT: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
struct Front {
    caller: Caller,
    metrics: Metrics,
    post: Post,
}

/// Opens the TLS listener, writes the authority's certificate and curl's settings, and routes.
pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    let (listener, https) = listen::bind("https", post.settings.https_port).await?;
    let tls = tls::make()?;
    let ca = post.dir.join("ca.pem");
    write_whole(&ca, tls.ca_pem.as_bytes())?;
    curl_home::write(&post.dir, &ca, post.http, https)?;
    let front = Front { caller: Caller::new(&post.dir), metrics: post.metrics.clone(), post: post.clone() };
    let router = Router::new().fallback(answer).with_state(front);
    let wrapping = Wrapping::Tls(TlsAcceptor::from(tls.server));
    post.life.tasks.spawn(listen::serve(listener, wrapping, router.clone(), post.life.clone()));
    Ok(Rooms { public: router, admin: Router::new(), https: Some(https) })
}

async fn answer(State(front): State<Front>, request: Request) -> Response {
    let service = service_of(&host_of(&request));
    let response = match pass_on(&front, service, request).await {
        Ok(response) => response,
        Err(error) => not_there(service, &error),
    };
    let status = response.status();
    let labels = [("service", service.text()), ("status", status.as_str())];
    front.metrics.count("front_requests_total", "Requests by service and status.", &labels);
    response
}

fn host_of(request: &Request) -> String {
    let named = request.headers().get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    named.rsplit_once(':').map_or(named, |(host, _)| host).to_ascii_lowercase()
}

/// Names of one service end alike, whoever's they are: the playbook writes a personal name for the sandbox.
fn service_of(host: &str) -> ServiceName {
    match host {
        "tabbi.dev" | "www.tabbi.dev" => ServiceName::Site,
        "github.com" => ServiceName::Provider,
        _ if host.ends_with(".localhost") => names::service_of_localhost(host).unwrap_or(ServiceName::Edge),
        _ if host.ends_with(".modal.run") => ServiceName::Sandbox,
        _ if host.ends_with(".convex.site") => ServiceName::Backend,
        _ => ServiceName::Edge,
    }
}

async fn pass_on(front: &Front, service: ServiceName, mut request: Request) -> Result<Response, CallError> {
    let at = front.caller.address(service)?;
    let upgrades = request.headers().contains_key(header::UPGRADE);
    let client = upgrades.then(|| hyper::upgrade::on(&mut request));
    let sent = timeout(ANSWER_WAIT, call::send(service.text(), at, request)).await;
    let late = |_| CallError::Late { what: service.to_string(), wait: ANSWER_WAIT };
    let mut response = sent.map_err(late)??;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS
        && let Some(client) = client
    {
        let served = hyper::upgrade::on(&mut response);
        let end = front.post.life.end.clone();
        front.post.life.tasks.spawn(end.run_until_cancelled_owned(async move {
            if let (Ok(client), Ok(served)) = (client.await, served.await) {
                // Either side may go away at any time, which ends both.
                let (mut client, mut served) = (TokioIo::new(client), TokioIo::new(served));
                let _ = tokio::io::copy_bidirectional(&mut client, &mut served).await;
            }
        }));
    }
    Ok(response.map(Body::new).into_response())
}

/// What the platform says when a service is gone: for strangers, with the reason that an operator would read.
fn not_there(service: ServiceName, error: &CallError) -> Response {
    let said = json!({ "error": "Something went wrong", "service": service, "reason": error.to_string() });
    (StatusCode::SERVICE_UNAVAILABLE, Json(said)).into_response()
}
