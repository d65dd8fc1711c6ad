//! The rendered documents, swapped whole, and how they are answered.

use arc_swap::ArcSwapOption;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ring::digest;
use std::sync::Arc;

/// Fresh for 15 s; a cache may show it for a day while we do not answer.
const CACHE: &str = "public, max-age=15, stale-while-revalidate=60, stale-if-error=86400";

/// Everything that is served, as of one moment.
pub(crate) struct Docs {
    pub(crate) page: Doc,
    pub(crate) feed: Doc,
    pub(crate) summary: Doc,
    pub(crate) status: Doc,
    pub(crate) components: Doc,
    pub(crate) incidents: Doc,
    pub(crate) unresolved: Doc,
}

/// One document.
pub(crate) struct Doc {
    bytes: Bytes,
    kind: &'static str,
    tag: String,
}

/// The documents as they stand; empty until the first have been rendered.
#[derive(Default)]
pub(crate) struct Board {
    docs: ArcSwapOption<Docs>,
}

impl Doc {
    pub(crate) fn new(kind: &'static str, text: String) -> Self {
        let hash = digest::digest(&digest::SHA256, text.as_bytes());
        let short: String = hash.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Self { bytes: Bytes::from(text), kind, tag: format!("\"{short}\"") }
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(&self.bytes).expect("documents are text")
    }
}

impl Board {
    pub(crate) fn show(&self, docs: Docs) {
        self.docs.store(Some(Arc::new(docs)));
    }

    /// Answers with one of the documents, or says that nothing is known yet rather than that all is well.
    pub(crate) fn answer(&self, asked: &HeaderMap, which: impl Fn(&Docs) -> &Doc) -> Response {
        let docs = self.docs.load();
        let Some(docs) = docs.as_deref() else {
            let later = [(header::RETRY_AFTER, "1"), (header::CACHE_CONTROL, "no-store")];
            return (StatusCode::SERVICE_UNAVAILABLE, later, "the status is being read\n").into_response();
        };
        let doc = which(docs);
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(doc.kind));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        let anyone = HeaderName::from_static("cross-origin-resource-policy");
        headers.insert(anyone, HeaderValue::from_static("cross-origin"));
        if let Ok(tag) = HeaderValue::from_str(&doc.tag) {
            headers.insert(header::ETAG, tag);
        }
        if is_kept(asked, &doc.tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, doc.bytes.clone()).into_response()
    }
}

/// Whether the asker holds this very document, or a compressed copy of it.
pub(crate) fn is_kept(asked: &HeaderMap, tag: &str) -> bool {
    let listed = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    listed.flat_map(|list| list.split(',')).any(|seen| seen.trim().trim_start_matches("W/") == tag)
}
