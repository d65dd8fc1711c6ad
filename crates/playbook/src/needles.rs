//! Texts to look for all at once, many bytes of a document at a time.
//!
//! Must never be here: what is looked for.

use aho_corasick::{AhoCorasick, MatchKind};

/// A search for some texts. Of two that meet, the one that begins first is found: only so does the search step over
/// bytes that begin none of them.
pub(crate) fn needles(texts: &[&str]) -> AhoCorasick {
    let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(texts);
    builder.expect("a rule looks for a few short texts")
}
