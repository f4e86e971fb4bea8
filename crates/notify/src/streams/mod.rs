//! Streams: who follows what happens at this very moment, how many may, and who wakes them.

mod feed;
mod follow;
mod model;
mod place;

pub use feed::{Feed, FeedError};
pub use model::{Reader, StreamsFull, Told};
pub use place::{Place, Streams};
