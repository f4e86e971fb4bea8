//! An unpaid order gives its stock back when its time is up.

use ::payments::payments::{self, MoveCause};
use catalog::inventory;
use kernel::{OrderId, Origin, Timestamp};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};

use super::advance::{money_of_others, payment_fault, return_stored, transition};
use super::model::OrderKey;
use super::states::OrderStatus;
use super::store;

/// The job that calls [`expire`] when an order's time is up; its payload is the order's id, and when that is.
#[derive(Debug)]
pub struct ExpireOrder {
    context: Context,
}

impl ExpireOrder {
    const KIND: JobKind = JobKind::new("sales.expire_order").on(Queue::Money);

    /// The handler of this process.
    #[must_use]
    pub const fn new(context: Context) -> Self {
        Self { context }
    }
}

#[async_trait::async_trait]
impl Handler for ExpireOrder {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let (order_id, at): (OrderId, Timestamp) = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        if !expire(&self.context, order_id).await? {
            return Ok(());
        }
        // Who was given more time has a job of its own for the end of that.
        let order = store::find(self.context.db.reader(), OrderKey::Id(order_id)).await?;
        match order.and_then(|order| order.expires_at) {
            Some(later) if later > at => Ok(()),
            _ => Err(JobError::new("its time is not up, or a provider's answer is open; asking again")),
        }
    }
}

/// Has an order looked at when its time is up; enqueued with the order itself, so that none is forgotten.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn expire_at(tx: &WriteTx, order_id: OrderId, at: Timestamp) -> Result<(), DatabaseError> {
    let key = format!("expire:{order_id}:{}", at.timestamp());
    jobs::enqueue(tx, NewJob::new(ExpireOrder::KIND, serde_json::json!((order_id, at)), at).unique(key)).await
}

/// Holds the stock of a pending order until then, and has it looked at then: the customer tries again to pay. Its row is written by the caller.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn hold_until(tx: &WriteTx, order_id: OrderId, at: Timestamp) -> Result<(), DatabaseError> {
    inventory::hold_until(tx, order_id.uuid(), at).await?;
    expire_at(tx, order_id, at).await
}

/// Ends a pending order whose time is up, that nobody has paid anything of and that has no operation pending or unknown: its stock goes back,
/// its payments are called off, and what gift cards and credit paid is on them again. Any other order is left alone, so that running this twice, late or early does no harm.
/// True where the order still waits for its time, or for a provider's answer: ask again later.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn expire(context: &Context, order_id: OrderId) -> Result<bool, DatabaseError> {
    let tx = context.begin(&Origin::system()).await?;
    let Some(mut order) = store::lock(&tx, OrderKey::Id(order_id)).await? else { return Ok(false) };
    if order.status != OrderStatus::Pending {
        return Ok(false);
    }
    let mut payments = payments::lock_by_reference(&tx, order_id.uuid()).await?;
    let money = money_of_others(&payments);
    if money.kept_minor() > 0 {
        return Ok(false);
    }
    // Too early: it was given more time, a clock was set back, or another node's is ahead.
    if order.expires_at.is_some_and(|at| at > tx.now()) {
        return Ok(true);
    }
    if payments::has_open_operation(&tx, order_id.uuid()).await? || money.authorised_minor > 0 {
        return Ok(true);
    }
    for payment in &mut payments {
        payments::call_off(&tx, payment, MoveCause::Timer).await.map_err(payment_fault)?;
    }
    return_stored(&tx, &mut order, &payments).await?;
    transition(&tx, &mut order, OrderStatus::Expired).await?;
    store::update_state(&tx, &mut order).await?;
    tx.commit().await?;
    Ok(false)
}
