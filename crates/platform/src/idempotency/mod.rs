//! A write that is repeated under one key has one effect and one answer.
//!
//! The key's row is in the transaction of its effect: a refusal rolls both back. Where a provider is involved the first
//! commit binds the key to its subject as in progress, and settlement stores the answer.

mod model;
mod once;
mod store;
mod sweep;

pub use model::{Answer, Claim, IdempotencyError, Key, Keyed};
pub use once::once;
pub use store::{INVARIANTS, bind, claim, finish, finish_subject, wait};
pub use sweep::SWEEP;
