//! The one place where the range draws random bytes, for ids which look like the vendors' and for the tokens of practice
//! users.

use std::fmt::Write as _;

use ring::rand::{SecureRandom as _, SystemRandom};

/// A version-4 UUID in text, as the edge platform names versions and deployments.
pub(crate) fn uuid() -> String {
    let mut bytes = draw::<16>();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// A short id with a prefix, such as `ses_1f0c9a77b2`.
pub(crate) fn short_id(prefix: &str) -> String {
    format!("{prefix}_{}", hex(&draw::<5>()))
}

/// Fills a buffer with bytes that cannot be packed smaller.
pub(crate) fn fill(bytes: &mut [u8]) {
    SystemRandom::new().fill(bytes).expect("the system's random source answers on every supported platform");
}

/// A secret of 160 random bits with a prefix, as tokens are.
pub(crate) fn secret(prefix: &str) -> String {
    format!("{prefix}_{}", hex(&draw::<20>()))
}

fn draw<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
