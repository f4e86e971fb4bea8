//! Who moves the money: one trait, and a factory by name.

mod manual;
mod model;
mod test;

pub use manual::Manual;
pub use model::{Call, Provider, Providers, Unreadable};
pub use test::Test;
