//! Exchanges as JSON.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, Problem, kept_answer};
use kernel::{FieldErrors, OrderId, OrderTag, Prefixed as _, Quantity, Timestamp};
use platform::idempotency::{Answer, Key};
use sales::exchanges::{Exchange, ExchangeGoods, Given};
use sales::refunds::RefundLine;
use sales::returns::ExchangeTerms;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::draft_orders::pays_within;
use crate::rest::money::{MoneyIn, MoneyView};
use crate::schema;

/// The list of exchanges.
pub(super) struct Exchanges;

impl ListRoute for Exchanges {
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

/// What is given, and what is had instead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExchangeIn {
    /// The return by which the goods came (`ret_…`). Absent: `order_id` and `lines` say what is given.
    #[schema(value_type = Option<schema::ReturnId>)]
    return_id: Option<String>,
    /// The order of which pieces are given (`order_…`).
    #[schema(value_type = Option<schema::OrderId>)]
    order_id: Option<String>,
    /// The pieces.
    #[serde(default)]
    #[schema(max_items = 250)]
    lines: Vec<ExchangeLineIn>,
    /// The draft of what is had instead (`cart_…`), for the same customer.
    #[schema(value_type = schema::CartId)]
    draft_id: String,
    /// By what the customer pays the difference, where there is one, unless they choose another of the shop's methods.
    #[schema(value_type = schema::PaymentMethod)]
    payment_method: String,
    /// How long the new order waits for that. Absent: seven days.
    #[schema(minimum = 1, maximum = 2160)]
    pays_within_hours: Option<i64>,
    /// Whether what is left of the shipping that was paid counts as well.
    #[serde(default)]
    shipping: bool,
    /// What is kept of the worth.
    fee: Option<MoneyIn>,
    /// In the words of staff.
    #[schema(min_length = 1, max_length = 500)]
    note: Option<String>,
}

/// Pieces of one line that are given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExchangeLineIn {
    /// The line (`oline_…`).
    #[schema(value_type = schema::OrderLineId)]
    line_id: String,
    /// How many.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
    /// Whether they can be sold again: those that have not left are called off, the others lie in stock again. Absent: true.
    restock: Option<bool>,
}

impl ExchangeIn {
    pub(super) fn into_request(self, key: Key) -> Result<ExchangeGoods, Problem> {
        let mut errors = FieldErrors::new();
        let given = self.return_id.is_some();
        let return_id = errors.take_optional("return_id", self.return_id, |raw| raw.parse());
        let order_id = errors.take_optional("order_id", self.order_id, |raw| raw.parse());
        let lines: Vec<RefundLine> = (0..).zip(self.lines).filter_map(|(place, line)| line.parse(place, &mut errors)).collect();
        let given = match (return_id, order_id) {
            (Some(id), None) if lines.is_empty() => Some(Given::Return(id)),
            (None, Some(id)) if !given && !lines.is_empty() => Some(Given::Pieces(id, lines)),
            _ => {
                errors.add("return_id", "name a return, or an order and lines of it");
                None
            }
        };
        let draft_id = errors.take("draft_id", self.draft_id.parse());
        let fee = match self.fee.map(MoneyIn::parse).transpose() {
            Ok(fee) => fee,
            Err(inner) => {
                errors.nest("fee", inner);
                None
            }
        };
        let pays_within = pays_within(self.pays_within_hours).map_err(|inner| errors.nest("", inner)).ok();
        let terms = ExchangeTerms { with_shipping: self.shipping, fee, note: self.note };
        let (payment_method, present) = (self.payment_method, ExchangeView::made as fn(&_) -> _);
        let request = || {
            let (given, draft_id, pays_within) = (given?, draft_id?, pays_within?);
            Some(ExchangeGoods { given, draft_id, payment_method, pays_within, terms, key, present })
        };
        Ok(errors.finish(request)?)
    }
}

impl ExchangeLineIn {
    fn parse(self, place: usize, errors: &mut FieldErrors) -> Option<RefundLine> {
        let line_id = errors.take(format!("lines.{place}.line_id"), self.line_id.parse());
        let quantity = errors.take(format!("lines.{place}.quantity"), Quantity::try_from(self.quantity));
        Some(RefundLine { line_id: line_id?, quantity: quantity?, restock: self.restock.unwrap_or(true) })
    }
}

/// Goods of one order for those of another.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExchangeView {
    /// Its id (`exch_…`).
    #[schema(value_type = schema::ExchangeId)]
    id: String,
    /// The order whose goods are given.
    #[schema(value_type = schema::OrderId)]
    order_id: String,
    /// The return by which they came; absent where they had not left.
    #[schema(value_type = Option<schema::ReturnId>)]
    return_id: Option<String>,
    /// The order that the customer has instead.
    #[schema(value_type = schema::OrderId)]
    new_order_id: String,
    /// The refund that carries their worth over.
    #[schema(value_type = schema::RefundId)]
    refund_id: String,
    /// The refund of what the new order does not cost.
    #[schema(value_type = Option<schema::RefundId>)]
    surplus_refund_id: Option<String>,
    /// The gift card that carried the worth over: where the new order is called off, it lies there again.
    #[schema(value_type = schema::StoredValueId)]
    gift_card_id: String,
    /// What the goods are worth, a fee taken off.
    value: MoneyView,
    /// What of it pays for the new order.
    credited: MoneyView,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

impl From<&Exchange> for ExchangeView {
    fn from(exchange: &Exchange) -> Self {
        Self {
            id: exchange.id.to_string(),
            order_id: exchange.order_id.to_string(),
            return_id: exchange.return_id.map(|id| id.to_string()),
            new_order_id: exchange.new_order_id.to_string(),
            refund_id: exchange.refund_id.to_string(),
            surplus_refund_id: exchange.surplus_refund_id.map(|id| id.to_string()),
            gift_card_id: exchange.stored_value_id.to_string(),
            value: exchange.value.into(),
            credited: exchange.credited.into(),
            created_at: exchange.created_at,
            created_by: exchange.created_by.clone(),
        }
    }
}

impl ExchangeView {
    /// The answer that is kept under the key of whoever exchanged.
    fn made(exchange: &Exchange) -> Answer {
        kept_answer(201, &Self::from(exchange))
    }
}
