//! Links that open something once: a token of 256 random bits, stored as a hash, dead at its time.

mod issue;
mod model;
mod spend;
mod store;

pub use issue::{Issue, issue_in};
pub use model::{OneTimeToken, Purpose, Spent};
pub use spend::{SpendError, end_in, peek, spend_in};
pub use store::sweep;
