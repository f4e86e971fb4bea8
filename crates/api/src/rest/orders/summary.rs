//! Orders in a list, on the wire.

use kernel::Timestamp;
use sales::orders::OrderSummary;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::money::MoneyView;
use crate::schema;

/// An order as the list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct OrderSummaryView {
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
    /// What is to be paid.
    total: MoneyView,
    /// Pieces.
    item_count: i64,
    /// Where the confirmation went.
    email: String,
    /// Who receives it.
    customer_name: Option<String>,
    /// Where it goes.
    #[schema(value_type = Option<schema::CountryCode>)]
    country: Option<String>,
    /// Tags of staff.
    tags: Vec<String>,
    /// When it was placed.
    #[schema(value_type = String, format = DateTime)]
    placed_at: Timestamp,
}

impl From<OrderSummary> for OrderSummaryView {
    fn from(order: OrderSummary) -> Self {
        Self {
            id: order.id.to_string(),
            number: order.number,
            version: order.version,
            status: order.status.as_str(),
            payment_status: order.payment_status.as_str(),
            fulfilment_status: order.fulfilment_status.as_str(),
            total: order.total.into(),
            item_count: order.item_count,
            email: order.email,
            customer_name: order.customer_name,
            country: order.country,
            tags: order.tags,
            placed_at: order.placed_at,
        }
    }
}
