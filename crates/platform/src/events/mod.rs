//! The numbered stream of what happened.

mod list;
mod rebuild;
mod store;
mod subscribe;
mod sweep;

pub use list::{EventFilter, SORT, bounds, find_all, list};
pub use rebuild::{Difference, Rebuilt, compare};
pub use store::{Event, EventHead, heads_since, heads_within, last_seq, of_aggregate, rewind, since};
pub use subscribe::{Subscriber, Subscription, deliver_once, replay};
pub use sweep::SweepEvents;
