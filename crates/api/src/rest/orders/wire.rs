//! Orders on the wire.

use kernel::{Money, Timestamp};
use sales::orders::{Adjustment, Fulfilment, Order, OrderDetails, OrderLine, PaymentSummary};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::rest::addresses::AddressView;
use crate::rest::money::MoneyView;
use crate::schema;

/// An order with all its parts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderView {
    /// Its id.
    #[schema(value_type = schema::OrderId)]
    id: String,
    /// The number that people use.
    number: i64,
    /// Grows with each change.
    version: i64,
    /// `pending`, `confirmed`, `completed`, `cancelled` or `expired`.
    #[schema(value_type = schema::OrderStatus)]
    status: &'static str,
    /// `unpaid`, `authorised`, `part_paid`, `paid`, `part_refunded` or `refunded`.
    #[schema(value_type = schema::OrderPaymentStatus)]
    payment_status: &'static str,
    /// `none`, `part`, `fulfilled` or `delivered`.
    #[schema(value_type = schema::OrderFulfilmentStatus)]
    fulfilment_status: &'static str,
    /// `cart`, `draft` where staff wrote it, or `exchange`.
    #[schema(value_type = schema::OrderSource)]
    source: &'static str,
    /// ISO 4217.
    #[schema(value_type = schema::CurrencyCode)]
    currency: &'static str,
    /// Where the confirmation goes.
    email: String,
    /// Where the parcel goes.
    shipping_address: Option<AddressView>,
    /// Who is billed.
    billing_address: Option<AddressView>,
    /// How it is sent.
    shipping_method: Option<String>,
    /// What it is paid by.
    #[schema(value_type = schema::PaymentMethod)]
    payment_method: String,
    /// What was sold.
    lines: Vec<OrderLineView>,
    /// Shipping, discounts.
    adjustments: Vec<AdjustmentView>,
    /// The tax by rate.
    tax_lines: Vec<TaxLineView>,
    /// What it costs.
    totals: OrderTotalsView,
    /// The payment that the customer has to care about: the newest one; null where nothing is to be paid.
    payment: Option<PaymentView>,
    /// All payments, oldest first.
    payments: Vec<PaymentView>,
    /// Its parcels, oldest first.
    fulfilments: Vec<FulfilmentView>,
    /// Tags of staff.
    tags: Vec<String>,
    /// Free data of integrations.
    #[schema(value_type = Object)]
    metadata: Value,
    /// Why it was cancelled.
    cancel_reason: Option<String>,
    /// When it was placed.
    #[schema(value_type = String, format = DateTime)]
    placed_at: Timestamp,
    /// When it gives its stock back unless it is paid; only while pending.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// When it changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// What an order costs and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderTotalsView {
    /// Lines before discounts.
    subtotal: MoneyView,
    /// Discounts.
    discount: MoneyView,
    /// Shipping with tax.
    shipping: MoneyView,
    /// All tax.
    tax: MoneyView,
    /// What is to be paid.
    total: MoneyView,
    /// What came.
    captured: MoneyView,
    /// What went back.
    refunded: MoneyView,
    /// What is still to be paid.
    due: MoneyView,
    /// True where the prices of lines include tax.
    tax_included: bool,
    /// Pieces.
    item_count: i64,
}

/// One line of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderLineView {
    /// Its id.
    #[schema(value_type = schema::OrderLineId)]
    id: String,
    /// What.
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// Of which product.
    #[schema(value_type = schema::ProductId)]
    product_id: String,
    /// Stock keeping unit.
    sku: Option<String>,
    /// The product's title of that day.
    title: String,
    /// The values of the variant's options.
    variant_title: String,
    /// `{"Color": "Red"}`.
    #[schema(value_type = Object)]
    options: Value,
    /// What the customer asked for beyond the variant.
    #[schema(value_type = Object)]
    custom_options: Value,
    /// True where it needs a parcel.
    requires_shipping: bool,
    /// How many.
    quantity: i64,
    /// How many left the house.
    quantity_fulfilled: i64,
    /// How many were called off.
    quantity_cancelled: i64,
    /// How many came back.
    quantity_returned: i64,
    /// How many were paid back.
    quantity_refunded: i64,
    /// Pieces that are asked back, or on their way back.
    quantity_coming_back: i64,
    /// What one piece cost.
    unit_price: MoneyView,
    /// What was taken off.
    discount: MoneyView,
    /// Without tax.
    net: MoneyView,
    /// The tax.
    tax: MoneyView,
    /// With tax.
    total: MoneyView,
}

/// Shipping, a discount and the like.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdjustmentView {
    /// Its id.
    #[schema(value_type = schema::AdjustmentId)]
    id: String,
    /// `shipping`, `discount` or `surcharge`.
    #[schema(value_type = schema::AdjustmentKind)]
    kind: &'static str,
    /// In words of that day.
    label: String,
    /// With tax.
    amount: MoneyView,
    /// The tax in it.
    tax: MoneyView,
}

/// What one rate takes of one line or adjustment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaxLineView {
    /// The line, where it is one's.
    #[schema(value_type = Option<schema::OrderLineId>)]
    line_id: Option<String>,
    /// The adjustment, where it is one's.
    #[schema(value_type = Option<schema::AdjustmentId>)]
    adjustment_id: Option<String>,
    /// The rate's name.
    name: String,
    /// Parts per million: 200000 is 20 %.
    rate_ppm: i64,
    /// What it is taken of.
    base: MoneyView,
    /// The tax.
    amount: MoneyView,
}

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PaymentView {
    /// Its id.
    #[schema(value_type = schema::PaymentId)]
    id: String,
    /// Through whom.
    #[schema(value_type = schema::PaymentProvider)]
    provider: String,
    /// `created`, `awaiting_customer`, `processing`, `authorised`, `captured`, `failed`, `unknown`, `voided`, `expired`,
    /// `disputed`, `won` or `lost`.
    #[schema(value_type = schema::PaymentStatus)]
    status: &'static str,
    /// What is asked for.
    amount: MoneyView,
    /// What came.
    captured: MoneyView,
    /// What went back.
    refunded: MoneyView,
    /// What the customer has to do next; null where nothing is to be done.
    #[schema(value_type = Option<Object>)]
    next_action: Option<Value>,
    /// Why the provider refused.
    error_code: Option<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A parcel, or what stands for one.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FulfilmentView {
    /// Its id.
    #[schema(value_type = schema::FulfilmentId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// `shipped` or `delivered`.
    #[schema(value_type = schema::ParcelState)]
    status: &'static str,
    /// Who carries it.
    carrier: Option<String>,
    /// The carrier's number.
    tracking_number: Option<String>,
    /// Where the customer follows it.
    tracking_url: Option<String>,
    /// What is in it.
    lines: Vec<FulfilmentLineView>,
    /// When it arrived.
    #[schema(value_type = Option<String>, format = DateTime)]
    delivered_at: Option<Timestamp>,
    /// When it left.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Pieces of one line in a parcel.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FulfilmentLineView {
    /// The line.
    #[schema(value_type = schema::OrderLineId)]
    line_id: String,
    /// How many.
    quantity: i64,
}

impl From<&OrderDetails> for OrderView {
    fn from(details: &OrderDetails) -> Self {
        let (order, contact) = (&details.order, &details.contact);
        let payments: Vec<PaymentView> = details.payments.iter().map(payment_view).collect();
        Self {
            id: order.id.to_string(),
            number: order.number,
            version: order.version,
            status: order.status.as_str(),
            payment_status: order.payment_status.as_str(),
            fulfilment_status: order.fulfilment_status.as_str(),
            source: order.source.as_str(),
            currency: order.currency.code(),
            email: contact.email.as_str().to_owned(),
            shipping_address: contact.shipping_address.as_ref().map(AddressView::from),
            billing_address: contact.billing_address.as_ref().map(AddressView::from),
            shipping_method: order.shipping_method_name.clone(),
            payment_method: order.payment_method.clone(),
            lines: details.lines.iter().map(|line| line_view(order, line)).collect(),
            adjustments: details.adjustments.iter().map(|one| adjustment_view(order, one)).collect(),
            tax_lines: tax_lines(details),
            totals: totals(order),
            payment: details.payments.last().map(payment_view),
            payments,
            fulfilments: details.fulfilments.iter().map(fulfilment_view).collect(),
            tags: details.tags.clone(),
            metadata: order.metadata.clone(),
            cancel_reason: order.cancel_reason.clone(),
            placed_at: order.placed_at,
            expires_at: order.expires_at,
            updated_at: order.updated_at,
        }
    }
}

fn totals(order: &Order) -> OrderTotalsView {
    let money = |minor: i64| MoneyView::from(order.money(minor));
    let settled = &order.settled;
    OrderTotalsView {
        subtotal: money(order.subtotal_minor),
        discount: money(order.discount_minor),
        shipping: money(order.shipping_minor),
        tax: money(order.tax_minor),
        total: money(settled.total_minor),
        captured: money(settled.captured_minor),
        refunded: money(settled.refunded_minor),
        due: money((settled.total_minor - settled.captured_minor).max(0)),
        tax_included: order.tax_included,
        item_count: order.item_count,
    }
}

fn line_view(order: &Order, line: &OrderLine) -> OrderLineView {
    let money = |minor: i64| MoneyView::from(order.money(minor));
    OrderLineView {
        id: line.id.to_string(),
        variant_id: line.variant_id.to_string(),
        product_id: line.product_id.to_string(),
        sku: line.sku.clone(),
        title: line.title.clone(),
        variant_title: line.variant_title.clone(),
        options: line.options.clone(),
        custom_options: line.custom_options.clone(),
        requires_shipping: line.requires_shipping,
        quantity: line.quantity.into(),
        quantity_fulfilled: line.quantity_fulfilled,
        quantity_cancelled: line.quantity_cancelled,
        quantity_returned: line.quantity_returned,
        quantity_refunded: line.quantity_refunded,
        quantity_coming_back: line.quantity_coming_back,
        unit_price: money(line.unit_price_minor),
        discount: money(line.discount_minor),
        net: money(line.net_minor),
        tax: money(line.tax_minor),
        total: money(line.gross_minor),
    }
}

fn adjustment_view(order: &Order, one: &Adjustment) -> AdjustmentView {
    AdjustmentView {
        id: one.id.to_string(),
        kind: one.kind.as_str(),
        label: one.label.clone(),
        amount: order.money(one.amount_minor).into(),
        tax: order.money(one.tax_minor).into(),
    }
}

fn tax_lines(details: &OrderDetails) -> Vec<TaxLineView> {
    let view = |one: &sales::orders::OrderTaxLine| TaxLineView {
        line_id: one.line_id.map(|id| id.to_string()),
        adjustment_id: one.adjustment_id.map(|id| id.to_string()),
        name: one.tax.rate_name.clone(),
        rate_ppm: one.tax.rate_ppm.get(),
        base: details.order.money(one.tax.base_minor).into(),
        amount: details.order.money(one.tax.amount_minor).into(),
    };
    details.tax_lines.iter().map(view).collect()
}

fn payment_view(payment: &PaymentSummary) -> PaymentView {
    let money = |minor: i64| MoneyView::from(Money::new(minor, payment.amount.currency()));
    PaymentView {
        id: payment.id.to_string(),
        provider: payment.provider.clone(),
        status: payment.status.as_str(),
        amount: payment.amount.into(),
        captured: money(payment.captured_minor),
        refunded: money(payment.refunded_minor),
        next_action: payment.next_action.clone(),
        error_code: payment.error_code.clone(),
        created_at: payment.created_at,
    }
}

fn fulfilment_view(parcel: &Fulfilment) -> FulfilmentView {
    let line = |(line, quantity): &(kernel::OrderLineId, i64)| FulfilmentLineView { line_id: line.to_string(), quantity: *quantity };
    FulfilmentView {
        id: parcel.id.to_string(),
        version: parcel.version,
        status: parcel.status.as_str(),
        carrier: parcel.carrier.clone(),
        tracking_number: parcel.tracking_number.clone(),
        tracking_url: parcel.tracking_url.clone(),
        lines: parcel.lines.iter().map(line).collect(),
        delivered_at: parcel.delivered_at,
        created_at: parcel.created_at,
    }
}
