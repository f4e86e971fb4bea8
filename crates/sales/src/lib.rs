//! sales.
pub mod orders;
