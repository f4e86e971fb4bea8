//! Leases: what only one process does at a time, whichever it is.

mod store;

pub(crate) use store::{hold, is_held_by_another};
