//! What the backend keeps, row by row, and what happens to rows: made, replaced, dropped when there are too many.
//! Synchronous, without clock and files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// People; whoever was seen longest ago is forgotten first.
const USERS_MAX: usize = 5_000;
/// Tokens of one person: as many browsers as somebody has.
const TOKENS_EACH_MAX: usize = 20;
/// Tokens of everybody.
const TOKENS_MAX: usize = 10_000;
/// Session rows; the edge keeps fewer.
const SESSIONS_MAX: usize = 1_000;

/// Somebody who has signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) login: String,
    pub(super) created_ms: i64,
    pub(super) seen_ms: i64,
}

/// An API token, known by its digest alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) user: String,
    pub(super) created_ms: i64,
    pub(super) expires_ms: i64,
}

/// What somebody's sign-in at the provider has given us. Its tokens are needed as they are, and are not digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) access: String,
    pub(super) refresh: String,
    /// When the access token runs out.
    pub(super) expires_ms: i64,
    /// The fault `git-token-expired` took it back; no function looks at this.
    #[serde(default)]
    pub(super) taken_back: bool,
}

/// A session as the web page lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) user: String,
    pub(super) repository: String,
    pub(super) state: String,
    pub(super) created_ms: i64,
    pub(super) changed_ms: i64,
}

/// One message of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) role: String,
    pub(super) text: String,
    pub(super) at_ms: i64,
}

/// Everything beside transcripts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Rows {
    pub(super) users: BTreeMap<String, User>,
    /// By the digest of the token.
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) sessions: BTreeMap<String, Session>,
    /// By the user.
    #[serde(default)]
    pub(super) grants: BTreeMap<String, Grant>,
}

/// Why a token is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadToken {
    Unknown,
    /// Since so many milliseconds.
    Expired(i64),
}

impl Rows {
    /// Somebody signed in, for the first time or again.
    pub(super) fn sees(&mut self, login: &str, now_ms: i64) {
        let fresh = || User { login: login.to_owned(), created_ms: now_ms, seen_ms: now_ms };
        self.users.entry(login.to_owned()).or_insert_with(fresh).seen_ms = now_ms;
        for gone in drop_oldest(&mut self.users, USERS_MAX, |user| user.seen_ms) {
            self.sign_out(&gone);
        }
    }

    /// Forgets somebody's grant and all of their tokens.
    pub(super) fn sign_out(&mut self, user: &str) {
        self.grants.remove(user);
        self.tokens.retain(|_, token| token.user != user);
    }

    /// Adds a token by its digest; tokens that have run out go.
    pub(super) fn issue(&mut self, digest: String, token: Token) {
        let now_ms = token.created_ms;
        self.tokens.retain(|_, kept| kept.expires_ms > now_ms);
        let own = |kept: &Token| kept.user == token.user;
        while self.tokens.values().filter(|kept| own(kept)).count() >= TOKENS_EACH_MAX {
            let oldest =
                self.tokens.iter().filter(|(_, kept)| own(kept)).min_by_key(|(_, kept)| kept.created_ms);
            let Some(oldest) = oldest.map(|(digest, _)| digest.clone()) else { break };
            self.tokens.remove(&oldest);
        }
        self.tokens.insert(digest, token);
        drop_oldest(&mut self.tokens, TOKENS_MAX, |kept| kept.created_ms);
    }

    /// The token of that digest, when it is good.
    pub(super) fn good(&self, digest: &str, now_ms: i64) -> Result<&Token, BadToken> {
        let token = self.tokens.get(digest).ok_or(BadToken::Unknown)?;
        if token.expires_ms > now_ms { Ok(token) } else { Err(BadToken::Expired(now_ms - token.expires_ms)) }
    }

    /// Adds a session; also the ids of those that had to go for it.
    pub(super) fn begin(&mut self, session: Session) -> Vec<String> {
        self.sessions.insert(session.id.clone(), session);
        drop_oldest(&mut self.sessions, SESSIONS_MAX, |kept| kept.created_ms)
    }

    /// The newest sessions of somebody, newest first.
    pub(super) fn sessions_of(&self, user: &str, most: usize) -> Vec<&Session> {
        let mut own: Vec<_> = self.sessions.values().filter(|session| session.user == user).collect();
        own.sort_by_key(|session| core::cmp::Reverse(session.created_ms));
        own.truncate(most);
        own
    }
}

fn drop_oldest<T>(rows: &mut BTreeMap<String, T>, most: usize, age: impl Fn(&T) -> i64) -> Vec<String> {
    let mut gone = Vec::new();
    while rows.len() > most {
        let Some(oldest) = rows.iter().min_by_key(|(_, row)| age(row)).map(|(key, _)| key.clone()) else {
            break;
        };
        rows.remove(&oldest);
        gone.push(oldest);
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(user: &str, created_ms: i64) -> Token {
        Token { user: user.to_owned(), created_ms, expires_ms: created_ms + 1_000 }
    }

    #[test]
    fn a_token_is_good_until_it_runs_out() {
        let mut rows = Rows::default();
        rows.issue("d1".to_owned(), token("ada", 0));
        assert_eq!(rows.good("d1", 999).unwrap().user, "ada");
        assert_eq!(rows.good("d1", 1_400), Err(BadToken::Expired(400)));
        assert_eq!(rows.good("d2", 0), Err(BadToken::Unknown));
        rows.issue("d2".to_owned(), token("ada", 2_000));
        assert_eq!(rows.good("d1", 0), Err(BadToken::Unknown), "what has run out is swept");
    }

    #[test]
    fn one_person_s_tokens_never_push_out_another_s() {
        let mut rows = Rows::default();
        rows.issue("grace".to_owned(), token("grace", 0));
        for n in 0..50 {
            rows.issue(format!("ada-{n}"), token("ada", n));
        }
        assert_eq!(rows.tokens.len(), TOKENS_EACH_MAX + 1);
        assert!(rows.tokens.contains_key("grace") && rows.tokens.contains_key("ada-49"));
    }

    #[test]
    fn tables_have_a_bound_and_lose_their_oldest() {
        let mut rows = Rows::default();
        for n in 0..=SESSIONS_MAX {
            let at = i64::try_from(n).unwrap();
            let text = String::new;
            let (user, repository, state) = (text(), text(), text());
            let session =
                Session { id: format!("s{n}"), user, repository, state, created_ms: at, changed_ms: at };
            let gone = rows.begin(session);
            assert_eq!(gone, if n == SESSIONS_MAX { vec!["s0".to_owned()] } else { Vec::new() });
        }
        for n in 0..=USERS_MAX {
            rows.sees(&format!("u{n}"), i64::try_from(n).unwrap());
        }
        assert_eq!(rows.users.len(), USERS_MAX);
        assert!(!rows.users.contains_key("u0"));
    }
}
