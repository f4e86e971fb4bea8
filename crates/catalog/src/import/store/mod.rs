//! Rows of imports and all SQL of them.

mod names;
mod progress;

pub(super) use names::{by_refs, by_skus, by_slugs};
pub(super) use progress::{LinkRow, delete_links, finish, forget_old, insert_links, load, next_links, save};
