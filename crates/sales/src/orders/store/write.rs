//! Writing orders: once with all parts, later only what their life changes.

use std::collections::BTreeSet;

use accounts::addresses::Address;
use kernel::{OrderId, OrderTaxLineId, Timestamp};
use platform::db::{self, DatabaseError, WriteTx};
use platform::values;
use serde_json::Value as Json;

use crate::orders::model::{Contact, Order, OrderDetails, OrderLine};
use crate::orders::states::OrderStatus;
use crate::orders::words::words_of;

/// Draws the next number; a number that is drawn and rolled back leaves a gap, and nobody waits for anybody.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn next_number(tx: &WriteTx, id: OrderId) -> Result<i64, DatabaseError> {
    /// A first order that is called 1 tells everybody that it is the first.
    const BEFORE_THE_FIRST: i64 = 1_000;
    let drawn: Option<i64> = db::fetch_scalar(tx, "INSERT INTO order_numbers (order_id) VALUES ($1) RETURNING number", values![id]).await?;
    drawn.map(|number| BEFORE_THE_FIRST + number).ok_or_else(|| DatabaseError::corrupt("order_numbers.number"))
}

/// Inserts an order with all its parts and the first entry of its history. A cart becomes at most one order: the caller holds
/// the lock of an open cart, and the key on `cart_id` is the net below.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn insert(tx: &WriteTx, details: &OrderDetails) -> Result<(), DatabaseError> {
    insert_order(tx, &details.order).await?;
    insert_lines(tx, &details.order, &details.lines).await?;
    insert_adjustments(tx, details).await?;
    insert_tax_lines(tx, details).await?;
    insert_contact(tx, &details.order, &details.contact).await?;
    insert_transition(tx, &details.order, None).await
}

async fn insert_order(tx: &WriteTx, order: &Order) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO orders (id, number, cart_id, source, channel_id, user_id, contact_id, status, payment_status,
        fulfilment_status, currency, tax_included, payment_method, shipping_method_id, shipping_method_name, country, item_count,
        subtotal_minor, discount_minor, shipping_minor, shipping_tax_minor, tax_minor, total_minor, transition_count, metadata, placed_at,
        expires_at, version, created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,
        $28, $26, $26, $29, $29)";
    let values = values![
        order.id,
        order.number,
        order.cart_id,
        order.source.as_str(),
        order.channel_id,
        order.user_id,
        order.contact_id,
        order.status.as_str(),
        order.payment_status.as_str(),
        order.fulfilment_status.as_str(),
        order.currency,
        order.tax_included,
        &order.payment_method,
        order.shipping_method_id,
        order.shipping_method_name.as_deref(),
        order.country.as_deref(),
        order.item_count,
        order.subtotal_minor,
        order.discount_minor,
        order.shipping_minor,
        order.shipping_tax_minor,
        order.tax_minor,
        order.settled.total_minor,
        order.transition_count,
        order.metadata.clone(),
        order.placed_at,
        order.expires_at,
        order.version,
        tx.actor().to_string(),
    ];
    db::execute_later(tx, INSERT, values).await
}

async fn insert_lines(tx: &WriteTx, order: &Order, lines: &[OrderLine]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO order_lines (id, order_id, position, variant_id, product_id, sku, title, variant_title, options,
        custom_options, kind, requires_shipping, tracked, tax_class, weight_grams, quantity, unit_price_minor, discount_minor, net_minor,
        tax_minor, gross_minor, created_at) VALUES";
    let rows = (1_i64..).zip(lines).map(|(position, line)| {
        values![
            line.id,
            order.id,
            position,
            line.variant_id,
            line.product_id,
            line.sku.as_deref(),
            &line.title,
            &line.variant_title,
            line.options.clone(),
            line.custom_options.clone(),
            &line.kind,
            line.requires_shipping,
            line.tracked,
            &line.tax_class,
            line.weight_grams,
            line.quantity,
            line.unit_price_minor,
            line.discount_minor,
            line.net_minor,
            line.tax_minor,
            line.gross_minor,
            order.placed_at,
        ]
    });
    db::insert_many_later(tx, INSERT, rows.collect(), "").await
}

async fn insert_adjustments(tx: &WriteTx, details: &OrderDetails) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO order_adjustments (id, order_id, line_id, kind, source_id, label, amount_minor, net_minor, tax_minor, created_at) VALUES";
    let order = &details.order;
    let rows = details.adjustments.iter().map(|one| {
        let (kind, at) = (one.kind.as_str(), order.placed_at);
        values![one.id, order.id, one.line_id, kind, one.source_id, &one.label, one.amount_minor, one.net_minor, one.tax_minor, at]
    });
    db::insert_many_later(tx, INSERT, rows.collect(), "").await
}

async fn insert_tax_lines(tx: &WriteTx, details: &OrderDetails) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO order_tax_lines (id, order_id, line_id, adjustment_id, rate_name, rate_ppm, base_minor, amount_minor) VALUES";
    let rows = details.tax_lines.iter().map(|one| {
        let (id, tax) = (OrderTaxLineId::generate(), &one.tax);
        values![id, details.order.id, one.line_id, one.adjustment_id, &tax.rate_name, tax.rate_ppm.get(), tax.base_minor, tax.amount_minor]
    });
    db::insert_many_later(tx, INSERT, rows.collect(), "").await
}

async fn insert_contact(tx: &WriteTx, order: &Order, contact: &Contact) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO order_contacts (id, order_id, user_id, email, email_key, search_key, accepts_marketing, accepts_marketing_at,
        shipping_address, billing_address, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)";
    let (email, words) = (contact.email.as_str(), words_of(order, contact));
    let values = values![
        contact.id,
        order.id,
        order.user_id,
        email,
        contact.email.key(),
        search_key(&words),
        contact.accepts_marketing_at.is_some(),
        contact.accepts_marketing_at,
        address_json(contact.shipping_address.as_ref())?,
        address_json(contact.billing_address.as_ref())?,
        order.placed_at,
    ];
    db::execute_later(tx, INSERT, values).await?;
    let rows = words.into_iter().map(|word| values![word, order.id]).collect();
    db::insert_many_later(tx, "INSERT INTO order_words (word, order_id) VALUES", rows, "").await
}

/// The same words with a blank before and behind each, to ask one order for some of them.
fn search_key(words: &BTreeSet<String>) -> String {
    words.iter().fold(String::from(" "), |key, word| key + word + " ")
}

fn address_json(address: Option<&Address>) -> Result<Option<Json>, DatabaseError> {
    address.map(serde_json::to_value).transpose().map_err(|_| DatabaseError::corrupt("an address of an order"))
}

pub(in crate::orders) async fn insert_transition(tx: &WriteTx, order: &Order, from: Option<OrderStatus>) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO order_transitions (order_id, seq, from_status, to_status, actor, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let from = from.map(OrderStatus::as_str);
    let at: Timestamp = tx.now();
    let (seq, to, actor) = (order.transition_count, order.status.as_str(), tx.actor().to_string());
    db::execute_later(tx, INSERT, values![order.id, seq, from, to, actor, at]).await
}

/// Writes what changes in the life of an order, and its next version.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn update_state(tx: &WriteTx, order: &mut Order) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE orders SET status = $1, payment_status = $2, fulfilment_status = $3, authorised_minor = $4, captured_minor = $5,
        refunded_minor = $6, transition_count = $7, metadata = $8, expires_at = $9, cancel_reason = $10, version = $11, updated_at = $12,
        updated_by = $13 WHERE id = $14";
    order.version += 1;
    order.updated_at = tx.now();
    let values = values![
        order.status.as_str(),
        order.payment_status.as_str(),
        order.fulfilment_status.as_str(),
        order.settled.authorised_minor,
        order.settled.captured_minor,
        order.settled.refunded_minor,
        order.transition_count,
        order.metadata.clone(),
        order.expires_at,
        order.cancel_reason.as_deref(),
        order.version,
        order.updated_at,
        tx.actor().to_string(),
        order.id,
    ];
    db::execute(tx, UPDATE, values).await.map(drop)
}

/// Writes by which method the customer pays now; the row's version is that of the next state.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn choose_method(tx: &WriteTx, order: &Order) -> Result<(), DatabaseError> {
    db::execute_later(tx, "UPDATE orders SET payment_method = $1 WHERE id = $2", values![&order.payment_method, order.id]).await
}

/// Calls off what is left of every line.
pub(in crate::orders) async fn cancel_lines(tx: &WriteTx, id: OrderId) -> Result<(), DatabaseError> {
    db::execute(tx, "UPDATE order_lines SET quantity_cancelled = quantity - quantity_fulfilled WHERE order_id = $1", values![id])
        .await
        .map(drop)
}
