//! The filters of a tail: by the seed dialect's little language (`status>=500`, `pathname:/x`, or plain text), and by
//! plain text as the real tools search. Pure.

use crate::log::Record;

/// Which records a tail shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    /// By the status answered.
    Status(Comparison, u16),
    /// By the beginning of the path.
    Path(String),
    /// By a text in what was printed or raised, or in the URL; letter case does not matter.
    Text(String),
}

/// How a status is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    AtLeast,
    AtMost,
    Above,
    Below,
    Equal,
}

/// Longer operators first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Comparison); 6] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    ("==", Comparison::Equal),
    (">", Comparison::Above),
    ("<", Comparison::Below),
    ("=", Comparison::Equal),
];

impl Filter {
    /// Reads the little language; what is neither a status nor a path is a text.
    pub(super) fn parse(text: &str) -> Self {
        if let Some(path) = text.strip_prefix("pathname:") {
            return Self::Path(path.trim().to_owned());
        }
        status(text).unwrap_or_else(|| Self::Text(text.trim().to_lowercase()))
    }

    /// Whether the record is shown.
    pub(super) fn shows(&self, record: &Record) -> bool {
        match self {
            Self::Status(Comparison::AtLeast, limit) => record.status >= *limit,
            Self::Status(Comparison::AtMost, limit) => record.status <= *limit,
            Self::Status(Comparison::Above, limit) => record.status > *limit,
            Self::Status(Comparison::Below, limit) => record.status < *limit,
            Self::Status(Comparison::Equal, limit) => record.status == *limit,
            Self::Path(prefix) => path_of(&record.url).starts_with(prefix),
            Self::Text(text) => {
                let mut said = record.notes.iter().chain(&record.exceptions).chain([&record.url]);
                said.any(|said| said.to_lowercase().contains(text))
            }
        }
    }
}

fn status(text: &str) -> Option<Filter> {
    let rest = text.trim().strip_prefix("status")?.trim_start();
    let (sign, comparison) = OPERATORS.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
    let limit = rest[sign.len()..].trim().parse().ok()?;
    Some(Filter::Status(comparison, limit))
}

fn path_of(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    after.find('/').map_or("/", |at| &after[at..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Outcome, ServiceName};

    fn record(path: &str, status: u16, note: &str) -> Record {
        Record {
            at_ms: 0,
            service: ServiceName::Edge,
            function: String::new(),
            method: "GET".to_owned(),
            url: format!("https://api.tabbi.dev{path}"),
            status,
            outcome: Outcome::Ok,
            notes: vec![note.to_owned()],
            exceptions: Vec::new(),
        }
    }

    #[test]
    fn statuses_compare() {
        for (text, shown) in [
            ("status>=500", [false, true, true]),
            ("status > 500", [false, false, true]),
            ("status<500", [true, false, false]),
            ("status<=500", [true, true, false]),
            ("status=500", [false, true, false]),
        ] {
            let filter = Filter::parse(text);
            let got = [499, 500, 501].map(|status| filter.shows(&record("/", status, "")));
            assert_eq!(got, shown, "{text}");
        }
    }

    #[test]
    fn a_path_is_matched_from_its_beginning() {
        let filter = Filter::parse("pathname:/sessions");
        assert!(filter.shows(&record("/sessions/a/ws", 200, "")));
        assert!(!filter.shows(&record("/health/sessions", 200, "")));
    }

    #[test]
    fn anything_else_is_searched_in_what_was_said() {
        let filter = Filter::parse("ws upgrade");
        assert!(filter.shows(&record("/", 101, "WS upgrade accepted")));
        assert!(!filter.shows(&record("/", 101, "alarm set")));
        assert_eq!(Filter::parse("status unknown"), Filter::Text("status unknown".to_owned()));
    }
}
