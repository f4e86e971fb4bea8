//! What a caller showed, kept for as long as an answer goes on: whether it still opens what it opened.

use std::fmt;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::HeaderMap;
use http::request::Parts;

use crate::cookies;
use crate::identity::{Authenticator, Identity, MAX_TOKEN_BYTES, bearer, by_cookie, by_token};
use crate::problem::Problem;

/// What a caller showed; nothing is asked of anybody until [`Standing::identity`] is.
#[derive(Clone)]
pub struct Standing {
    shown: Shown,
    authenticator: Arc<dyn Authenticator>,
}

#[derive(Clone)]
enum Shown {
    Nothing,
    Bearer(String),
    Cookie(String),
}

impl Standing {
    /// What the head of a request shows: a token before a cookie, like for every request.
    ///
    /// # Errors
    /// 401 where it shows what can be no token.
    pub fn of(headers: &HeaderMap, authenticator: Arc<dyn Authenticator>) -> Result<Self, Problem> {
        let shown = match (bearer(headers)?, cookies::session(headers)) {
            (Some(token), _) => Shown::Bearer(token.to_owned()),
            (None, Some(cookie)) => Shown::Cookie(cookie.to_owned()),
            (None, None) => Shown::Nothing,
        };
        Ok(Self { shown, authenticator })
    }

    /// The same caller with another token.
    ///
    /// # Errors
    /// 401 where it can be no token.
    pub fn with_token(&self, token: &str) -> Result<Self, Problem> {
        if !(1..=MAX_TOKEN_BYTES).contains(&token.len()) {
            return Err(Problem::unauthenticated());
        }
        Ok(Self { shown: Shown::Bearer(token.to_owned()), authenticator: Arc::clone(&self.authenticator) })
    }

    /// True where anything was shown.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        !matches!(self.shown, Shown::Nothing)
    }

    /// Whom it names at this moment; `None` where it is expired or revoked by now. Mostly out of memory, which forgets within a second
    /// what was revoked.
    ///
    /// # Errors
    /// Where nobody can be asked now.
    pub async fn identity(&self) -> Result<Option<Identity>, Problem> {
        match &self.shown {
            Shown::Nothing => Ok(None),
            Shown::Bearer(token) => by_token(self.authenticator.as_ref(), token).await,
            Shown::Cookie(cookie) => by_cookie(self.authenticator.as_ref(), cookie).await,
        }
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Standing(…)")
    }
}

impl<S> FromRequestParts<S> for Standing
where
    S: Send + Sync,
    Arc<dyn Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Self::of(&parts.headers, Arc::<dyn Authenticator>::from_ref(state))
    }
}
