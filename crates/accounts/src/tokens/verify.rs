//! Verifying an access token.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use kernel::Timestamp;
use platform::db::DatabaseError;

use super::keys::KeySet;
use super::sign::header;
use super::{Claims, FRESH, PATIENCE, Tokens};

/// No token of ours is longer.
const MOST_BYTES: usize = 4_096;
/// Clocks of several machines differ by less; a token that begins later is none of ours.
const LEEWAY_SECONDS: i64 = 30;

impl Tokens {
    /// What a token says, where we signed it, for us, as an access token, and its time is not over. Whether its session goes on is
    /// another question.
    ///
    /// Nothing that the token says decides how it is verified: there is one algorithm, and its head is the one that we write, with
    /// the name of a key of ours; one with anything more or less is refused (RFC 8725, 3.1, 3.5, 3.10, 3.11).
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn verify(&self, token: &str) -> Result<Option<Claims>, DatabaseError> {
        let Some(kid) = kid_of(token) else { return Ok(None) };
        let now = self.0.context.now();
        let claims = self.keys_with(&kid, now).await?.and_then(|keys| self.decode(token, keys.find(&kid, now)?));
        Ok(claims.filter(|claims| is_current(claims, now)))
    }

    /// The keys, where this one is among them; somebody else may have made it a moment ago.
    async fn keys_with(&self, kid: &str, now: Timestamp) -> Result<Option<Arc<KeySet>>, DatabaseError> {
        let keys = self.keys(FRESH).await?;
        if keys.find(kid, now).is_some() {
            return Ok(Some(keys));
        }
        let keys = self.keys(PATIENCE).await?;
        Ok(keys.find(kid, now).is_some().then_some(keys))
    }

    fn decode(&self, token: &str, key: &super::keys::Key) -> Option<Claims> {
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        rules.set_issuer(&[&self.0.issuer]);
        rules.set_audience(&[&self.0.context.config.auth.audience]);
        // By the shop's clock, below.
        (rules.validate_exp, rules.validate_nbf) = (false, false);
        decode(token, &key.verifies, &rules).ok().map(|decoded| decoded.claims)
    }
}

/// The name of the key that a token wants, where its head is one of ours.
fn kid_of(token: &str) -> Option<String> {
    if token.len() > MOST_BYTES || token.bytes().filter(|byte| *byte == b'.').count() != 2 {
        return None;
    }
    let head = decode_header(token).ok()?;
    let kid = head.kid.clone()?;
    (head == header(&kid)).then_some(kid)
}

const fn is_current(claims: &Claims, now: Timestamp) -> bool {
    let now = now.timestamp();
    now < claims.exp && claims.nbf <= now + LEEWAY_SECONDS && claims.iat <= now + LEEWAY_SECONDS
}
