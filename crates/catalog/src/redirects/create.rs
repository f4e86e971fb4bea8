//! Leading a path elsewhere.

use kernel::{Origin, RedirectId};
use platform::db::WriteTx;
use platform::{Context, audit, outbox};

use super::error::RedirectError;
use super::events::RedirectEvent;
use super::model::{Redirect, RedirectDetails};
use super::store;

/// Makes a redirect and records `redirect.created`; those that led to its path lead to its target from now on, so that one step leads to where
/// somebody is to be.
///
/// # Errors
/// `RedirectError` names what is wrong; nothing is made then.
pub async fn create(context: &Context, origin: &Origin, details: RedirectDetails) -> Result<Redirect, RedirectError> {
    let tx = context.begin(origin).await?;
    store::lock_all(&tx).await?;
    let RedirectDetails { from, to, is_permanent } = details;
    let (created_at, updated_at) = (tx.now(), tx.now());
    let redirect = Redirect { id: RedirectId::generate(), from, to, is_permanent, version: 1, created_at, updated_at };
    refuse_leading_on(&tx, &redirect).await?;
    store::insert(&tx, &redirect).await?;
    let mut facts = lead_on(&tx, &redirect).await?;
    facts.push(RedirectEvent::Created((&redirect).into()));
    outbox::record_all(&tx, &facts).await?;
    audit::record(&tx, &audit::Entry::of("redirect.created", redirect.id).after(&redirect)).await?;
    tx.commit().await?;
    Ok(redirect)
}

/// A target that leads on is refused, be it by another redirect or by this one itself: so there are neither circles nor chains.
pub(super) async fn refuse_leading_on(tx: &WriteTx, redirect: &Redirect) -> Result<(), RedirectError> {
    let Some(path) = redirect.to.path() else { return Ok(()) };
    let found = store::resolve(tx, path).await?.filter(|found| found.id != redirect.id);
    if *path == redirect.from || found.is_some() { Err(RedirectError::LeadsOn) } else { Ok(()) }
}

/// What led to the path of this redirect leads to its target.
pub(super) async fn lead_on(tx: &WriteTx, redirect: &Redirect) -> Result<Vec<RedirectEvent>, RedirectError> {
    let led_on = store::lead_on(tx, redirect).await?;
    Ok(led_on.iter().map(|redirect| RedirectEvent::Updated(redirect.into())).collect())
}
