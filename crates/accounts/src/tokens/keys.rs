//! The keys that sign and verify.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use kernel::Timestamp;
use platform::Secrets;
use serde_json::{Value, json};

use super::store::SigningKeyRow;

/// What private keys are sealed for.
pub(super) const PURPOSE: &str = "signing_keys";

/// All keys that sign or verify something.
#[derive(Default)]
pub(super) struct KeySet(Vec<Key>);

/// One of them.
pub(super) struct Key {
    pub(super) kid: String,
    public: Vec<u8>,
    pub(super) verifies: DecodingKey,
    /// Nothing where it was sealed with another master key: then it can only verify.
    pub(super) signs: Option<EncodingKey>,
    pub(super) active_from: Timestamp,
    retired_at: Option<Timestamp>,
}

impl Key {
    fn is_known(&self, now: Timestamp) -> bool {
        self.retired_at.is_none_or(|end| now < end)
    }
}

impl KeySet {
    /// Opens what the database has.
    pub(super) fn open(rows: Vec<SigningKeyRow>, secrets: &Secrets) -> Self {
        let open = |row: SigningKeyRow| {
            let private = secrets.open(PURPOSE, &row.sealed_private_key);
            if let Err(error) = &private {
                tracing::warn!(key.id = %row.kid, error = %error, "a signing key cannot be opened; it only verifies");
            }
            Key {
                kid: row.kid,
                verifies: DecodingKey::from_ed_der(&row.public_key),
                public: row.public_key,
                signs: private.ok().map(|private| EncodingKey::from_ed_der(&private)),
                active_from: row.active_from,
                retired_at: row.retired_at,
            }
        };
        Self(rows.into_iter().map(open).collect())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key of this name, where what it signed may still live.
    pub(super) fn find(&self, kid: &str, now: Timestamp) -> Option<&Key> {
        self.0.iter().find(|key| key.kid == kid && key.is_known(now))
    }

    /// The newest key that signs now.
    pub(super) fn active(&self, now: Timestamp) -> Option<&Key> {
        let active = self.0.iter().filter(|key| key.signs.is_some() && key.active_from <= now && key.is_known(now));
        active.max_by_key(|key| key.active_from)
    }

    /// When the newest key that we can sign with, and that nobody retired, begins to.
    pub(super) fn newest_from(&self) -> Option<Timestamp> {
        self.0.iter().filter(|key| key.signs.is_some() && key.retired_at.is_none()).map(|key| key.active_from).max()
    }

    pub(super) fn to_jwks(&self, now: Timestamp) -> Value {
        let known = self.0.iter().filter(|key| key.is_known(now));
        let keys: Vec<Value> = known
            .map(|key| {
                let x = URL_SAFE_NO_PAD.encode(&key.public);
                json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": x})
            })
            .collect();
        json!({ "keys": keys })
    }
}
