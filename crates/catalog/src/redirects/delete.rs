//! Leading a path nowhere any more.

use kernel::{Origin, RedirectId};
use platform::{Context, audit, outbox};

use super::error::RedirectError;
use super::events::RedirectEvent;
use super::store;
use super::update::lock;

/// Which redirect, as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeleteRedirect {
    /// Which one.
    pub id: RedirectId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Removes a redirect and records `redirect.deleted`.
///
/// # Errors
/// `RedirectError` names what is wrong; nothing is removed then.
pub async fn delete(context: &Context, origin: &Origin, command: DeleteRedirect) -> Result<(), RedirectError> {
    let tx = context.begin(origin).await?;
    let redirect = lock(&tx, command.id, command.version).await?;
    store::delete(&tx, redirect.id).await?;
    outbox::record(&tx, &RedirectEvent::Deleted((&redirect).into())).await?;
    audit::record(&tx, &audit::Entry::of("redirect.deleted", redirect.id).before(&redirect)).await?;
    Ok(tx.commit().await?)
}
