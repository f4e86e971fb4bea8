//! What a cart must say before it can be ordered.

use kernel::{CartLineId, FieldErrors};

use super::error::PlaceOrderError;
use crate::pricing::PricedCart;

/// Refuses a cart that is empty, has lines that are not for sale, or lacks what its order needs; every hole is named at once.
///
/// # Errors
/// `PlaceOrderError` by what is missing.
pub fn refuse_unready(priced: &PricedCart) -> Result<(), PlaceOrderError> {
    if priced.lines.is_empty() {
        return Err(PlaceOrderError::CartEmpty);
    }
    let gone: Vec<CartLineId> = priced.lines.iter().filter(|line| !line.is_for_sale()).map(|line| line.line.id).collect();
    if !gone.is_empty() {
        return Err(PlaceOrderError::Unavailable(gone));
    }
    let holes = holes(priced);
    if holes.is_empty() { Ok(()) } else { Err(PlaceOrderError::Incomplete(holes)) }
}

fn holes(priced: &PricedCart) -> FieldErrors {
    let mut holes = FieldErrors::new();
    let cart = &priced.cart;
    if cart.email.is_none() {
        holes.add("email", "is required");
    }
    if !priced.totals.requires_shipping {
        return holes;
    }
    match &cart.shipping_address {
        None => holes.add("shipping_address", "is required"),
        Some(address) if !priced.channel.countries.is_empty() && !priced.channel.countries.contains(&address.country()) => {
            holes.add("shipping_address.country", "is not delivered to");
        }
        Some(_) if cart.shipping_method_id.is_none() => holes.add("shipping_method_id", "is required"),
        Some(_) if priced.shipping_method.is_none() => holes.add("shipping_method_id", "does not take this parcel to this address"),
        Some(_) => {}
    }
    holes
}
