//! Rows of returns.

mod invariants;
mod read;
mod write;

pub use invariants::INVARIANTS;
pub(super) use read::of_user;
pub use read::{ReturnFilter, find, list, of_order};
pub(super) use write::{Receipt, count_coming_back, forget_of, insert, insert_receipts, note_refund, put_lines, update};
