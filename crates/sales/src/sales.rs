//! What the use cases of selling need beyond the context.

use std::fmt::Debug;
use std::sync::Arc;

use ::payments::providers::Providers;
use platform::Context;

use crate::orders::OrderDetails;
use crate::pricing::PricedCart;

/// How answers look that are stored with their effect, or compared with what a client saw. The API's floor has it; here
/// only its bytes count.
pub trait Present: Debug + Send + Sync {
    /// The body of an answer that shows an order.
    fn order(&self, order: &OrderDetails) -> String;

    /// The body of an answer that shows a cart, and its ETag, which covers every total.
    fn cart(&self, cart: &PricedCart) -> PresentedCart;
}

/// A cart as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedCart {
    /// What `cart_version` has to be, quotes not included.
    pub etag: String,
    /// The body.
    pub body: String,
}

/// The context, the payment providers, and how answers look; built once in `wiring.rs`, and by tests with parts of their own.
#[derive(Debug, Clone)]
pub struct Sales {
    /// Database, clock and configuration.
    pub context: Context,
    /// Who moves the money.
    pub providers: Providers,
    /// How answers look.
    pub present: Arc<dyn Present>,
}
