//! Customers: everybody who bought something.

mod claim_orders;
mod erase;

pub use claim_orders::ClaimOrders;
pub use erase::{EraseCustomerError, erase};
