//! Whether a signed answer is the provider's, for this shop, about this very way in (OpenID Connect Core 1.0, 3.1.3.7).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use kernel::Timestamp;
use serde::{Deserialize, Deserializer};

use super::error::OAuthError;
use super::metadata::Metadata;
use super::providers::Provider;

/// Signatures that everybody can check and only the provider makes: nothing that shares a secret, and nothing unsigned.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// Clocks of two companies differ by less.
const LEEWAY_SECONDS: i64 = 60;
/// No answer is longer.
const MOST_BYTES: usize = 65_536;
/// No name of a person is longer (OpenID Connect Core 1.0, 2).
const LONGEST_SUBJECT: usize = 255;

/// What the answer says, as far as it is used.
#[derive(Debug, Deserialize)]
pub(super) struct IdClaims {
    pub(super) sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    #[serde(flatten)]
    pub(super) person: PersonClaims,
}

/// What it says of the person.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PersonClaims {
    pub(super) email: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub(super) email_verified: bool,
    pub(super) name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// True as `true` and, as some providers write it, as `"true"`; whatever else it is, it is no.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value == serde_json::Value::Bool(true) || value == "true")
}

/// What an answer has to be about.
struct Expected<'a> {
    issuer: &'a str,
    client: &'a str,
    nonce: &'a str,
    now: Timestamp,
}

/// What a signed answer says, where it holds.
pub(super) async fn check(
    (provider, metadata): (&Provider, &Metadata),
    token: &str,
    nonce: &str,
    now: Timestamp,
) -> Result<IdClaims, OAuthError> {
    let head = head(token)?;
    let keys = provider.keys(metadata, head.kid.as_deref()).await?;
    let expected = Expected { issuer: &provider.settings.issuer, client: &provider.settings.client_id, nonce, now };
    judge(token, &head, &keys, &expected)
}

/// How an answer says that it is signed.
fn head(token: &str) -> Result<Header, OAuthError> {
    let head = decode_header(token).ok().filter(|_| token.len() <= MOST_BYTES).ok_or(OAuthError::AnswerInvalid("its token is none"))?;
    if ALGORITHMS.contains(&head.alg) {
        Ok(head)
    } else {
        Err(OAuthError::AnswerInvalid("its token is signed in a way that proves nothing"))
    }
}

fn judge(token: &str, head: &Header, keys: &JwkSet, expected: &Expected<'_>) -> Result<IdClaims, OAuthError> {
    let invalid = OAuthError::AnswerInvalid;
    let key = find(keys, head.kid.as_deref(), head.alg).ok_or(invalid("its token is signed with no key of its own"))?;
    let key = DecodingKey::from_jwk(key).map_err(|_| invalid("its key is none"))?;
    let mut rules = Validation::new(head.alg);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    rules.set_issuer(&[expected.issuer]);
    rules.set_audience(&[expected.client]);
    // By the shop's clock, below.
    rules.validate_exp = false;
    let claims = decode::<IdClaims>(token, &key, &rules).map_err(|_| invalid("its token does not hold"))?.claims;
    refuse_others(&claims, expected.client)?;
    refuse_old(&claims, expected.now)?;
    let said = claims.nonce.as_deref().unwrap_or_default();
    verify_slices_are_equal(said.as_bytes(), expected.nonce.as_bytes()).map_err(|_| invalid("its token is about another sign-in"))?;
    Ok(claims)
}

/// The key of this name; where the token names none, the only one that can have made it.
fn find<'k>(keys: &'k JwkSet, kid: Option<&str>, algorithm: Algorithm) -> Option<&'k Jwk> {
    let fits = |key: &&Jwk| {
        let for_signing = key.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
        let of_algorithm = key.common.key_algorithm.is_none_or(|known| known.to_string().parse() == Ok(algorithm));
        for_signing && of_algorithm
    };
    match kid {
        Some(kid) => keys.find(kid).filter(fits),
        None => {
            let mut fitting = keys.keys.iter().filter(fits);
            fitting.next().filter(|_| fitting.next().is_none())
        }
    }
}

/// A token for several is for us where it names us as the one that asked.
fn refuse_others(claims: &IdClaims, client: &str) -> Result<(), OAuthError> {
    let several = matches!(&claims.aud, Audience::Many(several) if several.len() > 1);
    let asked_by_us = match &claims.azp {
        Some(azp) => azp == client,
        None => !several && !matches!(&claims.aud, Audience::One(one) if one != client),
    };
    if !asked_by_us {
        return Err(OAuthError::AnswerInvalid("its token is for somebody else"));
    }
    let subject = &claims.sub;
    let sane = (1..=LONGEST_SUBJECT).contains(&subject.len()) && subject.is_ascii() && !subject.bytes().any(|byte| byte.is_ascii_control());
    if sane { Ok(()) } else { Err(OAuthError::AnswerInvalid("it names nobody")) }
}

fn refuse_old(claims: &IdClaims, now: Timestamp) -> Result<(), OAuthError> {
    let now = now.timestamp();
    let holds = now < claims.exp.saturating_add(LEEWAY_SECONDS) && claims.iat <= now.saturating_add(LEEWAY_SECONDS);
    if holds { Ok(()) } else { Err(OAuthError::AnswerInvalid("its token is over, or not yet")) }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{EncodingKey, encode};
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    /// A key, and what the provider shows of it.
    fn key(kid: &str) -> (EncodingKey, Value) {
        let document = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).expect("a key");
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a pair");
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        (
            EncodingKey::from_ed_der(document.as_ref()),
            json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "alg": "EdDSA", "use": "sig", "x": x}),
        )
    }

    fn good() -> Value {
        json!({"iss": "https://id.example", "aud": "shop", "sub": "ada", "exp": NOW + 300, "iat": NOW, "nonce": "n", "email_verified": "true"})
    }

    fn with(member: &str, value: Value) -> Value {
        let mut claims = good();
        claims[member] = value;
        claims
    }

    fn ask(token: &str, keys: &[&Value]) -> Result<IdClaims, OAuthError> {
        let keys: JwkSet = serde_json::from_value(json!({ "keys": keys })).expect("keys");
        let now = Timestamp::from_timestamp(NOW, 0).expect("a moment");
        let expected = Expected { issuer: "https://id.example", client: "shop", nonce: "n", now };
        judge(token, &head(token)?, &keys, &expected)
    }

    fn signed(kid: Option<&str>, signs: &EncodingKey, claims: &Value) -> String {
        let head = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::EdDSA) };
        encode(&head, claims, signs).expect("a token")
    }

    #[test]
    fn only_what_is_signed_for_us_about_this_sign_in_holds() {
        let (signs, shown) = key("a");
        let holds = |claims: &Value| ask(&signed(Some("a"), &signs, claims), &[&shown]).is_ok();
        assert!(ask(&signed(Some("a"), &signs, &good()), &[&shown]).expect("it holds").person.email_verified);
        for (member, value, fine) in [
            ("aud", json!(["shop"]), true),
            ("azp", json!("shop"), true),
            ("exp", json!(NOW - 59), true),
            ("iat", json!(NOW + 59), true),
            ("iss", json!("https://evil.example"), false),
            ("iss", json!("https://id.example/"), false),
            ("iss", Value::Null, false),
            ("aud", json!("other"), false),
            ("aud", json!(["shop", "other"]), false),
            ("aud", Value::Null, false),
            ("azp", json!("other"), false),
            ("sub", json!(""), false),
            ("sub", json!("x".repeat(256)), false),
            ("sub", json!("a\nb"), false),
            ("sub", json!(7), false),
            ("exp", json!(NOW - 60), false),
            ("exp", Value::Null, false),
            ("iat", json!(NOW + 61), false),
            ("nonce", json!("m"), false),
            ("nonce", Value::Null, false),
        ] {
            assert_eq!(holds(&with(member, value.clone())), fine, "{member} {value}");
        }
        let mut several = with("aud", json!(["shop", "other"]));
        several["azp"] = json!("shop");
        assert!(holds(&several), "it names us as the one that asked");
    }

    #[test]
    fn no_other_key_and_no_other_way_of_signing_counts() {
        let ((signs, shown), (_, other)) = (key("a"), key("b"));
        let token = signed(Some("a"), &signs, &good());
        let with = |member: &str, value: &str| {
            let mut key = shown.clone();
            key[member] = value.into();
            key
        };
        assert!(ask(&token, &[&other, &shown]).is_ok());
        for keys in [&[&other][..], &[&with("kid", "c")], &[&with("use", "enc")], &[&with("alg", "RS256")], &[&with("x", "")], &[]] {
            assert!(ask(&token, keys).is_err(), "{keys:?}");
        }
        let nameless = signed(None, &signs, &good());
        assert!(ask(&nameless, &[&shown]).is_ok() && ask(&nameless, &[&shown, &other]).is_err(), "which one is a guess");
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let (_, signature) = token.rsplit_once('.').expect("a signature");
        for head in
            [json!({"alg": "none"}), json!({"alg": "HS256", "kid": "a"}), json!({"alg": "RS256", "kid": "a"}), json!({"alg": "EdDSA"})]
        {
            assert!(ask(&format!("{}.{}.", part(&head), part(&good())), &[&shown]).is_err(), "{head}");
            let altered = super::tests::with("sub", json!("eve"));
            assert!(ask(&format!("{}.{}.{signature}", part(&head), part(&altered)), &[&shown]).is_err(), "{head}");
        }
        let secret = EncodingKey::from_secret(shown["x"].as_str().expect("a key").as_bytes());
        let shared = encode(&Header { kid: Some("a".to_owned()), ..Header::new(Algorithm::HS256) }, &good(), &secret).expect("a token");
        assert!(ask(&shared, &[&shown]).is_err(), "what everybody can read is no secret");
        for odd in ["", "a", "a.b", "a.b.c", &format!("{token}.x"), &"x".repeat(70_000)] {
            assert!(ask(odd, &[&shown]).is_err());
        }
    }
}
