//! Refunds as JSON.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, Problem, kept_answer};
use kernel::{FieldErrors, OrderId, OrderTag, Prefixed as _, Quantity, Timestamp};
use payments::refunds::{RefundPart, RefundReason};
use platform::idempotency::{Answer, Key};
use sales::refunds::{OrderRefund, RefundItem, RefundLine, RefundOrder, RefundTo};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::money::{MoneyIn, MoneyView};
use crate::schema;

/// The list of refunds.
pub(super) struct Refunds;

impl ListRoute for Refunds {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at"],
        default_sort: "-created_at",
        filters: &[("order", FilterKind::Id(OrderTag::PREFIX))],
        ..ListSpec::PLAIN
    };
}

/// The order that the list is narrowed to.
pub(super) fn order_of(list: &ListQuery) -> Result<Option<OrderId>, FieldErrors> {
    let mut errors = FieldErrors::new();
    let order = errors.take_optional("filter[order]", list.filters.text("order"), |raw: &str| raw.parse());
    errors.finish(|| Some(order))
}

/// What goes back: lines, shipping, or an amount.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundIn {
    /// The order (`order_…`).
    #[schema(value_type = schema::OrderId)]
    order_id: String,
    /// Pieces that are paid back at what the customer paid for them.
    #[serde(default)]
    #[schema(max_items = 250)]
    lines: Vec<RefundLineIn>,
    /// What of the shipping is.
    shipping: Option<MoneyIn>,
    /// How much, where it is not what lines and shipping come to: less where something is kept, more to make up for something. Above zero
    /// and no more than came.
    amount: Option<MoneyIn>,
    /// Where it goes. Absent: `payments`.
    #[schema(value_type = Option<schema::RefundTo>)]
    to: Option<String>,
    /// Why.
    #[schema(value_type = schema::RefundReason)]
    reason: String,
    /// In the words of staff.
    #[schema(min_length = 1, max_length = 500)]
    note: Option<String>,
}

/// Pieces of one line that are paid back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundLineIn {
    /// The line (`oline_…`).
    #[schema(value_type = schema::OrderLineId)]
    line_id: String,
    /// How many.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
    /// Whether they can be sold again: those that have not left are called off, the others lie in stock again.
    #[serde(default)]
    restock: bool,
}

impl RefundIn {
    pub(super) fn into_request(self, key: Key) -> Result<RefundOrder, Problem> {
        let Self { order_id, lines: wanted, shipping, amount, to, reason, note } = self;
        let mut errors = FieldErrors::new();
        let order_id = errors.take("order_id", order_id.parse::<OrderId>());
        let reason = errors.take("reason", reason.parse::<RefundReason>());
        let mut lines = Vec::with_capacity(wanted.len());
        for (place, line) in wanted.iter().enumerate() {
            let id = errors.take(format!("lines.{place}.line_id"), line.line_id.parse());
            let quantity = errors.take(format!("lines.{place}.quantity"), Quantity::try_from(line.quantity));
            let restock = line.restock;
            lines.extend(id.zip(quantity).map(|(line_id, quantity)| RefundLine { line_id, quantity, restock }));
        }
        let shipping = money(&mut errors, "shipping", shipping);
        let amount = money(&mut errors, "amount", amount);
        let to = to.map_or(Some(RefundTo::Payments), |raw| errors.take("to", raw.parse()));
        let present = RefundView::ordered;
        let request = || Some(RefundOrder { order_id: order_id?, lines, shipping, amount, to: to?, reason: reason?, note, key, present });
        Ok(errors.finish(request)?)
    }
}

fn money(errors: &mut FieldErrors, field: &str, given: Option<MoneyIn>) -> Option<kernel::Money> {
    match given?.parse() {
        Ok(money) => Some(money),
        Err(inner) => {
            errors.nest(field, inner);
            None
        }
    }
}

/// Money that staff give back.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct RefundView {
    /// Its id (`refund_…`).
    #[schema(value_type = schema::RefundId)]
    id: String,
    /// The order that was paid.
    #[schema(value_type = schema::OrderId)]
    order_id: String,
    /// What became of it.
    #[schema(value_type = schema::RefundStatus)]
    status: &'static str,
    /// How much.
    amount: MoneyView,
    /// Why.
    #[schema(value_type = schema::RefundReason)]
    reason: &'static str,
    /// In the words of staff.
    note: Option<String>,
    /// The pieces that are paid back.
    lines: Vec<RefundLineView>,
    /// What of the shipping is.
    shipping: MoneyView,
    /// What is taken from each payment.
    parts: Vec<RefundPartView>,
    /// When it was ordered.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

/// Pieces of one line that are paid back.
#[derive(Debug, Serialize, ToSchema)]
struct RefundLineView {
    /// The line.
    #[schema(value_type = schema::OrderLineId)]
    line_id: String,
    /// How many.
    quantity: i64,
    /// What the customer paid for them.
    amount: MoneyView,
    /// Whether they can be sold again.
    restock: bool,
}

/// What a refund takes from one payment.
#[derive(Debug, Serialize, ToSchema)]
struct RefundPartView {
    /// The payment.
    #[schema(value_type = schema::PaymentId)]
    payment_id: String,
    /// The call to its provider.
    #[schema(value_type = schema::PaymentOperationId)]
    operation_id: String,
    /// Through whom.
    #[schema(value_type = schema::PaymentProvider)]
    provider: String,
    /// How much.
    amount: MoneyView,
    /// What became of it.
    #[schema(value_type = schema::PaymentOperationStatus)]
    status: &'static str,
    /// Why the provider refused.
    error_code: Option<String>,
}

impl RefundView {
    /// The answer that is kept of a command.
    pub(in crate::rest) fn ordered(refund: &OrderRefund) -> Answer {
        kept_answer(201, &Self::from(refund))
    }
}

impl From<&OrderRefund> for RefundView {
    fn from(OrderRefund { refund, items }: &OrderRefund) -> Self {
        let shipping: i64 = items.iter().filter(|item| item.pieces.is_none()).map(|item| item.amount.minor()).sum();
        Self {
            id: refund.id.to_string(),
            order_id: OrderId::from_uuid(refund.reference_id).to_string(),
            status: refund.status().as_str(),
            amount: refund.amount.into(),
            reason: refund.reason.as_str(),
            note: refund.note.clone(),
            lines: items.iter().filter_map(line_view).collect(),
            shipping: kernel::Money::new(shipping, refund.amount.currency()).into(),
            parts: refund.parts.iter().map(RefundPartView::from).collect(),
            created_at: refund.created_at,
            created_by: refund.created_by.clone(),
        }
    }
}

fn line_view(item: &RefundItem) -> Option<RefundLineView> {
    let (line, quantity) = item.pieces?;
    Some(RefundLineView { line_id: line.to_string(), quantity, amount: item.amount.into(), restock: item.restock })
}

impl From<&RefundPart> for RefundPartView {
    fn from(part: &RefundPart) -> Self {
        Self {
            payment_id: part.payment_id.to_string(),
            operation_id: part.operation_id.to_string(),
            provider: part.provider.clone(),
            amount: part.amount.into(),
            status: part.status.as_str(),
            error_code: part.error_code.clone(),
        }
    }
}
