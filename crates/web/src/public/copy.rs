//! A copy of the whole page for any other host: its files, and a manifest that says of when they are and what each of them
//! is, signed with the server's own key. What a program has to check is in `docs/status-page.md`.

use super::board::Docs;
use crate::app::App;
use engine::ports::AccessError;
use jiff::Timestamp;
use ring::digest;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde::Serialize;
use std::collections::BTreeMap;

/// The manifest's form, for programs that check a copy.
const FORM: &str = "evenkeel-status-copy-1";

/// A copy on its way.
#[derive(Serialize)]
pub(crate) struct Copy {
    /// Exactly the bytes that are signed.
    manifest: String,
    /// Lower-case hex of an Ed25519 signature over them.
    signature: String,
    /// Lower-case hex of the public key.
    key: String,
    /// Each file's text by its path.
    files: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Manifest<'a> {
    form: &'static str,
    url: &'a str,
    /// As of when what the copy says was known to be true.
    as_of: Timestamp,
    made_at: Timestamp,
    files: BTreeMap<&'a str, FileMark>,
}

#[derive(Serialize)]
struct FileMark {
    bytes: usize,
    sha256: String,
}

/// Makes one of what is served at this moment; blocks.
pub(crate) fn copy(app: &App, docs: &Docs) -> Result<Copy, AccessError> {
    let fresh = app.parts.ids.secret();
    let seed = app.parts.access.secret("status-copy-key", fresh)?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|error| AccessError(error.to_string()))?;
    Ok(signed(&pair, &app.parts.status_url, docs, app.now()))
}

fn signed(pair: &Ed25519KeyPair, url: &str, docs: &Docs, made_at: Timestamp) -> Copy {
    let files: BTreeMap<String, String> =
        docs.each().map(|(path, doc)| (file_of(path), doc.text().to_owned())).collect();
    let marks = files.iter().map(|(path, text)| (path.as_str(), file_mark(text))).collect();
    let manifest = Manifest { form: FORM, url, as_of: docs.as_of(), made_at, files: marks };
    let manifest = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    let signature = hex(pair.sign(manifest.as_bytes()).as_ref());
    Copy { signature, key: hex(pair.public_key().as_ref()), manifest, files }
}

fn file_mark(text: &str) -> FileMark {
    let sha256 = hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    FileMark { bytes: text.len(), sha256 }
}

/// Where a document lies: a folder's page is its `index.html`, as every host of files has it.
fn file_of(path: &str) -> String {
    let path = path.trim_start_matches('/');
    if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::public::doc::{Doc, Kind};
    use ring::signature::{ED25519, UnparsedPublicKey};

    #[test]
    fn every_document_has_a_file_and_the_manifest_is_signed_over_its_very_bytes() {
        let mut docs = Docs::as_of_moment(Timestamp::UNIX_EPOCH);
        for path in ["index.html", "/de/", "/api/v2/summary.json"] {
            let make = |text| Doc::new(Kind::Page, None, None, text);
            docs.put(None, path.to_owned(), format!("text of {path}"), make);
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
        let copy = signed(&pair, "https://status.example.test", &docs, Timestamp::UNIX_EPOCH);
        let paths: Vec<&str> = copy.files.keys().map(String::as_str).collect();
        assert_eq!(paths, ["api/v2/summary.json", "de/index.html", "index.html"]);
        let key = UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref());
        let signature = pair.sign(copy.manifest.as_bytes());
        assert_eq!(copy.signature, hex(signature.as_ref()));
        key.verify(copy.manifest.as_bytes(), signature.as_ref()).expect("signed");
        assert!(copy.manifest.contains("\"as_of\": \"1970-01-01T00:00:00Z\""), "{}", copy.manifest);
    }
}
