//! The code with which whoever came back gets in: sealed claims, good once, for whoever began, for some minutes.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use kernel::Timestamp;
use platform::db::WriteTx;
use platform::{Context, SecretsError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::OAuthError;
use super::model::Claimed;
use super::{flight, store};

/// Long enough to type a code of a second factor, or a password where the identity is to be linked first.
const LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// What it is sealed for.
const SEAL: &str = "oauth_code";

#[derive(Serialize, Deserialize)]
struct Sealed {
    claimed: Claimed,
    challenge: String,
    expires_at: Timestamp,
}

/// What a provider says of whoever shows the code and can prove to have begun.
#[derive(Debug, Clone)]
pub struct Proof {
    /// What it says.
    pub claimed: Claimed,
    hash: Vec<u8>,
    expires_at: Timestamp,
}

/// Writes a code.
pub(super) fn write(context: &Context, claimed: Claimed, challenge: String) -> Result<String, SecretsError> {
    let expires_at = context.now() + LIFETIME;
    flight::seal(&context.secrets, SEAL, &Sealed { claimed, challenge, expires_at })
}

/// Reads a code. The verifier is what only whoever began knows: its SHA-256 was told when they left, so that a code that somebody finds,
/// or slips into another's browser, is worth nothing (RFC 7636 has the same for the provider's codes).
///
/// # Errors
/// `CodeInvalid` for whatever opens nothing.
pub fn read_proof(context: &Context, code: &str, verifier: &str) -> Result<Proof, OAuthError> {
    let sealed: Option<Sealed> = flight::open(&context.secrets, SEAL, code)?;
    let sealed = sealed.filter(|sealed| context.now() < sealed.expires_at).ok_or(OAuthError::CodeInvalid)?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    verify_slices_are_equal(challenge.as_bytes(), sealed.challenge.as_bytes()).map_err(|_| OAuthError::CodeInvalid)?;
    Ok(Proof { claimed: sealed.claimed, hash: Sha256::digest(code.as_bytes()).to_vec(), expires_at: sealed.expires_at })
}

/// Spends a code: of many who show it at once one gets through. Where the transaction is rolled back, it can be shown again.
///
/// # Errors
/// `CodeInvalid` where it was spent before.
pub async fn spend_in(tx: &WriteTx, proof: &Proof) -> Result<(), OAuthError> {
    store::spend(tx, proof.hash.clone(), proof.expires_at).await?.ok_or(OAuthError::CodeInvalid)
}
