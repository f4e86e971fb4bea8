//! Pricing: what a cart costs, worked out on the server each time anew.

mod discounts;
mod model;
mod price;
mod price_cart;
mod promote;
#[cfg(test)]
mod promoted;
#[cfg(test)]
mod properties;
mod tender;
mod trial;
#[cfg(test)]
mod worked;

pub use model::{
    AdjustmentInput, AdjustmentKind, LineInput, PricedAdjustment, PricedLine, PricingError, PricingInput, ShippingCharge, Totals,
};
pub use price::{PricedCart, PricedCartLine, RepriceError, Supposed, price, price_supposing};
pub use price_cart::price_cart;
pub use tender::{Tender, TenderPart};
pub use trial::{Trial, TrialError, try_out};
