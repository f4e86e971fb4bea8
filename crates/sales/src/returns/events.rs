//! What happens to returns. Words of persons are not in it. Its subject is the order, so that the returns of an order are told in one row.

use kernel::{OrderId, OrderLineId, OrderTag, RefundId, ReturnId};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::{Return, ReturnAsker, ReturnReason};
use super::states::ReturnStatus;

/// One change of a return, as it is after it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnFact {
    /// The order.
    order_id: OrderId,
    /// The return.
    return_id: ReturnId,
    /// Where it stands.
    status: ReturnStatus,
    /// Who asked for it.
    asked_by: ReturnAsker,
    /// What comes back.
    lines: Vec<ReturnedLine>,
    /// The money that went back.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<RefundId>,
}

/// Pieces of one line.
#[derive(Debug, Serialize, ToSchema)]
struct ReturnedLine {
    /// The line.
    line_id: OrderLineId,
    /// Why.
    reason: ReturnReason,
    /// How many are to come back.
    asked: i64,
    /// How many may.
    approved: i64,
    /// How many came.
    received: i64,
    /// How many of them lie in stock again.
    restocked: i64,
}

impl ReturnFact {
    pub(super) fn of(back: &Return) -> Self {
        let line = |line: &super::model::ReturnLine| ReturnedLine {
            line_id: line.line_id,
            reason: line.reason,
            asked: line.asked,
            approved: line.approved,
            received: line.received,
            restocked: line.restocked,
        };
        Self {
            order_id: back.order_id,
            return_id: back.id,
            status: back.status,
            asked_by: back.asked_by,
            lines: back.lines.iter().map(line).collect(),
            refund_id: back.refund_id,
        }
    }
}

impl Fact for ReturnFact {
    type Subject = OrderTag;
    const AGGREGATE: &'static str = "return";
    const EXPIRES: bool = false;
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("return.requested", "something is to be sent back"),
        ("return.approved", "it may come, or a part of it"),
        ("return.received", "it came, or a part of it"),
        ("return.refunded", "money is given back for what came"),
        ("return.closed", "it came, and no money is given back for it"),
        ("return.rejected", "it may not come"),
        ("return.cancelled", "it was called off before anything came"),
    ];

    fn name(&self) -> &'static str {
        match self.status {
            ReturnStatus::Requested => "return.requested",
            ReturnStatus::Approved => "return.approved",
            ReturnStatus::PartReceived | ReturnStatus::Received => "return.received",
            ReturnStatus::Refunded => "return.refunded",
            ReturnStatus::Closed => "return.closed",
            ReturnStatus::Rejected => "return.rejected",
            ReturnStatus::Cancelled => "return.cancelled",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        self.order_id.uuid()
    }
}
