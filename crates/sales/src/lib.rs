//! sales.
pub mod orders;
pub mod tax;
