//! A probe as the settings hold it, and what is wrong with it: named by key, with what to write instead.

mod expecting;
mod targets;
mod words;

use crate::judge::{Rules, Share};
use crate::probe::{Family, Hidden, Kind, Place, Probe, Telling, WebAsk};
use core::time::Duration;
use expecting::ExpectSetting;
use playbook::{Approval, Effect};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use url::Url;
pub use words::Length;
use words::Whole;

/// Nothing is looked at more often: a target is not to be burdened, and an idle server is to stay idle.
const EVERY_MIN: Duration = Duration::from_secs(1);
/// A probe that looks less often than once a day is a mistake.
const EVERY_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// How often when nothing is said.
const EVERY: Duration = Duration::from_secs(60);
/// How long a look may take when nothing is said, unless looks come more often.
const TIMEOUT: Duration = Duration::from_secs(10);
/// No look may take longer.
const TIMEOUT_MAX: Duration = Duration::from_secs(5 * 60);
/// How many failures in a row when nothing is said.
const DOWN_AFTER: u32 = 3;
/// How many passes in a row when nothing is said.
const UP_AFTER: u32 = 2;
/// No more passes can be asked for.
const UP_AFTER_MAX: u32 = 100;
/// A name is part of an alert's key and of a path.
const NAME_CHARS_MAX: usize = 60;
/// A command or a query is not longer.
const SOURCE_BYTES_MAX: usize = 8 * 1024;

/// One `[[probe]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeSetting {
    /// Its name.
    pub name: String,
    /// What is looked at.
    kind: KindWord,
    /// For `http`, `websocket` and `prometheus`: where.
    url: Option<String>,
    /// Further addresses, or `host:port`, that `/probe` may ask for.
    #[serde(default)]
    targets: Vec<String>,
    /// For `tcp`, `dns` and `tls`: the name or address.
    host: Option<String>,
    /// For `tcp` and `tls`: the port.
    port: Option<u16>,
    /// For `command`: what is run.
    command: Option<String>,
    /// For `prometheus`: what is asked.
    query: Option<String>,
    /// `GET` or `HEAD`.
    method: Option<MethodWord>,
    /// Headers of the request; their values are shown nowhere.
    #[serde(default)]
    headers: BTreeMap<String, Hidden>,
    /// An authority to believe instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// `4` or `6`: only such addresses count.
    ip: Option<u8>,
    /// From one look to the next.
    every: Option<Length>,
    /// How long a look may take.
    timeout: Option<Length>,
    /// `3`, `"3 of 5"` or `"60 % of 10"` failures make it down.
    down_after: Option<Whole>,
    /// So many passes in a row make it up.
    up_after: Option<u32>,
    /// How bad it is.
    severity: Option<String>,
    /// The service.
    service: Option<String>,
    /// The component of the status page.
    component: Option<String>,
    /// The alert's title.
    title: Option<String>,
    /// What is expected.
    #[serde(default)]
    expect: ExpectSetting,
}

/// What can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KindWord {
    Http,
    WebSocket,
    Tcp,
    Dns,
    Tls,
    Command,
    Prometheus,
}

/// A probe only looks, so these two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum MethodWord {
    Get,
    Head,
}

impl ProbeSetting {
    /// The probe of these words.
    ///
    /// # Errors
    /// What cannot be meant, by its key, with what to write instead.
    pub fn probe(&self) -> Result<Probe, String> {
        self.checked().map_err(|why| format!("probe {:?}: {why}", self.name))
    }

    fn checked(&self) -> Result<Probe, String> {
        name(&self.name)?;
        self.fits_its_kind()?;
        let every = within("every", self.every.map_or(EVERY, Length::time), EVERY_MIN, EVERY_MAX)?;
        let timeout = self.timeout.map_or(TIMEOUT.min(every), Length::time);
        let timeout = within("timeout", timeout, Duration::from_millis(1), TIMEOUT_MAX)?;
        if timeout > every {
            return Err(format!(
                "timeout is {timeout:?} and every is {every:?}: a look must end before the next begins"
            ));
        }
        let up_after = self.up_after.unwrap_or(UP_AFTER);
        if !(1..=UP_AFTER_MAX).contains(&up_after) {
            return Err(format!("up_after is {up_after}; it must be from 1 to {UP_AFTER_MAX}"));
        }
        let down = match &self.down_after {
            Some(words) => words.share()?,
            None => Share::in_a_row(DOWN_AFTER),
        };
        let (kind, target) = self.what()?;
        let others = self.others()?;
        let expect = self.expect.each(self.kind)?;
        let rules = Rules { down, up_after, windows: self.expect.windows(every)? };
        Ok(Probe {
            name: self.name.clone(),
            kind,
            target,
            every,
            timeout,
            expect,
            rules,
            telling: self.telling(),
            others,
        })
    }

    fn telling(&self) -> Telling {
        Telling {
            title: self.title.clone(),
            severity: self.severity.clone(),
            service: self.service.clone(),
            component: self.component.clone(),
            origin: None,
        }
    }

    /// Every kind needs some keys and has no use for others.
    fn fits_its_kind(&self) -> Result<(), String> {
        let keys: [(&str, bool, &[KindWord]); 8] = [
            ("url", self.url.is_some(), &[KindWord::Http, KindWord::WebSocket, KindWord::Prometheus]),
            ("host", self.host.is_some(), &[KindWord::Tcp, KindWord::Dns, KindWord::Tls]),
            ("command", self.command.is_some(), &[KindWord::Command]),
            ("query", self.query.is_some(), &[KindWord::Prometheus]),
            // From here on keys that may be left out.
            ("port", self.port.is_some(), &[KindWord::Tcp, KindWord::Tls]),
            ("method", self.method.is_some(), &[KindWord::Http]),
            (
                "headers",
                !self.headers.is_empty(),
                &[KindWord::Http, KindWord::WebSocket, KindWord::Prometheus],
            ),
            (
                "ca_file",
                self.ca_file.is_some(),
                &[KindWord::Http, KindWord::WebSocket, KindWord::Prometheus, KindWord::Tls],
            ),
        ];
        for (at, (key, is_set, kinds)) in keys.into_iter().enumerate() {
            let (has_use, kind) = (kinds.contains(&self.kind), self.kind.name());
            if is_set && !has_use {
                return Err(format!("kind {kind:?} has no use for {key}; take it out"));
            }
            if !is_set && has_use && at < 4 {
                return Err(format!("kind {kind:?} needs {key}"));
            }
        }
        Ok(())
    }

    fn what(&self) -> Result<(Kind, String), String> {
        let text = |set: &Option<String>| set.clone().unwrap_or_default();
        Ok(match self.kind {
            KindWord::Http => {
                let (ask, shown) = self.web()?;
                (Kind::Http(ask), shown)
            }
            KindWord::WebSocket => {
                let (ask, shown) = self.web()?;
                (Kind::WebSocket(ask), shown)
            }
            KindWord::Prometheus => {
                let (ask, shown) = self.web()?;
                let query = source("query", &text(&self.query))?;
                let target = format!("{query} at {shown}");
                (Kind::Prometheus { ask, query }, target)
            }
            KindWord::Tcp => {
                let port = self.port.ok_or("kind \"tcp\" needs port")?;
                let place = self.place(&text(&self.host), port)?;
                let shown = format!("{}:{port}", place.host);
                (Kind::Tcp(place), shown)
            }
            KindWord::Tls => {
                let place = self.place(&text(&self.host), self.port.unwrap_or(443))?;
                let shown = format!("{}:{}", place.host, place.port);
                (Kind::Tls { place, ca: self.ca_file.clone() }, shown)
            }
            KindWord::Dns => {
                let place = self.place(&text(&self.host), 0)?;
                (Kind::Dns { host: place.host.clone() }, place.host)
            }
            KindWord::Command => {
                let command = source("command", &text(&self.command))?;
                (Kind::Command { source: only_looks(&command)? }, command)
            }
        })
    }

    fn web(&self) -> Result<(WebAsk, String), String> {
        let text = self.url.clone().unwrap_or_default();
        let url =
            Url::parse(&text).map_err(|error| format!("url is {text:?}, which is no address: {error}"))?;
        let plain: &[&str] = if self.kind == KindWord::WebSocket { &["ws", "http"] } else { &["http"] };
        let encrypted: &[&str] =
            if self.kind == KindWord::WebSocket { &["wss", "https"] } else { &["https"] };
        let known = plain.contains(&url.scheme()) || encrypted.contains(&url.scheme());
        let Some(host) = url.host_str().filter(|_| known) else {
            return Err(format!(
                "url is {text:?}; it must begin with {}:// or {}://",
                plain[0], encrypted[0]
            ));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("url holds a user or password; put them into headers, such as { authorization = \"Basic …\" }".to_owned());
        }
        for (name, value) in &self.headers {
            header(name, value)?;
        }
        let port = url.port().unwrap_or(if encrypted.contains(&url.scheme()) { 443 } else { 80 });
        let place = self.place(host, port)?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let shown =
            format!("{}{}", &url[..url::Position::AfterPath], if query.is_empty() { "" } else { "?…" });
        let ask = WebAsk {
            encrypted: encrypted.contains(&url.scheme()),
            authority: url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            place,
            target: format!("{}{query}", url.path()),
            method: self.method.unwrap_or(MethodWord::Get).name().to_owned(),
            headers: self.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            ca: self.ca_file.clone(),
        };
        Ok((ask, shown))
    }

    fn place(&self, host: &str, port: u16) -> Result<Place, String> {
        let family = match self.ip {
            None => Family::Any,
            Some(4) => Family::V4,
            Some(6) => Family::V6,
            Some(other) => return Err(format!("ip is {other}; it must be 4 or 6, or left out")),
        };
        let is_host = !host.is_empty()
            && host.len() <= 253
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '[' | ']'));
        if !is_host {
            return Err(format!(
                "host is {host:?}; it must be a name or an address, such as api.example.test"
            ));
        }
        Ok(Place { host: host.to_owned(), port, family })
    }
}

impl KindWord {
    const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::WebSocket => "websocket",
            Self::Tcp => "tcp",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Command => "command",
            Self::Prometheus => "prometheus",
        }
    }
}

impl MethodWord {
    const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
        }
    }
}

pub(crate) fn name(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(fits) {
        return Ok(());
    }
    Err(format!("name must be 1 to {NAME_CHARS_MAX} letters, digits, or any of - _ ."))
}

pub(crate) fn within(key: &str, set: Duration, min: Duration, max: Duration) -> Result<Duration, String> {
    if (min..=max).contains(&set) {
        return Ok(set);
    }
    Err(format!("{key} is {set:?}; it must be from {min:?} to {max:?}"))
}

fn source(key: &str, text: &str) -> Result<String, String> {
    if text.trim().is_empty() || text.len() > SOURCE_BYTES_MAX {
        return Err(format!("{key} must be 1 to {SOURCE_BYTES_MAX} bytes"));
    }
    Ok(text.trim().to_owned())
}

/// A probe runs without anybody's word, so it may only look, and it must end.
fn only_looks(command: &str) -> Result<String, String> {
    let (effect, why) = playbook::effect_of(command);
    match (effect, effect.approval()) {
        (Effect::FollowsLog, _) => Err(format!("command does not end by itself: {why}")),
        (_, Approval::NotNeeded) => Ok(command.to_owned()),
        (_, Approval::Needed) => Err(format!(
            "command must only look, and this one may change something or is not known ({why}); ask in another way, such as kind = \"http\""
        )),
    }
}

/// Names that we send ourselves, and characters that would begin another header.
fn header(name: &str, value: &Hidden) -> Result<(), String> {
    let own = ["host", "connection", "content-length", "transfer-encoding", "upgrade"];
    let lower = name.to_ascii_lowercase();
    if own.contains(&lower.as_str()) {
        return Err(format!("the header {name} is the probe's own; take it out"));
    }
    let is_name = hyper::header::HeaderName::try_from(name).is_ok();
    let is_value = hyper::header::HeaderValue::try_from(value.reveal()).is_ok();
    if is_name && is_value { Ok(()) } else { Err(format!("{name:?} is no header that can be sent")) }
}

#[cfg(test)]
mod tests;
