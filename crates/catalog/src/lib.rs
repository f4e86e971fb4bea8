//! catalog.
pub mod inventory;
