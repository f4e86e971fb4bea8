//! Changing how many of a line are wanted.

use kernel::{CartLineId, Origin, Quantity};

use super::model::{Cart, CartAccess, CartError, CartLine};
use super::store;
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
/// `LineNotFound` for a line of another cart, too.
pub async fn change_line(sales: &Sales, origin: &Origin, access: &CartAccess, change: ChangeLine) -> Result<Cart, CartError> {
    let tx = sales.context.begin(origin).await?;
    let mut cart = store::lock(&tx, access).await?.into_cart();
    let line = store::lines_of(&tx, cart.id).await?.into_iter().find(|line| line.id == change.line_id).ok_or(CartError::LineNotFound)?;
    store::put_line(&tx, cart.id, &CartLine { quantity: change.quantity, ..line }).await?;
    store::touch(&tx, &mut cart).await?;
    tx.commit().await?;
    Ok(cart)
}
