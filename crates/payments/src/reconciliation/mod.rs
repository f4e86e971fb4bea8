//! Reconciliation: our books beside a provider's, and what stands in one of them alone.

mod model;
mod store;

pub use model::{Comparison, Finding, FindingKind, Movement, Reconciliation, compare};
pub use store::{latest, operations_for, record, succeeded_since, unsettled};
