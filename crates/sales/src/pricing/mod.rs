//! Pricing: what a cart costs, worked out on the server each time anew.

mod discounts;
mod model;
mod price_cart;
#[cfg(test)]
mod properties;
mod reprice;

pub use model::{
    AdjustmentInput, AdjustmentKind, LineInput, PricedAdjustment, PricedLine, PricingError, PricingInput, ShippingCharge, Totals,
};
pub use price_cart::price_cart;
pub use reprice::{PricedCart, PricedCartLine, RepriceError, price, reprice};
