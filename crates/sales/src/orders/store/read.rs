//! Reading orders: the row by id, number or cart, and its parts.

use std::collections::HashMap;

use ::payments::payments;
use accounts::addresses::Address;
use kernel::{
    AdjustmentId, CartId, ChannelId, ContactId, Currency, Email, OrderId, OrderLineId, Ppm, ProductId, Quantity, ShippingMethodId,
    Timestamp, UserId, VariantId,
};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::orders::model::{Adjustment, Contact, Order, OrderDetails, OrderKey, OrderLine, OrderTaxLine, PaymentSummary};
use crate::orders::progress::{LineProgress, Settled};
use crate::orders::rebuild::OrderState;
use crate::tax::TaxLine;

#[derive(FromQueryResult)]
struct OrderRow {
    id: Uuid,
    number: i64,
    cart_id: Option<Uuid>,
    source: String,
    channel_id: Uuid,
    user_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    status: String,
    payment_status: String,
    fulfilment_status: String,
    currency: String,
    tax_included: bool,
    payment_method: String,
    shipping_method_id: Option<Uuid>,
    shipping_method_name: Option<String>,
    country: Option<String>,
    item_count: i64,
    subtotal_minor: i64,
    discount_minor: i64,
    shipping_minor: i64,
    shipping_tax_minor: i64,
    tax_minor: i64,
    total_minor: i64,
    authorised_minor: i64,
    captured_minor: i64,
    refunded_minor: i64,
    transition_count: i64,
    metadata: serde_json::Value,
    placed_at: Timestamp,
    expires_at: Option<Timestamp>,
    cancel_reason: Option<String>,
    version: i64,
    updated_at: Timestamp,
}

const ORDER: &str = "id, number, cart_id, source, channel_id, user_id, contact_id, status, payment_status, fulfilment_status, currency, tax_included,
    payment_method, shipping_method_id, shipping_method_name, country, item_count, subtotal_minor, discount_minor, shipping_minor, shipping_tax_minor, tax_minor,
    total_minor, authorised_minor, captured_minor, refunded_minor, transition_count, metadata, placed_at, expires_at, cancel_reason, version, updated_at";

fn corrupt(what: &'static str) -> impl Fn() -> DatabaseError {
    move || DatabaseError::corrupt(what)
}

pub(super) fn currency(code: &str) -> Result<Currency, DatabaseError> {
    code.parse().map_err(|_| DatabaseError::corrupt("a currency code"))
}

impl TryFrom<OrderRow> for Order {
    type Error = DatabaseError;

    fn try_from(row: OrderRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: OrderId::from_uuid(row.id),
            number: row.number,
            cart_id: row.cart_id.map(CartId::from_uuid),
            source: row.source.parse().map_err(|_| DatabaseError::corrupt("orders.source"))?,
            channel_id: ChannelId::from_uuid(row.channel_id),
            user_id: row.user_id.map(UserId::from_uuid),
            contact_id: row.contact_id.map(ContactId::from_uuid).ok_or_else(corrupt("orders.contact_id"))?,
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("orders.status"))?,
            payment_status: row.payment_status.parse().map_err(|_| DatabaseError::corrupt("orders.payment_status"))?,
            fulfilment_status: row.fulfilment_status.parse().map_err(|_| DatabaseError::corrupt("orders.fulfilment_status"))?,
            currency: currency(&row.currency)?,
            tax_included: row.tax_included,
            payment_method: row.payment_method,
            shipping_method_id: row.shipping_method_id.map(ShippingMethodId::from_uuid),
            shipping_method_name: row.shipping_method_name,
            country: row.country,
            item_count: row.item_count,
            subtotal_minor: row.subtotal_minor,
            discount_minor: row.discount_minor,
            shipping_minor: row.shipping_minor,
            shipping_tax_minor: row.shipping_tax_minor,
            tax_minor: row.tax_minor,
            settled: Settled {
                total_minor: row.total_minor,
                authorised_minor: row.authorised_minor,
                captured_minor: row.captured_minor,
                refunded_minor: row.refunded_minor,
            },
            transition_count: row.transition_count,
            metadata: row.metadata,
            placed_at: row.placed_at,
            expires_at: row.expires_at,
            cancel_reason: row.cancel_reason,
            version: row.version,
            updated_at: row.updated_at,
        })
    }
}

fn by(key: OrderKey) -> (&'static str, Vec<Value>) {
    match key {
        OrderKey::Id(id) => ("id", values![id]),
        OrderKey::Number(number) => ("number", values![number]),
    }
}

/// One order, by id or number.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, key: OrderKey) -> Result<Option<Order>, DatabaseError> {
    let (column, values) = by(key);
    let row: Option<OrderRow> = db::fetch_optional(db, &format!("SELECT {ORDER} FROM orders WHERE {column} = $1"), values).await?;
    row.map(Order::try_from).transpose()
}

/// What the table says of these orders.
pub(in crate::orders) async fn states(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, OrderState>, DatabaseError> {
    let mut parameters = Parameters::default();
    let list = parameters.bind_all(ids.iter().copied());
    let rows: Vec<OrderRow> = db::fetch_all(db, &format!("SELECT {ORDER} FROM orders WHERE id IN ({list})"), parameters.0).await?;
    let state = |row: OrderRow| Order::try_from(row).map(|order| (order.id.uuid(), OrderState::of(&order)));
    rows.into_iter().map(state).collect()
}

/// The order that came of a cart.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_of_cart(db: &impl ConnectionTrait, cart_id: CartId) -> Result<Option<Order>, DatabaseError> {
    let row: Option<OrderRow> = db::fetch_optional(db, &format!("SELECT {ORDER} FROM orders WHERE cart_id = $1"), values![cart_id]).await?;
    row.map(Order::try_from).transpose()
}

/// One order, locked until the transaction ends; whoever moves an order holds this first, then its payments.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock(tx: &WriteTx, key: OrderKey) -> Result<Option<Order>, DatabaseError> {
    let (column, values) = by(key);
    let row: Option<OrderRow> =
        db::fetch_optional(tx, &format!("SELECT {ORDER} FROM orders WHERE {column} = $1 FOR UPDATE"), values).await?;
    row.map(Order::try_from).transpose()
}

#[derive(FromQueryResult)]
struct LineRow {
    id: Uuid,
    variant_id: Uuid,
    product_id: Uuid,
    sku: Option<String>,
    title: String,
    variant_title: String,
    options: serde_json::Value,
    custom_options: serde_json::Value,
    kind: String,
    requires_shipping: bool,
    tracked: bool,
    tax_class: String,
    weight_grams: Option<i64>,
    quantity: i64,
    unit_price_minor: i64,
    discount_minor: i64,
    net_minor: i64,
    tax_minor: i64,
    gross_minor: i64,
    quantity_fulfilled: i64,
    quantity_cancelled: i64,
    quantity_returned: i64,
    quantity_refunded: i64,
    quantity_coming_back: i64,
    quantity_to_refund: i64,
}

impl TryFrom<LineRow> for OrderLine {
    type Error = DatabaseError;

    fn try_from(row: LineRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: OrderLineId::from_uuid(row.id),
            variant_id: VariantId::from_uuid(row.variant_id),
            product_id: ProductId::from_uuid(row.product_id),
            sku: row.sku,
            title: row.title,
            variant_title: row.variant_title,
            options: row.options,
            custom_options: row.custom_options,
            kind: row.kind,
            requires_shipping: row.requires_shipping,
            tracked: row.tracked,
            tax_class: row.tax_class,
            weight_grams: row.weight_grams,
            quantity: Quantity::try_from(row.quantity).map_err(|_| DatabaseError::corrupt("order_lines.quantity"))?,
            unit_price_minor: row.unit_price_minor,
            discount_minor: row.discount_minor,
            net_minor: row.net_minor,
            tax_minor: row.tax_minor,
            gross_minor: row.gross_minor,
            quantity_fulfilled: row.quantity_fulfilled,
            quantity_cancelled: row.quantity_cancelled,
            quantity_returned: row.quantity_returned,
            quantity_refunded: row.quantity_refunded,
            quantity_coming_back: row.quantity_coming_back,
            quantity_to_refund: row.quantity_to_refund,
        })
    }
}

async fn lines_of(db: &impl ConnectionTrait, id: OrderId) -> Result<Vec<OrderLine>, DatabaseError> {
    const SELECT: &str =
        "SELECT id, variant_id, product_id, sku, title, variant_title, options, custom_options, kind, requires_shipping, tracked,
        tax_class, weight_grams, quantity, unit_price_minor, discount_minor, net_minor, tax_minor, gross_minor, quantity_fulfilled,
        quantity_cancelled, quantity_returned, quantity_refunded, quantity_coming_back, quantity_to_refund
        FROM order_lines WHERE order_id = $1 ORDER BY position, id";
    let rows: Vec<LineRow> = db::fetch_all(db, SELECT, values![id]).await?;
    rows.into_iter().map(OrderLine::try_from).collect()
}

#[derive(FromQueryResult)]
struct ProgressRow {
    quantity: i64,
    quantity_fulfilled: i64,
    quantity_cancelled: i64,
    kind: String,
    delivered: i64,
}

/// How far each line of an order has come.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn progress_of(db: &impl ConnectionTrait, id: OrderId) -> Result<Vec<LineProgress>, DatabaseError> {
    const SELECT: &str = "SELECT l.quantity, l.quantity_fulfilled, l.quantity_cancelled, l.kind,
        CAST(COALESCE((SELECT SUM(fl.quantity) FROM fulfilment_lines fl JOIN fulfilments f ON f.id = fl.fulfilment_id
            WHERE fl.line_id = l.id AND f.status = 'delivered'), 0) AS BIGINT) AS delivered
        FROM order_lines l WHERE l.order_id = $1 ORDER BY l.position, l.id";
    let rows: Vec<ProgressRow> = db::fetch_all(db, SELECT, values![id]).await?;
    let progress = |row: ProgressRow| LineProgress {
        quantity: row.quantity,
        fulfilled: row.quantity_fulfilled,
        delivered: row.delivered,
        cancelled: row.quantity_cancelled,
        is_gift_card: row.kind == "gift_card",
    };
    Ok(rows.into_iter().map(progress).collect())
}

#[derive(FromQueryResult)]
struct AdjustmentRow {
    id: Uuid,
    kind: String,
    source_id: Option<Uuid>,
    line_id: Option<Uuid>,
    label: String,
    amount_minor: i64,
    net_minor: i64,
    tax_minor: i64,
}

async fn adjustments_of(db: &impl ConnectionTrait, id: OrderId) -> Result<Vec<Adjustment>, DatabaseError> {
    const SELECT: &str = "SELECT id, kind, source_id, line_id, label, amount_minor, net_minor, tax_minor FROM order_adjustments WHERE order_id = $1 ORDER BY id";
    let rows: Vec<AdjustmentRow> = db::fetch_all(db, SELECT, values![id]).await?;
    let adjustment = |row: AdjustmentRow| {
        Ok(Adjustment {
            id: AdjustmentId::from_uuid(row.id),
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("order_adjustments.kind"))?,
            source_id: row.source_id,
            line_id: row.line_id,
            label: row.label,
            amount_minor: row.amount_minor,
            net_minor: row.net_minor,
            tax_minor: row.tax_minor,
        })
    };
    rows.into_iter().map(adjustment).collect()
}

#[derive(FromQueryResult)]
struct TaxLineRow {
    line_id: Option<Uuid>,
    adjustment_id: Option<Uuid>,
    rate_name: String,
    rate_ppm: i64,
    base_minor: i64,
    amount_minor: i64,
}

async fn tax_lines_of(db: &impl ConnectionTrait, id: OrderId) -> Result<Vec<OrderTaxLine>, DatabaseError> {
    const SELECT: &str =
        "SELECT line_id, adjustment_id, rate_name, rate_ppm, base_minor, amount_minor FROM order_tax_lines WHERE order_id = $1 ORDER BY id";
    let rows: Vec<TaxLineRow> = db::fetch_all(db, SELECT, values![id]).await?;
    let tax_line = |row: TaxLineRow| {
        Ok(OrderTaxLine {
            line_id: row.line_id.map(OrderLineId::from_uuid),
            adjustment_id: row.adjustment_id.map(AdjustmentId::from_uuid),
            tax: TaxLine {
                rate_name: row.rate_name,
                rate_ppm: Ppm::try_from(row.rate_ppm).map_err(|_| DatabaseError::corrupt("order_tax_lines.rate_ppm"))?,
                base_minor: row.base_minor,
                amount_minor: row.amount_minor,
            },
        })
    };
    rows.into_iter().map(tax_line).collect()
}

#[derive(FromQueryResult)]
struct ContactRow {
    id: Uuid,
    email: String,
    accepts_marketing_at: Option<Timestamp>,
    shipping_address: Option<serde_json::Value>,
    billing_address: Option<serde_json::Value>,
}

async fn contact_of(db: &impl ConnectionTrait, id: OrderId) -> Result<Contact, DatabaseError> {
    const SELECT: &str =
        "SELECT id, email, accepts_marketing_at, shipping_address, billing_address FROM order_contacts WHERE order_id = $1";
    let row: ContactRow = db::fetch_one(db, SELECT, values![id]).await?;
    let address = |stored: Option<serde_json::Value>| -> Result<Option<Address>, DatabaseError> {
        stored.map(serde_json::from_value).transpose().map_err(|_| DatabaseError::corrupt("an address of an order"))
    };
    Ok(Contact {
        id: ContactId::from_uuid(row.id),
        email: Email::parse(&row.email).map_err(|_| DatabaseError::corrupt("order_contacts.email"))?,
        accepts_marketing_at: row.accepts_marketing_at,
        shipping_address: address(row.shipping_address)?,
        billing_address: address(row.billing_address)?,
    })
}

/// An order with all its parts, in seven statements whatever its size.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn details(db: &impl ConnectionTrait, order: Order) -> Result<OrderDetails, DatabaseError> {
    let payments = payments::find_by_reference(db, order.id.uuid()).await?;
    Ok(OrderDetails {
        lines: lines_of(db, order.id).await?,
        adjustments: adjustments_of(db, order.id).await?,
        tax_lines: tax_lines_of(db, order.id).await?,
        contact: contact_of(db, order.id).await?,
        payments: payments.iter().map(PaymentSummary::from).collect(),
        fulfilments: super::parts::fulfilments_of(db, order.id).await?,
        tags: super::parts::tags_of(db, order.id).await?,
        order,
    })
}
