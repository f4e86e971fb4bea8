//! What a message says: the number and the amount of an order, or what is left of something, and nothing else.

use catalog::channels;
use catalog::variants::{self, PriceSource};
use kernel::{EventId, OrderId, ProductId, VariantId};
use platform::Context;
use platform::db::{ConnectionTrait, DatabaseError};
use platform::events::{self, Event};
use sales::orders::{self, Order, OrderKey};
use serde::Serialize;

use super::model::PushKind;
use crate::mail_templates::{MailLocale, money};

/// What the page's service worker is given.
#[derive(Debug, Serialize)]
struct Message {
    r#type: &'static str,
    title: String,
    body: String,
    url: String,
    tag: String,
}

/// What is told of, in somebody's language.
pub(super) struct About<'a> {
    pub(super) kind: PushKind,
    pub(super) event: &'a Event,
    pub(super) locale: &'a MailLocale,
}

/// The message as JSON; `None` where what it tells of is no more. Its `tag` is the event's, so that a browser that gets it twice shows it once.
pub(super) async fn say(context: &Context, about: &About<'_>) -> Result<Option<Vec<u8>>, DatabaseError> {
    let id = about.event.aggregate_id;
    let said = match about.kind {
        PushKind::LowStock => low(context, about).await?,
        PushKind::NewOrder => ordered(context, about).await?.map(|words| (words, format!("/admin/orders/{}", OrderId::from_uuid(id)))),
        PushKind::OrderConfirmed
        | PushKind::OrderShipped
        | PushKind::OrderDelivered
        | PushKind::OrderCancelled
        | PushKind::OrderRefunded => {
            ordered(context, about).await?.map(|words| (words, format!("/account/orders/{}", OrderId::from_uuid(id))))
        }
    };
    let Some(((title, body), path)) = said else { return Ok(None) };
    let url = format!("{}{path}", context.config.server.base_url());
    let tag = EventId::from_uuid(about.event.id).to_string();
    let message = Message { r#type: about.kind.as_str(), title, body, url, tag };
    serde_json::to_vec(&message).map(Some).map_err(|_| DatabaseError::corrupt("a push message"))
}

async fn ordered(context: &Context, about: &About<'_>) -> Result<Option<(String, String)>, DatabaseError> {
    let reader = context.db.reader();
    let Some(order) = orders::find(reader, OrderKey::Id(OrderId::from_uuid(about.event.aggregate_id))).await? else { return Ok(None) };
    let minor = match about.kind {
        PushKind::OrderRefunded => refunded_minor(reader, about.event).await?,
        _ => order.settled.total_minor,
    };
    Ok(Some(of_order(about.kind, &order, minor, about.locale)))
}

/// Title and body about an order.
fn of_order(kind: PushKind, order: &Order, minor: i64, locale: &MailLocale) -> (String, String) {
    let (number, amount) = (order.number, money(order.money(minor), locale));
    if locale.language() == "de" { german(kind, number, &amount) } else { english(kind, number, &amount) }
}

fn english(kind: PushKind, number: i64, amount: &str) -> (String, String) {
    match kind {
        PushKind::OrderConfirmed => (format!("Order {number} is confirmed"), format!("Thank you. The total is {amount}.")),
        PushKind::OrderShipped => (format!("Order {number} is on its way"), "A parcel has left.".to_owned()),
        PushKind::OrderDelivered => (format!("Order {number} has arrived"), "A parcel was delivered.".to_owned()),
        PushKind::OrderCancelled => (format!("Order {number} is cancelled"), format!("It was called off. The total was {amount}.")),
        PushKind::OrderRefunded => (format!("Refund for order {number}"), format!("{amount} went back to you.")),
        PushKind::NewOrder => (format!("New order {number}"), amount.to_owned()),
        PushKind::LowStock => (String::new(), String::new()),
    }
}

fn german(kind: PushKind, number: i64, amount: &str) -> (String, String) {
    match kind {
        PushKind::OrderConfirmed => (format!("Bestellung {number} ist bestätigt"), format!("Vielen Dank. Gesamtbetrag: {amount}.")),
        PushKind::OrderShipped => (format!("Bestellung {number} ist unterwegs"), "Ein Paket ist abgegangen.".to_owned()),
        PushKind::OrderDelivered => (format!("Bestellung {number} ist angekommen"), "Ein Paket wurde zugestellt.".to_owned()),
        PushKind::OrderCancelled => (format!("Bestellung {number} ist storniert"), format!("Der Gesamtbetrag war {amount}.")),
        PushKind::OrderRefunded => (format!("Erstattung zu Bestellung {number}"), format!("{amount} gehen an Sie zurück.")),
        PushKind::NewOrder => (format!("Neue Bestellung {number}"), amount.to_owned()),
        PushKind::LowStock => (String::new(), String::new()),
    }
}

/// How much more went back with this change than had with the one before.
pub(super) async fn refunded_minor(db: &impl ConnectionTrait, event: &Event) -> Result<i64, DatabaseError> {
    let refunded = |event: &Event| event.payload.get("refunded_minor").and_then(serde_json::Value::as_i64).unwrap_or(0);
    if refunded(event) == 0 {
        return Ok(0);
    }
    let history = events::of_aggregate(db, &event.aggregate_type, event.aggregate_id).await?;
    let earlier = history.iter().filter(|other| other.r#type == event.r#type && other.aggregate_seq < event.aggregate_seq);
    Ok(refunded(event) - earlier.map(refunded).max().unwrap_or(0))
}

/// Title, body and page about a variant of which little is left.
async fn low(context: &Context, about: &About<'_>) -> Result<Option<((String, String), String)>, DatabaseError> {
    let (reader, event) = (context.db.reader(), about.event);
    let channel = channels::find_default(reader).await?;
    let variant = VariantId::from_uuid(event.aggregate_id);
    let Some(sold) = variants::sellable(reader, &[variant], &PriceSource::of_channel(&channel, context.now())).await?.pop() else {
        return Ok(None);
    };
    let ready = event.payload.get("ready").and_then(serde_json::Value::as_i64).unwrap_or(0);
    let product: ProductId = sold.product_id;
    let title = if sold.variant_title.is_empty() { sold.product_title } else { format!("{}, {}", sold.product_title, sold.variant_title) };
    let sku = sold.sku.unwrap_or_default();
    let words = match about.locale.language() {
        "de" => (format!("Noch {ready}: {title}"), format!("Der Vorrat geht zur Neige. {sku}").trim_end().to_owned()),
        _ => (format!("{ready} left: {title}"), format!("Stock is running low. {sku}").trim_end().to_owned()),
    };
    Ok(Some((words, format!("/admin/products/{product}"))))
}
