//! Passwords: hashed with argon2id a few at a time, verified in the same time whether the account exists or not.

use crate::app::App;
use crate::error::Problem;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

/// The shortest password.
pub(crate) const PASSWORD_CHARS_MIN: usize = 10;

/// The longest; hashing is linear in it.
const PASSWORD_BYTES_MAX: usize = 1_024;

/// Bytes of salt.
const SALT_BYTES: usize = 16;

/// A hash with the cost of a real one, for accounts that do not exist.
const NOBODYS_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw\
$oePNG4lRBz/1yw+NCgSAOtVrFUL1MsJCHY0Y2KKtYy4";

/// Refuses what is too short or too long, in words.
pub(crate) fn check(password: &str) -> Result<(), Problem> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(Problem::invalid(format!("the password needs at least {PASSWORD_CHARS_MIN} characters")));
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(Problem::invalid(format!("the password is longer than {PASSWORD_BYTES_MAX} bytes")));
    }
    Ok(())
}

/// The hash of a password in the PHC string format.
pub(crate) async fn hash(app: &App, password: String) -> Result<String, Problem> {
    let salt = app.parts.ids.secret();
    let hashed = hashing(app, move || hash_now(&password, &salt)).await?;
    hashed.ok_or_else(|| Problem::bug(&"argon2 did not hash"))
}

/// Whether it is the password of this hash. Without a hash it takes as long, and it is not.
pub(crate) async fn verify(app: &App, password: String, stored: Option<String>) -> Result<bool, Problem> {
    hashing(app, move || {
        let known = stored.is_some();
        let hash = stored.as_deref().unwrap_or(NOBODYS_HASH);
        let parsed = PasswordHash::new(hash);
        let fits = parsed
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        known && fits && password.len() <= PASSWORD_BYTES_MAX
    })
    .await
}

fn hash_now(password: &str, salt: &[u8]) -> Option<String> {
    let salt = salt.get(..SALT_BYTES)?;
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt).ok()?;
    Some(hash.to_string())
}

/// Runs on a thread that may block, a few at a time.
async fn hashing<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let _turn = app.own.hashing.acquire().await.map_err(|error| Problem::bug(&error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::bug(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        let fresh = hash_now("a long enough password", &[1; SALT_BYTES]).unwrap();
        let cost = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(cost(NOBODYS_HASH), cost(&fresh));
        let parsed = PasswordHash::new(NOBODYS_HASH).unwrap();
        assert!(Argon2::default().verify_password(b"nobody's password", &parsed).is_ok(), "{fresh}");
    }
}
