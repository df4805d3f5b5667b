//! Column encryption and blind indexes.
//!
//! Every personal column is sealed with XChaCha20-Poly1305, whose 192-bit nonce may be drawn at random without
//! counting messages. The authenticated data names the table, row and column, so that a ciphertext copied to
//! another place does not open. The key's id is stored in front: old keys stay readable while a new one writes.
//!
//! Look-ups by an encrypted value go through a blind index: HMAC-SHA256 under a key of its own. The audit is chained
//! under a third one.

use base64::{Engine, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, AeadCore, OsRng, Payload},
};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use uuid::Uuid;

use crate::config::Keys;

const NONCE: usize = 24;

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum CryptError {
    /// A configured key is missing or not 32 bytes in base64, or its id is empty or longer than 255 bytes.
    #[error("key {0:?} must have an id of 1 to 255 bytes and a secret of 32 bytes in base64")]
    BadKey(String),
    /// No column key is configured.
    #[error("no column key is configured; `ownerproof keys generate` prints a set")]
    NoKey,
    /// The value was sealed with a key that is no longer configured.
    #[error("a stored value needs the key {0:?}, which is not configured")]
    UnknownKey(String),
    /// The key of a piece of evidence was destroyed: what it sealed is gone, in every copy.
    #[error("the key of {0} is gone")]
    KeyGone(Uuid),
    /// The value was changed, or belongs to another place.
    #[error("a stored value in {table}.{column} does not open")]
    Tampered {
        /// Table of the value.
        table: &'static str,
        /// Column of the value.
        column: &'static str,
    },
}

/// Where a sealed value lives.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Table name.
    pub table: &'static str,
    /// Row id.
    pub row: Uuid,
    /// Column name.
    pub column: &'static str,
}

/// Seals and opens columns.
pub struct Crypter {
    /// Newest first; the first one seals.
    keys: Vec<(String, XChaCha20Poly1305)>,
    index: Hmac<Sha256>,
    audit: Hmac<Sha256>,
}

/// The key of one piece of evidence, kept in the vault. What it sealed carries no key id: there is one key for it.
pub struct DataKey(XChaCha20Poly1305);

impl Crypter {
    /// Reads the configured keys.
    ///
    /// # Errors
    /// [`CryptError::NoKey`] or [`CryptError::BadKey`].
    pub fn new(keys: &Keys) -> Result<Self, CryptError> {
        if keys.column.is_empty() {
            return Err(CryptError::NoKey);
        }
        let column = keys.column.iter().map(|key| {
            let secret = secret(&key.id, &key.secret)?;
            if key.id.is_empty() || key.id.len() > 255 {
                return Err(CryptError::BadKey(key.id.clone()));
            }
            Ok((key.id.clone(), XChaCha20Poly1305::new(&secret.into())))
        });
        let mac = |id: &str, text: &SecretString| {
            let key = secret(id, text)?;
            <Hmac<Sha256> as Mac>::new_from_slice(&key).map_err(|_| CryptError::NoKey)
        };
        Ok(Self {
            keys: column.collect::<Result<_, _>>()?,
            index: mac("blind_index", &keys.blind_index)?,
            audit: mac("audit", &keys.audit)?,
        })
    }

    /// Ids of the keys, newest first.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(id, _)| id.as_str())
    }

    /// How every value sealed with this key starts.
    pub fn prefix(id: &str) -> Vec<u8> {
        [&[id.len() as u8], id.as_bytes()].concat()
    }

    /// Seals a value for its place.
    pub fn seal(&self, place: Place, value: &[u8]) -> Vec<u8> {
        let (id, key) = &self.keys[0];
        [Self::prefix(id), seal(key, place, value)].concat()
    }

    /// Opens a value sealed for the same place.
    ///
    /// # Errors
    /// [`CryptError::UnknownKey`] or [`CryptError::Tampered`].
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, CryptError> {
        let (length, rest) = sealed.split_first().ok_or_else(|| place.tampered())?;
        let (id, body) = rest.split_at_checked(usize::from(*length)).ok_or_else(|| place.tampered())?;
        let key = self.keys.iter().find(|(known, _)| known.as_bytes() == id);
        let (_, key) = key.ok_or_else(|| CryptError::UnknownKey(String::from_utf8_lossy(id).into_owned()))?;
        open(key, place, body)
    }

    /// Opens a value that was text.
    ///
    /// # Errors
    /// As [`Crypter::open`]; [`CryptError::Tampered`] when it is not UTF-8.
    pub fn open_text(&self, place: Place, sealed: &[u8]) -> Result<String, CryptError> {
        String::from_utf8(self.open(place, sealed)?).map_err(|_| place.tampered())
    }

    /// The look-up value of `value` within `domain`; different domains never match each other.
    pub fn blind_index(&self, domain: &str, value: &str) -> Vec<u8> {
        let mut mac = self.index.clone();
        mac.update(&(domain.len() as u64).to_be_bytes());
        mac.update(domain.as_bytes());
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// Binds a line of the audit to the one before it.
    pub(super) fn chain(&self, previous: &[u8], content: &[u8]) -> Vec<u8> {
        let mut mac = self.audit.clone();
        mac.update(previous);
        mac.update(content);
        mac.finalize().into_bytes().to_vec()
    }
}

impl DataKey {
    /// A key from 32 secret bytes.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(&secret.into()))
    }

    /// Seals a value for its place.
    pub fn seal(&self, place: Place, value: &[u8]) -> Vec<u8> {
        seal(&self.0, place, value)
    }

    /// Opens a value sealed for the same place.
    ///
    /// # Errors
    /// [`CryptError::Tampered`].
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, CryptError> {
        open(&self.0, place, sealed)
    }
}

/// The nonce, then the sealed value.
fn seal(key: &XChaCha20Poly1305, place: Place, value: &[u8]) -> Vec<u8> {
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let payload = Payload { msg: value, aad: &place.bytes() };
    let sealed = key.encrypt(&nonce, payload).expect("memory holds the value and 16 bytes more");
    [nonce.as_slice(), &sealed].concat()
}

fn open(key: &XChaCha20Poly1305, place: Place, sealed: &[u8]) -> Result<Vec<u8>, CryptError> {
    let (nonce, body) = sealed.split_at_checked(NONCE).ok_or_else(|| place.tampered())?;
    let payload = Payload { msg: body, aad: &place.bytes() };
    key.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| place.tampered())
}

impl Place {
    fn bytes(&self) -> Vec<u8> {
        [self.table.as_bytes(), &[0], self.row.as_bytes(), self.column.as_bytes()].concat()
    }

    fn tampered(&self) -> CryptError {
        CryptError::Tampered { table: self.table, column: self.column }
    }
}

fn secret(id: &str, text: &SecretString) -> Result<[u8; 32], CryptError> {
    let bytes = BASE64_STANDARD.decode(text.expose_secret()).ok();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| CryptError::BadKey(id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ColumnKey;

    fn keys(ids: &[&str]) -> Keys {
        let column = |id: &&str| ColumnKey {
            id: (*id).to_owned(),
            secret: BASE64_STANDARD.encode([id.len() as u8; 32]).into(),
        };
        Keys {
            column: ids.iter().map(column).collect(),
            blind_index: BASE64_STANDARD.encode([9u8; 32]).into(),
            audit: BASE64_STANDARD.encode([8u8; 32]).into(),
            ..Keys::default()
        }
    }

    const PLACE: Place = Place { table: "person", row: Uuid::nil(), column: "name" };

    #[test]
    fn opens_only_in_its_own_place() {
        let crypter = Crypter::new(&keys(&["a"])).unwrap();
        let sealed = crypter.seal(PLACE, b"secret");
        assert_eq!(crypter.open(PLACE, &sealed).unwrap(), b"secret");
        assert!(crypter.open(Place { column: "phone", ..PLACE }, &sealed).is_err());
        assert!(crypter.open(Place { row: Uuid::max(), ..PLACE }, &sealed).is_err());
    }

    #[test]
    fn an_old_key_still_opens_after_rotation_and_a_removed_one_is_named() {
        let sealed = Crypter::new(&keys(&["a"])).unwrap().seal(PLACE, b"secret");
        assert!(Crypter::new(&keys(&["bb", "a"])).unwrap().open(PLACE, &sealed).is_ok());
        let error = Crypter::new(&keys(&["bb"])).unwrap().open(PLACE, &sealed).unwrap_err();
        assert!(matches!(error, CryptError::UnknownKey(id) if id == "a"));
    }

    #[test]
    fn garbage_is_refused() {
        let crypter = Crypter::new(&keys(&["a"])).unwrap();
        for sealed in [&[][..], &[200], &[1, b'a'], &[1, b'a', 0, 0]] {
            assert!(crypter.open(PLACE, sealed).is_err());
        }
    }

    #[test]
    fn blind_indexes_of_different_domains_differ() {
        let crypter = Crypter::new(&keys(&["a"])).unwrap();
        assert_ne!(crypter.blind_index("phone", "1"), crypter.blind_index("document", "1"));
        assert_eq!(crypter.blind_index("phone", "1"), crypter.blind_index("phone", "1"));
    }
}
