//! An order and its parts.

use ::payments::payments::PaymentStatus as PaymentState;
use accounts::addresses::Address;
use kernel::{
    AdjustmentId, CartId, ChannelId, ContactId, Currency, Email, FulfilmentId, Money, OrderId, OrderLineId, PaymentId, ProductId, Quantity,
    ShippingMethodId, Timestamp, UserId, VariantId, text_enum,
};
use serde_json::Value;
use uuid::Uuid;

use super::progress::Settled;
use super::states::{FulfilmentStatus, OrderStatus, ParcelStatus, PaymentStatus};
use crate::pricing::AdjustmentKind;
use crate::tax::TaxLine;

/// How an order is named from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderKey {
    /// By id.
    Id(OrderId),
    /// By the number that people use.
    Number(i64),
}

text_enum! {
    /// How an order came about.
    pub enum OrderSource {
        /// A customer ordered a cart.
        Cart = "cart",
        /// Staff wrote it for a customer.
        Draft = "draft",
        /// It replaces what came back of another order.
        Exchange = "exchange",
    }
}

/// An order without its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// The number that people use; numbers have gaps.
    pub number: i64,
    /// The cart it came of.
    pub cart_id: Option<CartId>,
    /// How it came about.
    pub source: OrderSource,
    /// Where it was sold.
    pub channel_id: ChannelId,
    /// Whose it is, where known.
    pub user_id: Option<UserId>,
    /// Where names and addresses are.
    pub contact_id: ContactId,
    /// Where it stands.
    pub status: OrderStatus,
    /// What its money says; derived.
    pub payment_status: PaymentStatus,
    /// What its shipments say; derived.
    pub fulfilment_status: FulfilmentStatus,
    /// All its amounts are in it.
    pub currency: Currency,
    /// True where its prices include tax.
    pub tax_included: bool,
    /// The payment provider that the customer chose.
    pub payment_method: String,
    /// How it is sent.
    pub shipping_method_id: Option<ShippingMethodId>,
    /// How it is sent, in words of that day.
    pub shipping_method_name: Option<String>,
    /// Where it goes; ISO 3166-1.
    pub country: Option<String>,
    /// Pieces.
    pub item_count: i64,
    /// Lines before discounts.
    pub subtotal_minor: i64,
    /// Discounts.
    pub discount_minor: i64,
    /// Shipping, with tax.
    pub shipping_minor: i64,
    /// The tax that is in it.
    pub shipping_tax_minor: i64,
    /// All tax.
    pub tax_minor: i64,
    /// What it costs, and what came of it.
    pub settled: Settled,
    /// How often its state changed.
    pub transition_count: i64,
    /// Free data of integrations.
    pub metadata: Value,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it gives its stock back unless it is paid; only while pending.
    pub expires_at: Option<Timestamp>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Grows with each change.
    pub version: i64,
    /// When it changed last.
    pub updated_at: Timestamp,
}

impl Order {
    /// This many minor units in the order's currency.
    #[must_use]
    pub const fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

/// One line: what was sold, in words and amounts of that day. Never rewritten but for its counters.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderLine {
    /// Its id.
    pub id: OrderLineId,
    /// What.
    pub variant_id: VariantId,
    /// Of which product.
    pub product_id: ProductId,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// The product's title.
    pub title: String,
    /// The variant's values.
    pub variant_title: String,
    /// `{"Color": "Red"}`.
    pub options: Value,
    /// What the customer asked for beyond the variant.
    pub custom_options: Value,
    /// What kind of thing it is.
    pub kind: String,
    /// True where it needs a parcel.
    pub requires_shipping: bool,
    /// True where it holds stock.
    pub tracked: bool,
    /// Which tax rates applied.
    pub tax_class: String,
    /// Weight of one piece.
    pub weight_grams: Option<i64>,
    /// How many were sold.
    pub quantity: Quantity,
    /// What one piece cost, in the tax mode of the order.
    pub unit_price_minor: i64,
    /// What was taken off the line.
    pub discount_minor: i64,
    /// Without tax.
    pub net_minor: i64,
    /// The tax.
    pub tax_minor: i64,
    /// With tax.
    pub gross_minor: i64,
    /// How many left the house.
    pub quantity_fulfilled: i64,
    /// How many were called off.
    pub quantity_cancelled: i64,
    /// How many came back.
    pub quantity_returned: i64,
    /// How many were paid back.
    pub quantity_refunded: i64,
    /// How many are asked back, or on their way back.
    pub quantity_coming_back: i64,
    /// How many came back in a return that is not paid back yet.
    pub quantity_to_refund: i64,
}

/// Shipping, a discount and the like.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustment {
    /// Its id.
    pub id: AdjustmentId,
    /// What it is.
    pub kind: AdjustmentKind,
    /// What caused it: a shipping method, a promotion.
    pub source_id: Option<Uuid>,
    /// The line it belongs to; a line's adjustment is inside the line's amounts already.
    pub line_id: Option<Uuid>,
    /// In words of that day.
    pub label: String,
    /// With tax.
    pub amount_minor: i64,
    /// Without tax.
    pub net_minor: i64,
    /// The tax.
    pub tax_minor: i64,
}

/// What one rate took of a line or an adjustment.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderTaxLine {
    /// Of which line.
    pub line_id: Option<OrderLineId>,
    /// Of which adjustment.
    pub adjustment_id: Option<AdjustmentId>,
    /// How much.
    pub tax: TaxLine,
}

/// Names and addresses of an order: personal data, kept apart from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Where the confirmation goes.
    pub email: Email,
    /// When the customer said that news are wanted, where they are.
    pub accepts_marketing_at: Option<Timestamp>,
    /// Where the parcel goes.
    pub shipping_address: Option<Address>,
    /// Who is billed.
    pub billing_address: Option<Address>,
}

/// A payment as an order shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentSummary {
    /// Its id.
    pub id: PaymentId,
    /// Through whom.
    pub provider: String,
    /// Where it stands.
    pub status: PaymentState,
    /// What is asked for.
    pub amount: Money,
    /// What came.
    pub captured_minor: i64,
    /// What went back.
    pub refunded_minor: i64,
    /// What the customer has to do next.
    pub next_action: Option<Value>,
    /// Why the provider refused.
    pub error_code: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// A parcel, or what stands for one.
#[derive(Debug, Clone, PartialEq)]
pub struct Fulfilment {
    /// Its id.
    pub id: FulfilmentId,
    /// How it is.
    pub status: ParcelStatus,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: Option<String>,
    /// Where the customer follows it.
    pub tracking_url: Option<String>,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// What is in it.
    pub lines: Vec<(OrderLineId, i64)>,
    /// When it left.
    pub created_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// An order with all its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderDetails {
    /// The order.
    pub order: Order,
    /// Its lines, in order.
    pub lines: Vec<OrderLine>,
    /// Shipping, discounts.
    pub adjustments: Vec<Adjustment>,
    /// Its tax by rate.
    pub tax_lines: Vec<OrderTaxLine>,
    /// Names and addresses.
    pub contact: Contact,
    /// Its payments, oldest first.
    pub payments: Vec<PaymentSummary>,
    /// Its parcels, oldest first.
    pub fulfilments: Vec<Fulfilment>,
    /// Its tags.
    pub tags: Vec<String>,
}

impl From<&::payments::payments::Payment> for PaymentSummary {
    fn from(payment: &::payments::payments::Payment) -> Self {
        Self {
            id: payment.id,
            provider: payment.provider.clone(),
            status: payment.status,
            amount: payment.amount,
            captured_minor: payment.captured_minor,
            refunded_minor: payment.refunded_minor,
            next_action: payment.next_action.clone(),
            error_code: payment.error_code.clone(),
            created_at: payment.created_at,
        }
    }
}
