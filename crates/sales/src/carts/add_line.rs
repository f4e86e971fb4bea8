//! Putting a variant into a cart.

use kernel::{CartLineId, Origin, Quantity, VariantId};

use super::contents::{CartContents, with_lines};
use super::error::CartError;
use super::model::{CartAccess, CartLine, CustomOptions};
use super::store::{self, Locked};
use crate::Sales;

/// More lines than any customer reads; bounds what a checkout locks.
pub(super) const MOST_LINES: usize = 250;

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
pub async fn add_line(sales: &Sales, origin: &Origin, access: &CartAccess, request: AddLine) -> Result<CartContents, CartError> {
    let tx = sales.context.begin(origin).await?;
    let Locked { cart, mut lines } = store::lock(&tx, access).await?;
    let AddLine { variant_id, quantity: added, custom_options } = request;
    let same = lines.lines.iter_mut().find(|line| line.variant_id == variant_id && line.custom_options == custom_options);
    let line = if let Some(same) = same {
        same.quantity = same.quantity.plus(added)?;
        same.clone()
    } else if lines.lines.len() < MOST_LINES {
        let line = CartLine { id: CartLineId::generate(), variant_id, quantity: added, custom_options, unit_price_minor: None };
        lines.lines.push(line.clone());
        line
    } else {
        return Err(CartError::TooManyLines(MOST_LINES.try_into().unwrap_or(i64::MAX)));
    };
    let mut contents = with_lines(&tx, cart, lines, tx.now()).await?;
    contents.refuse_too_large()?;
    let is_for_sale = contents.variant(variant_id).is_some_and(|variant| variant.live && variant.unit_price(added).is_some());
    if !is_for_sale {
        return Err(CartError::VariantUnavailable);
    }
    store::put_line(&tx, contents.cart.id, &line).await?;
    store::touch(&tx, &mut contents.cart).await?;
    tx.commit().await?;
    Ok(contents)
}
