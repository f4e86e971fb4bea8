//! Checkout: a cart becomes an order, with its stock held and its payment begun.

mod build;
mod error;
mod pay;
mod pay_error;
mod payment_link;
mod place;
mod ready;
mod run;

pub use error::PlaceOrderError;
pub use pay::{PayOrder, due_of, pay};
pub use pay_error::PayOrderError;
pub use payment_link::{PaymentLink, payment_link, payment_token, payment_url};
pub use place::{PlaceOrder, Terms, place_in};
pub use ready::refuse_unready;
pub use run::run;
