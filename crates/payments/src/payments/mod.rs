//! Payments: what was asked of a provider for one order, and what the provider said.

mod model;

pub use model::{MoveCause, OperationKind, OperationStatus, PaymentStatus};
