//! Paying an order that stands: the first try failed, or the customer chooses another way.

use ::payments::payments::{self, MoveCause, Operation, Payment, PaymentStatus};
use ::payments::providers::Provider;
use chrono::TimeDelta;
use kernel::{OrderId, Origin, Timestamp};
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, Claim, Key, Keyed};

use super::pay_error::PayOrderError;
use super::run::{Begun, carry_out};
use crate::Sales;
use crate::orders::{self, Order, OrderKey, OrderStatus, Settled, payment_fault};
use crate::settlement;

/// Whoever tries more often than this has another trouble; each try is kept for good.
const MOST_PAYMENTS: usize = 20;

/// A wish to pay what is due of an order.
#[derive(Debug, Clone)]
pub struct PayOrder {
    /// Which order; that the caller may see it is known.
    pub order_id: OrderId,
    /// The payment provider; absent: that of the order.
    pub payment_method: Option<String>,
    /// The request's key.
    pub key: Key,
}

/// Opens a payment for what is due of a live order. One by the same method that still waits for the customer is answered again, one by
/// another method is called off. Safe to repeat under the same key.
///
/// Nothing is opened while a provider has been asked and has not answered clearly: the money may have moved.
///
/// # Errors
/// `PayOrderError` before anything stands; afterwards only what a retry under the same key resolves.
#[tracing::instrument(skip_all, fields(order.id = %request.order_id))]
pub async fn pay(sales: &Sales, origin: &Origin, request: PayOrder) -> Result<Keyed, PayOrderError> {
    let tx = sales.context.begin(origin).await?;
    let begun = match idempotency::claim(&tx, &request.key).await? {
        Claim::New => begin(sales, &tx, &request).await?,
        Claim::Done(answer) => Begun::Replayed(answer),
        Claim::InProgress(_) => Begun::InProgress,
    };
    tx.commit().await?;
    carry_out(sales, origin, &request.key, begun).await
}

async fn begin(sales: &Sales, tx: &WriteTx, request: &PayOrder) -> Result<Begun, PayOrderError> {
    let mut order = orders::lock(tx, OrderKey::Id(request.order_id)).await?.ok_or(PayOrderError::NotFound)?;
    let name = request.payment_method.as_ref().unwrap_or(&order.payment_method);
    let provider = sales.providers.get(name).ok_or(PayOrderError::PaymentMethod)?;
    let due_minor = due_of(&order, tx.now())?;
    let mut payments = payments::lock_by_reference(tx, order.id.uuid()).await?;
    if payments.iter().any(|payment| matches!(payment.status, PaymentStatus::Processing | PaymentStatus::Unknown)) {
        return Err(PayOrderError::Busy);
    }
    let asked = if payments.iter().any(|payment| waits_for(payment, provider.as_ref(), due_minor)) {
        None
    } else {
        call_off_others(tx, &mut payments).await?;
        open(sales, tx, &mut order, (provider.as_ref(), due_minor)).await?
    };
    if let Some(asked) = asked {
        idempotency::bind(tx, &request.key, asked.1.id.uuid()).await?;
        return Ok(Begun::Paying(Box::new(asked)));
    }
    let details = orders::details(tx, order).await?;
    let answer = Answer { status: 201, body: sales.present.order(&details) };
    idempotency::finish(tx, &request.key, &answer).await?;
    Ok(Begun::Answered(answer))
}

/// What is neither taken nor promised. A refund leaves no debt on what was sold; an order that is not sold yet has to be covered.
///
/// # Errors
/// `PayOrderError` where nothing can be paid.
pub fn due_of(order: &Order, now: Timestamp) -> Result<i64, PayOrderError> {
    if !order.status.is_live() {
        return Err(PayOrderError::NotPayable(order.status));
    }
    if order.expires_at.is_some_and(|at| at <= now) {
        return Err(PayOrderError::TimeIsUp);
    }
    let Settled { total_minor, captured_minor, authorised_minor, .. } = order.settled;
    let taken_minor = if order.status == OrderStatus::Pending { order.settled.kept_minor() } else { captured_minor };
    Some(total_minor - taken_minor - authorised_minor).filter(|due| *due > 0).ok_or(PayOrderError::NothingDue)
}

/// True where the customer can still pay by it, and it is what would be opened.
fn waits_for(payment: &Payment, provider: &dyn Provider, due_minor: i64) -> bool {
    let waits = matches!(payment.status, PaymentStatus::Created | PaymentStatus::AwaitingCustomer);
    waits && payment.provider == provider.name() && payment.amount.minor() == due_minor
}

/// Whatever still waits is for another method or another amount. Where its money comes all the same, the order has no use for one of both,
/// and settling sends it back.
async fn call_off_others(tx: &WriteTx, payments: &mut [Payment]) -> Result<(), PayOrderError> {
    if payments.len() >= MOST_PAYMENTS {
        return Err(PayOrderError::TooMany(MOST_PAYMENTS.try_into().unwrap_or(i64::MAX)));
    }
    for payment in payments.iter_mut().filter(|payment| payment.authorised_minor == 0) {
        payments::call_off(tx, payment, MoveCause::Checkout).await.map_err(payment_fault)?;
    }
    Ok(())
}

async fn open(
    sales: &Sales,
    tx: &WriteTx,
    order: &mut Order,
    (provider, due_minor): (&dyn Provider, i64),
) -> Result<Option<(Operation, Payment)>, DatabaseError> {
    let config = &sales.context.config;
    let (_, asked) = settlement::open_payment(tx, order, (provider, provider.start(config)), due_minor).await?;
    provider.name().clone_into(&mut order.payment_method);
    wait_longer(tx, order, provider.patience(config)).await?;
    orders::choose_method(tx, order).await?;
    let lines = orders::progress_of(tx, order.id).await?;
    orders::advance(tx, order, &lines, provider.ships_before_payment()).await?;
    Ok(asked)
}

/// A new try has its time, but stock is not held for ever by trying again: at most twice the method's time from when the order was placed.
async fn wait_longer(tx: &WriteTx, order: &mut Order, patience: TimeDelta) -> Result<(), DatabaseError> {
    let Some(until) = order.expires_at.filter(|_| order.status == OrderStatus::Pending) else { return Ok(()) };
    let longer = extended(until, (order.placed_at, tx.now()), patience);
    if longer > until {
        order.expires_at = Some(longer);
        orders::hold_until(tx, order.id, longer).await?;
    }
    Ok(())
}

fn extended(until: Timestamp, (placed_at, now): (Timestamp, Timestamp), patience: TimeDelta) -> Timestamp {
    (now + patience).min(placed_at + patience + patience).max(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_try_has_its_time_and_no_number_of_tries_has_more_than_twice() {
        let minute = |minute: i64| Timestamp::UNIX_EPOCH + TimeDelta::minutes(minute);
        let patience = TimeDelta::minutes(30);
        for (until, now, then) in [(30, 0, 30), (30, 10, 40), (40, 35, 60), (60, 59, 60), (90, 10, 90)] {
            assert_eq!(extended(minute(until), (minute(0), minute(now)), patience), minute(then), "{until} {now}");
        }
    }
}
