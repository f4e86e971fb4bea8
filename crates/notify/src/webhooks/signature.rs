//! Signing by Standard Webhooks: whoever has the secret, or the public key, can tell that a message is the shop's, whole, and of now.

use std::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bytes of a secret, and of the seed of a key pair.
const HALF: usize = 32;

/// What an endpoint's messages are signed with: a secret that both sides have (`v1`), and a key pair of which the other side has one
/// half (`v1a`).
#[derive(Clone)]
pub struct SigningKey {
    bytes: [u8; 2 * HALF],
    secret: hmac::Key,
    pair: std::sync::Arc<Ed25519KeyPair>,
}

impl SigningKey {
    /// A new key from the system's random source.
    #[must_use]
    pub fn generate() -> Option<Self> {
        let (secret, seed): ([u8; HALF], [u8; HALF]) = (rand::random(), rand::random());
        Self::from_bytes(&[secret, seed].concat())
    }

    /// The key that [`Self::to_bytes`] gave; none of anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 2 * HALF] = bytes.try_into().ok()?;
        let (secret, seed) = bytes.split_at(HALF);
        let (secret, pair) = (hmac::Key::new(hmac::HMAC_SHA256, secret), Ed25519KeyPair::from_seed_unchecked(seed).ok()?);
        Some(Self { bytes, secret, pair: pair.into() })
    }

    /// What is sealed and stored.
    #[must_use]
    pub const fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The secret as the other side is given it, once: `whsec_…`.
    #[must_use]
    pub fn secret(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.bytes.split_at(HALF).0))
    }

    /// The half of the key pair that anybody may know: `whpk_…`.
    #[must_use]
    pub fn public_key(&self) -> String {
        format!("whpk_{}", STANDARD.encode(self.pair.public_key()))
    }

    /// Both signatures of a message, parted by a blank.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let content = signed(id, timestamp, body.as_bytes());
        let mac = STANDARD.encode(hmac::sign(&self.secret, &content));
        let signature = STANDARD.encode(self.pair.sign(&content));
        format!("v1,{mac} v1a,{signature}")
    }
}

/// What a signature is of.
fn signed(id: &str, timestamp: i64, body: &[u8]) -> Vec<u8> {
    [format!("{id}.{timestamp}.").as_bytes(), body].concat()
}

/// A secret of both sides (`v1`) that is configured: what somebody else signs with, or this shop.
#[derive(Clone)]
pub struct Secret(hmac::Key);

impl Secret {
    /// No sender has more signatures on a message: one for each secret, two versions of each.
    const MOST_SIGNATURES: usize = 8;

    /// Reads `whsec_…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
        Some(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The signature of a message.
    pub(crate) fn sign(&self, (id, timestamp): (&str, i64), body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(hmac::sign(&self.0, &signed(id, timestamp, body))))
    }

    /// True where one of these signatures, parted by blanks, is of this message. Compared in constant time.
    #[must_use]
    pub fn verifies(&self, (id, timestamp): (&str, i64), body: &[u8], signatures: &str) -> bool {
        let content = signed(id, timestamp, body);
        let macs = signatures.split(' ').take(Self::MOST_SIGNATURES).filter_map(|signature| signature.strip_prefix("v1,"));
        macs.filter_map(|mac| STANDARD.decode(mac).ok()).any(|mac| hmac::verify(&self.0, &content, &mac).is_ok())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    /// The example of the standard's own libraries: secret, id, time and body, and the signature that must come of them.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let content = r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        assert_eq!(STANDARD.encode(hmac::sign(&key, content.as_bytes())), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_standards_own_library_takes_the_signature_and_nothing_near_it() {
        let key = SigningKey::generate().expect("a key");
        let theirs = standardwebhooks::Webhook::new(&key.secret()).expect("a secret");
        // It refuses what was signed more than five minutes ago.
        let now = kernel::Clock::now(&kernel::SystemClock).timestamp();
        let signed = key.sign("evt_1", now, r#"{"type":"order.placed"}"#);
        let verify = |id: &str, at: &str, signature: &str, body: &str| {
            let mut headers = http::HeaderMap::new();
            for (name, value) in [("webhook-id", id), ("webhook-timestamp", at), ("webhook-signature", signature)] {
                headers.insert(name, value.parse().expect("a header"));
            }
            theirs.verify(body.as_bytes(), &headers).is_ok()
        };
        let (body, at, later) = (r#"{"type":"order.placed"}"#, now.to_string(), (now + 1).to_string());
        assert!(verify("evt_1", &at, &signed, body));
        let other = SigningKey::generate().expect("a key");
        assert!(verify("evt_1", &at, &format!("{} {signed}", other.sign("evt_1", now, body)), body), "one of two is enough");
        assert!(!verify("evt_2", &at, &signed, body));
        assert!(!verify("evt_1", &later, &signed, body));
        assert!(!verify("evt_1", &at, &signed, r#"{"type":"order.paid"}"#));
        assert!(!verify("evt_1", &at, &other.sign("evt_1", now, body), body));
    }

    #[test]
    fn what_the_standards_own_library_signs_is_verified_and_nothing_near_it() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let (secret, theirs) = (Secret::parse(text).expect("a secret"), standardwebhooks::Webhook::new(text).expect("a secret"));
        let signature = theirs.sign("msg_1", 1_700_000_000, b"{}").expect("signed");
        assert!(secret.verifies(("msg_1", 1_700_000_000), b"{}", &signature));
        assert!(secret.verifies(("msg_1", 1_700_000_000), b"{}", &format!("v1,eA== v1a,eA== {signature}")));
        assert_eq!(secret.sign(("msg_1", 1_700_000_000), b"{}"), signature);
        for (id, timestamp, body) in [("msg_2", 1_700_000_000, "{}"), ("msg_1", 1_700_000_001, "{}"), ("msg_1", 1_700_000_000, "{} ")] {
            assert!(!secret.verifies((id, timestamp), body.as_bytes(), &signature));
        }
        assert!(!secret.verifies(("msg_1", 1_700_000_000), b"{}", "v1, v1a v2,x"));
        assert!(Secret::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_none() && format!("{secret:?}") == "Secret(…)");
    }

    #[test]
    fn whoever_has_the_public_half_can_verify_without_the_secret() {
        let key = SigningKey::generate().expect("a key");
        let signed = key.sign("evt_1", 1_700_000_000, "{}");
        let signature = signed.split_once(" v1a,").map(|(_, signature)| STANDARD.decode(signature).expect("base64")).expect("two");
        let public = STANDARD.decode(key.public_key().trim_start_matches("whpk_")).expect("base64");
        let public = UnparsedPublicKey::new(&ED25519, public);
        assert!(public.verify(b"evt_1.1700000000.{}", &signature).is_ok());
        assert!(public.verify(b"evt_1.1700000001.{}", &signature).is_err());
    }

    #[test]
    fn a_key_comes_back_from_its_bytes_and_is_never_printed() {
        let key = SigningKey::generate().expect("a key");
        let again = SigningKey::from_bytes(key.to_bytes()).expect("a key");
        assert_eq!((again.secret(), again.public_key()), (key.secret(), key.public_key()));
        assert_ne!(SigningKey::generate().expect("a key").secret(), key.secret());
        assert!(key.secret().starts_with("whsec_") && key.secret().len() == 50, "{}", key.secret());
        assert!(SigningKey::from_bytes(&[0; 63]).is_none());
        assert_eq!(format!("{key:?}"), "SigningKey(…)");
    }
}
