//! Rows of endpoints, of their queues, of deliveries and of how each try went.

mod deliveries;
mod endpoints;
mod log;
mod queues;

pub use deliveries::{Delivery, DeliveryFilter, find_delivery, list_deliveries};
pub(super) use deliveries::{
    Due, NewDelivery, Settled, due, enqueue, enqueue_again, forget, give_up, hold_back, requeue, settle_deliveries,
};
pub(super) use endpoints::{Keys, Told, at_work, count, disable, forget_removed, insert, lock, replace_key, told, update};
pub use endpoints::{find, list};
pub(super) use log::insert_attempts;
pub use log::{Attempt, attempts_of, last_attempt};
pub use queues::INVARIANTS;
pub(super) use queues::{Health, Lease, Past, any_due, claim, forgive, give_back, past, settle_queue};
