//! What happened to identities.

use kernel::{IdentityId, IdentityTag, UserId};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about what somebody else knows a person by: which one and whose, and nothing that tells who that is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum IdentityEvent {
    /// The person signs in with it from now on.
    Linked {
        /// Which one.
        identity_id: IdentityId,
        /// Whose.
        user_id: UserId,
    },
    /// Nobody signs in with it any more.
    Unlinked {
        /// Which one.
        identity_id: IdentityId,
        /// Whose.
        user_id: UserId,
    },
}

impl Fact for IdentityEvent {
    type Subject = IdentityTag;
    const AGGREGATE: &'static str = "identity";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("identity.linked", "somebody can sign in to an account by way of a provider"),
        ("identity.unlinked", "nobody can sign in to the account by way of that provider any more"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Linked { .. } => "identity.linked",
            Self::Unlinked { .. } => "identity.unlinked",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Linked { identity_id, .. } | Self::Unlinked { identity_id, .. } => identity_id.uuid(),
        }
    }
}
