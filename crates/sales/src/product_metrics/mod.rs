//! What is sold of each product by day, kept up to date by what happens to orders.

mod error;
mod follow;
mod model;
mod read;
mod rebuild;
mod store;

pub use error::ProductMetricsError;
pub use follow::CountProducts;
pub use model::{ProductDay, ProductMetrics, Sums, WantedDays};
pub use read::read;
pub use rebuild::rebuild;
pub use store::INVARIANTS;
