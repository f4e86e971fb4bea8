//! A browser with its push service, written by the standards from the reader's side: it shares no code with the shop.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, ECDSA_P256_SHA256_FIXED};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{Received, Receiver, TestResult, TestShop};

/// Behind its address nobody finds it but who was told; no other test knows this text.
pub(super) const SECRET_PATH: &str = "/send/c1KrmpTuRm-otter";

/// Somebody's browser.
pub(super) struct Browser {
    key: PrivateKey,
    auth: [u8; 16],
    pub(super) endpoint: String,
    pub(super) service: Receiver,
}

fn hash(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &parts.concat()).as_ref().to_vec()
}

impl Browser {
    pub(super) async fn open() -> TestResult<Self> {
        let service = Receiver::start().await?;
        let key = PrivateKey::generate(&ECDH_P256)?;
        Ok(Self { key, auth: rand::random(), endpoint: format!("{}{SECRET_PATH}", service.base()), service })
    }

    /// Another key pair behind the same address, as after the page subscribed anew.
    pub(super) fn renewed(&self) -> TestResult<Self> {
        let key = PrivateKey::generate(&ECDH_P256)?;
        Ok(Self { key, auth: rand::random(), endpoint: self.endpoint.clone(), service: self.service.clone() })
    }

    /// `PushSubscription.toJSON()`, and what is asked for.
    pub(super) fn describe(&self, topics: &[&str]) -> Value {
        let point = self.key.compute_public_key().unwrap();
        let keys = json!({"p256dh": URL_SAFE_NO_PAD.encode(point.as_ref()), "auth": URL_SAFE_NO_PAD.encode(self.auth)});
        json!({"endpoint": self.endpoint, "expirationTime": null, "keys": keys, "topics": topics})
    }

    /// What a message says; none where it is not for this browser (RFC 8291, RFC 8188).
    pub(super) fn read(&self, message: &Received) -> Option<Value> {
        let body = &message.body;
        let (salt, sender, record) = (body.get(..16)?, body.get(21..86)?, body.get(86..)?);
        assert_eq!((&body[16..21], message.header("content-encoding")), (&[0, 0, 16, 0, 65][..], "aes128gcm"));
        let own = self.key.compute_public_key().ok()?;
        let shared = agree(&self.key, UnparsedPublicKey::new(&ECDH_P256, sender), (), |secret| Ok(secret.to_vec())).ok()?;
        let material = hash(&hash(&self.auth, &[&shared]), &[b"WebPush: info\0", own.as_ref(), sender, &[1]]);
        let both = hash(salt, &[&material]);
        let key = hash(&both, &[b"Content-Encoding: aes128gcm\0", &[1]]);
        let nonce = hash(&both, &[b"Content-Encoding: nonce\0", &[1]]);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key[..16]).ok()?);
        let mut record = record.to_vec();
        let plain = key.open_in_place(Nonce::try_assume_unique_for_key(&nonce[..12]).ok()?, Aad::empty(), &mut record).ok()?;
        serde_json::from_slice(plain.strip_suffix(&[2])?).ok()
    }

    /// What arrived since this was asked last, each as the browser reads it, by what it says.
    pub(super) fn told(&self) -> Vec<Value> {
        let mut told: Vec<Value> = self.service.take().iter().map(|message| self.read(message).expect("a message for it")).collect();
        told.sort_by_key(|message| message["title"].to_string());
        told
    }

    /// The titles alone.
    pub(super) fn titles(&self) -> Vec<String> {
        self.told().iter().map(|message| message["title"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// The claims by which the sender says who it is, where they are signed with the shop's public key (RFC 8292).
pub(super) async fn claims(shop: &TestShop, message: &Received) -> TestResult<Value> {
    let key = shop.get("/api/v1/push/key").anonymous().await?.expect(200)?.text("public_key").to_owned();
    let (token, shown) =
        message.header("authorization").strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k=")).ok_or("no vapid")?;
    assert_eq!(shown, key);
    let (said, signed) = token.rsplit_once('.').ok_or("no token")?;
    let public = signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, URL_SAFE_NO_PAD.decode(&key)?);
    public.verify(said.as_bytes(), &URL_SAFE_NO_PAD.decode(signed)?)?;
    let claims = said.split_once('.').ok_or("no claims")?.1;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?)
}
