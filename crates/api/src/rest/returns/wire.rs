//! Returns as JSON.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, kept_answer};
use kernel::{Email, FieldErrors, OrderTag, Prefixed as _, Timestamp};
use platform::idempotency::Answer;
use sales::returns::{Return, ReturnFilter, ReturnLine, ReturnStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// The list of returns.
pub(super) struct Returns;

impl ListRoute for Returns {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at"],
        default_sort: "-created_at",
        filters: &[
            ("status", FilterKind::OneOf(ReturnStatus::WORDS)),
            ("order", FilterKind::Id(OrderTag::PREFIX)),
            ("customer", FilterKind::Email),
        ],
        ..ListSpec::PLAIN
    };
}

/// What narrows the list.
pub(super) fn filter(list: &ListQuery) -> Result<ReturnFilter, FieldErrors> {
    let filters = &list.filters;
    let mut errors = FieldErrors::new();
    let order = errors.take_optional("filter[order]", filters.text("order"), |raw: &str| raw.parse());
    let customer = errors.take_optional("filter[customer]", filters.text("customer"), Email::parse);
    let statuses = filters.parsed("status").unwrap_or_default();
    errors.finish(|| Some(ReturnFilter { statuses, order, customer, user: None }))
}

/// What comes back of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct ReturnView {
    /// Its id (`ret_…`).
    #[schema(value_type = schema::ReturnId)]
    id: String,
    /// The order.
    #[schema(value_type = schema::OrderId)]
    order_id: String,
    /// Where it stands.
    #[schema(value_type = schema::ReturnStatus)]
    status: &'static str,
    /// Who asked.
    #[schema(value_type = schema::ReturnAsker)]
    asked_by: &'static str,
    /// In the words of whoever asked.
    note: Option<String>,
    /// In the words of staff, and shown to nobody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    staff_note: Option<String>,
    /// Why it was rejected.
    rejection: Option<String>,
    /// How the parcel comes back.
    instructions: Option<String>,
    /// The carrier's number of the parcel.
    tracking_number: Option<String>,
    /// Where the label of the parcel is.
    label_url: Option<String>,
    /// The money that went back: read the refund to see what became of it.
    #[schema(value_type = Option<schema::RefundId>)]
    refund_id: Option<String>,
    /// What comes back.
    lines: Vec<ReturnLineView>,
    /// When it was approved.
    #[schema(value_type = Option<String>, format = DateTime)]
    approved_at: Option<Timestamp>,
    /// When it was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// Grows with each change.
    version: i64,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// Pieces of one line of the order; received ≤ approved ≤ asked.
#[derive(Debug, Serialize, ToSchema)]
struct ReturnLineView {
    /// The line.
    #[schema(value_type = schema::OrderLineId)]
    line_id: String,
    /// Why.
    #[schema(value_type = schema::ReturnReason)]
    reason: &'static str,
    /// In the words of whoever asked.
    note: Option<String>,
    /// How many are to come back.
    quantity_asked: i64,
    /// How many may.
    quantity_approved: i64,
    /// How many came.
    quantity_received: i64,
    /// How many of them cannot be sold again.
    quantity_damaged: i64,
    /// How many of them lie in stock again.
    quantity_restocked: i64,
}

impl ReturnView {
    /// The answer that is kept of asking, as whoever bought sees it.
    pub(super) fn requested(back: &Return) -> Answer {
        kept_answer(201, &Self::for_buyer(back))
    }

    /// The answer that is kept of calling off, as whoever bought sees it.
    pub(super) fn done_for_buyer(back: &Return) -> Answer {
        kept_answer(200, &Self::for_buyer(back))
    }

    /// The answer that is kept of opening one, as staff see it.
    pub(super) fn opened(back: &Return) -> Answer {
        kept_answer(201, &Self::from(back))
    }

    /// The answer that is kept of any other command of staff.
    pub(super) fn done(back: &Return) -> Answer {
        kept_answer(200, &Self::from(back))
    }

    /// Without what staff write for each other.
    pub(in crate::rest) fn for_buyer(back: &Return) -> Self {
        Self { staff_note: None, ..Self::from(back) }
    }
}

impl From<&Return> for ReturnView {
    fn from(back: &Return) -> Self {
        Self {
            id: back.id.to_string(),
            order_id: back.order_id.to_string(),
            status: back.status.as_str(),
            asked_by: back.asked_by.as_str(),
            note: back.note.clone(),
            staff_note: back.staff_note.clone(),
            rejection: back.rejection.clone(),
            instructions: back.instructions.clone(),
            tracking_number: back.tracking_number.clone(),
            label_url: back.label_url.clone(),
            refund_id: back.refund_id.map(|id| id.to_string()),
            lines: back.lines.iter().map(ReturnLineView::from).collect(),
            approved_at: back.approved_at,
            ended_at: back.ended_at,
            version: back.version,
            created_at: back.created_at,
            updated_at: back.updated_at,
        }
    }
}

impl From<&ReturnLine> for ReturnLineView {
    fn from(line: &ReturnLine) -> Self {
        Self {
            line_id: line.line_id.to_string(),
            reason: line.reason.as_str(),
            note: line.note.clone(),
            quantity_asked: line.asked,
            quantity_approved: line.approved,
            quantity_received: line.received,
            quantity_damaged: line.damaged,
            quantity_restocked: line.restocked,
        }
    }
}
