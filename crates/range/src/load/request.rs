//! The requests of a synthetic user: to the edge's public name through the front, and along a sign-in's redirects.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::call::{self, Caller};
use crate::log::ServiceName;

/// A synthetic user gives up after this long.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The edge's public name.
const EDGE: &str = "api.tabbi.dev";
/// The origin of the product's page.
const ORIGIN: &str = "https://tabbi.dev";
/// A synthetic user reads no more of an answer than this.
const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Ways from one service to the next while somebody signs in.
const HOPS_MAX: usize = 5;
/// Where a sign-in ends; nobody is asked there, the token is in the fragment.
const RETURN_TO: &str = "http://127.0.0.1:1/";

/// What a request came to, in few words when it did not go well.
pub(super) type Outcome<T> = Result<T, String>;

/// An open WebSocket.
pub(super) type Socket = WebSocketStream<TcpStream>;

/// Sends a request to the edge and reads the JSON of a 2xx.
pub(super) async fn edge(
    caller: &Caller,
    (method, path): (Method, &str),
    token: Option<&str>,
    body: &Value,
) -> Outcome<Value> {
    let front = address(caller, ServiceName::Front)?;
    let mut request = match body {
        Value::Null => call::plain_request(method, front, path),
        body => call::json_request(method, front, path, body),
    };
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::from_static(EDGE));
    headers.insert(header::ORIGIN, HeaderValue::from_static(ORIGIN));
    if let Some(Ok(bearer)) = token.map(|token| HeaderValue::from_str(&format!("Bearer {token}"))) {
        headers.insert(header::AUTHORIZATION, bearer);
    }
    let answer = whole(front, request).await?;
    if answer.status().is_success() {
        return Ok(serde_json::from_slice(answer.body()).unwrap_or_default());
    }
    Err(format!("status {}", answer.status().as_u16()))
}

/// How many messages of a session the page shows to whoever opens it again.
pub(super) async fn history(caller: &Caller, session: &str, token: &str) -> Outcome<usize> {
    let backend = address(caller, ServiceName::Backend)?;
    let mut request = call::plain_request(Method::GET, backend, &format!("/api/sessions/{session}/messages"));
    let bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|error| error.to_string())?;
    request.headers_mut().insert(header::AUTHORIZATION, bearer);
    let answer = whole(backend, request).await?;
    if !answer.status().is_success() {
        return Err(format!("status {}", answer.status().as_u16()));
    }
    let shown: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    Ok(shown["messages"].as_array().map_or(0, Vec::len))
}

/// The metrics of a service.
pub(super) async fn numbers(caller: &Caller, service: ServiceName) -> Outcome<String> {
    let at = address(caller, service)?;
    let answer = whole(at, call::plain_request(Method::GET, at, "/metrics")).await?;
    Ok(String::from_utf8_lossy(answer.body()).into_owned())
}

/// Opens a session's WebSocket as the product's page does.
pub(super) async fn open_socket(caller: &Caller, session: &str, token: &str) -> Outcome<Socket> {
    let front = address(caller, ServiceName::Front)?;
    let url = format!("ws://{EDGE}/sessions/{session}/ws");
    let mut request = url.into_client_request().map_err(|error| error.to_string())?;
    let offered = HeaderValue::from_str(&format!("bearer, {token}")).map_err(|error| error.to_string())?;
    request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, offered);
    request.headers_mut().insert(header::ORIGIN, HeaderValue::from_static(ORIGIN));
    let opened = async {
        let stream = TcpStream::connect(front).await.map_err(|_| "not reachable".to_owned())?;
        client_async(request, stream).await.map_err(|error| words_for(&error))
    };
    let (socket, _) = timeout(PATIENCE, opened).await.map_err(|_| "no answer".to_owned())??;
    Ok(socket)
}

fn words_for(error: &tokio_tungstenite::tungstenite::Error) -> String {
    match error {
        tokio_tungstenite::tungstenite::Error::Http(answer) => format!("status {}", answer.status().as_u16()),
        _ => "handshake failed".to_owned(),
    }
}

/// Signs somebody in at the provider, by way of the backend, and returns the API token.
pub(super) async fn sign_in(caller: &Caller, login: &str) -> Outcome<String> {
    let backend = address(caller, ServiceName::Backend)?;
    let path = format!("/api/auth/signin/github?return_to={RETURN_TO}&login={login}");
    let mut next = (backend, call::plain_request(Method::GET, backend, &path));
    for _ in 0..HOPS_MAX {
        let (at, request) = next;
        let answer = whole(at, request).await?;
        let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let Some(location) = location else {
            return Err(format!("status {}", answer.status().as_u16()));
        };
        if let Some(fragment) = location.strip_prefix(RETURN_TO) {
            return token_in(fragment).ok_or_else(|| "sign-in failed".to_owned());
        }
        let (at, path) = split(location).ok_or_else(|| "sign-in leads elsewhere".to_owned())?;
        let request = match path.starts_with("/login/oauth/authorize") {
            true => consent(at, path, login),
            false => call::plain_request(Method::GET, at, path),
        };
        next = (at, request);
    }
    Err("sign-in goes round in circles".to_owned())
}

/// Gives a token back.
pub(super) async fn sign_out(caller: &Caller, token: &str) -> Outcome<()> {
    let backend = address(caller, ServiceName::Backend)?;
    let mut request = call::plain_request(Method::POST, backend, "/api/auth/signout");
    if let Ok(bearer) = HeaderValue::from_str(&format!("Bearer {token}")) {
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
    }
    let answer = whole(backend, request).await?;
    if answer.status().is_success() { Ok(()) } else { Err(format!("status {}", answer.status().as_u16())) }
}

/// The form in which somebody tells the provider who they are.
fn consent(at: SocketAddr, path: &str, login: &str) -> Request<Body> {
    let mut request = call::plain_request(Method::POST, at, path);
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(header::CONTENT_TYPE, form);
    *request.body_mut() = Body::from(format!("login={login}"));
    request
}

fn token_in(fragment: &str) -> Option<String> {
    let pairs = fragment.strip_prefix('#')?.split('&');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == "token")
        .map(|(_, t)| t.to_owned())
}

/// Address and path of a link on loopback; a link elsewhere is not followed.
fn split(link: &str) -> Option<(SocketAddr, &str)> {
    let rest = link.strip_prefix("http://")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let at: SocketAddr = host.parse().ok()?;
    at.ip().is_loopback().then_some((at, if path.is_empty() { "/" } else { path }))
}

async fn whole(at: SocketAddr, request: Request<Body>) -> Outcome<Response<Vec<u8>>> {
    let answered = async {
        let answer: Response<Incoming> =
            call::send("service", at, request).await.map_err(|_| "not reachable".to_owned())?;
        let (head, body) = answer.into_parts();
        let read = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        let bytes = read.map_err(|_| "answer broke off".to_owned())?.to_bytes();
        Ok(Response::from_parts(head, bytes.to_vec()))
    };
    timeout(PATIENCE, answered).await.map_err(|_| "no answer".to_owned())?
}

fn address(caller: &Caller, service: ServiceName) -> Outcome<SocketAddr> {
    caller.address(service).map_err(|_| format!("{service} is away"))
}

/// The frame that says something in the chat.
pub(super) fn prompt_frame(id: &str, text: &str) -> String {
    json!({ "type": "prompt", "id": id, "text": text }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_on_loopback_are_followed() {
        assert_eq!(split("http://127.0.0.1:7/a?b=c").unwrap().1, "/a?b=c");
        assert_eq!(split("http://127.0.0.1:7").unwrap().1, "/");
        for link in ["https://preview.tabbi.dev/x", "http://10.1.2.3:80/", "/relative"] {
            assert!(split(link).is_none(), "{link}");
        }
    }

    #[test]
    fn the_token_is_in_the_fragment() {
        assert_eq!(token_in("#token=tbi_1&name=ada").as_deref(), Some("tbi_1"));
        assert_eq!(token_in("#error=Sign-in%20failed"), None);
    }
}
