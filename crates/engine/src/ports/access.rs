//! Who may come in: accounts, sessions, tokens and the server's own secrets. Only hashes of secrets are kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The storage cannot be read or written at the moment.
#[derive(Debug, thiserror::Error)]
#[error("storage: {0}")]
pub struct AccessError(pub String);

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Send alerts: a source's key.
    Alerts,
    /// Read everything that a person can.
    Read,
    /// Do everything that a person can, in the name of its person.
    Respond,
    /// Be the agent of the token's name, and nothing else.
    Agent,
    /// Read the calendar that the token's name says, and nothing else.
    Calendar,
}

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The person's short name; the same as their responder's id when they are one.
    pub person: String,
    /// The hash of their password, in the PHC string format.
    pub password_hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who else saw the link by which the password was set, and so could have set it; where that person's own account
    /// was made so, whoever saw that one's. `None`: nobody but whoever runs the server.
    pub sponsor: Option<String>,
}

impl Account {
    /// In whose hand it may be: its sponsor's, or its own person's.
    #[must_use]
    pub fn hand(&self) -> &str {
        self.sponsor.as_deref().unwrap_or(&self.person)
    }
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's secret, lower-case hex.
    pub hash: String,
    /// Who.
    pub person: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A key for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of its secret, lower-case hex.
    pub hash: String,
    /// A name for people; the name of the source for [`Scope::Alerts`], of the agent for [`Scope::Agent`].
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// In whose name it acts, for [`Scope::Respond`].
    pub person: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Keeps accounts, sessions, tokens and secrets. Any thread; calls block.
pub trait Access: Send + Sync {
    /// The account of a person.
    ///
    /// # Errors
    /// [`AccessError`].
    fn account(&self, person: &str) -> Result<Option<Account>, AccessError>;

    /// How many accounts there are: 0 means that nobody has set the server up yet.
    ///
    /// # Errors
    /// [`AccessError`].
    fn accounts(&self) -> Result<u32, AccessError>;

    /// Makes or changes an account, and ends every session of its person in the same step: whoever came in by the old
    /// password is out.
    ///
    /// # Errors
    /// [`AccessError`].
    fn put_account(&self, account: &Account) -> Result<(), AccessError>;

    /// The session with this hash.
    ///
    /// # Errors
    /// [`AccessError`].
    fn session(&self, hash: &str) -> Result<Option<Session>, AccessError>;

    /// Keeps a session, and forgets those that have ended by its `created_at`.
    ///
    /// # Errors
    /// [`AccessError`].
    fn put_session(&self, session: &Session) -> Result<(), AccessError>;

    /// Forgets a session.
    ///
    /// # Errors
    /// [`AccessError`].
    fn drop_session(&self, hash: &str) -> Result<(), AccessError>;

    /// All tokens.
    ///
    /// # Errors
    /// [`AccessError`].
    fn tokens(&self) -> Result<Vec<Token>, AccessError>;

    /// Keeps a token.
    ///
    /// # Errors
    /// [`AccessError`].
    fn put_token(&self, token: &Token) -> Result<(), AccessError>;

    /// Forgets the token with this name; `false` when there is none.
    ///
    /// # Errors
    /// [`AccessError`].
    fn drop_token(&self, name: &str) -> Result<bool, AccessError>;

    /// The server's own secret of this name: `fresh` becomes it when there is none yet.
    ///
    /// # Errors
    /// [`AccessError`].
    fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], AccessError>;
}
