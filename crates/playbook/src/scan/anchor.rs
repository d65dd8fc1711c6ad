//! Anchors of headings, by GitHub's rule.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

/// Hands out anchors that are unique in one document.
#[derive(Default)]
pub(crate) struct Anchors {
    seen: BTreeMap<String, u32>,
}

impl Anchors {
    pub(crate) fn next(&mut self, heading: &str) -> String {
        let anchor = slug(heading);
        let Some(times) = self.seen.get(&anchor).copied() else {
            self.seen.insert(anchor.clone(), 1);
            return anchor;
        };
        let (numbered, times) = (times..)
            .map(|times| (format!("{anchor}-{times}"), times))
            .find(|(numbered, _)| !self.seen.contains_key(numbered))
            .unwrap_or_else(|| (anchor.clone(), times));
        self.seen.insert(numbered.clone(), 1);
        self.seen.insert(anchor, times + 1);
        numbered
    }
}

/// Lower case, words joined by `-`, punctuation dropped.
pub(crate) fn slug(heading: &str) -> String {
    let heading = heading.trim();
    let of_ascii = |byte: u8| match byte {
        b' ' => Some('-'),
        b'-' | b'_' => Some(char::from(byte)),
        byte if byte.is_ascii_alphanumeric() => Some(char::from(byte.to_ascii_lowercase())),
        _ => None,
    };
    if heading.is_ascii() {
        return heading.bytes().filter_map(of_ascii).collect();
    }
    heading
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            c if c.is_alphanumeric() => Some(c),
            _ => None,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_goes_and_repeats_are_numbered() {
        let mut anchors = Anchors::default();
        assert_eq!(anchors.next("3. Common Issues & Runbooks"), "3-common-issues--runbooks");
        assert_eq!(anchors.next("Same"), "same");
        assert_eq!(anchors.next("Same"), "same-1");
        assert_eq!(anchors.next("Same-1"), "same-1-1");
        assert_eq!(anchors.next("Same"), "same-2");
    }
}
