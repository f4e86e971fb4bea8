//! Pricing: what a cart costs, worked out on the server each time anew.

mod discounts;
mod model;
mod price;
mod price_cart;
#[cfg(test)]
mod properties;

pub use model::{
    AdjustmentInput, AdjustmentKind, LineInput, PricedAdjustment, PricedLine, PricingError, PricingInput, ShippingCharge, Totals,
};
pub use price::{PricedCart, PricedCartLine, RepriceError, price};
pub use price_cart::price_cart;
