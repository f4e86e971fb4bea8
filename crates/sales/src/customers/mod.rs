//! Customers: everybody who bought something.

mod claim_orders;
mod erase;
mod export;

pub use claim_orders::ClaimOrders;
pub use erase::{EraseCustomer, EraseCustomerError, erase, erase_own};
pub use export::{ExportCustomerError, export, latest_export, request_export};
