//! Checkout: a cart becomes an order, with its stock held and its payment begun.

mod build;
mod error;
mod place;
mod ready;
mod run;

pub use error::PlaceOrderError;
pub use place::PlaceOrder;
pub use run::run;
