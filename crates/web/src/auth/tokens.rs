//! Keys for programs: made here, shown once, kept as hashes, and looked up in memory so that intake reads no table.

use super::join::is_short_name;
use super::keys::{fresh_secret, hash_hex};
use crate::app::App;
use crate::error::Problem;
use arc_swap::ArcSwap;
use axum::http::StatusCode;
use engine::ports::{Access, AccessError, Ids, Scope, Token};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The letters of a source's key: 32 of them, so that each carries exactly 5 bits.
const KEY_LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// A name for people; the name of the source for [`Scope::Alerts`], of the agent for
    /// [`Scope::Agent`]. No two tokens share one.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// In whose name it acts; needed for [`Scope::Respond`].
    pub person: Option<String>,
}

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// There is one of that name already.
    #[error("a token named {0:?} exists already; delete it first, or take another name")]
    NameTaken(String),
    /// The name is empty or too long.
    #[error("a token's name has 1 to 60 characters")]
    Name,
    /// A token that may act needs somebody in whose name it does.
    #[error("a token with the scope respond needs a person in whose name it acts")]
    PersonNeeded,
    /// An agent's name stands in addresses and settings.
    #[error("an agent's name has 1 to 60 letters, digits, or any of - _ . @, and {0:?} is none")]
    AgentName(String),
    /// It cannot be kept.
    #[error(transparent)]
    Access(#[from] AccessError),
}

/// Makes a token and keeps its hash. Blocks. The secret is returned once and kept nowhere.
///
/// A source's key has 32 lower-case letters and digits, so that it also serves as a `routing_key`.
///
/// # Errors
/// [`TokenError`]; nothing was kept then.
pub fn create_token(
    access: &dyn Access,
    ids: &dyn Ids,
    now: Timestamp,
    new: NewToken,
) -> Result<String, TokenError> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(TokenError::Name);
    }
    if new.scope == Scope::Respond && new.person.is_none() {
        return Err(TokenError::PersonNeeded);
    }
    if new.scope == Scope::Agent && !is_short_name(&name) {
        return Err(TokenError::AgentName(name));
    }
    if access.tokens()?.iter().any(|token| token.name == name) {
        return Err(TokenError::NameTaken(name));
    }
    let secret = match new.scope {
        Scope::Alerts => source_key(ids),
        Scope::Read | Scope::Respond | Scope::Agent | Scope::Calendar => format!("ek_{}", fresh_secret(ids)),
    };
    let token =
        Token { hash: hash_hex(&secret), name, scope: new.scope, person: new.person, created_at: now };
    access.put_token(&token)?;
    Ok(secret)
}

/// The same for whoever asks a running server, which knows the token from then on.
pub(crate) async fn keep_token(app: &App, new: NewToken) -> Result<String, Problem> {
    let (ids, now, own) = (Arc::clone(&app.parts.ids), app.now(), Arc::clone(&app.own));
    let made = app.access(move |access| {
        let made = create_token(access, ids.as_ref(), now, new);
        own.tokens.reload(access)?;
        Ok(made)
    });
    made.await?.map_err(|error| match error {
        TokenError::NameTaken(_) => Problem::new(StatusCode::CONFLICT, "name-taken", error.to_string()),
        TokenError::Name | TokenError::PersonNeeded | TokenError::AgentName(_) => {
            Problem::invalid(error.to_string())
        }
        TokenError::Access(error) => error.into(),
    })
}

/// 32 letters and digits that nobody can guess: a source's key, or the key of an alert that brings none.
pub(crate) fn source_key(ids: &dyn Ids) -> String {
    let letters = ids.secret().into_iter().map(|byte| KEY_LETTERS[usize::from(byte & 31)]);
    letters.map(char::from).collect()
}

/// All tokens by the hash of their secret, swapped whole when one is made or taken back.
pub(crate) struct TokenCache {
    by_hash: ArcSwap<BTreeMap<String, Arc<Token>>>,
}

impl TokenCache {
    pub(crate) fn load(access: &dyn Access) -> Result<Self, AccessError> {
        Ok(Self { by_hash: ArcSwap::from_pointee(read(access)?) })
    }

    /// Reads them anew. Blocks.
    pub(crate) fn reload(&self, access: &dyn Access) -> Result<(), AccessError> {
        self.by_hash.store(Arc::new(read(access)?));
        Ok(())
    }

    /// The token with this secret. Only hashes are compared.
    pub(crate) fn find(&self, secret: &str) -> Option<Arc<Token>> {
        self.by_hash.load().get(&hash_hex(secret)).cloned()
    }
}

fn read(access: &dyn Access) -> Result<BTreeMap<String, Arc<Token>>, AccessError> {
    let tokens = access.tokens()?;
    Ok(tokens.into_iter().map(|token| (token.hash.clone(), Arc::new(token))).collect())
}
