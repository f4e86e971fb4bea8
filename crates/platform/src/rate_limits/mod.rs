//! How often somebody may ask: two buckets for each class of requests, counted here or, later, where all nodes count together.

mod events;
mod limiter;
mod local;
mod model;
mod rate;
mod reset;

pub use events::RateLimitEvent;
pub use limiter::{RateLimiter, Standing, Taking};
pub use local::LocalLimiter;
pub use model::{Quota, Verdict, Who, WhoError};
pub use rate::Rate;
pub use reset::reset;
