//! The policy of what is a person's own.

use std::sync::Arc;

use accounts::permissions::PermissionSet;
use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use kernel::{Actor, Origin, SessionId, UserId};

use crate::facts::RequestFacts;
use crate::identity::{Authenticator, identify, note};
use crate::problem::Problem;

/// The policy of what is a person's own: whoever is signed in. 401 without a credential, 403 with a program's key.
#[derive(Debug, Clone)]
pub struct SignedIn {
    user: UserId,
    session: SessionId,
    permissions: PermissionSet,
    facts: Arc<RequestFacts>,
}

impl SignedIn {
    /// Who it is.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// In which session.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// What they may do beside that; nothing where they lack a second factor that they would need.
    #[must_use]
    pub const fn permissions(&self) -> PermissionSet {
        self.permissions
    }

    /// Who wants something, in which request.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.facts.origin(Actor::User(self.user))
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Arc<dyn Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let identity = identify(parts, state).await?.ok_or_else(Problem::unauthenticated)?;
        let facts = note(parts, identity.actor);
        match (identity.actor, identity.session) {
            (Actor::User(user), Some(session)) => Ok(Self { user, session, permissions: identity.permissions, facts }),
            _ => Err(Problem::people_only()),
        }
    }
}
