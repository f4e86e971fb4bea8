//! The ledger: every movement of money, written twice, so that balances can be worked out anew.

mod model;
mod read;
mod store;

pub use model::{Account, AccountError, AccountName, LedgerEntry, LedgerError, LedgerTransaction, TransactionKind};
pub use read::{BookedTransaction, LedgerQuery, balances, list};
pub use store::{Booking, INVARIANTS, book};
