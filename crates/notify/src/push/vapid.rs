//! Who the shop is to push services: a key pair, and a token for each message signed with it (RFC 8292).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use kernel::Timestamp;
use serde_json::json;

/// How long a token is good: whoever sees one can write to nobody whose keys they lack, and RFC 8292 allows a day.
const LIFETIME: TimeDelta = TimeDelta::hours(12);

/// The key pair of the shop, of which browsers are told one half when they subscribe.
#[derive(Debug)]
pub(super) struct VapidKey(EcdsaKeyPair);

impl VapidKey {
    /// A new one.
    pub(super) fn generate() -> Option<Self> {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok().map(Self)
    }

    /// The one that [`Self::to_bytes`] gave; none of anything else.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes).ok().map(Self)
    }

    /// What is sealed and stored: PKCS #8.
    pub(super) fn to_bytes(&self) -> Option<Vec<u8>> {
        self.0.to_pkcs8v1().ok().map(|document| document.as_ref().to_vec())
    }

    /// The half that anybody may know: an uncompressed point.
    pub(super) fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// `Authorization` for a push service: who it is for (`aud`, an origin), whom to turn to (`sub`), and for how long.
    pub(super) fn authorization(&self, audience: &str, subject: &str, now: Timestamp) -> Option<String> {
        let head = URL_SAFE_NO_PAD.encode(json!({"typ": "JWT", "alg": "ES256"}).to_string());
        let claims = json!({"aud": audience, "exp": (now + LIFETIME).timestamp(), "sub": subject});
        let said = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.0.sign(&SystemRandom::new(), said.as_bytes()).ok()?;
        let public = URL_SAFE_NO_PAD.encode(self.public());
        Some(format!("vapid t={said}.{}, k={public}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;

    /// The token and the key of an `Authorization`.
    fn parts(authorization: &str) -> (String, Vec<u8>) {
        let (token, key) = authorization.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k=")).expect("two parts");
        (token.to_owned(), URL_SAFE_NO_PAD.decode(key).expect("base64url"))
    }

    fn verifies(token: &str, public: &[u8]) -> bool {
        let (said, signature) = token.rsplit_once('.').expect("a signature");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public).verify(said.as_bytes(), &signature).is_ok()
    }

    #[test]
    fn a_token_says_who_for_whom_and_for_how_long_and_is_signed() {
        let (key, now) = (VapidKey::generate().expect("a key"), "2026-03-02T09:30:00Z".parse::<Timestamp>().expect("a moment"));
        let authorization = key.authorization("https://push.example", "mailto:shop@mugs.example", now).expect("signed");
        let (token, public) = parts(&authorization);
        assert_eq!((public.as_slice(), public.len(), public[0]), (key.public(), 65, 4));
        assert!(verifies(&token, &public) && !verifies(&token, VapidKey::generate().expect("a key").public()));
        let read: Vec<Value> = token
            .split('.')
            .take(2)
            .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON"))
            .collect();
        assert_eq!(read[0], json!({"typ": "JWT", "alg": "ES256"}));
        let exp = now.timestamp() + 12 * 3_600;
        assert_eq!(read[1], json!({"aud": "https://push.example", "exp": exp, "sub": "mailto:shop@mugs.example"}));
        let other = token.replacen(token.split('.').nth(1).expect("claims"), &URL_SAFE_NO_PAD.encode("{}"), 1);
        assert!(!verifies(&other, &public));
    }

    /// A library of somebody else's reads it as any receiver of such tokens would.
    #[test]
    fn a_token_is_one_to_others() {
        let (key, now) = (VapidKey::generate().expect("a key"), kernel::Clock::now(&kernel::SystemClock));
        let (token, public) = parts(&key.authorization("https://push.example", "https://mugs.example", now).expect("signed"));
        let (x, y) = (URL_SAFE_NO_PAD.encode(&public[1..33]), URL_SAFE_NO_PAD.encode(&public[33..]));
        let theirs = jsonwebtoken::DecodingKey::from_ec_components(&x, &y).expect("a key");
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
        rules.set_audience(&["https://push.example"]);
        let read = jsonwebtoken::decode::<Value>(&token, &theirs, &rules).expect("a token");
        assert_eq!(read.claims["sub"], "https://mugs.example");
        rules.set_audience(&["https://other.example"]);
        assert!(jsonwebtoken::decode::<Value>(&token, &theirs, &rules).is_err());
    }

    #[test]
    fn a_key_comes_back_from_its_bytes() {
        let key = VapidKey::generate().expect("a key");
        let again = VapidKey::from_bytes(&key.to_bytes().expect("bytes")).expect("a key");
        assert_eq!(again.public(), key.public());
        assert!(VapidKey::from_bytes(b"").is_none() && VapidKey::from_bytes(&[0; 138]).is_none());
        let shown = format!("{key:?}");
        assert!(!shown.contains(&URL_SAFE_NO_PAD.encode(&key.to_bytes().expect("bytes")[36..68])), "{shown}");
    }
}
