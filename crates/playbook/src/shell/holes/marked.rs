//! Blanks between signs that a shell gives a meaning of its own: `[ns]`, which it takes for a pattern, `__NS__` and `%NS%`.
//!
//! Must never be here: brackets that read as words whatever the tool is.

use super::place::Place;

/// Tools whose words name no files, so that a pattern of file names means nothing to them.
const FILELESS: &str = "kubectl oc helm docker podman crictl ssh aws gcloud az systemctl journalctl service kill ping wrangler \
    modal convex vercel fly flyctl heroku argocd flux stern redis-cli";

/// A longer word reads as one by itself, see `reads_as_words`.
const SHORT_MAX: usize = 3;
/// A longer name is not taken for a blank.
const NAME_MAX: usize = 40;

/// `[ns]`, `[pod]` and `[id]` as a whole word of a tool that takes no files.
pub(super) fn short(
    source: &str,
    at: usize,
    quote: Option<char>,
    place: &Place<'_>,
) -> Option<(String, usize)> {
    let rest = source.get(at + 1..)?;
    let name = rest.get(..rest.bytes().take(SHORT_MAX + 1).position(|byte| byte == b']')?)?;
    let end = at + name.len() + 2;
    let is_name =
        (2..=SHORT_MAX).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    let fits = quote.is_none() && is_whole(source, at, end) && takes_no_files(place);
    (is_name && fits).then(|| (name.to_owned(), end - at))
}

/// `__NS__` anywhere, and `%NS%` as a whole word of a tool that takes no files: to others it may be a format.
pub(super) fn between(source: &str, at: usize, place: &Place<'_>) -> Option<(String, usize)> {
    let rest = source.get(at..)?;
    let mark = if rest.starts_with("__") { "__" } else { "%" };
    let inside = rest.strip_prefix(mark)?;
    let part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    let length = inside.bytes().take(NAME_MAX + 1).take_while(part).count();
    let name = match mark {
        "%" => inside.get(..length)?,
        _ => inside.get(..length)?.strip_suffix(mark)?,
    };
    let end = at + name.len() + 2 * mark.len();
    let is_name =
        (2..=NAME_MAX).contains(&name.len()) && name.starts_with(|first: char| first.is_ascii_uppercase());
    let fits = match mark {
        "%" => inside.get(length..)?.starts_with(mark) && is_whole(source, at, end) && takes_no_files(place),
        _ => !source.get(..at)?.ends_with(|before: char| before.is_alphanumeric() || before == '_'),
    };
    let ends = !source.get(end..)?.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    (is_name && fits && ends).then(|| (name.to_owned(), end - at))
}

/// Whether nothing but blanks, quotes or the sign before a value stands beside it.
fn is_whole(source: &str, at: usize, end: usize) -> bool {
    let before = source.get(..at).and_then(|text| text.chars().next_back());
    let after = source.get(end..).and_then(|text| text.chars().next());
    before.is_none_or(|character| character.is_whitespace() || "=\"'".contains(character))
        && after.is_none_or(|character| character.is_whitespace() || "\"'".contains(character))
}

fn takes_no_files(place: &Place<'_>) -> bool {
    let tool = place.tool().unwrap_or_default();
    FILELESS.split_ascii_whitespace().any(|known| known == tool)
}
