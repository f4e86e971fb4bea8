//! Rows of keys, of browsers, and of what is on its way to them.

mod keys;
mod messages;
mod subscriptions;

pub(super) use keys::{KeyRow, insert_key, key, keys};
pub use messages::INVARIANTS;
pub(super) use messages::{Asked, Due, asking, due, insert_messages, settle, sweep};
pub use subscriptions::list;
pub(super) use subscriptions::{
    Reached, SubscriptionRow, count, find_by_endpoint, forget, forget_closed, forget_endpoint, forget_person, forget_sessions,
    is_anybody_subscribed, remove_own, write,
};
