//! What staff send about orders, and what they get beside the order.

use gateway::Problem;
use kernel::{FieldErrors, FulfilmentId, OrderId, OrderLineId, Quantity, Timestamp};
use platform::idempotency::Key;
use sales::fulfilments::{FulfilOrder, UpdateFulfilment};
use sales::orders::{Entry, Note};
use sales::settlement::RecordPayment;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::rest::money::MoneyIn;
use crate::schema;

/// Money that came without a provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentIn {
    /// How much; above zero and no more than is due.
    amount: MoneyIn,
    /// What the bank statement says.
    #[schema(min_length = 1, max_length = 500)]
    note: Option<String>,
}

impl PaymentIn {
    pub(super) fn into_request(self, order_id: OrderId, key: Key) -> Result<RecordPayment, Problem> {
        Ok(RecordPayment { order_id, amount: self.amount.parse_as("amount")?, note: self.note, key })
    }
}

/// Why an order is called off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CancelIn {
    /// For history and customer.
    #[schema(min_length = 1, max_length = 500)]
    pub(super) reason: Option<String>,
    /// The order's version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

/// A parcel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FulfilmentIn {
    /// What is in it; absent or empty: all that is left.
    #[serde(default)]
    #[schema(max_items = 250)]
    lines: Vec<FulfilmentLineIn>,
    /// Who carries it.
    #[schema(min_length = 1, max_length = 64)]
    carrier: Option<String>,
    /// The carrier's number.
    #[schema(min_length = 1, max_length = 128)]
    tracking_number: Option<String>,
    /// Where the customer follows it.
    #[schema(min_length = 1, max_length = 2000)]
    tracking_url: Option<String>,
}

/// Pieces of one line in a parcel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FulfilmentLineIn {
    /// The line (`oline_…`).
    #[schema(value_type = schema::OrderLineId)]
    line_id: String,
    /// How many.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
}

impl FulfilmentIn {
    pub(super) fn into_request(self, order_id: OrderId, key: Key) -> Result<FulfilOrder, Problem> {
        let mut errors = FieldErrors::new();
        let mut lines: Vec<(OrderLineId, Quantity)> = Vec::with_capacity(self.lines.len());
        for (place, line) in self.lines.iter().enumerate() {
            let id = errors.take(format!("lines.{place}.line_id"), line.line_id.parse());
            let quantity = errors.take(format!("lines.{place}.quantity"), Quantity::try_from(line.quantity));
            lines.extend(id.zip(quantity));
        }
        let Self { carrier, tracking_number, tracking_url, .. } = self;
        Ok(errors.finish(|| Some(FulfilOrder { order_id, lines, carrier, tracking_number, tracking_url, key }))?)
    }
}

/// What was learned of a parcel; an absent field stays, `null` clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FulfilmentPatch {
    /// Who carries it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    carrier: Option<Option<String>>,
    /// The carrier's number.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 128)]
    tracking_number: Option<Option<String>>,
    /// Where the customer follows it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2000)]
    tracking_url: Option<Option<String>>,
    /// When it arrived; a parcel that arrived stays so.
    #[schema(value_type = Option<String>, format = DateTime)]
    delivered_at: Option<Timestamp>,
    /// The parcel's version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl FulfilmentPatch {
    pub(super) fn into_request(self, order_id: OrderId, fulfilment_id: FulfilmentId, version: i64) -> UpdateFulfilment {
        let Self { carrier, tracking_number, tracking_url, delivered_at, .. } = self;
        UpdateFulfilment { order_id, fulfilment_id, version, carrier, tracking_number, tracking_url, delivered_at }
    }
}

/// What changes of an order; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderPatch {
    /// All tags from now on.
    #[schema(value_type = Option<Vec<schema::Tag>>, max_items = 100)]
    pub(super) tags: Option<Vec<String>>,
    /// All free data from now on; at most 16 KiB.
    #[schema(value_type = Option<Object>)]
    pub(super) metadata: Option<Map<String, Value>>,
    /// The order's version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

/// A staff note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteIn {
    /// What it says.
    #[schema(min_length = 1, max_length = 5000)]
    pub(super) body: String,
}

/// A staff note.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NoteView {
    /// Its id.
    #[schema(value_type = schema::NoteId)]
    id: String,
    /// What it says.
    body: String,
    /// By whom.
    created_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<Note> for NoteView {
    fn from(note: Note) -> Self {
        Self { id: note.id.to_string(), body: note.body, created_by: note.created_by, created_at: note.created_at }
    }
}

/// Something that happened to an order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimelineEntryView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// An event's name (`order.placed`), or `note`.
    kind: String,
    /// Who.
    actor: String,
    /// The note's text.
    body: Option<String>,
    /// The event's payload.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
}

impl From<Entry> for TimelineEntryView {
    fn from(entry: Entry) -> Self {
        let Entry { at, kind, actor, body, data } = entry;
        Self { at, kind, actor, body, data }
    }
}
