//! Changing how many of a line are wanted.

use kernel::{CartLineId, Origin, Quantity};

use super::contents::{CartContents, with_lines};
use super::error::CartError;
use super::model::CartAccess;
use super::store::{self, Locked};
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
pub async fn change_line(sales: &Sales, origin: &Origin, access: &CartAccess, change: ChangeLine) -> Result<CartContents, CartError> {
    let tx = sales.context.begin(origin).await?;
    let Locked { cart, mut lines } = store::lock(&tx, access).await?;
    let line = lines.lines.iter_mut().find(|line| line.id == change.line_id).ok_or(CartError::LineNotFound)?;
    let wants_more = change.quantity > line.quantity;
    line.quantity = change.quantity;
    let changed = line.clone();
    let mut contents = with_lines(&tx, cart, lines, tx.now()).await?;
    // Fewer are always taken: prices may have risen since, and whoever has too much must be able to give up some of it.
    if wants_more {
        contents.refuse_too_large()?;
    }
    store::put_line(&tx, contents.cart.id, &changed).await?;
    store::touch(&tx, &mut contents.cart).await?;
    tx.commit().await?;
    Ok(contents)
}
