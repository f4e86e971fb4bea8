//! sales.
pub mod orders;
pub mod pricing;
pub mod shipping;
pub mod tax;
