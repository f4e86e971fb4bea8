//! What can be followed, when it is to be looked at again, and who may see it.

use std::sync::Arc;

use catalog::inventory::{LocationFact, StockFact};
use catalog::products::ProductEvent;
use gateway::{Identity, Permission, Problem};
use kernel::{Actor, OrderId, ProductId};
use notify::streams::Told;
use platform::events::EventHead;
use platform::outbox::Fact;
use sales::orders::{self, Order, OrderFact, OrderKey};
use serde_json::{Value, json};
use uuid::Uuid;

use super::messages::Refused;
use super::shelf::Looking;
use crate::rest::orders::refuse_stranger;
use crate::shop::Shop;

/// What a topic's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Events,
    Order(OrderId),
    Availability(ProductId),
}

impl Topic {
    pub(super) fn parse(name: &str) -> Result<Self, Refused> {
        let parts: Vec<&str> = name.split(':').collect();
        let topic = match parts.as_slice() {
            ["events"] => Some(Self::Events),
            ["order", id] => id.parse().ok().map(Self::Order),
            ["product", id, "availability"] => id.parse().ok().map(Self::Availability),
            _ => None,
        };
        let message = "there is no such topic; name order:{id}, product:{id}:availability or events";
        topic.ok_or_else(|| Refused::new("topic_unknown", message))
    }
}

/// Something whose state is told when it changes.
#[derive(Debug)]
pub(super) struct Followed {
    of: Of,
    /// What was told last.
    told: Value,
    /// It may have changed; all up to this place has to be in what is read then.
    due: Option<i64>,
}

#[derive(Debug)]
enum Of {
    Order { id: OrderId, cart_token: Option<String> },
    Product { id: ProductId, looking: Arc<Looking>, variants: Arc<[Uuid]> },
}

impl Followed {
    pub(super) fn order(id: OrderId, cart_token: Option<String>) -> Self {
        Self { of: Of::Order { id, cart_token }, told: Value::Null, due: None }
    }

    pub(super) fn product(shop: &Shop, id: ProductId) -> Self {
        let of = Of::Product { id, looking: shop.shelf().look_at(id), variants: Arc::default() };
        Self { of, told: Value::Null, due: None }
    }

    /// What messages about it are called.
    pub(super) const fn kind(&self) -> &'static str {
        match self.of {
            Of::Order { .. } => "order",
            Of::Product { .. } => "availability",
        }
    }

    /// Notes what happened, where it may be about this.
    pub(super) fn hear(&mut self, told: &Told) {
        if told.heads.as_ref().is_none_or(|heads| heads.iter().any(|head| self.is_touched(head))) {
            self.due = Some(told.last);
        }
    }

    pub(super) const fn is_due(&self) -> bool {
        self.due.is_some()
    }

    fn is_touched(&self, head: &EventHead) -> bool {
        let is = |aggregate: &str, id: Uuid| head.aggregate_type == aggregate && head.aggregate_id == id;
        match &self.of {
            Of::Order { id, .. } => is(OrderFact::AGGREGATE, id.uuid()),
            Of::Product { id, variants, .. } => {
                is(ProductEvent::AGGREGATE, id.uuid())
                    || head.aggregate_type == LocationFact::AGGREGATE
                    || (head.aggregate_type == StockFact::AGGREGATE && variants.contains(&head.aggregate_id))
            }
        }
    }

    /// Reads it anew for this caller: how it stands, where it stands otherwise than what was told last.
    pub(super) async fn read(&mut self, shop: &Shop, who: Option<Identity>) -> Result<Option<Value>, Problem> {
        let now = shop.notify.streams.last();
        let needed = self.due.unwrap_or(now);
        let state = match &mut self.of {
            Of::Order { id, cart_token } => order(shop, *id, (who, cart_token.as_deref())).await?,
            Of::Product { id, looking, variants } => {
                let read = looking.read(shop.context(), *id, (needed, now)).await?;
                *variants = read.variants;
                if read.state.is_null() {
                    return Err(Problem::not_found("product_not_found"));
                }
                (*read.state).clone()
            }
        };
        self.due = None;
        let is_news = state != self.told;
        self.told.clone_from(&state);
        Ok(is_news.then_some(state))
    }
}

/// How an order stands, for staff with the permission, its customer, or the holder of the cart it came of.
async fn order(shop: &Shop, id: OrderId, (who, cart_token): (Option<Identity>, Option<&str>)) -> Result<Value, Problem> {
    let missing = || Problem::not_found("order_not_found");
    if who.is_none() && cart_token.is_none() {
        return Err(Problem::unauthenticated());
    }
    let order = orders::find(shop.context().db.reader(), OrderKey::Id(id)).await?;
    let is_staff = who.is_some_and(|who| who.permissions.has(Permission::OrdersRead));
    let is_own = |order: &Order| who.is_some_and(|who| order.user_id.is_some_and(|owner| who.actor == Actor::User(owner)));
    let order = order.ok_or_else(missing)?;
    if !is_staff && !is_own(&order) {
        refuse_stranger(shop, &order, cart_token.ok_or_else(missing)?, missing).await?;
    }
    Ok(json!({
        "id": order.id.to_string(),
        "number": order.number,
        "version": order.version,
        "status": order.status.as_str(),
        "payment_status": order.payment_status.as_str(),
        "fulfilment_status": order.fulfilment_status.as_str(),
        "updated_at": order.updated_at,
    }))
}
