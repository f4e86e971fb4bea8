//! payments.
pub mod payments;
