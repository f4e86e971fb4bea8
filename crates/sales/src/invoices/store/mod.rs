//! Rows of invoices.

mod buyers;
mod credits;
mod invariants;
mod ranges;
mod read;
mod write;

pub(super) use buyers::{ask_erasure, buyers_of, erase_buyers};
pub(super) use credits::{creditable, due_refund, has_open_refund, orders_of_payments, paid_back};
pub use invariants::INVARIANTS;
pub(super) use ranges::{ensure_range, insert_range, lock_range, range_for, update_range};
pub use ranges::{find_range, list_ranges};
pub(super) use read::invoice_of;
pub use read::{InvoiceFilter, details, find, list, of_order};
pub(super) use write::{copy_buyer, insert, insert_buyer, take_number};
