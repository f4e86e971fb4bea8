//! Signing an access token.

use jsonwebtoken::{Algorithm, Header, encode};
use kernel::{DomainError, ErrorKind, Timestamp};
use platform::SecretsError;
use platform::db::DatabaseError;

use super::{Claims, Tokens};
use crate::sessions::Session;

/// What kind of token it is (RFC 9068, 2.1): no other token of ours, or of anybody who follows the rules, says this.
const TYPE: &str = "at+jwt";

/// A signed token.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    token: String,
    /// What it says.
    pub claims: Claims,
}

impl AccessToken {
    /// The token itself, for its owner alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.token
    }

    /// How many seconds it lives.
    #[must_use]
    pub const fn expires_in(&self) -> i64 {
        self.claims.exp - self.claims.iat
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// Why nothing is signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The system makes no keys.
    #[error("no signing key can be made")]
    Key,
    /// The key does not sign.
    #[error("the token cannot be signed: {0}")]
    Signature(#[from] jsonwebtoken::errors::Error),
    /// The master key.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for SignError {
    fn code(&self) -> &'static str {
        match self {
            Self::Key | Self::Signature(_) | Self::Secrets(_) => "internal",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Key | Self::Signature(_) | Self::Secrets(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }
}

/// The head of every token that this key signs, and of no other one.
pub(super) fn header(kid: &str) -> Header {
    Header { typ: Some(TYPE.to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) }
}

impl Tokens {
    /// Signs an access token of this session, which lives for as long as the configuration says and never longer than the session.
    ///
    /// Not to be called while a transaction of the caller is open: now and then it makes a key in one of its own.
    ///
    /// # Errors
    /// `SignError` names what is wrong.
    pub async fn sign(&self, session: &Session, email: Option<&str>, roles: &[String]) -> Result<AccessToken, SignError> {
        let (keys, now) = (self.signing_keys().await?, self.0.context.now());
        let key = keys.active(now).ok_or(SignError::Key)?;
        let signs = key.signs.as_ref().ok_or(SignError::Key)?;
        let claims = self.claims(session, (email, roles), now);
        Ok(AccessToken { token: encode(&header(&key.kid), &claims, signs)?, claims })
    }

    fn claims(&self, session: &Session, (email, roles): (Option<&str>, &[String]), now: Timestamp) -> Claims {
        let end = now.checked_add_signed(self.lifetime()).unwrap_or(session.expires_at).min(session.expires_at);
        Claims {
            iss: self.0.issuer.clone(),
            aud: self.0.context.config.auth.audience.clone(),
            sub: session.user_id,
            sid: session.id,
            email: email.map(str::to_owned),
            roles: roles.to_vec(),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: end.timestamp(),
            jti: format!("{:032x}", rand::random::<u128>()),
        }
    }
}
