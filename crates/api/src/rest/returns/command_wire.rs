//! What staff and customers say of returns.

use gateway::Problem;
use kernel::{FieldErrors, OrderId, OrderLineId, Quantity, ReturnId};
use platform::idempotency::Key;
use sales::refunds::RefundTo;
use sales::returns::{
    ApproveReturn, Arrival, AskedLine, ReceiveReturn, RefundReturn, RejectReturn, RequestReturn, ReturnAsker, UpdateReturn,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::wire::ReturnView;
use crate::rest::carts::present;
use crate::rest::money::MoneyIn;
use crate::schema;

/// What is to come back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnIn {
    /// The order (`order_…`).
    #[schema(value_type = schema::OrderId)]
    order_id: String,
    /// What comes back.
    #[schema(min_items = 1, max_items = 250)]
    lines: Vec<ReturnLineIn>,
    /// In the words of whoever asks.
    #[schema(min_length = 1, max_length = 500)]
    note: Option<String>,
    /// Whether all of it may come at once; only staff say so.
    #[serde(default)]
    approved: bool,
}

/// Pieces of one line that are to come back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnLineIn {
    /// The line (`oline_…`).
    #[schema(value_type = schema::OrderLineId)]
    line_id: String,
    /// How many.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
    /// Why.
    #[schema(value_type = schema::ReturnReason)]
    reason: String,
    /// In the words of whoever asks.
    #[schema(min_length = 1, max_length = 500)]
    note: Option<String>,
}

impl ReturnIn {
    /// The order that is meant; one that cannot be is a missing one.
    pub(super) fn order_id(&self) -> Option<OrderId> {
        self.order_id.parse().ok()
    }

    pub(super) fn into_request(self, order_id: OrderId, asked_by: ReturnAsker, key: Key) -> Result<RequestReturn, Problem> {
        let mut errors = FieldErrors::new();
        let mut lines = Vec::with_capacity(self.lines.len());
        for (place, line) in self.lines.into_iter().enumerate() {
            let id = errors.take(format!("lines.{place}.line_id"), line.line_id.parse());
            let quantity = errors.take(format!("lines.{place}.quantity"), Quantity::try_from(line.quantity));
            let reason = errors.take(format!("lines.{place}.reason"), line.reason.parse());
            let asked = id.zip(quantity).zip(reason);
            lines.extend(asked.map(|((line_id, quantity), reason)| AskedLine { line_id, quantity, reason, note: line.note }));
        }
        let present = match asked_by {
            ReturnAsker::Customer => ReturnView::requested,
            ReturnAsker::Staff => ReturnView::opened,
        };
        let (note, approved) = (self.note, self.approved);
        Ok(errors.finish(|| Some(RequestReturn { order_id, lines, note, asked_by, approved, key, present }))?)
    }
}

/// What may come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnApprovalIn {
    /// How many of which lines; of others none may come. Absent or empty: all that is asked.
    #[serde(default)]
    #[schema(max_items = 250)]
    lines: Vec<ReturnPiecesIn>,
    /// How the parcel comes back, as the customer reads it.
    #[schema(min_length = 1, max_length = 2000)]
    instructions: Option<String>,
    /// Where the label of the parcel is: an http or https address.
    #[schema(min_length = 1, max_length = 2000)]
    label_url: Option<String>,
}

/// Pieces of one line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnPiecesIn {
    /// The line (`oline_…`).
    #[schema(value_type = schema::OrderLineId)]
    line_id: String,
    /// How many.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
}

impl ReturnApprovalIn {
    pub(super) fn into_request(self, return_id: ReturnId, key: Key) -> Result<ApproveReturn, Problem> {
        let mut errors = FieldErrors::new();
        let mut lines: Vec<(OrderLineId, Quantity)> = Vec::with_capacity(self.lines.len());
        for (place, line) in self.lines.iter().enumerate() {
            let id = errors.take(format!("lines.{place}.line_id"), line.line_id.parse());
            let quantity = errors.take(format!("lines.{place}.quantity"), Quantity::try_from(line.quantity));
            lines.extend(id.zip(quantity));
        }
        let Self { instructions, label_url, .. } = self;
        Ok(errors.finish(|| Some(ApproveReturn { return_id, lines, instructions, label_url, key, present: ReturnView::done }))?)
    }
}

/// Why it may not come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnRejectionIn {
    /// As the customer reads it.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

impl ReturnRejectionIn {
    pub(super) fn into_request(self, return_id: ReturnId, key: Key) -> RejectReturn {
        RejectReturn { return_id, reason: self.reason, key, present: ReturnView::done }
    }
}

/// What came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnReceiptIn {
    /// Its pieces; a line may be named several times where some of its pieces are damaged.
    #[schema(min_items = 1, max_items = 250)]
    lines: Vec<ReturnReceiptLineIn>,
    /// Where those lie that are sold again (`loc_…`). Absent: the default location.
    #[schema(value_type = Option<schema::StockLocationId>)]
    location_id: Option<String>,
}

/// Pieces of one line that came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnReceiptLineIn {
    /// The line (`oline_…`).
    #[schema(value_type = schema::OrderLineId)]
    line_id: String,
    /// How many.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
    /// How they are.
    #[schema(value_type = schema::ReturnCondition)]
    condition: String,
    /// Whether they lie in stock again; what is damaged does not.
    #[serde(default)]
    restock: bool,
}

impl ReturnReceiptIn {
    pub(super) fn into_request(self, return_id: ReturnId, key: Key) -> Result<ReceiveReturn, Problem> {
        let mut errors = FieldErrors::new();
        let mut lines = Vec::with_capacity(self.lines.len());
        for (place, line) in self.lines.iter().enumerate() {
            let id = errors.take(format!("lines.{place}.line_id"), line.line_id.parse());
            let quantity = errors.take(format!("lines.{place}.quantity"), Quantity::try_from(line.quantity));
            let condition = errors.take(format!("lines.{place}.condition"), line.condition.parse());
            let came = id.zip(quantity).zip(condition);
            lines.extend(came.map(|((line_id, quantity), condition)| Arrival { line_id, quantity, condition, restock: line.restock }));
        }
        let location_id = errors.take_optional("location_id", self.location_id, |raw| raw.parse());
        Ok(errors.finish(|| Some(ReceiveReturn { return_id, lines, location_id, key, present: ReturnView::done }))?)
    }
}

/// What is given back for what came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnRefundIn {
    /// Whether what is left of the order's shipping goes back as well.
    #[serde(default)]
    shipping: bool,
    /// What is kept of it.
    fee: Option<MoneyIn>,
    /// Where it goes. Absent: `payments`.
    #[schema(value_type = Option<schema::RefundTo>)]
    to: Option<String>,
    /// In the words of staff.
    #[schema(min_length = 1, max_length = 500)]
    note: Option<String>,
}

impl ReturnRefundIn {
    pub(super) fn into_request(self, return_id: ReturnId, key: Key) -> Result<RefundReturn, Problem> {
        let fee = self.fee.map(|fee| fee.parse_as("fee")).transpose()?;
        let mut errors = FieldErrors::new();
        let to = self.to.map_or(Some(RefundTo::Payments), |raw| errors.take("to", raw.parse()));
        let (with_shipping, note, present) = (self.shipping, self.note, ReturnView::done as fn(&_) -> _);
        Ok(errors.finish(|| Some(RefundReturn { return_id, with_shipping, fee, to: to?, note, key, present }))?)
    }
}

/// Nothing more is to be said: an empty object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnEndIn {}

/// What is to be changed; an absent field stays, `null` clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnPatch {
    /// In the words of staff, for staff.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    staff_note: Option<Option<String>>,
    /// How the parcel comes back.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2000)]
    instructions: Option<Option<String>>,
    /// The carrier's number of the parcel.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 128)]
    tracking_number: Option<Option<String>>,
    /// Where the label of the parcel is: an http or https address.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2000)]
    label_url: Option<Option<String>>,
    /// The return's version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl ReturnPatch {
    pub(super) fn into_request(self, return_id: ReturnId, version: i64) -> UpdateReturn {
        let Self { staff_note, instructions, tracking_number, label_url, .. } = self;
        UpdateReturn { return_id, version, staff_note, instructions, tracking_number, label_url }
    }
}
