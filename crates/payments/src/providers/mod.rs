//! Who moves the money: one trait, and a factory by name.

mod manual;
mod message;
mod model;
mod stripe;
mod test;

pub use manual::Manual;
pub use message::{Message, MessageError};
pub use model::{Call, Provider, Providers, Unreadable};
pub use stripe::Stripe;
pub use test::Test;
