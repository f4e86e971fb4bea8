//! Who changed what: records that are written with the change and cannot be altered unseen.

mod model;
mod record;
mod store;

pub use model::Entry;
pub use record::{record, record_refusal};
pub use store::INVARIANTS;
