//! Refunds: money that staff give back, taken from one payment or several.

mod model;
mod open;
mod store;

pub use model::{Refund, RefundPart, RefundReason, RefundStatus, spread, status_of};
pub use open::{OpenRefund, RefundError, open};
pub use store::{INVARIANTS, find, forget_notes, list};
