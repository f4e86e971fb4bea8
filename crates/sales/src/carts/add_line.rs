//! Putting a variant into a cart.

use catalog::variants::Sellable;
use kernel::{CartLineId, Origin, Quantity, VariantId};

use super::model::{Cart, CartAccess, CartError, CartLine, CustomOptions};
use super::store;
use super::worth::refuse_too_large;
use crate::Sales;

/// More lines than any customer reads; bounds what a checkout locks.
const MOST_LINES: usize = 250;

/// What is added.
#[derive(Debug, Clone)]
pub struct AddLine {
    /// What.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: Quantity,
    /// What the customer asks for beyond the variant.
    pub custom_options: CustomOptions,
}

/// Adds pieces of a variant: to the line that has it with the same wishes, else as a new line. Whether there is enough
/// stock is decided at checkout, under a lock; a cart promises nothing.
///
/// # Errors
/// `VariantUnavailable` for what is not for sale, `TooManyLines`, `TooLarge`, or `Quantity` where both together are too many.
pub async fn add_line(sales: &Sales, origin: &Origin, access: &CartAccess, request: AddLine) -> Result<Cart, CartError> {
    let tx = sales.context.begin(origin).await?;
    let mut cart = store::lock(&tx, access).await?.into_cart();
    let lines = store::lines_of(&tx, cart.id).await?;
    let same = lines.iter().find(|line| line.variant_id == request.variant_id && line.custom_options == request.custom_options);
    if same.is_none() && lines.len() >= MOST_LINES {
        return Err(CartError::TooManyLines(MOST_LINES.try_into().unwrap_or(i64::MAX)));
    }
    let quantity = same.map_or(Ok(request.quantity), |line| line.quantity.plus(request.quantity))?;
    let id = same.map_or_else(CartLineId::generate, |line| line.id);
    let line = CartLine { id, variant_id: request.variant_id, quantity, custom_options: request.custom_options };
    let variants = refuse_too_large(&tx, &cart, &lines, &line).await?;
    refuse_unavailable(&variants, request.variant_id, request.quantity)?;
    store::put_line(&tx, cart.id, &line).await?;
    store::touch(&tx, &mut cart).await?;
    tx.commit().await?;
    Ok(cart)
}

fn refuse_unavailable(variants: &[Sellable], variant_id: VariantId, quantity: Quantity) -> Result<(), CartError> {
    let mut wanted = variants.iter().filter(|variant| variant.variant_id == variant_id);
    let for_sale = wanted.any(|variant| variant.live && variant.unit_price(quantity).is_some());
    if for_sale { Ok(()) } else { Err(CartError::VariantUnavailable) }
}
