//! The server's own signing keys, and the few things done with them. One key a purpose, so that a proof made for one can
//! never serve for another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::ports::{Access, AccessError, Ids};
use ring::{digest, hmac};

/// Bytes of a truncated proof: 128 bits.
const SHORT_PROOF_BYTES: usize = 16;

/// The signing keys of sessions' forms, set-up links and invitations.
pub(crate) struct Keys {
    pub(crate) csrf: SigningKey,
    pub(crate) setup: SigningKey,
    pub(crate) invite: SigningKey,
}

/// A key for HMAC-SHA256.
pub(crate) struct SigningKey(hmac::Key);

impl Keys {
    pub(crate) fn load(access: &dyn Access, ids: &dyn Ids) -> Result<Self, AccessError> {
        Ok(Self {
            csrf: SigningKey::load(access, ids, "csrf")?,
            setup: SigningKey::load(access, ids, "setup")?,
            invite: SigningKey::load(access, ids, super::invite::INVITE_KEY)?,
        })
    }
}

impl SigningKey {
    /// The server's own key of this name, made when there is none yet.
    pub(crate) fn load(access: &dyn Access, ids: &dyn Ids, name: &str) -> Result<Self, AccessError> {
        let secret = access.secret(name, ids.secret())?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }

    /// A proof as text: 256 bits in base64url.
    pub(crate) fn proof(&self, about: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, about))
    }

    /// Whether the proof is ours; takes the same time however wrong it is.
    pub(crate) fn proves(&self, about: &[u8], proof: &str) -> bool {
        URL_SAFE_NO_PAD.decode(proof).is_ok_and(|tag| hmac::verify(&self.0, about, &tag).is_ok())
    }

    /// A proof of 128 bits, for links that people may have to type.
    pub(crate) fn short_proof(&self, about: &[u8]) -> Vec<u8> {
        let tag = hmac::sign(&self.0, about);
        tag.as_ref().iter().copied().take(SHORT_PROOF_BYTES).collect()
    }

    /// Whether the short proof is ours. Both sides are hashed with the key once more before they are compared, so that
    /// the time of the comparison says nothing.
    pub(crate) fn proves_short(&self, about: &[u8], proof: &[u8]) -> bool {
        let ours = hmac::sign(&self.0, &self.short_proof(about));
        hmac::verify(&self.0, proof, ours.as_ref()).is_ok()
    }
}

/// SHA-256 in lower-case hex: how secrets are kept. On intake's path, hence without a format for each byte.
pub(crate) fn hash_hex(secret: &str) -> String {
    let hash = digest::digest(&digest::SHA256, secret.as_bytes());
    let nibbles = hash.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
}

/// 256 bits of chance as text.
pub(crate) fn fresh_secret(ids: &dyn Ids) -> String {
    URL_SAFE_NO_PAD.encode(ids.secret())
}
