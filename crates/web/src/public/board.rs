//! The rendered documents by their addresses, swapped whole, and how they are answered.

use super::doc::Doc;
use super::lang;
use crate::error::{PageProblem, Problem};
use arc_swap::ArcSwapOption;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that is served, as of one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Docs {
    as_of: Timestamp,
    by_path: BTreeMap<String, Arc<Doc>>,
}

/// The documents as they stand; empty until the first have been rendered.
#[derive(Default)]
pub(crate) struct Board {
    docs: ArcSwapOption<Docs>,
}

impl Docs {
    /// None yet, as of a moment.
    pub(crate) fn as_of_moment(as_of: Timestamp) -> Self {
        Self { as_of, by_path: BTreeMap::new() }
    }

    /// As of when what they say was known to be true.
    pub(crate) fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// Puts a document at an address. What is the same as before is not packed again.
    pub(crate) fn put(
        &mut self,
        before: Option<&Self>,
        path: String,
        text: String,
        make: impl FnOnce(String) -> Doc,
    ) {
        let same = before.and_then(|before| before.by_path.get(&path));
        let doc = match same.filter(|same| same.text() == text) {
            Some(same) => Arc::clone(same),
            None => Arc::new(make(text)),
        };
        self.by_path.insert(path, doc);
    }

    /// The document at an address.
    pub(crate) fn at(&self, path: &str) -> Option<&Arc<Doc>> {
        self.by_path.get(path)
    }

    /// Every address and what stands there.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&str, &Doc)> {
        self.by_path.iter().map(|(path, doc)| (path.as_str(), doc.as_ref()))
    }

    #[cfg(test)]
    pub(crate) fn text(&self, path: &str) -> &str {
        self.at(path).unwrap_or_else(|| panic!("nothing at {path}")).text()
    }
}

impl Board {
    pub(crate) fn show(&self, docs: Docs) {
        self.docs.store(Some(Arc::new(docs)));
    }

    /// What is served at this moment.
    pub(crate) fn docs(&self) -> Option<Arc<Docs>> {
        self.docs.load_full()
    }

    /// Answers with the document at an address, or says that nothing is known yet rather than that all is well.
    pub(crate) fn answer(&self, path: &str, asked: &HeaderMap) -> Response {
        let docs = self.docs.load();
        let Some(docs) = docs.as_deref() else {
            let later = [(header::RETRY_AFTER, "1"), (header::CACHE_CONTROL, "no-store")];
            return (StatusCode::SERVICE_UNAVAILABLE, later, "the status is being read\n").into_response();
        };
        if let Some(doc) = docs.at(path) {
            return doc.answer(asked);
        }
        // Without a language in the address, in the one that the reader likes most.
        let language = lang::liked(asked);
        if let Some(doc) = docs.at(&format!("/{}{path}", language.code)) {
            let mut answer = doc.answer(asked);
            answer.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Language"));
            return answer;
        }
        let folder = format!("{path}/");
        let is_there =
            docs.at(&folder).is_some() || docs.at(&format!("/{}{folder}", language.code)).is_some();
        match HeaderValue::from_str(&folder) {
            // Not `//host/`, which a browser takes for another host.
            Ok(folder) if is_there && !path.starts_with("//") => {
                (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, folder)]).into_response()
            }
            _ => nothing(path),
        }
    }
}

/// Programs read JSON, people read pages.
fn nothing(path: &str) -> Response {
    let problem = Problem::not_found("there is nothing at this address");
    if path.starts_with("/api/") { problem.into_response() } else { PageProblem(problem).into_response() }
}
