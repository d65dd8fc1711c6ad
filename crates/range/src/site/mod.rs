//! The web page of the product, a process of its own behind `tabbi.dev`: three static files and the addresses of the
//! services that they speak to. It keeps nothing and knows nobody; what it shows comes from the edge and the backend.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use crate::RangeError;
use crate::call::Caller;
use crate::log::ServiceName;
use crate::names;
use crate::service::{Post, Rooms};

/// Where the page's services are, by the name that the page was asked by.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Places {
    api: String,
    backend: String,
}

/// Serves the files.
pub(crate) async fn build(post: &Post) -> Result<Rooms, RangeError> {
    let caller = Caller::new(&post.dir);
    let file =
        |kind: &'static str, text: &'static str| get(async move || ([(header::CONTENT_TYPE, kind)], text));
    let script = "text/javascript; charset=utf-8";
    let public = Router::new()
        .route("/", file("text/html; charset=utf-8", include_str!("page/index.html")))
        .route("/app.js", file(script, include_str!("page/app.js")))
        .route("/services.js", file(script, include_str!("page/services.js")))
        .route("/chat.js", file(script, include_str!("page/chat.js")))
        .route("/style.css", file("text/css; charset=utf-8", include_str!("page/style.css")))
        .route("/icon.svg", file("image/svg+xml", include_str!("page/icon.svg")))
        .route("/config.json", get(config))
        .fallback(async || (StatusCode::NOT_FOUND, "no such page"))
        .with_state(caller.clone())
        .layer(from_fn_with_state(caller, with_policy));
    Ok(Rooms { public, admin: Router::new(), https: None })
}

async fn config(State(caller): State<Caller>, request: Request) -> Response {
    match places(&caller, &request) {
        Some(Places { api, backend }) => Json(json!({ "api": api, "backend": backend })).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The page may load what is here, and speak to its two services; nothing else.
async fn with_policy(State(caller): State<Caller>, request: Request, next: Next) -> Response {
    let places = places(&caller, &request);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy(places.as_ref())) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn places(caller: &Caller, request: &Request) -> Option<Places> {
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    let origin = |service| names::origin_of(service, host, caller);
    Some(Places { api: origin(ServiceName::Edge)?, backend: origin(ServiceName::Backend)? })
}

fn policy(places: Option<&Places>) -> String {
    let speaks = places.map_or_else(String::new, |Places { api, backend }| {
        let socket = api.replacen("http", "ws", 1);
        format!(" {api} {socket} {backend}")
    });
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'{speaks}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_may_speak_to_its_services_alone() {
        let places = Places { api: "https://api.tabbi.dev".to_owned(), backend: "https://b".to_owned() };
        let allowed = policy(Some(&places));
        assert!(allowed.contains("connect-src 'self' https://api.tabbi.dev wss://api.tabbi.dev https://b;"));
        assert!(allowed.starts_with("default-src 'none'") && !allowed.contains("unsafe"));
        assert!(policy(None).contains("connect-src 'self';"));
    }
}
