//! Whether a message is of whom its address names, whole, and of now.

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use kernel::Timestamp;
use platform::config::{InboundScheme, InboundSource};
use secrecy::ExposeSecret;

use super::error::InboundError;
use crate::webhooks::Secret;

/// How far their clock may be from ours, either way (Standard Webhooks).
const TOLERANCE_S: i64 = 300;
/// No id of a message is longer.
const LONGEST_ID: usize = 255;

/// A message as it came.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'m> {
    /// Its head.
    pub headers: &'m HeaderMap,
    /// Its body, byte for byte.
    pub body: &'m [u8],
}

impl Incoming<'_> {
    /// What its sender calls it, where it is signed as it should be. Compared in constant time.
    pub(super) fn verified(&self, source: &InboundSource, now: Timestamp) -> Result<String, InboundError> {
        let (secret, previous) = (source.secret.expose_secret(), source.previous_secret.expose_secret());
        let secrets = [secret, previous].into_iter().filter(|secret| !secret.is_empty());
        let verified = match source.scheme {
            InboundScheme::Standard => self.standard(secrets, now),
            InboundScheme::Hmac => self.hmac(secrets, &source.header),
        };
        verified.ok_or(InboundError::SignatureInvalid)
    }

    /// What they say that the body is; cut where it is longer than any media type.
    pub(super) fn content_type(&self) -> Option<String> {
        self.text(header::CONTENT_TYPE.as_str()).map(|text| text.chars().take(LONGEST_ID).collect())
    }

    fn standard<'s>(&self, mut secrets: impl Iterator<Item = &'s str>, now: Timestamp) -> Option<String> {
        let id = self.text("webhook-id").filter(|id| (1..=LONGEST_ID).contains(&id.len()))?;
        let timestamp: i64 = self.text("webhook-timestamp")?.parse().ok()?;
        let signatures = self.text("webhook-signature")?;
        if now.timestamp().abs_diff(timestamp) > TOLERANCE_S.unsigned_abs() {
            return None;
        }
        let is_signed = |secret: &str| Secret::parse(secret).is_some_and(|secret| secret.verifies((id, timestamp), self.body, signatures));
        secrets.any(is_signed).then(|| id.to_owned())
    }

    /// Only the body is vouched for, so that the body is what tells one message from another: an id in a header could be anybody's.
    fn hmac<'s>(&self, mut secrets: impl Iterator<Item = &'s str>, header: &str) -> Option<String> {
        let text = self.text(header)?;
        let signature = decode(text.strip_prefix("sha256=").unwrap_or(text))?;
        let is_signed = |secret: &str| hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), self.body, &signature).is_ok();
        secrets.any(is_signed).then(|| STANDARD.encode(digest::digest(&digest::SHA256, self.body)))
    }

    /// The one header of this name; two of them are a riddle.
    fn text(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }
}

/// Hexadecimal digits, or base64.
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() != 2 * digest::SHA256_OUTPUT_LEN {
        return STANDARD.decode(text).ok();
    }
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    let pair = |pair: &[u8]| pair.iter().fold(0, |byte, digit| byte << 4 | digit);
    digits.map(|digits| digits.chunks(2).map(pair).collect())
}
