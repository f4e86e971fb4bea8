//! Messages that one browser alone can read: RFC 8291, one record of RFC 8188 (`aes128gcm`).

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{self, HKDF_SHA256, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// An uncompressed point of P-256.
const POINT_BYTES: usize = 65;
/// What RFC 8291 says of the authentication secret.
const AUTH_BYTES: usize = 16;
/// What RFC 8188 says of the salt.
const SALT_BYTES: usize = 16;
/// Bytes of the key of AES-128.
const KEY_BYTES: usize = 16;
/// Bytes of a hash, of which keys are made.
const HASH_BYTES: usize = 32;
/// A whole message is one record, and no push service has to take more than this (RFC 8030, 7.2).
const RECORD_BYTES: u32 = 4_096;
/// Ends the last record, which is the only one.
const LAST_RECORD: u8 = 2;
/// What fits beside the header (86 bytes), the end of the record and the tag.
pub(super) const MOST_BYTES: usize = 3_993;

/// What a browser gives away so that it can be written to: the public half of its key, and a secret that its push service does not know.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BrowserKeys {
    public: Vec<u8>,
    auth: Vec<u8>,
}

impl BrowserKeys {
    /// Reads `p256dh`: a point of the curve. A point that lies elsewhere would tell those who choose it about the key that it meets.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse_point(raw: &str) -> Result<Vec<u8>, &'static str> {
        const REFUSED: &str = "must be the p256dh of PushSubscription.toJSON(): 65 bytes of a point of P-256 in base64url";
        let point = decode(raw).filter(|point| point.len() == POINT_BYTES).ok_or(REFUSED)?;
        let probe = PrivateKey::generate(&ECDH_P256).map_err(|_| REFUSED)?;
        agree(&probe, UnparsedPublicKey::new(&ECDH_P256, &point), REFUSED, |_| Ok(()))?;
        Ok(point)
    }

    /// Reads `auth`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse_auth(raw: &str) -> Result<Vec<u8>, &'static str> {
        const REFUSED: &str = "must be the auth of PushSubscription.toJSON(): 16 bytes in base64url";
        decode(raw).filter(|auth| auth.len() == AUTH_BYTES).ok_or(REFUSED)
    }

    /// The keys of these parts, which were parsed.
    pub(super) const fn new(public: Vec<u8>, auth: Vec<u8>) -> Self {
        Self { public, auth }
    }
}

impl std::fmt::Debug for BrowserKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserKeys(…)")
    }
}

/// Browsers leave the padding out; some libraries put it back.
fn decode(raw: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(raw.trim_end_matches('=')).ok()
}

/// Encrypts a message for a browser, with a key and a salt that are used for nothing else; `None` where it is too long, or the system has no
/// random numbers.
pub(super) fn encrypt(keys: &BrowserKeys, plain: &[u8]) -> Option<Vec<u8>> {
    let sender = PrivateKey::generate(&ECDH_P256).ok()?;
    seal(keys, plain, &sender, rand::random()).ok()
}

fn seal(keys: &BrowserKeys, plain: &[u8], sender: &PrivateKey, salt: [u8; SALT_BYTES]) -> Result<Vec<u8>, Unspecified> {
    if plain.len() > MOST_BYTES {
        return Err(Unspecified);
    }
    let public = sender.compute_public_key()?;
    let about = [b"WebPush: info\0", keys.public.as_slice(), public.as_ref()];
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &keys.public);
    let shared: [u8; HASH_BYTES] = agree(sender, theirs, Unspecified, |secret| derive(&keys.auth, secret, &about))?;
    let key: [u8; KEY_BYTES] = derive(&salt, &shared, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; NONCE_LEN] = derive(&salt, &shared, &[b"Content-Encoding: nonce\0"])?;
    let mut record = [plain, &[LAST_RECORD]].concat();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
    let length = u8::try_from(public.as_ref().len()).map_err(|_| Unspecified)?;
    Ok([salt.as_slice(), &RECORD_BYTES.to_be_bytes(), &[length], public.as_ref(), &record].concat())
}

/// So many bytes of HKDF-SHA-256.
struct Bytes(usize);

impl hkdf::KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(salt: &[u8], secret: &[u8], about: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut derived = [0; N];
    Salt::new(HKDF_SHA256, salt).extract(secret).expand(about, Bytes(N))?.fill(&mut derived)?;
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).expect("base64url")
    }

    /// A browser: its key and its secret.
    struct Browser {
        key: PrivateKey,
        keys: BrowserKeys,
    }

    impl Browser {
        fn of(key: PrivateKey, auth: Vec<u8>) -> Self {
            let public = key.compute_public_key().expect("a point");
            Self { key, keys: BrowserKeys::new(public.as_ref().to_vec(), auth) }
        }

        fn new() -> Self {
            Self::of(PrivateKey::generate(&ECDH_P256).expect("a key"), rand::random::<[u8; 16]>().to_vec())
        }

        /// What it reads of a message, as RFC 8291 has it from the other side.
        fn read(&self, message: &[u8]) -> Option<Vec<u8>> {
            let (salt, rest) = message.split_at_checked(SALT_BYTES)?;
            let (head, rest) = rest.split_at_checked(5)?;
            assert_eq!(head, [0, 0, 16, 0, 65]);
            let (sender, record) = rest.split_at_checked(POINT_BYTES)?;
            let about = [b"WebPush: info\0", self.keys.public.as_slice(), sender];
            let theirs = UnparsedPublicKey::new(&ECDH_P256, sender);
            let shared: [u8; 32] = agree(&self.key, theirs, Unspecified, |secret| derive(&self.keys.auth, secret, &about)).ok()?;
            let key: [u8; 16] = derive(salt, &shared, &[b"Content-Encoding: aes128gcm\0"]).ok()?;
            let nonce: [u8; 12] = derive(salt, &shared, &[b"Content-Encoding: nonce\0"]).ok()?;
            let mut record = record.to_vec();
            let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
            let plain = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record).ok()?;
            plain.strip_suffix(&[LAST_RECORD]).map(<[u8]>::to_vec)
        }
    }

    /// RFC 8291, section 5 and appendix A: keys, salt and text, and the message that must come of them.
    #[test]
    fn the_message_is_that_of_the_standard() {
        let private = |text: &str| PrivateKey::from_private_key(&ECDH_P256, &bytes(text)).expect("a key");
        let browser = Browser::of(private("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), bytes("BTBZMqHH6r4Tts7J_aSIgg"));
        let point = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        assert_eq!(BrowserKeys::parse_point(point).as_ref(), Ok(&browser.keys.public));
        let sender = private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().expect("16 bytes");
        let message = seal(&browser.keys, b"When I grow up, I want to be a watermelon", &sender, salt).expect("sealed");
        let told = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A\
                    _yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(&message), told);
        assert_eq!(browser.read(&message).as_deref(), Some(b"When I grow up, I want to be a watermelon".as_slice()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn one_browser_reads_what_is_meant_for_it_and_no_other(plain in proptest::collection::vec(any::<u8>(), 0..600), at in any::<usize>()) {
            let (browser, other) = (Browser::new(), Browser::new());
            let mut message = encrypt(&browser.keys, &plain).expect("encrypted");
            prop_assert_eq!(browser.read(&message), Some(plain.clone()));
            prop_assert_eq!(other.read(&message), None);
            // With the same key and another secret, it is another reader.
            let (key, auth) = (browser.key, [7; 16].to_vec());
            let without_secret = Browser::of(key, auth);
            prop_assert_eq!(without_secret.read(&message), None);
            let browser = Browser { keys: browser.keys, key: without_secret.key };
            prop_assert_ne!(encrypt(&browser.keys, &plain).expect("encrypted"), message.clone());
            // A bit of the record is another: it is no message.
            let place = 86 + at % (message.len() - 86);
            message[place] ^= 1;
            prop_assert_eq!(browser.read(&message), None);
        }
    }

    #[test]
    fn a_message_is_no_longer_than_every_push_service_takes() {
        let browser = Browser::new();
        let longest = encrypt(&browser.keys, &[b'x'; MOST_BYTES]).expect("encrypted");
        assert_eq!((longest.len(), browser.read(&longest).map(|plain| plain.len())), (4_096, Some(MOST_BYTES)));
        assert_eq!(encrypt(&browser.keys, &[b'x'; MOST_BYTES + 1]), None);
    }

    #[test]
    fn what_is_no_key_of_a_browser_is_refused() {
        let browser = Browser::new();
        let point = URL_SAFE_NO_PAD.encode(&browser.keys.public);
        assert!(BrowserKeys::parse_point(&point).is_ok() && BrowserKeys::parse_point(&format!("{point}=")).is_ok());
        let mut elsewhere = browser.keys.public.clone();
        elsewhere[64] ^= 1;
        let mut compressed = browser.keys.public[..33].to_vec();
        compressed[0] = 2;
        for wrong in [elsewhere, compressed, vec![4; 65], vec![0; 65], vec![0], browser.keys.public[1..].to_vec()] {
            assert!(BrowserKeys::parse_point(&URL_SAFE_NO_PAD.encode(&wrong)).is_err(), "{wrong:?}");
        }
        assert!(BrowserKeys::parse_point("").is_err() && BrowserKeys::parse_point("ö").is_err());
        assert!(BrowserKeys::parse_auth("BTBZMqHH6r4Tts7J_aSIgg==").is_ok());
        for wrong in ["", "BTBZMqHH6r4Tts7J_aSI", "BTBZMqHH6r4Tts7J/aSIgg", "BTBZMqHH6r4Tts7J_aSIggAA"] {
            assert!(BrowserKeys::parse_auth(wrong).is_err(), "{wrong}");
        }
        assert_eq!(format!("{:?}", browser.keys), "BrowserKeys(…)");
    }
}
