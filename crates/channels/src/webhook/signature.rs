//! Standard Webhooks' symmetric signature, `v1`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;

/// The key that a secret holds.
pub(super) struct Key(hmac::Key);

impl Key {
    /// From `whsec_…`; `None` if it is no such secret.
    pub(super) fn parse(secret: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(secret.trim().strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&bytes.len()).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The `webhook-signature` header for this id, time (in seconds since 1970) and body.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let tag = hmac::sign(&self.0, format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", BASE64_STANDARD.encode(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specification's own test secret and message.
    #[test]
    fn the_published_vector_holds() {
        let key = Key::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let header = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(header, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for secret in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_AAAA", "whsec_é"] {
            assert!(Key::parse(secret).is_none(), "{secret}");
        }
    }
}
