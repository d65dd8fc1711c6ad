//! What the provider keeps: codes that wait to be exchanged, and grants, which are access and refresh tokens of somebody
//! for the app. Tokens are known by their digests. Synchronous, without clock and files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A code is exchanged within this time or never.
const CODE_LIFE_MS: i64 = 10 * 60 * 1_000;
/// An access token is good for so long.
pub(super) const ACCESS_LIFE_MS: i64 = 8 * 60 * 60 * 1_000;
/// A refresh token is good for so long.
pub(super) const REFRESH_LIFE_MS: i64 = 184 * 24 * 60 * 60 * 1_000;
/// Codes that wait at once.
const CODES_MAX: usize = 1_000;
/// Grants of everybody; the oldest goes first.
const GRANTS_MAX: usize = 5_000;

/// What a code stands for.
#[derive(Debug, Clone)]
struct Code {
    login: String,
    redirect_uri: String,
    made_ms: i64,
}

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Grant {
    login: String,
    access: String,
    access_until_ms: i64,
    refresh: String,
    refresh_until_ms: i64,
}

/// The digests of a new pair of tokens.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) access: String,
    pub(super) refresh: String,
}

/// All of it. Codes do not outlive the process.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Grants {
    #[serde(skip)]
    codes: BTreeMap<String, Code>,
    grants: Vec<Grant>,
}

impl Grants {
    /// Somebody has agreed: the code for it.
    pub(super) fn agree(&mut self, code: String, login: &str, redirect_uri: &str, now_ms: i64) {
        self.codes.retain(|_, waiting| waiting.made_ms + CODE_LIFE_MS > now_ms);
        while self.codes.len() >= CODES_MAX {
            self.codes.pop_first();
        }
        let (login, redirect_uri) = (login.to_owned(), redirect_uri.to_owned());
        self.codes.insert(code, Code { login, redirect_uri, made_ms: now_ms });
    }

    /// Exchanges a code, once, for a grant of those tokens. `None` for a code that is not good here.
    pub(super) fn exchange(&mut self, code: &str, redirect_uri: &str, pair: Pair, now_ms: i64) -> Option<()> {
        let waiting = self.codes.remove(code)?;
        if waiting.redirect_uri != redirect_uri || waiting.made_ms + CODE_LIFE_MS <= now_ms {
            return None;
        }
        self.add(waiting.login, pair, now_ms);
        Some(())
    }

    /// Exchanges a refresh token, once, for new tokens.
    pub(super) fn refresh(&mut self, refresh: &str, pair: Pair, now_ms: i64) -> Option<()> {
        let good = |grant: &Grant| grant.refresh == refresh && grant.refresh_until_ms > now_ms;
        let at = self.grants.iter().position(good)?;
        let old = self.grants.remove(at);
        self.add(old.login, pair, now_ms);
        Some(())
    }

    /// Whose access token it is.
    pub(super) fn login_of(&self, access: &str, now_ms: i64) -> Option<&str> {
        let good = |grant: &&Grant| grant.access == access && grant.access_until_ms > now_ms;
        self.grants.iter().find(good).map(|grant| grant.login.as_str())
    }

    /// Takes a grant back with all its tokens. False when there is none.
    pub(super) fn revoke(&mut self, access: &str) -> bool {
        let before = self.grants.len();
        self.grants.retain(|grant| grant.access != access);
        self.grants.len() < before
    }

    fn add(&mut self, login: String, pair: Pair, now_ms: i64) {
        self.grants.retain(|grant| grant.refresh_until_ms > now_ms);
        if self.grants.len() >= GRANTS_MAX {
            self.grants.remove(0);
        }
        let (access_until_ms, refresh_until_ms) = (now_ms + ACCESS_LIFE_MS, now_ms + REFRESH_LIFE_MS);
        let Pair { access, refresh } = pair;
        self.grants.push(Grant { login, access, access_until_ms, refresh, refresh_until_ms });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(n: u8) -> Pair {
        Pair { access: format!("a{n}"), refresh: format!("r{n}") }
    }

    #[test]
    fn a_code_is_good_once_and_for_its_own_redirect() {
        let mut grants = Grants::default();
        grants.agree("c1".to_owned(), "ada", "http://x/cb", 0);
        grants.agree("c2".to_owned(), "ada", "http://x/cb", 0);
        assert!(grants.exchange("c1", "http://y/cb", pair(1), 1).is_none());
        assert!(grants.exchange("c1", "http://x/cb", pair(1), 1).is_none(), "it was tried");
        assert!(grants.exchange("c2", "http://x/cb", pair(2), 1).is_some());
        assert_eq!(grants.login_of("a2", 2), Some("ada"));
        grants.agree("c3".to_owned(), "ada", "http://x/cb", 0);
        assert!(grants.exchange("c3", "http://x/cb", pair(3), CODE_LIFE_MS).is_none(), "too late");
    }

    #[test]
    fn tokens_run_out_and_a_refresh_token_is_good_once() {
        let mut grants = Grants::default();
        grants.add("ada".to_owned(), pair(1), 0);
        assert_eq!(grants.login_of("a1", ACCESS_LIFE_MS), None);
        assert!(grants.refresh("r1", pair(2), ACCESS_LIFE_MS).is_some());
        assert!(grants.refresh("r1", pair(3), ACCESS_LIFE_MS).is_none());
        assert_eq!(grants.login_of("a2", ACCESS_LIFE_MS + 1), Some("ada"));
    }

    #[test]
    fn a_grant_that_was_taken_back_is_gone_with_its_refresh_token() {
        let mut grants = Grants::default();
        grants.add("ada".to_owned(), pair(1), 0);
        assert!(grants.revoke("a1"));
        assert!(!grants.revoke("a1"));
        assert_eq!(grants.login_of("a1", 1), None);
        assert!(grants.refresh("r1", pair(2), 1).is_none());
    }
}
