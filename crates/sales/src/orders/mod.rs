//! Orders: what was sold, in which state it is, and how it got there.

mod progress;
mod states;

pub use progress::{Facts, LineProgress, Settled, fulfilment_status, next_status, payment_status};
pub use states::{FulfilmentStatus, OrderStatus, PaymentStatus};
