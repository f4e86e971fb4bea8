//! Moving a return on: the one place where its state, the counters of the order's lines and its events are written.

use kernel::ReturnId;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};
use serde_json::{Value, json};

use super::error::ReturnError;
use super::events::ReturnFact;
use super::model::Return;
use super::states::ReturnStatus;
use super::store;
use crate::orders::{self, Order, OrderKey};

/// A return behind the lock of its order, which every act on it takes.
pub(super) async fn lock(tx: &WriteTx, id: ReturnId) -> Result<(Order, Return), ReturnError> {
    let seen = store::find(tx, id).await?.ok_or(ReturnError::NotFound)?;
    let order = orders::lock(tx, OrderKey::Id(seen.order_id)).await?.ok_or(ReturnError::NotFound)?;
    let back = store::find(tx, id).await?.ok_or(ReturnError::NotFound)?;
    Ok((order, back))
}

/// Refuses what cannot be done to a return where it stands.
pub(super) fn refuse_illegal(back: &Return, to: ReturnStatus) -> Result<(), ReturnError> {
    if back.status.may_become(to) { Ok(()) } else { Err(ReturnError::Illegal { from: back.status, to }) }
}

/// Writes a return as it is with its new state, and counts anew what the order's lines wait for. It is told of by [`tell`].
pub(super) async fn move_on(tx: &WriteTx, back: &mut Return, next: ReturnStatus) -> Result<(), DatabaseError> {
    back.status = next;
    back.ended_at = next.is_final().then(|| tx.now());
    store::update(tx, back).await?;
    store::put_lines(tx, back).await?;
    store::count_coming_back(tx, back.order_id).await
}

/// Tells of a return that moved on: to those who follow the events, and to the audit log.
pub(super) async fn tell(tx: &WriteTx, action: &'static str, back: &Return) -> Result<(), DatabaseError> {
    outbox::record(tx, &ReturnFact::of(back)).await?;
    audit::record(tx, &audit::Entry::of(action, back.id).after(&recorded(back))).await
}

/// What the audit log tells of it: no words, for those may be about anybody.
fn recorded(back: &Return) -> Value {
    let lines: Vec<Value> = back
        .lines
        .iter()
        .map(|line| json!({ "line_id": line.line_id, "asked": line.asked, "approved": line.approved, "received": line.received }))
        .collect();
    json!({ "order_id": back.order_id, "status": back.status, "lines": lines, "refund_id": back.refund_id })
}
