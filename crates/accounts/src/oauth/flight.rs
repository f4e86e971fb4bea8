//! What a browser carries while it is away: sealed, so that nobody but this shop makes or reads it, and bound to that browser,
//! because nobody else has it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use kernel::Timestamp;
use platform::{Secrets, SecretsError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How long somebody may take to sign in elsewhere.
pub(super) const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// What it is sealed for.
const SEAL: &str = "oauth_flight";
/// No cookie of ours is longer.
const MOST_BYTES: usize = 4_096;

/// A way in that was begun.
#[derive(Serialize, Deserialize)]
pub(super) struct Flight {
    pub(super) provider: String,
    /// What comes back in the address: a page that forges an arrival does not know it (RFC 6749, 10.12).
    pub(super) state: String,
    /// What comes back in the signed answer: an answer to somebody else has another.
    pub(super) nonce: String,
    /// What proves to the provider that who left is who asks (RFC 7636).
    pub(super) verifier: String,
    /// What whoever began has to prove in the end.
    pub(super) challenge: String,
    pub(super) return_to: String,
    pub(super) expires_at: Timestamp,
}

impl Flight {
    /// The text of the cookie.
    pub(super) fn seal(&self, secrets: &Secrets) -> Result<String, SecretsError> {
        seal(secrets, SEAL, self)
    }

    /// What a cookie holds, where it is one of ours that is not over.
    pub(super) fn open(secrets: &Secrets, text: &str, now: Timestamp) -> Result<Option<Self>, SecretsError> {
        let flight: Option<Self> = open(secrets, SEAL, text)?;
        Ok(flight.filter(|flight| now < flight.expires_at))
    }

    /// True for whoever comes back to where this one went, with its state.
    pub(super) fn is_of(&self, provider: &str, state: &str) -> bool {
        self.provider == provider && verify_slices_are_equal(self.state.as_bytes(), state.as_bytes()).is_ok()
    }

    /// What stands for it once it is over.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.state.as_bytes()).to_vec()
    }
}

/// 256 random bits.
pub(super) fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// A text that only this shop makes and reads.
pub(super) fn seal(secrets: &Secrets, purpose: &'static str, what: &impl Serialize) -> Result<String, SecretsError> {
    // Texts and times always serialise.
    let plain = serde_json::to_vec(what).unwrap_or_default();
    Ok(URL_SAFE_NO_PAD.encode(secrets.seal(purpose, &plain)?))
}

/// What such a text says; `None` for any other one.
pub(super) fn open<T: DeserializeOwned>(secrets: &Secrets, purpose: &'static str, text: &str) -> Result<Option<T>, SecretsError> {
    let Some(sealed) = URL_SAFE_NO_PAD.decode(text).ok().filter(|_| text.len() <= MOST_BYTES) else { return Ok(None) };
    match secrets.open(purpose, &sealed) {
        Ok(plain) => Ok(serde_json::from_slice(&plain).ok()),
        Err(SecretsError::Foreign) => Ok(None),
        Err(error) => Err(error),
    }
}
