//! Accounts, sessions, tokens and secrets.

use super::sample::at;
use crate::ports::{Access, Account, Scope, Session, Token};

/// Checks where accounts, sessions, tokens and secrets are kept. `make` gives a new, empty one each time.
///
/// # Panics
/// When it breaks its contract.
pub fn access(make: &mut dyn FnMut() -> Box<dyn Access>) {
    for check in [accounts, sessions, tokens, secrets] {
        check(&*make());
    }
}

fn accounts(access: &dyn Access) {
    let account = |hash: &str| Account {
        person: "primary".to_owned(),
        password_hash: hash.to_owned(),
        created_at: at(1),
        sponsor: None,
    };
    let find = |person: &str| access.account(person).expect("account");
    assert_eq!(find("primary"), None, "nobody yet");
    assert_eq!(access.accounts().expect("accounts"), 0, "nobody has set it up");
    access.put_account(&account("$argon2id$first")).expect("put_account");
    assert_eq!(find("primary"), Some(account("$argon2id$first")), "an account as it was made");
    access.put_account(&account("$argon2id$second")).expect("put_account");
    assert_eq!(find("primary"), Some(account("$argon2id$second")), "a new password");
    let sponsored = Account { sponsor: Some("lead".to_owned()), ..account("$argon2id$second") };
    access.put_account(&sponsored).expect("put_account");
    assert_eq!(find("primary"), Some(sponsored), "whose hand it may be in");
    access.put_account(&account("$argon2id$second")).expect("put_account");
    assert_eq!(find("primary"), Some(account("$argon2id$second")), "and that it is not any more");
    assert_eq!(find("Primary"), None, "names are compared letter by letter");
    assert_eq!(access.accounts().expect("accounts"), 1, "a changed account is not another one");
    let session = |hash: &str, person: &str| Session {
        hash: hash.to_owned(),
        person: person.to_owned(),
        created_at: at(0),
        expires_at: at(100),
    };
    let (own, other) = (session("aa", "primary"), session("bb", "secondary"));
    access.put_session(&own).expect("put_session");
    access.put_session(&other).expect("put_session");
    access.put_account(&account("$argon2id$third")).expect("put_account");
    assert_eq!(access.session("aa").expect("session"), None, "a new password ends the old one's sessions");
    assert_eq!(access.session("bb").expect("session"), Some(other), "nobody else's");
}

fn sessions(access: &dyn Access) {
    let session = |hash: &str, from, until| Session {
        hash: hash.to_owned(),
        person: "primary".to_owned(),
        created_at: at(from),
        expires_at: at(until),
    };
    let find = |hash: &str| access.session(hash).expect("session");
    assert_eq!(find("aa"), None, "no session yet");
    for kept in [session("aa", 0, 100), session("bb", 1, 200)] {
        access.put_session(&kept).expect("put_session");
        assert_eq!(find(&kept.hash), Some(kept), "a session as it was kept");
    }
    access.put_session(&session("cc", 100, 300)).expect("put_session");
    assert_eq!(find("aa"), None, "a session that has ended is forgotten");
    assert_eq!(find("bb"), Some(session("bb", 1, 200)), "one that goes on is kept");
    for _ in 0..2 {
        access.drop_session("bb").expect("drop_session");
    }
    assert_eq!(find("bb"), None, "signed out");
    assert_eq!(find("cc"), Some(session("cc", 100, 300)), "the others stay signed in");
}

fn tokens(access: &dyn Access) {
    let token = |hash: &str, name: &str, scope, person: Option<&str>| Token {
        hash: hash.to_owned(),
        name: name.to_owned(),
        scope,
        person: person.map(str::to_owned),
        created_at: at(3),
    };
    let all = || access.tokens().expect("tokens");
    assert_eq!(all(), [], "no token yet");
    let alerts = token("22", "prometheus", Scope::Alerts, None);
    let respond = token("11", "laptop", Scope::Respond, Some("primary"));
    let read = token("33", "board", Scope::Read, None);
    for kept in [&alerts, &respond, &read] {
        access.put_token(kept).expect("put_token");
    }
    assert_eq!(all(), [read.clone(), respond.clone(), alerts.clone()], "tokens by name");
    // While a source moves to a new key, the old one still works.
    let next = token("44", "prometheus", Scope::Alerts, None);
    access.put_token(&next).expect("put_token");
    assert_eq!(all(), [read.clone(), respond.clone(), alerts, next], "two tokens of one name");
    assert!(access.drop_token("prometheus").expect("drop_token"), "forgotten by name");
    assert_eq!(all(), [read, respond], "every token of that name is forgotten, the others stay");
    assert!(!access.drop_token("prometheus").expect("drop_token"), "nothing left to forget");
}

fn secrets(access: &dyn Access) {
    let secret = |name, fresh| access.secret(name, fresh).expect("secret");
    assert_eq!(secret("links", [1; 32]), [1; 32], "the first becomes the secret");
    assert_eq!(secret("links", [2; 32]), [1; 32], "and stays it");
    assert_eq!(secret("cookies", [0; 32]), [0; 32], "each name has its own");
}
