//! The links in pages: signed, good for seven days, and able to answer exactly one page.

use crate::auth::SigningKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::ports::{Access, AccessError, Ids, Links};
use incident::IncidentId;
use std::sync::Arc;

/// What a link's proof is for; a new shape gets a new number.
const PURPOSE: &str = "page link 1";

/// Makes and reads the links. One key, kept with the accounts.
#[derive(Clone)]
pub struct SignedLinks {
    key: Arc<SigningKey>,
    console_url: String,
}

impl SignedLinks {
    /// With the server's own key, made when there is none yet. Blocks.
    ///
    /// # Errors
    /// [`AccessError`] when the key can be neither read nor kept.
    pub fn new(access: &dyn Access, ids: &dyn Ids, console_url: &str) -> Result<Self, AccessError> {
        let key = Arc::new(SigningKey::load(access, ids, "links")?);
        Ok(Self { key, console_url: console_url.trim_end_matches('/').to_owned() })
    }

    /// Which page a token answers; `None` when we did not make it.
    pub(crate) fn read(&self, token: &str) -> Option<(IncidentId, u32)> {
        let (about, proof) = token.split_once('.')?;
        let (incident, page) = about.split_once('-')?;
        let incident = format!("inc_{incident}").parse().ok()?;
        let page = page.parse().ok()?;
        let proof = URL_SAFE_NO_PAD.decode(proof).ok()?;
        // Made again from what was read, so that no second spelling of a token is good.
        let ours = about == about_text(incident, page);
        (ours && self.key.proves_short(&proven(incident, page), &proof)).then_some((incident, page))
    }

    /// The token of a page.
    pub(crate) fn token(&self, incident: IncidentId, page: u32) -> String {
        let proof = self.key.short_proof(&proven(incident, page));
        format!("{}.{}", about_text(incident, page), URL_SAFE_NO_PAD.encode(proof))
    }
}

impl Links for SignedLinks {
    fn page(&self, incident: IncidentId, page: u32) -> String {
        format!("{}/a/{}", self.console_url, self.token(incident, page))
    }
}

fn about_text(incident: IncidentId, page: u32) -> String {
    let text = incident.to_string();
    format!("{}-{page}", text.trim_start_matches("inc_"))
}

fn proven(incident: IncidentId, page: u32) -> Vec<u8> {
    format!("{PURPOSE}\n{incident}\n{page}").into_bytes()
}
