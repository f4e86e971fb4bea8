//! Taking an identity away from an account.

use kernel::IdentityId;
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;
use serde_json::json;

use super::error::OAuthError;
use super::events::IdentityEvent;
use super::model::Identity;
use super::store;
use crate::users::WithPassword;

/// Takes an identity away from its owner, whose row the caller holds, with `identity.unlinked` and a record of the audit log.
///
/// # Errors
/// `IdentityNotFound` where it is another's; `LastWayIn` where its owner has no password and no other identity.
pub async fn unlink_in(tx: &WriteTx, owner: &WithPassword, id: IdentityId) -> Result<(), OAuthError> {
    let identities = store::list(tx, owner.user.id).await?;
    let identity = identities.iter().find(|identity| identity.id == id).ok_or(OAuthError::IdentityNotFound)?;
    if owner.password_hash.is_none() && identities.len() == 1 {
        return Err(OAuthError::LastWayIn);
    }
    Ok(forget_in(tx, identity).await?)
}

pub(super) async fn forget_in(tx: &WriteTx, identity: &Identity) -> Result<(), DatabaseError> {
    store::delete(tx, identity.id).await?;
    outbox::record(tx, &IdentityEvent::Unlinked { identity_id: identity.id, user_id: identity.user_id }).await?;
    audit::record(tx, &Entry::of("identity.unlinked", identity.user_id).before(&json!({ "issuer": identity.issuer }))).await
}
