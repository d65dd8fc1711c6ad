//! One document of the public page: its bytes as they are sent, plain and compressed, and the headers of each.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use ring::digest;
use std::io::Write as _;

/// Fresh for 15 s; a cache may show it for a day while we do not answer.
const CACHE: &str = "public, max-age=15, s-maxage=15, stale-while-revalidate=60, stale-if-error=86400";

/// Bytes of the hash that names a document's content.
const TAG_BYTES: usize = 12;

/// A smaller document is sent as it is: its headers weigh more.
const COMPRESSED_BYTES_MIN: usize = 256;

/// Brotli's effort of 0 to 11. The last steps take ten times as long for a few bytes in a hundred.
const BROTLI_EFFORT: i32 = 9;

/// Brotli's window, as a power of two; documents are smaller.
const BROTLI_WINDOW: i32 = 20;

/// What a document is, and so what a browser may do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A page for people.
    Page,
    /// A page that others may frame.
    Embed,
    /// The API's.
    Json,
    /// A feed, each as its readers know it.
    Atom,
    /// The same.
    Rss,
    /// The same.
    JsonFeed,
    /// A picture.
    Svg,
}

impl Kind {
    pub(crate) const fn media(self) -> &'static str {
        match self {
            Self::Page | Self::Embed => "text/html; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::JsonFeed => "application/feed+json; charset=utf-8",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// How bytes are packed for the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Brotli,
    Gzip,
    Plain,
}

impl Packing {
    /// The best first.
    const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Plain];

    const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Plain => "identity",
        }
    }
}

/// One document. Nothing of it is made when it is asked for.
#[derive(Debug)]
pub(crate) struct Doc {
    plain: Parcel,
    packed: Vec<(Packing, Parcel)>,
}

/// Its bytes, packed in one way, and everything that is said of them.
#[derive(Debug)]
struct Parcel {
    bytes: Bytes,
    tag: String,
    headers: HeaderMap,
}

impl Doc {
    /// In a language, when it is in one; what it may load and who may frame it is in `policy`, else the listener's own holds.
    pub(crate) fn new(kind: Kind, language: Option<&str>, policy: Option<&str>, text: String) -> Self {
        let hash = name_of(text.as_bytes());
        let plain = Bytes::from(text);
        let parcel = |packing, bytes| Parcel::new(packing, bytes, &hash, kind, [language, policy]);
        let pack = |packing| Some((packing, parcel(packing, packed(packing, &plain)?)));
        let packed = Packing::ALL.into_iter().filter_map(pack).collect();
        Self { plain: parcel(Packing::Plain, plain.clone()), packed }
    }

    /// How long it is: as it is, and as most browsers are sent it.
    #[cfg(test)]
    pub(crate) fn weighs(&self) -> (usize, usize) {
        let brotli = self.packed.iter().find(|(packing, _)| *packing == Packing::Brotli);
        (self.plain.bytes.len(), brotli.map_or(self.plain.bytes.len(), |(_, parcel)| parcel.bytes.len()))
    }

    /// The answer to whoever asks with these headers.
    pub(crate) fn answer(&self, asked: &HeaderMap) -> Response {
        let Parcel { bytes, tag, headers } = self.parcel(asked);
        if is_kept(asked, tag) {
            return (StatusCode::NOT_MODIFIED, headers.clone()).into_response();
        }
        (headers.clone(), bytes.clone()).into_response()
    }

    /// The packing that they like most; of those that they like alike the smallest.
    fn parcel(&self, asked: &HeaderMap) -> &Parcel {
        let mut best = (&self.plain, liking(asked, Packing::Plain));
        for (packing, parcel) in self.packed.iter().rev() {
            let liked = liking(asked, *packing);
            if liked > 0 && liked >= best.1 {
                best = (parcel, liked);
            }
        }
        best.0
    }

    /// What it says.
    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(&self.plain.bytes).expect("a document is made of text")
    }
}

impl Parcel {
    fn new(packing: Packing, bytes: Bytes, hash: &str, kind: Kind, said: [Option<&str>; 2]) -> Self {
        let [language, policy] = said;
        let tag = match packing {
            Packing::Plain => format!("\"{hash}\""),
            Packing::Brotli | Packing::Gzip => format!("\"{hash}-{}\"", packing.name()),
        };
        let mut headers = HeaderMap::new();
        let mut put = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        put(header::CACHE_CONTROL, CACHE);
        put(header::CONTENT_TYPE, kind.media());
        put(header::VARY, "Accept-Encoding");
        put(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        put(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
        put(header::ETAG, &tag);
        if let Some(language) = language {
            put(header::CONTENT_LANGUAGE, language);
        }
        if let Some(policy) = policy {
            put(header::CONTENT_SECURITY_POLICY, policy);
        }
        if packing != Packing::Plain {
            put(header::CONTENT_ENCODING, packing.name());
        }
        Self { bytes, tag, headers }
    }
}

fn name_of(bytes: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, bytes);
    hash.as_ref().iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes packed, where that is worth it.
fn packed(packing: Packing, plain: &Bytes) -> Option<Bytes> {
    if plain.len() < COMPRESSED_BYTES_MIN {
        return None;
    }
    let bytes = match packing {
        Packing::Brotli => brotli(plain).ok()?,
        Packing::Gzip => gzip(plain).ok()?,
        Packing::Plain => return None,
    };
    (bytes.len() < plain.len()).then(|| Bytes::from(bytes))
}

fn brotli(mut plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_EFFORT,
        lgwin: BROTLI_WINDOW,
        size_hint: plain.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut bytes = Vec::new();
    brotli::BrotliCompress(&mut plain, &mut bytes, &params)?;
    Ok(bytes)
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    encoder.finish()
}

/// How much the asker likes a packing, in thousandths; 0: not at all.
fn liking(asked: &HeaderMap, packing: Packing) -> u32 {
    let mut any = None;
    for part in list(asked, &header::ACCEPT_ENCODING) {
        let mut words = part.split(';').map(str::trim);
        let name = words.next().unwrap_or_default();
        let liked = quality(words);
        if name.eq_ignore_ascii_case(packing.name()) || (packing == Packing::Gzip && name == "x-gzip") {
            return liked;
        }
        if name == "*" {
            any = Some(liked);
        }
    }
    match packing {
        // What is not said may be sent plain, when nothing that is said can be.
        Packing::Plain => any.unwrap_or(1),
        Packing::Brotli | Packing::Gzip => any.unwrap_or(0),
    }
}

/// `q=0.5` among the words behind a name, in thousandths.
pub(crate) fn quality<'a>(mut words: impl Iterator<Item = &'a str>) -> u32 {
    let said = words.find_map(|word| word.strip_prefix("q=").or_else(|| word.strip_prefix("Q=")));
    let read = said.map_or(Some(1.0), |text| text.trim().parse::<f32>().ok());
    let share = read.filter(|share| share.is_finite()).unwrap_or(0.0).clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1000")]
    let thousandths = (share * 1000.0).round() as u32;
    thousandths
}

/// The parts of a header's lists.
pub(crate) fn list<'a>(asked: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = asked.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|part| !part.is_empty())
}

/// Whether the asker holds this very document, or what a proxy made of it on the way.
pub(crate) fn is_kept(asked: &HeaderMap, tag: &str) -> bool {
    list(asked, &header::IF_NONE_MATCH).any(|seen| seen == "*" || seen.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn asking(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).expect("a header"))])
    }

    fn doc() -> Doc {
        Doc::new(Kind::Page, Some("de"), None, "<p>Alles in Ordnung</p>".repeat(40))
    }

    async fn body(response: Response) -> Vec<u8> {
        axum::body::to_bytes(response.into_body(), 100_000).await.expect("a body").to_vec()
    }

    #[tokio::test]
    async fn what_is_packed_unpacks_to_what_is_plain() {
        let doc = doc();
        let ask = |liked: &str| doc.answer(&asking(header::ACCEPT_ENCODING, liked));
        let brotli_bytes = body(ask("gzip, br")).await;
        let mut brotli_text = String::new();
        brotli::Decompressor::new(brotli_bytes.as_slice(), 4096)
            .read_to_string(&mut brotli_text)
            .expect("text");
        let mut gzip_text = String::new();
        let gzip_bytes = body(ask("gzip")).await;
        flate2::read::GzDecoder::new(gzip_bytes.as_slice()).read_to_string(&mut gzip_text).expect("text");
        let plain = body(doc.answer(&HeaderMap::new())).await;
        assert_eq!(brotli_text.as_bytes(), plain);
        assert_eq!(gzip_text.as_bytes(), plain);
        assert!(brotli_bytes.len() < gzip_bytes.len() && gzip_bytes.len() < plain.len());
    }

    #[test]
    fn the_asker_chooses_the_packing() {
        let doc = doc();
        for (liked, sent) in [
            ("", None),
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip, deflate", Some("gzip")),
            ("x-gzip", Some("gzip")),
            ("br;q=0.1, gzip;q=0.9", Some("gzip")),
            ("br;q=0, *", Some("gzip")),
            ("*;q=0", None),
            ("gzip;q=0, br;q=0", None),
            ("identity;q=1, br;q=0.5", None),
            ("br;q=nonsense", None),
            ("BR", Some("br")),
            ("zstd", None),
        ] {
            let answer = doc.answer(&asking(header::ACCEPT_ENCODING, liked));
            let packing =
                answer.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().expect("text"));
            assert_eq!(packing, sent, "{liked}");
            assert_eq!(answer.headers()[header::VARY], "Accept-Encoding");
        }
    }

    #[test]
    fn each_packing_has_a_tag_of_its_own_by_which_it_is_not_sent_twice() {
        let doc = doc();
        let mut tags = Vec::new();
        for liked in ["identity", "gzip", "br"] {
            let mut asked = asking(header::ACCEPT_ENCODING, liked);
            let tag = doc.answer(&asked).headers()[header::ETAG].clone();
            assert!(!tag.to_str().expect("text").starts_with("W/"), "strong");
            asked.insert(header::IF_NONE_MATCH, tag.clone());
            let again = doc.answer(&asked);
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(again.headers()[header::ETAG], tag);
            asked.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"another\""));
            assert_eq!(doc.answer(&asked).status(), StatusCode::OK);
            tags.push(tag);
        }
        tags.sort_by(|one, other| one.as_bytes().cmp(other.as_bytes()));
        tags.dedup();
        assert_eq!(tags.len(), 3);
    }

    #[test]
    fn what_is_small_stays_as_it_is() {
        let doc = Doc::new(Kind::Json, None, None, "{}".to_owned());
        let answer = doc.answer(&asking(header::ACCEPT_ENCODING, "br"));
        assert!(answer.headers().get(header::CONTENT_ENCODING).is_none());
    }
}
