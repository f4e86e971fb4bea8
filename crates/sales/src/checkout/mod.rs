//! Checkout: a cart becomes an order, with its stock held and its payment begun.

mod build;
mod error;
mod pay;
mod pay_error;
mod place;
mod ready;
mod run;

pub use error::PlaceOrderError;
pub use pay::{PayOrder, pay};
pub use pay_error::PayOrderError;
pub use place::PlaceOrder;
pub use run::run;
