//! The numbered stream of what happened.

mod store;

pub use store::{Event, EventKey, last_seq, of_aggregate, since, touched_since};
