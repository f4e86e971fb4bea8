//! Who asks: resolved once per request, and demanded by the extractors that stand in a handler's signature.

use std::marker::PhantomData;
use std::sync::Arc;

use accounts::permissions::{Permission, PermissionSet, RequiredPermission};
use async_trait::async_trait;
use axum::extract::{FromRef, FromRequestParts, MatchedPath};
use http::request::Parts;
use http::{HeaderMap, header};
use kernel::{Actor, Origin, SessionId, UserId};

use crate::answer::Cache;
use crate::cookies;
use crate::facts::{Facts, RequestFacts};
use crate::problem::Problem;

/// Somebody whose credential was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Who it is.
    pub actor: Actor,
    /// What they may do.
    pub permissions: PermissionSet,
    /// The session in which a person signed in.
    pub session: Option<SessionId>,
    /// True where a person's permissions are withheld until they show a second factor.
    pub lacks_two_factor: bool,
}

impl Identity {
    /// Somebody who may do nothing yet.
    #[must_use]
    pub const fn of(actor: Actor) -> Self {
        Self { actor, permissions: PermissionSet::NONE, session: None, lacks_two_factor: false }
    }

    /// True for programs that may do nothing but what anybody may, such as a storefront with a publishable key: public answers are
    /// theirs as well. A person is somebody, whatever they may do.
    pub(crate) const fn sees_what_anybody_sees(&self) -> bool {
        matches!(self.actor, Actor::ApiKey(_)) && self.permissions.is_empty()
    }
}

/// Knows credentials. The API's state gives one by `FromRef` as `Arc<dyn Authenticator>`.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Who holds this bearer token, where that is known without waiting for anything; `None` says nothing about the token.
    fn remembered(&self, _bearer: &str) -> Option<Identity> {
        None
    }

    /// Who holds this bearer token; `None` where it is unknown, expired or revoked.
    async fn authenticate(&self, bearer: &str) -> Result<Option<Identity>, Problem>;

    /// Whose session this cookie carries, where that is known without waiting for anything.
    fn remembered_by_cookie(&self, _cookie: &str) -> Option<Identity> {
        None
    }

    /// Whose session this cookie carries; `None` where it is over.
    async fn authenticate_by_cookie(&self, _cookie: &str) -> Result<Option<Identity>, Problem> {
        Ok(None)
    }
}

/// No token of ours is longer; the rest is not worth a look-up.
pub(crate) const MAX_TOKEN_BYTES: usize = 4_096;

/// The outcome of the one look-up, kept for the next extractor of the same request.
#[derive(Debug, Clone, Copy)]
struct Resolved(Option<Identity>);

/// Who asks, if anybody: 401 with an `Authorization` that is not good.
///
/// A cookie counts only where there is no `Authorization`: who shows a token means to be whom it names, whatever else the browser sends
/// along. One whose session is over names nobody, for browsers send it without being told to, and the shop's public pages are for them,
/// too.
pub(crate) async fn identify<S>(parts: &mut Parts, state: &S) -> Result<Option<Identity>, Problem>
where
    S: Send + Sync,
    Arc<dyn Authenticator>: FromRef<S>,
{
    if let Some(Resolved(identity)) = parts.extensions.get::<Resolved>() {
        return Ok(*identity);
    }
    let authenticator = || Arc::<dyn Authenticator>::from_ref(state);
    let identity = match (bearer(&parts.headers)?, cookies::session(&parts.headers)) {
        (None, None) => None,
        (Some(token), _) => Some(by_token(authenticator().as_ref(), token).await?.ok_or_else(Problem::unauthenticated)?),
        (None, Some(cookie)) => by_cookie(authenticator().as_ref(), cookie).await?,
    };
    if let Some(identity) = identity {
        Facts::in_parts(parts).count(identity.actor).await?;
    }
    parts.extensions.insert(Resolved(identity));
    Ok(identity)
}

/// The program that asks, where that is known without waiting and it sees what anybody sees.
pub(crate) fn known_program(headers: &HeaderMap, credentials: &dyn Authenticator) -> Option<Identity> {
    let token = bearer(headers).ok()??;
    credentials.remembered(token).filter(Identity::sees_what_anybody_sees)
}

/// Whose token it is.
pub(crate) async fn by_token(authenticator: &dyn Authenticator, token: &str) -> Result<Option<Identity>, Problem> {
    match authenticator.remembered(token) {
        None => authenticator.authenticate(token).await,
        known => Ok(known),
    }
}

/// Whose session the cookie carries.
pub(crate) async fn by_cookie(authenticator: &dyn Authenticator, cookie: &str) -> Result<Option<Identity>, Problem> {
    if cookie.len() > MAX_TOKEN_BYTES {
        return Ok(None);
    }
    match authenticator.remembered_by_cookie(cookie) {
        None => authenticator.authenticate_by_cookie(cookie).await,
        known => Ok(known),
    }
}

/// The token of the one `Authorization: Bearer` header, where there is one.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let token = (value.to_str().ok())
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| (1..=MAX_TOKEN_BYTES).contains(&token.len()));
    match (token, values.next()) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(Problem::unauthenticated()),
    }
}

/// Leaves for the log who asks and by which route.
pub(crate) fn note(parts: &mut Parts, actor: Actor) -> Arc<RequestFacts> {
    let facts = Facts::in_parts(parts);
    facts.note(actor, parts.extensions.get::<MatchedPath>());
    facts
}

/// A caller with the permission `P`: 401 without a credential, 403 without the permission or, where staff need one, the second factor.
#[derive(Debug, Clone)]
pub struct Permitted<P> {
    identity: Identity,
    facts: Arc<RequestFacts>,
    permission: PhantomData<P>,
}

impl<P> Permitted<P> {
    /// Who it is.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.identity.actor
    }

    /// Who wants something, in which request.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.facts.origin(self.identity.actor)
    }

    /// True where the caller has that permission as well.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.identity.permissions.has(permission)
    }

    /// All that the caller may do: nobody gives what he does not hold.
    #[must_use]
    pub const fn held(&self) -> PermissionSet {
        self.identity.permissions
    }
}

impl<P: RequiredPermission> Permitted<P> {
    fn admit(identity: Identity, facts: Arc<RequestFacts>) -> Result<Self, Problem> {
        if identity.permissions.has(P::PERMISSION) {
            Ok(Self { identity, facts, permission: PhantomData })
        } else if identity.lacks_two_factor {
            Err(Problem::two_factor_required())
        } else {
            Err(Problem::forbidden(P::PERMISSION.name()))
        }
    }
}

impl<S, P> FromRequestParts<S> for Permitted<P>
where
    S: Send + Sync,
    P: RequiredPermission,
    Arc<dyn Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let identity = identify(parts, state).await?.ok_or_else(Problem::unauthenticated)?;
        let facts = note(parts, identity.actor);
        Self::admit(identity, facts)
    }
}

/// The policy of a public route: anybody, and who it is if they say so. A credential that is not good is still 401.
#[derive(Debug, Clone)]
pub struct Anyone {
    identity: Option<Identity>,
    facts: Arc<RequestFacts>,
}

impl Anyone {
    /// True where no credential was given.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.identity.is_none()
    }

    /// The person who is signed in, where it is one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self.identity?.actor {
            Actor::User(user) => Some(user),
            _ => None,
        }
    }

    /// True where the caller has that permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.identity.is_some_and(|identity| identity.permissions.has(permission))
    }

    /// Who wants something, in which request.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.facts.origin(self.identity.map_or(Actor::Anonymous, |identity| identity.actor))
    }

    /// How an answer to this caller may be stored: for everybody where it is what anybody sees, for nobody else otherwise.
    #[must_use]
    pub fn cache(&self, max_age_seconds: u32) -> Cache {
        if self.identity.is_none_or(|identity| identity.sees_what_anybody_sees()) {
            Cache::Public { max_age_seconds }
        } else {
            Cache::Private
        }
    }
}

impl<S> FromRequestParts<S> for Anyone
where
    S: Send + Sync,
    Arc<dyn Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let identity = identify(parts, state).await?;
        let facts = note(parts, identity.map_or(Actor::Anonymous, |identity| identity.actor));
        Ok(Self { identity, facts })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_one_bearer_token_of_sane_length_is_looked_up() {
        let headers = |values: &[&str]| {
            let pairs = values.iter().map(|value| (header::AUTHORIZATION, HeaderValue::from_str(value).expect("a value")));
            pairs.fold(HeaderMap::new(), |mut headers, (name, value)| {
                headers.append(name, value);
                headers
            })
        };
        assert_eq!(bearer(&headers(&[])).expect("none"), None);
        assert_eq!(bearer(&headers(&["bearer twk_1"])).expect("one"), Some("twk_1"));
        let long = format!("Bearer {}", "x".repeat(4_097));
        for refused in [&["Basic twk_1"][..], &["Bearer"], &["Bearer "], &["Bearer a", "Bearer b"], &[long.as_str()]] {
            assert_eq!(bearer(&headers(refused)).expect_err("refused").code(), "unauthenticated");
        }
    }
}
