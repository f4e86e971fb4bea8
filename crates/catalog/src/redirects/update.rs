//! Changing a redirect.

use kernel::{Origin, RedirectId};
use platform::db::WriteTx;
use platform::{Context, audit, outbox};

use super::create::{lead_on, refuse_leading_on};
use super::error::RedirectError;
use super::events::RedirectEvent;
use super::model::{Redirect, RedirectChanges};
use super::store;

/// Which redirect, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct UpdateRedirect {
    /// Which one.
    pub id: RedirectId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: RedirectChanges,
}

/// Changes a redirect and records `redirect.updated`; as with a new one, what leads to its path leads to its target.
///
/// # Errors
/// `RedirectError` names what is wrong; nothing is changed then.
pub async fn update(context: &Context, origin: &Origin, command: UpdateRedirect) -> Result<Redirect, RedirectError> {
    let tx = context.begin(origin).await?;
    let before = lock(&tx, command.id, command.version).await?;
    let entry = audit::Entry::of("redirect.updated", before.id).before(&before);
    let redirect = command.changes.apply(before, tx.now());
    refuse_leading_on(&tx, &redirect).await?;
    store::update(&tx, &redirect).await?;
    let mut facts = lead_on(&tx, &redirect).await?;
    facts.push(RedirectEvent::Updated((&redirect).into()));
    outbox::record_all(&tx, &facts).await?;
    audit::record(&tx, &entry.after(&redirect)).await?;
    tx.commit().await?;
    Ok(redirect)
}

/// The redirect, if it has the version that the caller knows; nobody else writes redirects until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: RedirectId, version: i64) -> Result<Redirect, RedirectError> {
    store::lock_all(tx).await?;
    let redirect = store::find(tx, id).await?.ok_or(RedirectError::NotFound)?;
    if redirect.version == version { Ok(redirect) } else { Err(RedirectError::VersionConflict { current: redirect.version }) }
}
