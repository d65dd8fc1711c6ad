//! The proof that somebody was shown exactly this command: it goes out with the form, and comes back with the word.
//!
//! Must never be here: whether the word counts. The incident decides that by what the proof says was shown.

use crate::auth::{SigningKey, hash_hex};
use crate::error::Problem;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::fmt;
use engine::ports::{Access, AccessError, Ids};
use incident::{IncidentId, PersonId, Place, Sight};
use jiff::Timestamp;
use playbook::Effect;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the key is kept under, and which shape of proof it signs.
const KEY: &str = "sight 2";

/// No proof of ours is longer, in bytes.
const TOKEN_BYTES_MAX: usize = 1_024;

/// Makes and reads the proofs. One key, kept with the accounts.
#[derive(Clone)]
pub(crate) struct Sights(Arc<SigningKey>);

/// What was shown, to whom and when. The command itself comes beside it; only its hash is in here.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    incident: IncidentId,
    run: u32,
    offer: u32,
    at: Timestamp,
    effect: Effect,
    place: Place,
    source: String,
    person: PersonId,
}

impl fmt::Debug for Sights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sights")
    }
}

impl Sights {
    /// With the server's own key, made when there is none yet. Blocks.
    pub(crate) fn load(access: &dyn Access, ids: &dyn Ids) -> Result<Self, AccessError> {
        SigningKey::load(access, ids, KEY).map(|key| Self(Arc::new(key)))
    }

    /// What a form sends back.
    pub(crate) fn token(&self, sight: &Sight, person: &PersonId) -> String {
        let shown = Shown {
            incident: sight.incident,
            run: sight.run,
            offer: sight.offer,
            at: sight.at,
            effect: sight.effect,
            place: sight.place.clone(),
            source: hash_hex(&sight.source),
            person: person.clone(),
        };
        // Of plain fields, so it can always be written; an empty text would be refused like any forged one.
        let about = serde_json::to_vec(&shown).unwrap_or_default();
        let proof = self.0.short_proof(&about);
        format!("{}.{}", URL_SAFE_NO_PAD.encode(about), URL_SAFE_NO_PAD.encode(proof))
    }

    /// What was shown to this person with this command.
    pub(crate) fn read(&self, token: &str, person: &PersonId, source: String) -> Result<Sight, Problem> {
        let refused = |code, detail: String| Err(Problem::new(StatusCode::CONFLICT, code, detail));
        let Some(shown) = self.shown(token) else {
            let detail = "not approved: nothing says what was shown to you; look at the command, and give your word there";
            return refused("not-as-shown", detail.to_owned());
        };
        if shown.person != *person {
            let detail =
                format!("not approved: it was shown to {}, not to you; look at it yourself", shown.person);
            return refused("not-as-shown", detail);
        }
        if shown.source != hash_hex(&source) {
            let detail = "not approved: the command that came with this word is not the one that was shown";
            return refused("not-that-command", detail.to_owned());
        }
        let Shown { incident, run, offer, at, effect, place, .. } = shown;
        Ok(Sight { incident, run, offer, source, effect, place, at })
    }

    fn shown(&self, token: &str) -> Option<Shown> {
        let (about, proof) = token.split_once('.').filter(|_| token.len() <= TOKEN_BYTES_MAX)?;
        let about = URL_SAFE_NO_PAD.decode(about).ok()?;
        let proof = URL_SAFE_NO_PAD.decode(proof).ok()?;
        if self.0.proves_short(&about, &proof) { serde_json::from_slice(&about).ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample::Sample;
    use crate::view::sample::sights;

    #[test]
    fn a_proof_is_one_persons_own_and_for_one_text() {
        let (sample, sights) = (Sample::busy("API returning 5xx errors"), sights());
        let run = sample.incident.runs.iter().find(|run| run.state == incident::RunState::Proposed);
        let run = run.expect("something waits");
        let sight = Sight::of(&sample.incident, run.number, sample.now).expect("it is there");
        let (me, other) = (PersonId("primary".into()), PersonId("secondary".into()));
        let token = sights.token(&sight, &me);
        assert_eq!(sights.read(&token, &me, sight.source.clone()), Ok(sight.clone()));
        let others = sights.read(&token, &other, sight.source.clone()).unwrap_err();
        assert!(others.detail.contains("shown to primary"), "{others:?}");
        let text = sights.read(&token, &me, format!("{} --force", sight.source)).unwrap_err();
        assert_eq!(text.code, "not-that-command");
        let (about, proof) = token.split_once('.').expect("two parts");
        let forged = about.replacen(&about[20..24], "AAAA", 1);
        for forged in [format!("{forged}.{proof}"), format!("{about}."), String::new(), "x".repeat(9_999)] {
            let refused = sights.read(&forged, &me, sight.source.clone()).unwrap_err();
            assert_eq!(refused.code, "not-as-shown", "{forged}");
        }
    }
}
