//! Changing how many of a line are wanted.

use kernel::{CartLineId, Origin, Quantity};

use super::model::{Cart, CartAccess, CartError, CartLine};
use super::store;
use super::worth::refuse_too_large;
use crate::Sales;

/// The new quantity of a line.
#[derive(Debug, Clone, Copy)]
pub struct ChangeLine {
    /// Which line.
    pub line_id: CartLineId,
    /// How many from now on.
    pub quantity: Quantity,
}

/// Sets a line's quantity under the cart's lock.
///
/// # Errors
/// `LineNotFound` for a line of another cart, too; `TooLarge`.
pub async fn change_line(sales: &Sales, origin: &Origin, access: &CartAccess, change: ChangeLine) -> Result<Cart, CartError> {
    let tx = sales.context.begin(origin).await?;
    let mut cart = store::lock(&tx, access).await?.into_cart();
    let lines = store::lines_of(&tx, cart.id).await?;
    let line = lines.iter().find(|line| line.id == change.line_id).ok_or(CartError::LineNotFound)?;
    let changed = CartLine { quantity: change.quantity, ..line.clone() };
    // Fewer are always taken: prices may have risen since, and whoever has too much must be able to give up some of it.
    if changed.quantity > line.quantity {
        refuse_too_large(&tx, &cart, &lines, &changed).await?;
    }
    store::put_line(&tx, cart.id, &changed).await?;
    store::touch(&tx, &mut cart).await?;
    tx.commit().await?;
    Ok(cart)
}
