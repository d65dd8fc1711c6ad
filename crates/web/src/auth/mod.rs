//! Who asks: sessions for people, tokens for programs, and the proof that a form was ours.
//!
//! Every route takes one of the types here as its first argument, or says in `routes` why it needs none. Only hashes of
//! secrets are ever kept.

mod caller;
pub(crate) mod invite;
mod join;
mod keys;
mod limiter;
mod password;
mod posted;
mod session;
mod sign_in;
mod tokens;

pub(crate) use caller::{AgentCaller, ApiCaller, ApiPerson, ApiWriter, bearer};
pub use invite::{Invitation, invite};
pub(crate) use join::join_routes;
pub use join::{is_short_name, setup_key};
pub(crate) use keys::{Keys, SigningKey, fresh_secret, hash_hex};
pub(crate) use limiter::Limiter;
pub(crate) use posted::Posted;
pub(crate) use session::{SignedIn, percent};
pub(crate) use sign_in::sign_in_routes;
pub use tokens::{NewToken, TokenError, create_token};
pub(crate) use tokens::{TokenCache, keep_token, source_key};
