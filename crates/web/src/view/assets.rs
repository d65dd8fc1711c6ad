//! Style, script and icons, embedded in the binary and named by their content, so that browsers may keep them for ever.

use crate::routes::{Door, Route};
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ring::digest;
use std::sync::LazyLock;

/// One embedded file.
struct Asset {
    name: String,
    kind: &'static str,
    text: String,
}

static TOKENS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("tokens", "css", include_str!("../../assets/tokens.css")));
static CONSOLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("console", "css", include_str!("../../assets/console.css")));
static LIVE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("live", "js", include_str!("../../assets/live.js")));
static ICONS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icons", "svg", include_str!("../../assets/icons.svg")));

impl Asset {
    fn new(stem: &str, extension: &str, text: &str) -> Self {
        let text = if extension == "css" { slim(text) } else { text.to_owned() };
        let hash = digest::digest(&digest::SHA256, text.as_bytes());
        let short: String = hash.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let kind = match extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        Self { name: format!("{stem}.{short}.{extension}"), kind, text }
    }

    fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

pub(crate) fn tokens() -> String {
    TOKENS.path()
}

pub(crate) fn console() -> String {
    CONSOLE.path()
}

pub(crate) fn live() -> String {
    LIVE.path()
}

pub(crate) fn icons() -> String {
    ICONS.path()
}

/// Style without what only its writers read: indents, and comments, which stand on lines of their own.
pub(crate) fn slim(style: &str) -> String {
    let lines = style.lines().map(str::trim);
    let kept = lines.filter(|line| !(line.is_empty() || line.starts_with("/*") && line.ends_with("*/")));
    kept.collect::<Vec<_>>().join("\n")
}

/// The assets' one route; both listeners have it.
pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get(Door::Open, "/assets/{name}", serve)]
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let all = [&*TOKENS, &*CONSOLE, &*LIVE, &*ICONS];
    let Some(asset) = all.into_iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", asset.name);
    let kept = headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes());
    let always = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::CONTENT_TYPE, asset.kind.to_owned()),
    ];
    if kept {
        return (StatusCode::NOT_MODIFIED, always).into_response();
    }
    (always, asset.text.as_str()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stays_small() {
        let style = TOKENS.text.len() + CONSOLE.text.len();
        assert!(style <= 30_000, "{style} bytes of style");
        assert!(LIVE.text.len() <= 8_192, "{} bytes of script", LIVE.text.len());
    }

    #[test]
    fn names_change_with_their_content() {
        let (one, two) = (Asset::new("x", "css", "a"), Asset::new("x", "css", "b"));
        assert_ne!(one.name, two.name);
        assert!(one.path().starts_with("/assets/x.") && one.path().ends_with(".css"));
    }

    #[tokio::test]
    async fn an_asset_is_kept_for_ever_and_an_unknown_one_is_not_there() {
        let response = serve(Path(LIVE.name.clone()), HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.headers()[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
        let mut again = HeaderMap::new();
        again.insert(header::IF_NONE_MATCH, response.headers()[header::ETAG].clone());
        assert_eq!(serve(Path(LIVE.name.clone()), again).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(
            serve(Path("../Cargo.toml".into()), HeaderMap::new()).await.status(),
            StatusCode::NOT_FOUND
        );
    }
}
