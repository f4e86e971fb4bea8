//! What is secret in the database is sealed with the shop's master key, which is not in it.

use std::fmt;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretString};

use crate::config::Config;

/// Bytes of the master key and of what is derived from it.
const KEY_BYTES: usize = 32;

/// Seals and opens; clones share the key, which is read, or generated into the data directory, when it is first needed.
#[derive(Clone)]
pub struct Secrets(Arc<Inner>);

struct Inner {
    configured: SecretString,
    file: PathBuf,
    key: OnceLock<[u8; KEY_BYTES]>,
}

/// Why nothing can be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// Neither configured nor in the data directory in the form of a key.
    #[error("the master key ({0}) is not 64 hexadecimal digits")]
    Malformed(String),
    /// The data directory refuses.
    #[error("the master key cannot be read or written at {0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// Sealed with another key, for another purpose, or altered.
    #[error("what was sealed cannot be opened with this master key")]
    Foreign,
}

impl Secrets {
    /// The secrets of the shop that is configured like this.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let (configured, file) = (config.secrets.master_key.clone(), config.data_dir.join("secrets").join("master.key"));
        Self(Arc::new(Inner { configured, file, key: OnceLock::new() }))
    }

    /// Seals a text for one purpose; nothing but [`Self::open`] for the same purpose opens it.
    ///
    /// # Errors
    /// `SecretsError` where there is no key.
    pub fn seal(&self, purpose: &'static str, plain: &[u8]) -> Result<Vec<u8>, SecretsError> {
        let key = self.sealing_key(purpose)?;
        let mut text = plain.to_vec();
        let nonce = key.seal_in_place_append_tag(Aad::from(purpose), &mut text).map_err(|_| SecretsError::Foreign)?;
        Ok([nonce.as_ref().as_slice(), &text].concat())
    }

    /// Opens what was sealed for this purpose.
    ///
    /// # Errors
    /// `Foreign` for anything else.
    pub fn open(&self, purpose: &'static str, sealed: &[u8]) -> Result<Vec<u8>, SecretsError> {
        let key = self.sealing_key(purpose)?;
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(SecretsError::Foreign)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SecretsError::Foreign)?;
        let mut text = text.to_vec();
        let plain = key.open_in_place(nonce, Aad::from(purpose), &mut text).map_err(|_| SecretsError::Foreign)?;
        Ok(plain.to_vec())
    }

    /// A text that only this shop can make of another one, for one purpose.
    ///
    /// # Errors
    /// `SecretsError` where there is no key.
    pub fn mac(&self, purpose: &'static str, text: &[u8]) -> Result<[u8; KEY_BYTES], SecretsError> {
        let derived = self.derive(purpose)?;
        Ok(sign(&derived, text))
    }

    fn sealing_key(&self, purpose: &'static str) -> Result<RandomizedNonceKey, SecretsError> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.derive(purpose)?).map_err(|_| SecretsError::Foreign)
    }

    /// A key for each purpose, so that what is made for one means nothing to another.
    fn derive(&self, purpose: &'static str) -> Result<[u8; KEY_BYTES], SecretsError> {
        Ok(sign(self.key()?, purpose.as_bytes()))
    }

    fn key(&self) -> Result<&[u8; KEY_BYTES], SecretsError> {
        if let Some(key) = self.0.key.get() {
            return Ok(key);
        }
        let configured = self.0.configured.expose_secret();
        let key = if configured.is_empty() { in_file(&self.0.file)? } else { parse(configured, "secrets.master_key")? };
        Ok(self.0.key.get_or_init(|| key))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

fn sign(key: &[u8; KEY_BYTES], text: &[u8]) -> [u8; KEY_BYTES] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text);
    // A tag of HMAC-SHA256 has as many bytes.
    tag.as_ref().try_into().unwrap_or([0; KEY_BYTES])
}

/// The key in this file; the first who asks writes it, and whoever asks at the same time reads that one.
fn in_file(path: &Path) -> Result<[u8; KEY_BYTES], SecretsError> {
    let refuse = |error| SecretsError::File(path.to_owned(), error);
    match std::fs::read_to_string(path) {
        Ok(text) => return parse(text.trim(), &path.display().to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(refuse(error)),
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(refuse)?;
    let key: [u8; KEY_BYTES] = rand::random();
    // Written whole under a name of its own and then linked, so that nobody reads half a key.
    let draft = folder.join(format!("master.key.{:016x}", rand::random::<u64>()));
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&draft).map_err(refuse)?;
    let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(refuse)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft).map_err(refuse)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let text = std::fs::read_to_string(path).map_err(refuse)?;
            parse(text.trim(), &path.display().to_string())
        }
        Err(error) => Err(refuse(error)),
    }
}

fn parse(text: &str, place: &str) -> Result<[u8; KEY_BYTES], SecretsError> {
    let malformed = || SecretsError::Malformed(place.to_owned());
    let mut key = [0; KEY_BYTES];
    if text.len() != 2 * KEY_BYTES || !text.is_ascii() {
        return Err(malformed());
    }
    for (place, byte) in key.iter_mut().enumerate() {
        let digits = text.get(2 * place..2 * place + 2).ok_or_else(malformed)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| malformed())?;
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn secrets(configured: &str, folder: &Path) -> Secrets {
        let file = folder.join("secrets").join("master.key");
        Secrets(Arc::new(Inner { configured: configured.into(), file, key: OnceLock::new() }))
    }

    #[test]
    fn what_is_sealed_is_opened_by_the_same_key_for_the_same_purpose_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let (ours, theirs) = (secrets(&"1".repeat(64), folder.path()), secrets(&"2".repeat(64), folder.path()));
        let mut sealed = ours.seal("two-factor", b"otter").expect("sealed");
        assert_eq!(ours.open("two-factor", &sealed).expect("opened"), b"otter");
        assert!(ours.open("signing", &sealed).is_err() && theirs.open("two-factor", &sealed).is_err());
        assert!(ours.open("two-factor", b"short").is_err());
        assert_ne!(sealed, ours.seal("two-factor", b"otter").expect("sealed"), "a nonce of its own");
        if let Some(byte) = sealed.last_mut() {
            *byte ^= 1;
        }
        assert!(ours.open("two-factor", &sealed).is_err());
        assert_ne!(ours.mac("a", b"x").expect("a tag"), ours.mac("b", b"x").expect("a tag"));
    }

    #[test]
    fn a_key_is_generated_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let sealed = std::thread::scope(|scope| {
            let seal = || secrets("", folder.path()).seal("x", b"otter").expect("sealed");
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(seal)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
        });
        let later = secrets("", folder.path());
        assert!(sealed.iter().all(|sealed| later.open("x", sealed).is_ok()));
        let file = folder.path().join("secrets").join("master.key");
        assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path().join("secrets")).expect("a folder").count(), 1);
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for text in ["short", &"x".repeat(64), &"1".repeat(63), &"é".repeat(32)] {
            assert!(matches!(secrets(text, folder.path()).seal("x", b""), Err(SecretsError::Malformed(_))), "{text}");
        }
    }
}
