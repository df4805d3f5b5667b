//! Passwords of members of staff: Argon2id with the recommended parameters, as PHC strings.

use std::sync::LazyLock;

use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{SaltString, rand_core::OsRng},
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{Refusal, Result};

/// Characters a new password must have at least and at most.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

/// Hashes a password.
pub fn hash_password(password: &str) -> String {
    let salt = SaltString::generate(&mut OsRng);
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .unwrap_or_default()
}

/// A hash no password fits, checked for unknown names so that they take as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_password(&Uuid::new_v4().to_string()));

/// Hashes a new password of this member, away from the threads that answer requests.
///
/// # Errors
/// [`Refusal::PasswordInvalid`] when it is too short, too long, or the user name.
pub(super) async fn choose(username: &str, password: SecretString) -> Result<String> {
    let chosen = password.expose_secret();
    if !LENGTH.contains(&chosen.chars().count()) || chosen.eq_ignore_ascii_case(username) {
        return Err(Refusal::PasswordInvalid.into());
    }
    let hashed = tokio::task::spawn_blocking(move || hash_password(password.expose_secret()));
    Ok(hashed.await.map_err(|_| Refusal::Internal)?)
}

/// Whether a password fits the hash; without a hash it does not, after the same work.
pub(super) async fn fits(hash: Option<String>, password: SecretString) -> bool {
    let hash = hash.filter(|hash| !hash.is_empty());
    let known = hash.is_some();
    let checked = tokio::task::spawn_blocking(move || {
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let password = password.expose_secret().as_bytes();
        PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok())
    });
    checked.await.unwrap_or(false) && known
}
