//! An unpaid order gives its stock back when its time is up.

use kernel::{DomainError, OrderId, Origin};
use payments::payments::{self, MoveCause, PaymentError};
use platform::Context;
use platform::db::DatabaseError;

use super::advance::{money_of, transition};
use super::model::OrderKey;
use super::progress::payment_status;
use super::states::{OrderStatus, PaymentStatus};
use super::store;

/// The kind of the job that calls [`expire`]; its payload is `{"order_id": "order_…"}`.
pub const EXPIRE_JOB: &str = "sales.expire_order";

/// Ends a pending order whose time is up, that is unpaid and has no operation pending or unknown: its stock goes back and
/// its payments are called off. Any other order is left alone, so that running this twice, late or early does no harm.
/// True where the order is still pending because a provider's answer is open: ask again later.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn expire(context: &Context, order_id: OrderId) -> Result<bool, DatabaseError> {
    let tx = context.begin(&Origin::system()).await?;
    let Some(mut order) = store::lock(&tx, OrderKey::Id(order_id)).await? else { return Ok(false) };
    let due = order.expires_at.is_some_and(|at| at <= tx.now());
    if order.status != OrderStatus::Pending || !due || payment_status(&order.settled) != PaymentStatus::Unpaid {
        return Ok(false);
    }
    let mut payments = payments::lock_by_reference(&tx, order_id.uuid()).await?;
    if payments::has_open_operation(&tx, order_id.uuid()).await? || money_of(0, &payments).authorised_minor > 0 {
        return Ok(true);
    }
    for payment in &mut payments {
        payments::call_off(&tx, payment, MoveCause::Timer).await.map_err(into_database)?;
    }
    transition(&tx, &mut order, OrderStatus::Expired, None).await?;
    store::update_state(&tx, &mut order).await?;
    tx.commit().await?;
    Ok(false)
}

pub(super) fn into_database(error: PaymentError) -> DatabaseError {
    match error {
        PaymentError::Database(error) => error,
        PaymentError::NotFound | PaymentError::IllegalMove { .. } | PaymentError::Amount => DatabaseError::corrupt(error.code()),
    }
}
