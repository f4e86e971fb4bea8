//! sales.
pub mod orders;
pub mod shipping;
pub mod tax;
