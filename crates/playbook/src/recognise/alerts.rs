//! Names of alerts: a title such as `KubePodCrashLooping` or `disk_almost_full`, and names that a runbook lists.

use super::parts::Part;
use super::words::Topic;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A shorter word in mixed case is rather the name of a product.
const NAME_BYTES_MIN: usize = 8;

/// The name, when the text is one and nothing else.
pub(super) fn name(text: &str) -> Option<&str> {
    let text = text.trim().trim_matches('`');
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !plain || text.len() < NAME_BYTES_MIN || !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let is_lower = |b: u8| b.is_ascii_lowercase();
    let humps =
        text.as_bytes().windows(2).filter(|two| two[0].is_ascii_uppercase() && is_lower(two[1])).count();
    let camel = text.starts_with(|c: char| c.is_ascii_uppercase()) && humps >= 2;
    let snake = text.contains('_') && !text.bytes().any(|b| b.is_ascii_uppercase()) && !text.ends_with('_');
    (camel || snake).then_some(text)
}

/// All alerts that a runbook says it is for: by its title, in a list of alerts, or by `alertname`.
pub(super) fn of(title: &str, parts: &[Part<'_>], text: &str) -> Vec<String> {
    let mut found: Vec<String> = name(title).map(ToString::to_string).into_iter().collect();
    let lists = parts.iter().filter(|part| part.about.topic == Some(Topic::Alerts));
    for (_, entry) in lists.flat_map(Part::entries) {
        found.extend(entry.split([',', ' ']).filter_map(name).map(ToString::to_string));
    }
    for (at, word) in text.match_indices("alertname") {
        let rest = text.get(at + word.len()..).unwrap_or_default();
        let rest = rest.trim_start_matches(['`', '"', '*', ':', '=', '~', ' ']);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        found.extend(rest.get(..end).filter(|name| !name.is_empty()).map(ToString::to_string));
    }
    let mut seen = alloc::collections::BTreeSet::new();
    found.retain(|name| seen.insert(name.clone()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_words() {
        for text in ["KubePodCrashLooping", "`NodeFilesystemFull`", "disk_almost_full", "APIServerErrorsHigh"]
        {
            assert!(name(text).is_some(), "{text}");
        }
        for text in ["GitHub", "Deployment", "README", "How to deploy", "Slow_", "_private_x", "INCIDENTS"] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn labels_of_metrics_name_alerts() {
        let text = "Fires as `alertname: DiskFull` or alertname=\"DiskGone\", again alertname: DiskFull.";
        assert_eq!(of("Disk", &[], text), ["DiskFull", "DiskGone"]);
    }
}
