//! Giving money back: for pieces of lines, for shipping, or an amount; and what becomes of the pieces.

mod error;
mod exchanged;
mod items;
mod payment;
mod refund;
mod restock;
mod returned;
mod store;

pub use error::RefundOrderError;
pub use exchanged::{Exchanged, ExchangedPieces, refund_exchanged};
pub use items::{RefundItem, RefundLine, price_of_pieces};
pub use payment::{RefundPayment, refund_payment};
pub use refund::{OrderRefund, RefundOrder, RefundTo, refund};
pub use restock::back_to_stock;
pub use returned::{ReturnedPieces, refund_returned};
pub use store::{INVARIANTS, find, list};
