//! The forms in which a known value may show up in an output.

use crate::clean::clean;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use std::fmt::Write as _;

/// Shorter values are ignored.
const BYTES_MIN: usize = 4;
/// Shorter pieces of base64 turn up by accident.
const BASE64_MIN: usize = 6;
/// Shorter lines of a value turn up by accident.
const LINE_BYTES_MIN: usize = 8;

/// A value and those of its lines that are searched for by themselves, as an indented or numbered output shows them.
pub(super) fn parts(secret: &str) -> Vec<&str> {
    let mut parts = vec![secret];
    // A value read from a file often ends with its line, and is shown without.
    let bare = secret.trim();
    if bare.len() < secret.len() {
        parts.push(bare);
    }
    if bare.contains(['\n', '\r']) {
        let lines = secret.split(['\n', '\r']).map(str::trim).filter(|line| line.len() >= LINE_BYTES_MIN);
        // The frame of a key in PEM is the same for everybody.
        parts.extend(lines.filter(|line| !line.starts_with("-----")));
    }
    parts
}

/// The forms of a value beside base64; none if it is too short. What else may be escaped in it is undone in the text.
pub(super) fn forms(secret: &str) -> Vec<String> {
    if secret.len() < BYTES_MIN {
        return Vec::new();
    }
    let mut forms = vec![secret.to_owned(), clean(secret.as_bytes())];
    forms.extend(percent(secret));
    forms.retain(|form| form.len() >= BYTES_MIN);
    forms
}

/// The forms of a value in base64; none if it is too short.
pub(super) fn base64_forms(secret: &str) -> Vec<String> {
    if secret.len() < BYTES_MIN {
        return Vec::new();
    }
    // Alone, with the padding and the last character that the pieces below leave out.
    let mut forms = vec![BASE64_STANDARD.encode(secret), BASE64_URL_SAFE.encode(secret)];
    forms.extend([BASE64_STANDARD_NO_PAD.encode(secret), BASE64_URL_SAFE_NO_PAD.encode(secret)]);
    forms.extend((0..3).flat_map(|offset| base64(secret, offset)));
    forms.retain(|form| form.len() >= BYTES_MIN);
    forms
}

/// What base64 makes of the value when `offset` bytes (modulo 3) stand before it, without the characters that other
/// bytes have a part in.
fn base64(secret: &str, offset: usize) -> [String; 2] {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(secret.as_bytes());
    let first = (offset * 8).div_ceil(6);
    let whole = BASE64_STANDARD_NO_PAD.encode(&bytes);
    let last = bytes.len() * 8 / 6;
    let cut = |text: &str| {
        let piece = &text[first..last.max(first)];
        if piece.len() < BASE64_MIN { String::new() } else { piece.to_owned() }
    };
    [cut(&whole), cut(&BASE64_URL_SAFE_NO_PAD.encode(&bytes))]
}

fn percent(secret: &str) -> [String; 4] {
    let mut upper = String::new();
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            upper.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(upper, "%{byte:02X}");
        }
    }
    let lower = lower_escapes(&upper);
    let plus = [upper.replace("%20", "+"), lower.replace("%20", "+")];
    let [upper_plus, lower_plus] = plus;
    [upper, lower, upper_plus, lower_plus]
}

fn lower_escapes(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_at(2.min(part.len()));
        out.push('%');
        out.push_str(&code.to_ascii_lowercase());
        out.push_str(rest);
    }
    out
}
