//! What stands round every page: language, links that work wherever the page is put, style, and what it may load.

use super::history::Share;
use super::lang::{self, Lang, Words};
use super::site::{Freshness, Site};
use crate::view::assets::slim;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ring::digest;
use std::sync::LazyLock;

/// The page's whole style, which stands in it: one answer is all that it needs.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    slim(concat!(include_str!("../../assets/tokens.css"), "\n", include_str!("../../assets/status.css")))
});

/// What the page may load: that style and our own pictures.
static ALLOWED: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; base-uri 'none'; form-action 'none'"
    )
});

/// For documents that nobody frames.
pub(super) static POLICY: LazyLock<String> =
    LazyLock::new(|| format!("{}; frame-ancestors 'none'", *ALLOWED));

/// For what is made to be framed.
pub(super) static FRAMED: LazyLock<String> = LazyLock::new(|| format!("{}; frame-ancestors *", *ALLOWED));

/// Where a page stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) lang: &'static Lang,
    /// Below its language: ``, `history/`, `incidents/0123456789ab/`.
    pub(crate) path: &'a str,
    /// How many folders it lies below the page's root.
    pub(crate) depth: usize,
}

/// What stands round a page.
pub(crate) struct Frame<'a> {
    pub(crate) lang: &'static Lang,
    pub(crate) w: &'static Words,
    pub(crate) langs: [&'static Lang; 7],
    pub(crate) title: &'a str,
    /// The way up to the root: from wherever the page is put, by name or by folder.
    pub(crate) root: String,
    pub(crate) path: &'a str,
    pub(crate) style: &'static str,
    pub(crate) policy: &'static str,
    pub(crate) as_of: Moment,
    pub(crate) stale: bool,
}

/// A moment for people and for programs.
pub(crate) struct Moment {
    pub(crate) iso: String,
    pub(crate) text: String,
}

impl<'a> Place<'a> {
    /// Under its language's folder.
    pub(crate) fn new(lang: &'static Lang, path: &'a str) -> Self {
        Self { lang, path, depth: 1 + path.matches('/').count() }
    }

    pub(crate) fn address(&self) -> String {
        format!("/{}/{}", self.lang.code, self.path)
    }
}

pub(crate) fn frame<'a>(site: &'a Site, place: Place<'a>) -> Frame<'a> {
    Frame {
        lang: place.lang,
        w: &place.lang.words,
        langs: lang::ALL,
        title: &site.title,
        root: if place.depth == 0 { "./".to_owned() } else { "../".repeat(place.depth) },
        path: place.path,
        style: &STYLE,
        policy: &ALLOWED,
        as_of: moment(site, site.now, place.lang),
        stale: site.fresh == Freshness::Stale,
    }
}

/// `22 August 2026, 12:04 Europe/Berlin (10:04 UTC)`.
pub(crate) fn moment(site: &Site, at: Timestamp, lang: &Lang) -> Moment {
    let utc = at.to_zoned_datetime(TimeZone::UTC);
    let own = at.to_zoned_datetime(site.zone.clone());
    let said_utc = utc.strftime("%H:%M UTC");
    let text = match site.zone.iana_name().filter(|name| !matches!(*name, "UTC" | "Etc/UTC")) {
        None => format!("{}, {said_utc}", (lang.date)(utc.date())),
        Some(name) => {
            let date = (lang.date)(own.date());
            let said = own.strftime("%H:%M");
            if own.date() == utc.date() {
                format!("{date}, {said} {name} ({said_utc})")
            } else {
                format!("{date}, {said} {name} ({}, {said_utc})", (lang.date)(utc.date()))
            }
        }
    };
    Moment { iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), text }
}

/// `99.2 %`, rounded down.
pub(crate) fn percent(share: Share, lang: &Lang) -> String {
    let (whole, part) = (share.0 / 100, share.0 % 100);
    let point = lang.point;
    let number = match part {
        0 => whole.to_string(),
        part if part % 10 == 0 => format!("{whole}{point}{}", part / 10),
        part => format!("{whole}{point}{part:02}"),
    };
    format!("{number}{}", lang.percent)
}
