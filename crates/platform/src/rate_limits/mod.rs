//! How often somebody may ask: two buckets for each class of requests, counted here or where all nodes count together.

mod events;
mod forget;
mod limiter;
mod local;
mod model;
mod rate;
mod reset;
mod shared;

pub use events::RateLimitEvent;
pub use forget::ForgetShared;
pub use limiter::{RateLimiter, Standing, Taking};
pub use local::LocalLimiter;
pub use model::{Quota, Verdict, Who, WhoError};
pub use rate::Rate;
pub use reset::reset;
pub use shared::SharedLimiter;
