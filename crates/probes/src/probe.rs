//! A probe: what is looked at, how often, what is expected of it, and what it is called when it is down. Made of checked
//! settings alone.

use crate::judge::{Expect, Rules};
use core::fmt;
use core::time::Duration;
use std::path::PathBuf;

/// One probe.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Its name; the alert's key is `probe:` and this.
    pub name: String,
    /// What is looked at.
    pub kind: Kind,
    /// The target, for people: an address without secrets, a host and port, a command.
    pub target: String,
    /// From one look to the next.
    pub every: Duration,
    /// How long one look may take.
    pub timeout: Duration,
    /// What is expected of each look.
    pub expect: Expect,
    /// What many looks make of the target.
    pub rules: Rules,
    /// What the alert says.
    pub telling: Telling,
    /// Further targets that may be asked for, one look at a time.
    pub others: Vec<Other>,
}

/// A target that a probe looks at only when it is asked to.
#[derive(Clone, Debug)]
pub struct Other {
    /// As the settings name it.
    pub name: String,
    /// What is looked at.
    pub kind: Kind,
    /// The same for people.
    pub target: String,
}

/// What an alert says beside what was seen.
#[derive(Clone, Debug, Default)]
pub struct Telling {
    /// The title instead of `NAME is down`.
    pub title: Option<String>,
    /// The word for how bad it is.
    pub severity: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// The component of the status page.
    pub component: Option<String>,
    /// Where the playbook asks for this probe.
    pub origin: Option<String>,
}

/// What is looked at.
#[derive(Clone, Debug)]
pub enum Kind {
    /// An HTTP request.
    Http(WebAsk),
    /// A WebSocket's upgrade.
    WebSocket(WebAsk),
    /// A TCP connection.
    Tcp(Place),
    /// A name.
    Dns {
        /// The name.
        host: String,
    },
    /// A certificate.
    Tls {
        /// Where it is served.
        place: Place,
        /// An authority to believe instead of the system's, as a PEM file.
        ca: Option<PathBuf>,
    },
    /// A command that only looks.
    Command {
        /// Its exact text.
        source: String,
    },
    /// A query of Prometheus.
    Prometheus {
        /// Prometheus itself; its path is what stands before `/api/v1`.
        ask: WebAsk,
        /// The query.
        query: String,
    },
}

impl Kind {
    /// Its name in the settings.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::WebSocket(_) => "websocket",
            Self::Tcp(_) => "tcp",
            Self::Dns { .. } => "dns",
            Self::Tls { .. } => "tls",
            Self::Command { .. } => "command",
            Self::Prometheus { .. } => "prometheus",
        }
    }
}

/// A host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// A name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Which addresses of the name count.
    pub family: Family,
}

impl Place {
    /// Of `host:port`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let port = port.parse().ok().filter(|port| *port > 0)?;
        let is_host =
            !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-._:[]".contains(c));
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        is_host.then_some(Self { host, port, family: Family::Any })
    }
}

/// Which addresses of a name are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// All of them in turn; one that answers is enough.
    #[default]
    Any,
    /// IPv4 alone.
    V4,
    /// IPv6 alone.
    V6,
}

/// What is asked of a web server.
#[derive(Clone, Debug)]
pub struct WebAsk {
    /// Whether over TLS.
    pub encrypted: bool,
    /// Where.
    pub place: Place,
    /// The `Host` header.
    pub authority: String,
    /// Path and query.
    pub target: String,
    /// `GET` or `HEAD`.
    pub method: String,
    /// Headers beside our own.
    pub headers: Vec<(String, Hidden)>,
    /// An authority to believe instead of the system's, as a PEM file.
    pub ca: Option<PathBuf>,
}

/// A text that may be a secret: it goes to its target and nowhere else.
#[derive(Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}
