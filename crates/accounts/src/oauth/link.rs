//! Linking an identity to an account.

use kernel::{IdentityId, UserId};
use platform::audit::{self, Entry};
use platform::db::WriteTx;
use platform::outbox;
use serde_json::json;

use super::error::OAuthError;
use super::events::IdentityEvent;
use super::model::{Claimed, Identity};
use super::store;

/// Lets a person sign in with an identity from now on, with `identity.linked` and a record of the audit log. The unique key of issuer
/// and subject is what gives it to one account, however many ask at once; the caller holds the user's row.
///
/// # Errors
/// `IdentityTaken` where it is another account's, or this one's already.
pub async fn link_in(tx: &WriteTx, user_id: UserId, claimed: &Claimed) -> Result<Identity, OAuthError> {
    let (issuer, subject) = (claimed.issuer.clone(), claimed.subject.clone());
    let identity = Identity { id: IdentityId::generate(), user_id, issuer, subject, last_used_at: tx.now(), created_at: tx.now() };
    store::insert(tx, &identity).await?;
    outbox::record(tx, &IdentityEvent::Linked { identity_id: identity.id, user_id }).await?;
    audit::record(tx, &Entry::of("identity.linked", user_id).after(&json!({ "issuer": identity.issuer }))).await?;
    Ok(identity)
}
