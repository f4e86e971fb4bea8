//! Finished things in memory: bounded in bytes, forgotten by the write that changes what they show, made once for all who wait.
//!
//! Every fact that the outbox records purges two tags: the thing it happened to, and all things of its kind. Whoever keeps
//! something names the tags of what it shows. The writing process purges at its commit, every other one as a [`Follower`] of
//! the events.

mod flights;
mod follow;
mod purges;
mod store;

pub use flights::{Lead, Turn};
pub use follow::Follower;
pub use purges::{Purges, Tag, Touched};
pub(crate) use store::expiry;
pub use store::{Cache, CacheStats, Kept, Weighed};
