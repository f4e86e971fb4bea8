//! Shipping an order, or a part of it.

use catalog::inventory;
use kernel::{FieldErrors, FulfilmentId, OrderId, OrderLineId, Origin, Quantity, text};
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};
use platform::{audit, outbox};
use serde_json::json;
use uuid::Uuid;

use super::error::FulfilError;
use crate::Sales;
use crate::orders::{self, Fulfilment, OrderDetails, OrderFact, OrderKey, OrderLine, OrderStatus, ParcelStatus};
use crate::settlement;

/// A parcel to be written down.
#[derive(Debug, Clone)]
pub struct FulfilOrder {
    /// Of which order.
    pub order_id: OrderId,
    /// What is in it; empty: all that is left.
    pub lines: Vec<(OrderLineId, Quantity)>,
    /// Who carries it: up to 64 characters.
    pub carrier: Option<String>,
    /// The carrier's number: up to 128 characters.
    pub tracking_number: Option<String>,
    /// Where the customer follows it.
    pub tracking_url: Option<String>,
    /// The request's key.
    pub key: Key,
}

/// Writes a parcel down: its pieces leave stock and the line's counters grow; an order whose last piece leaves and that
/// is paid is completed in the same transaction. Money that is held for the order is taken from now on.
///
/// # Errors
/// `FulfilError`; nothing is written then.
pub async fn fulfil(sales: &Sales, origin: &Origin, request: FulfilOrder) -> Result<Keyed, FulfilError> {
    let FulfilOrder { order_id, lines, carrier, tracking_number, tracking_url, key } = request;
    let tracking = Tracking::parse(carrier, tracking_number, tracking_url)?;
    idempotency::once(&sales.context, origin, &key, async |tx| {
        let details = fulfil_in(tx, order_id, (&lines, By::Hand), tracking).await?;
        Ok(Answer { status: 201, body: sales.present.order(&details) })
    })
    .await
}

/// Writes down that pieces left by themselves, without a carrier: what is delivered as a letter.
///
/// # Errors
/// `FulfilError`; the transaction must be rolled back then.
pub async fn fulfil_by_itself(tx: &WriteTx, order_id: OrderId, lines: &[(OrderLineId, Quantity)]) -> Result<(), FulfilError> {
    fulfil_in(tx, order_id, (lines, By::Itself), Tracking { carrier: None, number: None, url: None }).await.map(drop)
}

/// Gift cards leave by themselves, all else by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Hand,
    Itself,
}

async fn fulfil_in(
    tx: &WriteTx,
    order_id: OrderId,
    (wanted, by): (&[(OrderLineId, Quantity)], By),
    tracking: Tracking,
) -> Result<OrderDetails, FulfilError> {
    let mut order = orders::lock(tx, OrderKey::Id(order_id)).await?.ok_or(FulfilError::NotFound)?;
    if order.status != OrderStatus::Confirmed {
        return Err(FulfilError::NotFulfillable(order.status));
    }
    let before = orders::details(tx, order.clone()).await?;
    let lines = choose(&before.lines, wanted, by)?;
    let parcel = Fulfilment {
        id: FulfilmentId::generate(),
        status: ParcelStatus::Shipped,
        carrier: tracking.carrier,
        tracking_number: tracking.number,
        tracking_url: tracking.url,
        delivered_at: None,
        lines: lines.iter().map(|(line, quantity)| (*line, i64::from(*quantity))).collect(),
        created_at: tx.now(),
        version: 1,
    };
    orders::record_fulfilment(tx, order.id, &parcel, &lines).await?;
    let shipped: Vec<(Uuid, Quantity)> = lines.iter().map(|(line, quantity)| (line.uuid(), *quantity)).collect();
    inventory::consume(tx, parcel.id.uuid(), &shipped).await?;
    let progress = orders::progress_of(tx, order.id).await?;
    orders::advance(tx, &mut order, &progress, false).await?;
    settlement::capture_held(tx, &order).await?;
    outbox::record(tx, &OrderFact::fulfilled(&order, parcel.id)).await?;
    audit::record(tx, &audit::Entry::of("order.fulfilled", order.id).after(&json!({ "fulfilment_id": parcel.id }))).await?;
    Ok(orders::details(tx, order).await?)
}

/// The pieces of the parcel: as asked for, or all that is left but gift cards, which leave once they are paid. No line ships more than it has open.
fn choose(lines: &[OrderLine], wanted: &[(OrderLineId, Quantity)], by: By) -> Result<Vec<(OrderLineId, Quantity)>, FulfilError> {
    let open = |line: &OrderLine| i64::from(line.quantity) - line.quantity_fulfilled - line.quantity_cancelled;
    if wanted.is_empty() {
        let goods = lines.iter().filter(|line| !line.is_gift_card());
        let rest: Vec<_> = goods.filter_map(|line| Some((line.id, Quantity::try_from(open(line)).ok()?))).collect();
        return if rest.is_empty() { Err(FulfilError::NothingOpen) } else { Ok(rest) };
    }
    let mut errors = FieldErrors::new();
    for (place, (id, quantity)) in wanted.iter().enumerate() {
        let repeated = wanted.iter().filter(|(other, _)| other == id).count() > 1;
        match lines.iter().find(|line| line.id == *id) {
            None => errors.add(format!("lines.{place}.line_id"), "is no line of this order"),
            Some(line) if line.is_gift_card() && by == By::Hand => {
                errors.add(format!("lines.{place}.line_id"), "is gift cards, which leave by themselves once they are paid");
            }
            Some(_) if repeated => errors.add(format!("lines.{place}.line_id"), "is named more than once"),
            Some(line) if i64::from(*quantity) > open(line) => {
                errors.add(format!("lines.{place}.quantity"), format!("only {} are left to fulfil", open(line)));
            }
            Some(_) => {}
        }
    }
    if errors.is_empty() { Ok(wanted.to_vec()) } else { Err(errors.into()) }
}

/// How a parcel is followed.
pub(super) struct Tracking {
    pub(super) carrier: Option<String>,
    pub(super) number: Option<String>,
    pub(super) url: Option<String>,
}

impl Tracking {
    pub(super) fn parse(carrier: Option<String>, number: Option<String>, url: Option<String>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let carrier = errors.take_optional("carrier", carrier, |raw| text(&raw, 64));
        let number = errors.take_optional("tracking_number", number, |raw| text(&raw, 128));
        let url = errors.take_optional("tracking_url", url, |raw| web_address(&raw));
        errors.finish(|| Some(Self { carrier, number, url }))
    }
}

/// Customers click on it: nothing but the web's own schemes.
///
/// # Errors
/// Why it is no address.
pub fn web_address(raw: &str) -> Result<String, String> {
    let address = text(raw, 2_000).map_err(|error| error.to_string())?;
    let web = address.starts_with("https://") || address.starts_with("http://");
    if web && !address.contains(char::is_whitespace) { Ok(address) } else { Err("must be an http or https address".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_webs_own_schemes_are_followed() {
        assert!(web_address("https://carrier.example/track?n=1").is_ok());
        for address in ["javascript:alert(1)", "data:text/html,x", "ftp://x", "https://a b", ""] {
            assert!(web_address(address).is_err(), "{address}");
        }
    }
}
