//! Orders as their events tell them, which is what the table says, too.

use std::collections::HashMap;

use kernel::UserId;
use platform::db::{ConnectionTrait, DatabaseError};
use platform::events::{Event, Rebuilt};
use platform::outbox::Fact;
use serde::Deserialize;
use uuid::Uuid;

use super::events::OrderFact;
use super::model::Order;
use super::states::{FulfilmentStatus, OrderStatus, PaymentStatus};
use super::store;

/// What is compared of an order: what [`OrderFact`] writes of it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct OrderState {
    number: i64,
    user_id: Option<UserId>,
    status: OrderStatus,
    payment_status: PaymentStatus,
    fulfilment_status: FulfilmentStatus,
    currency: String,
    total_minor: i64,
    authorised_minor: i64,
    captured_minor: i64,
    refunded_minor: i64,
}

impl OrderState {
    pub(super) fn of(order: &Order) -> Self {
        Self {
            number: order.number,
            user_id: order.user_id,
            status: order.status,
            payment_status: order.payment_status,
            fulfilment_status: order.fulfilment_status,
            currency: order.currency.code().to_owned(),
            total_minor: order.settled.total_minor,
            authorised_minor: order.settled.authorised_minor,
            captured_minor: order.settled.captured_minor,
            refunded_minor: order.settled.refunded_minor,
        }
    }
}

/// Rebuilds orders.
#[derive(Debug)]
pub struct RebuildOrders;

impl Rebuilt for RebuildOrders {
    const AGGREGATE: &'static str = OrderFact::AGGREGATE;
    const TABLE: &'static str = "orders";
    type State = OrderState;

    async fn stored(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, OrderState>, DatabaseError> {
        store::states(db, ids).await
    }

    fn rebuild(events: &[Event]) -> Result<OrderState, String> {
        let (first, rest) = events.split_first().ok_or("it has no events")?;
        if first.r#type != "order.placed" {
            return Err(format!("its first event is {}", first.r#type));
        }
        rest.iter().try_fold(told(first)?, |before, event| follow(&before, told(event)?, event))
    }
}

fn told(event: &Event) -> Result<OrderState, String> {
    OrderState::deserialize(&event.payload).map_err(|error| format!("its event {} cannot be read: {error}", event.aggregate_seq))
}

/// The state after an event, which one of its kind may bring about.
fn follow(before: &OrderState, after: OrderState, event: &Event) -> Result<OrderState, String> {
    let is_legal = before.status == after.status || before.status.may_become(after.status);
    let is_same = (before.number, &before.currency) == (after.number, &after.currency);
    match is_legal && is_same {
        true => Ok(after),
        false => Err(format!("its event {} ({}) cannot follow the one before", event.aggregate_seq, event.r#type)),
    }
}
