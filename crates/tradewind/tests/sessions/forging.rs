//! Tokens that are forged, altered, borrowed or odd: none opens a door (RFC 8725).

use accounts::api_keys::Token;
use accounts::tokens::Tokens;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use kernel::{SessionId, UserId};
use platform::db::{self, FromQueryResult};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{OPEN, Person, SHUT, doors, sign_in};
use crate::support::{TestResult, TestShop};

#[derive(FromQueryResult)]
struct KeyRow {
    kid: String,
    public_key: Vec<u8>,
    sealed_private_key: Vec<u8>,
}

/// Everything that the shop signs with, in the hands of whoever forges.
struct Forge {
    kid: String,
    public_key: Vec<u8>,
    ours: Ed25519KeyPair,
    theirs: Ed25519KeyPair,
    claims: Value,
    good: String,
}

fn encode(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// The value with some members set to others; null takes one away.
fn with(base: &Value, changes: &Value) -> Value {
    let mut changed = base.clone();
    for (name, value) in changes.as_object().into_iter().flatten() {
        match (changed.as_object_mut(), value) {
            (Some(members), Value::Null) => drop(members.remove(name)),
            (Some(members), value) => drop(members.insert(name.clone(), value.clone())),
            (None, _) => {}
        }
    }
    changed
}

impl Forge {
    async fn open(shop: &TestShop, person: &Person) -> TestResult<Self> {
        const SELECT: &str = "SELECT kid, public_key, sealed_private_key FROM signing_keys";
        let row: KeyRow = db::fetch_one(shop.context().db.reader(), SELECT, vec![]).await?;
        let private = shop.context().secrets.open("signing_keys", &row.sealed_private_key)?;
        let claims = person.access_token.split('.').nth(1).unwrap_or_default();
        Ok(Self {
            kid: row.kid,
            public_key: row.public_key,
            ours: Ed25519KeyPair::from_pkcs8(&private)?,
            theirs: Ed25519KeyPair::generate()?,
            claims: serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?,
            good: person.access_token.clone(),
        })
    }

    fn head(&self) -> Value {
        json!({"typ": "at+jwt", "alg": "EdDSA", "kid": self.kid})
    }

    /// A token with this head and these claims, signed by whatever signs it.
    fn signed(head: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let text = format!("{}.{}", encode(head), encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(sign(text.as_bytes()));
        format!("{text}.{signature}")
    }

    fn by_us(&self, text: &[u8]) -> Vec<u8> {
        self.ours.sign(text).as_ref().to_vec()
    }

    /// Signed with the shop's own key, and yet with another head.
    fn head_with(&self, changes: Value) -> String {
        Self::signed(&with(&self.head(), &changes), &self.claims, |text| self.by_us(text))
    }

    /// Signed with the shop's own key, and yet with other claims.
    fn claims_with(&self, changes: Value) -> String {
        Self::signed(&self.head(), &with(&self.claims, &changes), |text| self.by_us(text))
    }

    fn keyed(&self, name: &str, algorithm: hmac::Algorithm, secret: &[u8]) -> String {
        let head = with(&self.head(), &json!({"alg": name}));
        Self::signed(&head, &self.claims, |text| hmac::sign(&hmac::Key::new(algorithm, secret), text).as_ref().to_vec())
    }

    fn parts(&self) -> (&str, &str, &str) {
        let mut parts = self.good.split('.');
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    }

    /// Another algorithm than ours, or our key as what it is not.
    fn algorithms(&self) -> TestResult<Vec<(&'static str, String)>> {
        let unsigned = |alg: &str| Self::signed(&with(&self.head(), &json!({"alg": alg})), &self.claims, |_| Vec::new());
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let by_rsa = |text: &[u8]| {
            let mut signature = vec![0; rsa.public_modulus_len()];
            rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).expect("signed");
            signature
        };
        let x = URL_SAFE_NO_PAD.encode(&self.public_key);
        let der = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00], self.public_key.as_slice()].concat();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
        Ok(vec![
            ("alg none", unsigned("none")),
            ("alg None", unsigned("None")),
            ("alg NONE", unsigned("NONE")),
            ("alg none without its last dot", unsigned("none").trim_end_matches('.').to_owned()),
            ("alg none with a good signature", self.head_with(json!({"alg": "none"}))),
            ("alg empty", self.head_with(json!({"alg": ""}))),
            ("alg absent", self.head_with(json!({"alg": null}))),
            ("alg a list", self.head_with(json!({"alg": ["EdDSA"]}))),
            ("alg in small letters", self.head_with(json!({"alg": "eddsa"}))),
            ("alg by its curve", self.head_with(json!({"alg": "Ed25519"}))),
            ("HS256 with the public key", self.keyed("HS256", hmac::HMAC_SHA256, &self.public_key)),
            ("HS256 with the public key as others read it", self.keyed("HS256", hmac::HMAC_SHA256, x.as_bytes())),
            ("HS256 with the public key in DER", self.keyed("HS256", hmac::HMAC_SHA256, &der)),
            ("HS256 with the public key in PEM", self.keyed("HS256", hmac::HMAC_SHA256, pem.as_bytes())),
            ("HS256 with nothing", self.keyed("HS256", hmac::HMAC_SHA256, b"")),
            ("HS384 with the public key", self.keyed("HS384", hmac::HMAC_SHA384, &self.public_key)),
            ("HS512 with the public key", self.keyed("HS512", hmac::HMAC_SHA512, &self.public_key)),
            ("RS256 by a key of theirs", Self::signed(&with(&self.head(), &json!({"alg": "RS256"})), &self.claims, by_rsa)),
            ("RS256 said of our signature", self.head_with(json!({"alg": "RS256"}))),
            ("PS256 said of our signature", self.head_with(json!({"alg": "PS256"}))),
            ("ES256 said of our signature", self.head_with(json!({"alg": "ES256"}))),
            ("our key's name, their signature", Self::signed(&self.head(), &self.claims, |text| self.theirs.sign(text).as_ref().to_vec())),
        ])
    }

    /// Heads that lead to a key of theirs, or say more or less than ours do.
    fn heads(&self) -> Vec<(&'static str, String)> {
        let x = URL_SAFE_NO_PAD.encode(self.theirs.public_key().as_ref());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "theirs"});
        let by_them =
            |changes: Value| Self::signed(&with(&self.head(), &changes), &self.claims, |text| self.theirs.sign(text).as_ref().to_vec());
        let doubled = format!(r#"{{"typ":"at+jwt","alg":"none","alg":"EdDSA","kid":"{}"}}"#, self.kid);
        let doubled = format!("{}.{}", URL_SAFE_NO_PAD.encode(doubled), self.parts().1);
        let doubled = format!("{doubled}.{}", URL_SAFE_NO_PAD.encode(self.by_us(doubled.as_bytes())));
        vec![
            ("kid absent", self.head_with(json!({"kid": null}))),
            ("kid empty", self.head_with(json!({"kid": ""}))),
            ("kid unknown", self.head_with(json!({"kid": "20260101-00000000"}))),
            ("kid a path", self.head_with(json!({"kid": "../../../../dev/null"}))),
            ("kid a file", self.head_with(json!({"kid": "file:///etc/passwd"}))),
            ("kid of SQL", self.head_with(json!({"kid": format!("{}' OR '1'='1", self.kid)}))),
            ("kid of more SQL", self.head_with(json!({"kid": "x' UNION SELECT 'a', 'b', 'c' --"}))),
            ("kid a number", self.head_with(json!({"kid": 1}))),
            ("kid a list", self.head_with(json!({"kid": [self.kid]}))),
            ("kid with a zero byte", self.head_with(json!({"kid": format!("{}\0", self.kid)}))),
            ("kid with a space", self.head_with(json!({"kid": format!("{} ", self.kid)}))),
            ("jku", by_them(json!({"jku": "https://evil.example/jwks.json", "kid": "theirs"}))),
            ("jku with our key", self.head_with(json!({"jku": "https://evil.example/jwks.json"}))),
            ("x5u", by_them(json!({"x5u": "https://evil.example/key.pem"}))),
            ("x5c", by_them(json!({"x5c": ["MIIB"]}))),
            ("jwk", by_them(json!({"jwk": jwk, "kid": "theirs"}))),
            ("jwk with our key's name", by_them(json!({"jwk": jwk}))),
            ("crit", self.head_with(json!({"crit": ["exp"]}))),
            ("b64", self.head_with(json!({"b64": false, "crit": ["b64"]}))),
            ("zip", self.head_with(json!({"zip": "DEF"}))),
            ("cty", self.head_with(json!({"cty": "JWT"}))),
            ("a member of their own", self.head_with(json!({"admin": true}))),
            ("two algorithms", doubled),
            ("typ JWT", self.head_with(json!({"typ": "JWT"}))),
            ("typ absent", self.head_with(json!({"typ": null}))),
            ("typ of an identity", self.head_with(json!({"typ": "id+jwt"}))),
            ("typ of something that renews", self.head_with(json!({"typ": "rt+jwt"}))),
        ]
    }

    /// Signed by ourselves, for another purpose, time or person.
    fn foreign_claims(&self, other: &Person) -> Vec<(&'static str, String)> {
        let now = self.claims["iat"].as_i64().unwrap_or_default();
        vec![
            ("aud of another", self.claims_with(json!({"aud": "storefront"}))),
            ("aud a list", self.claims_with(json!({"aud": ["tradewind"]}))),
            ("aud absent", self.claims_with(json!({"aud": null}))),
            ("iss of another", self.claims_with(json!({"iss": "https://evil.example"}))),
            ("iss nearly ours", self.claims_with(json!({"iss": "http://127.0.0.1:0/"}))),
            ("iss a list", self.claims_with(json!({"iss": ["http://127.0.0.1:0"]}))),
            ("iss absent", self.claims_with(json!({"iss": null}))),
            ("exp now", self.claims_with(json!({"exp": now}))),
            ("exp long ago", self.claims_with(json!({"exp": 0}))),
            ("exp before time began", self.claims_with(json!({"exp": -1}))),
            ("exp a text", self.claims_with(json!({"exp": (now + 900).to_string()}))),
            ("exp a fraction", self.claims_with(json!({"exp": 1e300}))),
            ("exp absent", self.claims_with(json!({"exp": null}))),
            ("nbf in the future", self.claims_with(json!({"nbf": now + 31}))),
            ("nbf absent", self.claims_with(json!({"nbf": null}))),
            ("iat in the future", self.claims_with(json!({"iat": now + 31}))),
            ("sub of another", self.claims_with(json!({"sub": other.user}))),
            ("sub of nobody", self.claims_with(json!({"sub": UserId::generate()}))),
            ("sub of a program", self.claims_with(json!({"sub": kernel::ApiKeyId::generate()}))),
            ("sub absent", self.claims_with(json!({"sub": null}))),
            ("sid of another", self.claims_with(json!({"sid": other.opened.session.id}))),
            ("sid of nothing", self.claims_with(json!({"sid": SessionId::generate()}))),
            ("sid absent", self.claims_with(json!({"sid": null}))),
            ("claims that are a list", Self::signed(&self.head(), &json!([self.claims]), |text| self.by_us(text))),
            ("no claims", Self::signed(&self.head(), &json!({}), |text| self.by_us(text))),
        ]
    }

    /// A good token with other bytes.
    fn altered(&self, other: &Person) -> Vec<(&'static str, String)> {
        let (head, claims, signature) = self.parts();
        let raised = encode(&with(&self.claims, &json!({"roles": ["admin"]})));
        let theirs = other.access_token.rsplit('.').next().unwrap_or_default();
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        let first = signature.chars().next().unwrap_or('A');
        let flipped = format!("{}{}", if first == 'A' { 'B' } else { 'A' }, &signature[1..]);
        vec![
            ("a signature of zeros", format!("{head}.{claims}.{}", URL_SAFE_NO_PAD.encode([0_u8; 64]))),
            ("no signature", format!("{head}.{claims}.")),
            ("a short signature", format!("{head}.{claims}.{}", &signature[..signature.len() - 2])),
            ("a long signature", format!("{head}.{claims}.{}", URL_SAFE_NO_PAD.encode([bytes.as_slice(), &[0]].concat()))),
            ("a bit of the signature", format!("{head}.{claims}.{flipped}")),
            ("the signature of another token", format!("{head}.{claims}.{theirs}")),
            ("other claims", format!("{head}.{raised}.{signature}")),
            ("claims in padded base64", format!("{head}.{claims}=.{signature}")),
            ("a signature in padded base64", format!("{head}.{claims}.{}", URL_SAFE.encode(&bytes))),
            ("a signature in plain base64", format!("{head}.{claims}.+/{}", &signature[2..])),
            ("a dot behind it", format!("{}.", self.good)),
            ("two dots behind it", format!("{}..", self.good)),
            ("a dot before it", format!(".{}", self.good)),
            ("four parts", format!("{}.{signature}", self.good)),
            ("five parts, as if it were encrypted", format!("{head}.{claims}.{claims}.{claims}.{signature}")),
            ("two parts", format!("{head}.{claims}")),
            ("one part", head.to_owned()),
            ("dots alone", "..".to_owned()),
            ("a space in it", format!("{head}. {claims}.{signature}")),
            ("a space behind a dot", format!("{head}.{claims}. {signature}")),
            ("a tab in it", format!("{head}.\t{claims}.{signature}")),
            ("two of them", format!("{} {}", self.good, self.good)),
            ("two of them with a comma", format!("{},{}", self.good, self.good)),
            ("quoted", format!("\"{}\"", self.good)),
            ("named twice", format!("Bearer {}", self.good)),
            ("in capitals", self.good.to_uppercase()),
            ("as JSON", json!({"payload": claims, "protected": head, "signature": signature}).to_string()),
            ("with 1 kB behind it", format!("{}{}", self.good, "A".repeat(1_024))),
            ("with 16 kB of claims", self.claims_with(json!({"padding": "A".repeat(16 * 1_024)}))),
        ]
    }
}

/// What is a credential of some other kind, or looks like one.
fn lookalikes(person: &Person) -> Vec<(&'static str, String)> {
    let refresh = person.opened.refresh.reveal();
    let hash: String = digest::digest(&digest::SHA256, refresh.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    vec![
        ("a refresh token", refresh.to_owned()),
        ("a refresh token as an API key", refresh.replace("twr_", "twk_")),
        ("the hash of a refresh token", hash),
        ("an API key that nobody made", Token::generate().reveal().to_owned()),
        ("an access token as an API key", format!("twk_{}", person.access_token)),
        ("the beginning of an API key", "twk_".to_owned()),
        ("the id of a session", person.opened.session.id.to_string()),
        ("the id of a user", person.user.to_string()),
        ("a word", "admin".to_owned()),
        ("null", "null".to_owned()),
    ]
}

#[test_on_every_database]
async fn no_forged_token_opens_a_door(shop: TestShop) -> TestResult {
    let (person, other) = (sign_in(&shop).await?, sign_in(&shop).await?);
    let forge = Forge::open(&shop, &person).await?;
    let mut table = forge.algorithms()?;
    table.extend(forge.heads());
    table.extend(forge.foreign_claims(&other));
    table.extend(forge.altered(&other));
    table.extend(lookalikes(&person));
    assert!(table.len() >= 100, "{}", table.len());
    // What is forged is worth something only beside what is good.
    assert_eq!(doors(&shop, &forge.claims_with(json!({}))).await?, OPEN);
    assert_eq!(doors(&shop, &forge.claims_with(json!({"nbf": forge.claims["iat"].as_i64().map(|now| now + 30)}))).await?, OPEN);
    for (name, token) in &table {
        assert_eq!(doors(&shop, token).await?, SHUT, "{name}: {token}");
    }
    assert_eq!(doors(&shop, &person.access_token).await?, OPEN);
    Ok(())
}

/// The head of a request is not read any further than 64 kB: whoever sends a megabyte there is refused before anybody looks at it.
#[test_on_every_database]
async fn a_token_of_a_megabyte_opens_nothing(shop: TestShop) -> TestResult {
    let person = sign_in(&shop).await?;
    let forge = Forge::open(&shop, &person).await?;
    let token = forge.claims_with(json!({"padding": "A".repeat(1_024 * 1_024)}));
    assert_eq!(Tokens::new(shop.context().clone()).verify(&token).await?, None);
    // The server may hang up while the rest is still being sent.
    if let Ok(reply) = shop.get("/api/v1/orders").key(&token).await {
        assert_eq!(reply.status, 431);
    }
    assert_eq!(doors(&shop, &person.access_token).await?, OPEN);
    Ok(())
}

/// A credential is one header of one kind.
#[test_on_every_database]
async fn a_token_in_another_place_opens_nothing(shop: TestShop) -> TestResult {
    let token = sign_in(&shop).await?.access_token;
    let asked = || shop.get("/api/v1/orders").anonymous();
    for scheme in ["Basic", "Token", "JWT", "Bearer:", "BearerBearer"] {
        assert_eq!(asked().header("authorization", format!("{scheme} {token}")).await?.status, 401, "{scheme}");
    }
    assert_eq!(asked().header("authorization", &token).await?.status, 401);
    let twice = asked().header("authorization", format!("Bearer {token}")).header("authorization", format!("Bearer {token}")).await?;
    assert_eq!((twice.status, twice.header("www-authenticate")), (401, "Bearer"));
    assert_eq!(asked().header("authorization", format!("bearer  {token}")).await?.status, 403, "names of schemes have no case");
    for name in ["x-access-token", "x-user-id", "cookie"] {
        assert_eq!(asked().header(name, format!("access_token={token}")).await?.status, 401, "{name}");
    }
    Ok(())
}
