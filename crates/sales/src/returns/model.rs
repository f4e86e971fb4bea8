//! A return and its lines. Pure.

use kernel::{OrderId, OrderLineId, RefundId, ReturnId, Timestamp, text_enum};

use super::states::ReturnStatus;

text_enum! {
    /// Who asked for a return.
    pub enum ReturnAsker {
        /// Whoever bought.
        Customer = "customer",
        /// Staff, for the customer.
        Staff = "staff",
    }
}

text_enum! {
    /// Why pieces come back.
    pub enum ReturnReason {
        /// They arrived broken.
        Damaged = "damaged",
        /// They do not work.
        Defective = "defective",
        /// They are not what the shop says of them.
        NotAsDescribed = "not_as_described",
        /// They are not what was ordered.
        WrongItem = "wrong_item",
        /// Too small.
        TooSmall = "too_small",
        /// Too large.
        TooLarge = "too_large",
        /// The customer thought better of it.
        ChangedMind = "changed_mind",
        /// They came too late.
        ArrivedLate = "arrived_late",
        /// The note says it.
        Other = "other",
    }
}

text_enum! {
    /// How pieces came back.
    pub enum Condition {
        /// They can be sold again.
        Good = "good",
        /// They cannot.
        Damaged = "damaged",
    }
}

/// What a customer sends back of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Its id.
    pub id: ReturnId,
    /// Of which order.
    pub order_id: OrderId,
    /// Where it stands.
    pub status: ReturnStatus,
    /// Who asked.
    pub asked_by: ReturnAsker,
    /// In the words of whoever asked.
    pub note: Option<String>,
    /// In the words of staff, for staff.
    pub staff_note: Option<String>,
    /// Why it was rejected, as the customer reads it.
    pub rejection: Option<String>,
    /// How the parcel comes back.
    pub instructions: Option<String>,
    /// The carrier's number of the parcel.
    pub tracking_number: Option<String>,
    /// Where the label of the parcel is.
    pub label_url: Option<String>,
    /// The money that went back.
    pub refund_id: Option<RefundId>,
    /// What comes back.
    pub lines: Vec<ReturnLine>,
    /// When it was approved.
    pub approved_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// By whom it was asked for.
    pub created_by: String,
}

/// Pieces of one line of the order; received ≤ approved ≤ asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnLine {
    /// The line.
    pub line_id: OrderLineId,
    /// Why.
    pub reason: ReturnReason,
    /// In the words of whoever asked.
    pub note: Option<String>,
    /// How many are to come back.
    pub asked: i64,
    /// How many may.
    pub approved: i64,
    /// How many came.
    pub received: i64,
    /// How many of them cannot be sold again.
    pub damaged: i64,
    /// How many of them lie in stock again.
    pub restocked: i64,
}

impl Return {
    /// Where it stands by what came: all that was approved, or a part of it.
    pub(super) fn status_of_received(&self) -> ReturnStatus {
        let is_whole = self.lines.iter().all(|line| line.received == line.approved);
        if is_whole { ReturnStatus::Received } else { ReturnStatus::PartReceived }
    }
}
