//! Customers: everybody who bought something or has an account, one row a person, kept up to date by what happens to orders and accounts.

mod change;
mod claim_orders;
mod erase;
mod events;
mod export;
mod input;
mod keep;
mod merge;
mod model;
mod personal;
mod rebuild;
mod store;
mod unsubscribe;

pub use change::{ChangeCustomer, ChangeCustomerError, change, change_in};
pub use claim_orders::ClaimOrders;
pub use erase::{EraseCustomer, EraseCustomerError, erase, erase_own};
pub use events::CustomerEvent;
pub use export::{ExportCustomerError, export, latest_export, request_export};
pub use input::{CustomerChanges, CustomerInput};
pub use keep::KeepCustomers;
pub use model::{Customer, Marketing};
pub use personal::PersonalCustomers;
pub use rebuild::rebuild;
pub use store::{CustomerFilter, CustomerQuery, CustomerSort, INVARIANTS, find, list, quiet_carts};
pub use unsubscribe::{consenting, withdraw_in};
