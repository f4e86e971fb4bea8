//! The numbered stream of what happened.

mod store;
mod subscribe;

pub use store::{Event, EventKey, last_seq, of_aggregate, rewind, since, touched_since};
pub use subscribe::{Subscriber, Subscription, deliver_once};
