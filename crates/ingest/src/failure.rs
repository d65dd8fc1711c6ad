//! What can be wrong with a whole body, and with one alert inside it. How a sender is told lives in `reply`.

use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::limits::{ALERTS_MAX, DEPTH_MAX, VALUES_MAX};

/// One place in a body that cannot be read as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Where, such as `[3].labels`; empty for the body itself.
    pub path: String,
    /// What is wrong there, in words.
    pub why: String,
}

/// Why a body as a whole was refused; no alert of it was taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// More bytes than the format allows.
    #[error("body is larger than {bytes_max} bytes")]
    TooLarge {
        /// The format's limit.
        bytes_max: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("body is not utf-8 at line {line} column {column}")]
    NotUtf8 {
        /// Line of the first wrong byte, from 1.
        line: usize,
        /// Its byte within the line, from 1.
        column: usize,
    },
    /// Text that is not JSON.
    #[error("{why} at line {line} column {column}")]
    NotJson {
        /// What the parser found.
        why: String,
        /// Line, from 1.
        line: usize,
        /// Byte within the line, from 1; 0 at a line's beginning.
        column: usize,
    },
    /// Lists and objects inside one another beyond `DEPTH_MAX`.
    #[error("nested deeper than {DEPTH_MAX} levels at line {line} column {column}")]
    TooDeep {
        /// Line, from 1.
        line: usize,
        /// Byte within the line, from 1.
        column: usize,
    },
    /// More JSON values than `VALUES_MAX`.
    #[error("more than {VALUES_MAX} values in one body")]
    TooManyValues,
    /// More alerts than `ALERTS_MAX`.
    #[error("{sent} alerts in one body, at most {ALERTS_MAX} are taken")]
    TooManyAlerts {
        /// How many there were.
        sent: usize,
    },
    /// JSON of another shape than the format's.
    #[error("{0}")]
    Shape(Rejected),
    /// A media type which the format's real server refuses.
    #[error("unsupported media type {sent:?}, only [application/json] are allowed")]
    MediaType {
        /// What the sender declared.
        sent: String,
    },
    /// The source key in the request is nobody's. Found by the caller.
    #[error("no source has this key")]
    UnknownSource,
    /// The alert could not be stored now. Found by the caller.
    #[error("too busy to store alerts now")]
    Busy,
    /// The storage keeps nothing at the moment. Found by the caller.
    #[error("the storage refuses to keep alerts now")]
    Unkept,
}

impl Failure {
    /// The status code, unless the format's senders need another (see `failure_reply`).
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::TooLarge { .. } | Self::TooManyValues | Self::TooManyAlerts { .. } => 413,
            Self::NotUtf8 { .. } | Self::NotJson { .. } | Self::TooDeep { .. } | Self::Shape(_) => 400,
            Self::MediaType { .. } => 415,
            Self::UnknownSource => 401,
            Self::Busy | Self::Unkept => 503,
        }
    }
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Self {
        Self::Shape(rejected)
    }
}

impl Rejected {
    pub(crate) fn new(path: impl Into<String>, why: impl Into<String>) -> Self {
        Self { path: path.into(), why: why.into() }
    }

    /// The same fault seen from further out: `labels.x` under `[3]` is `[3].labels.x`.
    pub(crate) fn under(self, outer: &str) -> Self {
        let path = match (outer, self.path.as_str()) {
            ("", _) => self.path,
            (_, "") => outer.into(),
            (_, inner) if inner.starts_with('[') => format!("{outer}{inner}"),
            (_, inner) => format!("{outer}.{inner}"),
        };
        Self { path, why: self.why }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "body" } else { &self.path };
        write!(out, "{path}: {}", self.why)
    }
}
