//! A guest who turns out to be somebody with an account.

use kernel::CustomerId;
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

use super::events::CustomerEvent;
use super::store;
use crate::customer_groups;

/// Gives what staff said of a guest, whose last order is another's now, to that other one, and lets the guest go. Records
/// `customer.merged`. Consent stays that of the account.
pub(super) async fn merge(tx: &WriteTx, guest: CustomerId, into: CustomerId) -> Result<(), DatabaseError> {
    let (Some(from), Some(to)) = (store::lock(tx, guest).await?, store::lock(tx, into).await?) else { return Ok(()) };
    let mut merged = to.clone();
    merged.note = match (to.note, from.note) {
        (Some(own), Some(guests)) if own != guests => Some(format!("{own}\n{guests}")),
        (own, guests) => own.or(guests),
    };
    merged.group_id = to.group_id.or(from.group_id);
    if let (Some(group), Some(_)) = (from.group_id, to.group_id) {
        customer_groups::count_members(tx, group, -1).await?;
    }
    let has_news = merged.note.is_some() || merged.group_id.is_some() || !from.tags.is_empty();
    if has_news {
        (merged.version, merged.updated_at) = (merged.version + 1, tx.now());
        store::update(tx, &merged).await?;
        store::add_tags(tx, &merged, &from.tags).await?;
    }
    store::delete(tx, guest).await?;
    outbox::record(tx, &CustomerEvent::Merged { customer_id: guest, into_id: into }).await
}
