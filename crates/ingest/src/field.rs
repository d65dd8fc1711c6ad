//! Reading fields of an object with their paths, so that a fault can be found by the person who made it.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use crate::failure::Rejected;
use crate::json::Json;
use crate::limits::{KEY_CHARS_MAX, LINK_BYTES_MAX};
use crate::text::fits;

/// The field as text; absent, null and empty are none; numbers and booleans count as their text.
pub(crate) fn text<'j>(object: &'j Json<'_>, name: &str) -> Result<Option<Cow<'j, str>>, Rejected> {
    let value = object.get(name);
    if value.is_null() {
        return Ok(None);
    }
    let text = value.scalar();
    let text = text.ok_or_else(|| Rejected::new(name, format!("must be a string, is {}", value.kind())))?;
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// A field that must be there and not empty.
pub(crate) fn required<'j>(object: &'j Json<'_>, name: &str) -> Result<Cow<'j, str>, Rejected> {
    text(object, name)?.ok_or_else(|| Rejected::new(name, "is required"))
}

/// A source's own key as it was sent, within its limit.
pub(crate) fn key(object: &Json<'_>, name: &str) -> Result<Option<String>, Rejected> {
    let Some(key) = text(object, name)? else { return Ok(None) };
    if fits(&key, KEY_CHARS_MAX) {
        Ok(Some(key.into_owned()))
    } else {
        Err(Rejected::new(name, format!("is longer than {KEY_CHARS_MAX} characters")))
    }
}

/// The key as it is stored: control characters, which one database refuses and a terminal obeys, are escaped.
pub(crate) fn stored(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for char in key.chars() {
        if char.is_control() {
            out.extend(char.escape_unicode());
        } else {
            out.push(char);
        }
    }
    out
}

/// The text as a link that a browser may be given: `http` or `https`, no control characters, not endless.
pub(crate) fn link(text: &str) -> Option<String> {
    let text = text.trim();
    let scheme = text.split_once("://").map(|(scheme, _)| scheme)?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (web && text.len() <= LINK_BYTES_MAX && !text.contains(char::is_control)).then(|| text.into())
}
