//! The numbered stream of what happened.

mod store;

pub use store::{Event, of_aggregate, since};
